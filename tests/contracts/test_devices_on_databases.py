"""What is known of devices is written, listed and counted alike on every engine."""

import pytest

from shared_models.device_desk import Cause, DeviceQuery
from shared_models.device_report import DeviceReport
from shared_models.diagnostics import Diagnostics, Sizes, Versions
from shared_models.errors import ErrorCode
from shared_models.incident_desk import PAGE_INCIDENTS
from sync_server.db import device_codes, devices, diagnostics, incidents
from sync_server.db.account_tables import account_tables_of
from sync_server.services import device_desk, diagnosing, incident_desk
from sync_server.services.actor import Actor
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.device_causes import DAY_US
from sync_server.services.figures import figures_of
from sync_server.services.refusals import Refusal
from tests.unit.sync_server.centre import NOW_US, new, pk

pytestmark = pytest.mark.functions(148)
ADMIN = Actor(pk(900), "device-admin", is_admin=True)
DAN = pk(901)


@pytest.fixture
def central(centre):
    people = [
        ("user", {"id": id, "name": name, "email": f"{name}@example.ro"}) for id, name in ((pk(900), "ana"), (DAN, "dan"))
    ]
    with centre.central.store.write() as connection:
        import_rows(connection, centre.central, people, ImportedBy("setup", "setup"))
        for name in ("phone", "laptop"):
            made = devices.NewDevice(name, DAN, f"Dan's {name}", name, NOW_US - DAY_US)
            devices.add(connection, centre.central.tables, made)
    return centre.central


def lines(central):
    return {one.id: one for one in device_desk.page(central, ADMIN, DeviceQuery(text="dan")).devices}


def test_sightings_are_written_and_an_older_one_changes_nothing(central):
    central.sightings.note("phone", NOW_US, cursor=1, pending=3, report=DeviceReport(works_offline=True, size_bytes=7))
    central.sightings.note("laptop", NOW_US - 5)
    found = lines(central)
    assert (found["phone"].size_bytes, found["phone"].days[-1], found["laptop"].last_seen_at) == (7, 3, NOW_US - 5)
    central.sightings.note("phone", NOW_US - 1, pending=2, report=DeviceReport())
    found = lines(central)["phone"]
    assert (found.last_seen_at, found.size_bytes, found.days[-1]) == (NOW_US, 7, 3)
    assert Cause.WORKS_OFFLINE in [one.cause for one in found.reasons]


def test_lag_and_letters_are_counted(centre, central):
    central.sightings.note("phone", NOW_US, cursor=1)
    before = lines(central)["phone"].lag_rows
    centre.users["phone"] = DAN
    assert centre.save("phone", new(1)).v == "applied"
    assert centre.save("phone", {"t": "company", "pk": pk(2), "op": "i", "set": {}}).v == "rejected"
    found = lines(central)["phone"]
    assert (found.lag_rows, found.letters) == (before + 1, 1)
    figures = figures_of(central)
    assert (figures.letters, figures.counts.new_letters, sum(figures.by_standing.values())) == (1, 1, 2)


def test_what_went_wrong_is_counted_by_day_and_told_page_by_page(centre, central):
    centre.users["phone"] = DAN
    assert centre.save("phone", {"t": "company", "pk": pk(2), "op": "i", "set": {}}).v == "rejected"
    told = [{"at": NOW_US + n, "kind": "search", "entity": "note", "n": n} for n in range(PAGE_INCIDENTS + 1)]
    with central.store.write() as connection:
        incidents.add(connection, central.tables, "phone", told, NOW_US)
        incidents.add(connection, central.tables, "laptop", [told[0]], NOW_US - DAY_US)
        incidents.add(connection, central.tables, "gone", [told[0]], NOW_US - 30 * DAY_US)
    first, second = (incident_desk.page(central, ADMIN, number) for number in (0, 1))
    assert first.incidents == [0] * 28 + [1, PAGE_INCIDENTS + 1]
    assert (first.letters[-1], sum(first.letters), sum(first.conflicts)) == (1, 1, 0)
    assert [one.rows for one in first.lines] == list(range(PAGE_INCIDENTS, 0, -1))
    assert [(one.device, one.device_name, one.person) for one in second.lines] == [
        ("phone", "Dan's phone", "dan"),
        ("laptop", "Dan's laptop", "dan"),
    ]
    assert (first.more, second.more) == (True, False)


def test_diagnostics_are_kept_in_a_bounded_number(central):
    phone, found = Actor(DAN, "phone"), Diagnostics(made_at=1, versions=Versions(), sizes=Sizes(file=5))
    for n in range(5):
        with central.store.write() as connection:
            assert devices.order(connection, central.tables, "phone", {"diagnose_at": NOW_US - n})
            diagnostics.add(connection, central.tables, "laptop", found.wire(), NOW_US - 40 * DAY_US + n)
            diagnostics.add(connection, central.tables, "phone", found.wire(), NOW_US - 10 + n)
            devices.order(connection, central.tables, "phone", {"diagnose_at": NOW_US})
    diagnosing.take(central, phone, found)
    with pytest.raises(Refusal) as unasked:
        diagnosing.take(central, phone, found)
    assert unasked.value.code is ErrorCode.S511
    with central.store.read() as connection:
        kept = [tuple(one)[:2] for one in connection.execute(central.tables.diagnostics.select())]
    assert sorted(kept) == [("phone", NOW_US - 7), ("phone", NOW_US - 6), ("phone", NOW_US)]
    assert lines(central)["phone"].diagnosed_at == NOW_US
    assert diagnosing.newest(central, ADMIN, "phone").found == found


def test_a_code_is_taken_once(central):
    tables = account_tables_of(central.tables.metadata)
    with central.store.write() as connection:
        device_codes.put(connection, tables, "old", DAN, NOW_US + 5)
        device_codes.put(connection, tables, "new", DAN, NOW_US + 5)
        device_codes.put(connection, tables, "over", pk(900), NOW_US)
        assert [device_codes.take(connection, tables, one, NOW_US) for one in ("old", "over", "new", "new")] == [
            None,
            None,
            DAN,
            None,
        ]
        assert connection.execute(tables.device_code.select()).all() == []
