"""Much news comes in one page; after a round that failed it comes in small ones, and each that has come is kept."""

import json
from dataclasses import replace

import pytest

from client.sync import pull as client_pull
from shared_models.errors import Unreachable
from sync_server.services import pull as server_pull

COMPANIES = 7
pytestmark = pytest.mark.functions(140, 141)


@pytest.fixture
def ana(world, monkeypatch):
    """A device that is up to date, before others save much; a small page has two rows."""
    monkeypatch.setattr(client_pull, "PAGE_ROWS", 2)
    monkeypatch.setattr(server_pull, "PAGE_ROWS", 2)
    made, dan = world.device("ana-laptop", "ana"), world.device("dan-laptop", "dan")
    made.sync()
    for i in range(COMPANIES):
        dan.save("company", name=f"Company {i}")
    dan.sync()
    return made


def held(device):
    return sum(row["name"].startswith("Company ") for row in device.replica.list_page("company", sort="id", limit=1000).rows)


def test_news_comes_as_one_page(ana):
    ana.network.calls.clear()
    assert ana.sync().rows == COMPANIES
    assert ana.network.calls.count("pull") == 1
    assert held(ana) == COMPANIES


def test_after_a_page_that_broke_off_small_ones_come_and_are_kept(ana):
    ana.network.broken_after_lines = 1
    assert isinstance(ana.sync().error, Unreachable)
    inner, asked = ana.network.pull, []

    def pull(request):
        asked.append(request.most)
        if len(asked) == 3:
            ana.network.broken_after_lines = 1
        return inner(request)

    ana.network.pull = pull
    assert isinstance(ana.sync().error, Unreachable)
    assert ana.replica.facts()["stage_rows"] == 4
    assert ana.sync().error is None
    assert held(ana) == COMPANIES
    assert len(asked) == 3 + 2 + 1, "the third small page again, the fourth, and the one that makes a checkpoint of them"
    assert set(asked) == {2}
    ana.sync()
    assert asked[-1] is None, "after a round that went through pages may be large"


def test_a_late_final_page_from_before_a_page_of_the_pull_is_not_taken(world, ana):
    dan = world.devices["dan-laptop"]
    ana.network.broken_after_lines = 1
    assert isinstance(ana.sync().error, Unreachable)
    inner, late = ana.network.pull, {}

    def lost(request):
        """The second page is lost, and so is the final one that is asked for after all others."""
        if request.after is None:
            return inner(request)
        while not late:
            lines = list(inner(request))
            end = json.loads(lines[-1])
            if end["commit"]:
                late[request.after] = lines
            request = replace(request, after=end["after"])
        raise Unreachable(None, "lost")

    ana.network.pull = lost
    assert isinstance(ana.sync().error, Unreachable)
    moved = dan.replica.list_page("company", sort="id", limit=1000).rows[-1]["id"]
    dan.edit("company", moved, name="Company that moved")
    dan.sync()
    taken = list(late)
    ana.network.pull = lambda request: iter(late.pop(request.after)) if request.after in late else inner(request)
    result = ana.sync()
    assert (late, len(taken)) == ({}, 1), "it came"
    assert result.error is None
    assert result.proof.equal
    assert held(ana) == COMPANIES
    assert ana.get("company", moved)["name"] == "Company that moved"


def test_a_device_that_has_nothing_yet_gets_pages_from_the_start(world, ana):
    late = world.device("late-laptop", "dan")
    late.sync()
    assert late.network.calls.count("pull") > COMPANIES // 2
    assert held(late) == COMPANIES
