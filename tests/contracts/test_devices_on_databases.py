"""What is known of devices is written, listed and counted alike on every engine."""

import pytest

from shared_models.device_desk import Cause, DeviceQuery
from shared_models.device_report import DeviceReport
from sync_server.db import devices
from sync_server.services import device_desk
from sync_server.services.actor import Actor
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.device_causes import DAY_US
from sync_server.services.figures import figures_of
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
