"""Windows of one process: what others changed is taken in one window after the other, what a person did himself at once."""

import asyncio

import pytest

from client.events import RecordsChanged
from client.ui.app import open_ui
from client.ui.news_turns import MOST_S, NewsTurns
from tests.ui.believable import NOW
from tests.ui.fake_crm import believable_crm, company_id
from tests.ui.probe import Probe, hurried

HOTEL = company_id(0)


class Hours:
    """A clock that moves on by resting."""

    def __init__(self):
        self.now, self.rests = 100.0, []

    def __call__(self):
        return self.now

    async def rest(self, seconds):
        self.rests.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@pytest.mark.parametrize(("took", "rests"), [(0.25, 0.25), (30.0, MOST_S)])
async def test_a_turn_is_followed_by_as_long_a_rest_and_then_by_the_next_turn(took, rests):
    hours, order = Hours(), []
    turns = NewsTurns(hours.rest, hours)

    async def take(name):
        async with turns:
            order.append(f"{name} begins at {hours.now}")
            hours.now += took
            await asyncio.sleep(0)
            order.append(f"{name} ends")

    await asyncio.gather(take("one"), take("two"))
    assert order == ["one begins at 100.0", "one ends", f"two begins at {100 + took + rests}", "two ends"]
    assert hours.rests == [0, rests] * 2


async def test_a_window_that_fails_or_goes_away_gives_its_turn_on():
    turns = NewsTurns(Hours().rest)

    async def fail():
        async with turns:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with turns:
        waiting = asyncio.create_task(fail())
        await asyncio.sleep(0)
        waiting.cancel()
    async with asyncio.timeout(1), turns:
        pass


async def test_a_window_waits_for_its_turn_with_what_others_changed_and_not_with_what_its_person_saved():
    crm, turns = believable_crm(), NewsTurns(hurried)
    ui = await Probe.open(lambda page: open_ui(page, crm, lambda: NOW, rest=hurried, turns=turns), route=f"/companies/{HOTEL}")

    async def changed(name, *, from_centre):
        crm.rows["company"][HOTEL]["name"] = name
        crm.tell(RecordsChanged({"company": frozenset({HOTEL})}, from_centre=from_centre))
        await ui.settle()
        return ui.keyed("record.title").value

    before = ui.keyed("record.title").value
    async with turns:
        assert await changed("Of others", from_centre=True) == before
        assert await changed("Own", from_centre=False) == "Own"
        assert await changed("Of others again", from_centre=True) == "Own"
    await ui.settle()
    assert ui.keyed("record.title").value == "Of others again"
    await ui.close()
