"""What went wrong day by day: counted over 30 days of UTC, with the incidents page by page, for admins alone."""

import pytest

from shared_models.incident_desk import DAYS, PAGE_INCIDENTS
from shared_models.protocol import PATH
from sync_server.services.accounts import NewUser
from tests.servers import PASSWORD, START_US, Caller, ServerClock, company_tx, in_process, make_server, record_id

pytestmark = pytest.mark.functions(148)
HOUR_US = 3_600_000_000


@pytest.fixture
def clock():
    return ServerClock()


@pytest.fixture
def server(tmp_path, clock):
    server = make_server(tmp_path, clock=clock)
    server.accounts.create_user(NewUser("Dan Mureșan", "dan@example.ro", PASSWORD))
    return server


@pytest.fixture
def http(server):
    with in_process(server) as http:
        yield http


@pytest.fixture
def boss(http):
    boss = Caller(http, install="boss", device_epoch="boss")
    boss.sign_in()
    boss.hello()
    return boss


@pytest.fixture
def dan(http):
    dan = Caller(http, install="dan", device_epoch="dan")
    dan.sign_in("dan@example.ro")
    dan.hello()
    return dan


def told(boss, page=0):
    boss.sign_in()  # hours may have gone
    answer = boss.http.get(f"{PATH}/admin/incidents", params={"page": page}, headers=boss.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_whoever_is_no_admin_hears_nothing(http, dan):
    answer = http.get(f"{PATH}/admin/incidents", headers=dan.headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "A105")


def test_a_day_without_anything_counts_nothing(boss):
    found = told(boss)
    assert found["conflicts"] == found["letters"] == found["incidents"] == [0] * DAYS
    assert (found["lines"], found["more"]) == ([], False)


def test_incidents_are_told_with_device_and_person_the_newest_first_and_counted_by_the_day_they_came(boss, dan, clock):
    dan.hello(incidents=[{"kind": "repaired", "entity": "company", "rows": 3, "at": START_US - 5}])
    clock.forward(days=1)
    dan.sign_in("dan@example.ro")
    dan.hello(incidents=[{"kind": "search", "entity": "contact", "rows": 0, "at": START_US}])
    found = told(boss)
    assert found["incidents"] == [0] * (DAYS - 2) + [1, 1]
    lines = [(one["kind"], one["entity"], one["rows"], one["device_name"], one["person"]) for one in found["lines"]]
    assert lines == [("search", "contact", 0, "laptop", "Dan Mureșan"), ("repaired", "company", 3, "laptop", "Dan Mureșan")]
    assert (found["lines"][1]["at"], found["lines"][1]["device"]) == (START_US - 5, dan.tokens["device_id"])
    clock.forward(days=DAYS - 2)
    assert told(boss)["incidents"] == [1, 1] + [0] * (DAYS - 2)
    clock.forward(days=1)
    found = told(boss)
    assert found["incidents"] == [1] + [0] * (DAYS - 1)
    assert [one["kind"] for one in found["lines"]] == ["search"], "what is older is told no more"


def test_many_incidents_come_page_by_page_each_once(boss, dan):
    for first in range(0, PAGE_INCIDENTS + 10, 30):
        dan.hello(incidents=[{"kind": "unequal", "entity": "note", "rows": 1, "at": START_US + first + n} for n in range(30)])
    pages = [told(boss, number) for number in range(3)]
    assert [(len(one["lines"]), one["more"]) for one in pages] == [(50, True), (10, False), (0, False)]
    assert len({line["at"] for one in pages for line in one["lines"]}) == 60


def test_conflicts_and_refused_changes_are_counted_by_day(boss, dan):
    pk, hlc = record_id(1), START_US // 1000 << 16
    seq = boss.push([company_tx(1, pk)]).json()["verdicts"][0]["seq"]
    edit = {"t": "company", "pk": pk, "op": "u", "base": {"name": "Company 1"}, "bv": seq}
    for caller, n in ((boss, 2), (dan, 1)):
        op = {**edit, "set": {"name": f"Hotel of {caller.install}"}}
        answer = caller.push([{"id": f"{caller.install}-{n}", "tx": n, "hlc": hlc, "ops": [op]}])
    assert answer.json()["verdicts"][0]["v"] == "conflict"
    wrong = {"t": "nothing", "pk": pk, "op": "u", "set": {"name": "x"}, "bv": seq}
    assert dan.push([{"id": "dan-2", "tx": 2, "hlc": 1, "ops": [wrong]}]).json()["verdicts"][0]["v"] == "rejected"
    found = told(boss)
    assert (found["conflicts"][-1], found["letters"][-1]) == (1, 1)
    assert sum(found["conflicts"]) == sum(found["letters"]) == 1
