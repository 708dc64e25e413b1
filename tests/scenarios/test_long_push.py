"""A week offline goes up in several requests, each under way while the answer to the one before is stored."""

from random import Random

import pytest

from client.replica import change_log
from client.sync.ahead import at_once, in_background
from client.sync.engine import SyncEngine

SAVES = 7


@pytest.fixture(params=[at_once, in_background], ids=["at once", "in the background"])
def ana(world, request):
    made = world.device("ana-laptop", "ana")
    made.engine = SyncEngine(made.replica, made.network, random=Random(1), start=request.param, batch_txs=2)
    return made


def attempts(device) -> list[int]:
    with device.replica.reading() as reader:
        return [tx.attempts for tx in change_log.select(reader, change_log.UNSETTLED)]


@pytest.mark.functions(141)
def test_saves_go_up_in_order_and_in_several_requests(world, ana):
    dan = world.device("dan-laptop", "dan")
    made = [ana.save("company", name=f"Company {i}") for i in range(SAVES)]
    ana.edit("company", made[0], name="Renamed")
    ana.sync()
    assert ana.network.calls.count("push") == 4
    world.rest()
    assert dan.get("company", made[0])["name"] == "Renamed"
    assert all(dan.replica.get("company", pk) for pk in made)


def test_lost_answer_blames_nothing_that_was_only_made_ready(world, ana):
    for i in range(SAVES):
        ana.save("company", name=f"Company {i}")
    ana.network.lost_answers.append("push")
    result = ana.sync()
    assert result.error is not None
    assert not any(attempts(ana)), "no network is no reason to suspect a save"
    world.rest()


def test_person_who_stops_a_long_push_keeps_what_was_answered(world, ana):
    for i in range(SAVES):
        ana.save("company", name=f"Company {i}")
    inner = ana.network.push

    def push_then_stop(body):
        ana.engine.stop()
        return inner(body)

    ana.network.push = push_then_stop
    result = ana.sync()
    assert result.stopped
    with ana.replica.reading() as reader:
        assert change_log.select(reader, "state = 'acked'")
        assert change_log.select(reader, "state IN ('pending', 'inflight')")
    del ana.network.push
    world.rest()


def test_server_that_moved_to_another_timeline_in_mid_push_loses_nothing(world, ana):
    backup = world.back_up()
    for i in range(SAVES):
        ana.save("company", name=f"Company {i}")
    inner, pushes = ana.network.push, []

    def restored_between(body):
        pushes.append(body)
        if len(pushes) == 3:
            world.restore(backup, "epoch-after")
        return inner(body)

    ana.network.push = restored_between
    ana.sync()
    del ana.network.push
    world.rest()
    assert len(ana.replica.list_page("company", limit=50).rows) == SAVES
