"""A long pull is under way when its person loses a right: what was sent is let go, and what was not is not sent."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from shared_models.ids import derived_id
from shared_models.transport import PullRequest, UpToDate
from sync_server.services import pull
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.local_transport import LocalTransport, refusals_as_errors
from sync_server.services.shipped_profiles import profile_id, shipped_profiles

NORTH, SOUTH = derived_id("team", "north"), derived_id("team", "south")
PAGE = 4

pytestmark = pytest.mark.functions(32, 36)


@dataclass
class SmallPages:
    """A way to the server whose pages are small; `before` is called before each, with its number."""

    inner: LocalTransport
    before: Callable[[int], object]
    sent: list[bytes] = field(default_factory=list)
    asked: int = 0

    def pull(self, request: PullRequest):
        self.before(self.asked)
        self.asked += 1
        with refusals_as_errors():
            found = pull.open_page(self.inner.central, self.inner.actor, request, PAGE)
        if isinstance(found, UpToDate):
            return found
        lines = list(found)
        self.sent += lines
        return iter(lines)

    def __getattr__(self, name):
        return getattr(self.inner, name)


@pytest.fixture
def ana(world):
    teams = [("team", {"id": NORTH, "name": "Nord"}), ("team", {"id": SOUTH, "name": "Sud"})]
    with world.server.central.store.write() as connection:
        import_rows(connection, world.server.central, [*shipped_profiles(), *teams], ImportedBy(world.users["ana"], "setup"))
    device = world.device("ana-laptop", "ana")
    device.sync()
    device.edit("user", world.users["dan"], profile_id=profile_id("manager"), team_id=NORTH)
    for n in range(12):
        company = device.save("company", name=f"Acme {n}", team_id=NORTH)
        device.save("bank_account", company_id=company, iban=f"RO49ACME{n}")
        device.save("note", company_id=company, body=f"Acme {n} owes", written_at=1)
    device.save("company", name="Sudul", team_id=SOUTH)
    device.sync()
    return device


def pulled_while(world, ana, device, page, change):
    """Sync a device whose pages are small; before a page the admin changes something. Returns what came from then on."""
    since = []

    def before(asked):
        if asked == page and not since:
            change()
            ana.sync()
            since.append(len(way.sent))

    way = device.network.inner = SmallPages(device.network.inner, before)
    result = device.sync()
    assert result.error is None
    assert since, "the pull was shorter than the test thought"
    assert result.proof is not None
    assert (result.proof.equal, result.proof.found) == (True, ())
    return b"".join(way.sent[since[0] :])


@pytest.mark.parametrize("is_new", [True, False], ids=["first-sync", "later"])
@pytest.mark.parametrize("page", [3, 8])
def test_a_person_who_leaves_a_team_during_a_long_pull_keeps_and_gets_nothing_of_it(world, ana, is_new, page):
    dan = world.device("dan-laptop", "dan")
    if not is_new:
        ana.edit("user", world.users["dan"], team_id=SOUTH)
        ana.sync()
        dan.sync()
        ana.edit("user", world.users["dan"], team_id=NORTH)
        ana.sync()
    sent = pulled_while(world, ana, dan, page, lambda: ana.edit("user", world.users["dan"], team_id=SOUTH))
    assert b"ACME" not in sent.upper()
    names = [row["name"] for row in dan.replica.list_page("company", sort="id", limit=50).rows]
    assert names == ["Sudul"]
    assert dan.replica.list_page("bank_account", sort="id", limit=50).rows == []
    world.rest()


@pytest.mark.parametrize("is_new", [True, False], ids=["first-sync", "later"])
def test_a_confidential_group_that_is_closed_during_a_long_pull_is_neither_kept_nor_sent(world, ana, is_new):
    dan = world.device("dan-laptop", "dan")
    closed = profile_id("manager")
    if not is_new:
        ana.edit("profile", closed, field_groups=("personal", "price"))
        ana.sync()
        dan.sync()
        ana.edit("profile", closed, field_groups=("bank", "personal", "price"))
        ana.sync()
    sent = pulled_while(world, ana, dan, 2, lambda: ana.edit("profile", closed, field_groups=("personal", "price")))
    assert b"RO49ACME" not in sent
    assert dan.replica.list_page("bank_account", sort="id", limit=50).rows == []
    assert len(dan.replica.list_page("company", sort="id", limit=50).rows) == 12
    world.rest()


def test_companies_that_are_given_away_and_back_during_a_long_pull_come_whole(world, ana):
    dan = world.device("dan-laptop", "dan")
    companies = [row["id"] for row in ana.replica.list_page("company", sort="id", limit=50).rows if row["team_id"] == NORTH]

    def give(team):
        for pk in companies[:6]:
            ana.edit("company", pk, team_id=team)
        ana.sync()

    steps = {4: SOUTH, 10: NORTH}
    way = dan.network.inner = SmallPages(dan.network.inner, lambda asked: give(steps.pop(asked)) if asked in steps else None)
    result = dan.sync()
    assert result.error is None
    assert steps == {}, way.asked
    assert (result.proof.equal, result.proof.found) == (True, ())
    assert len(dan.replica.list_page("note", sort="id", limit=50).rows) == 12
    world.rest()
