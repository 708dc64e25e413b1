"""What a device tells of itself as it syncs, and when: with a hello, and with a pull as soon as something is news."""

from dataclasses import replace

import pytest

from client.app import make_crm
from client.sync.reporting import AGAIN_MS, report_of
from client.sync.states import Event
from shared_models.device_desk import Cause
from shared_models.errors import ErrorCode, Refused
from sync_server.services import device_desk
from sync_server.services.device_causes import reasons

pytestmark = pytest.mark.functions(148)


def known(world, device):
    """Return what the server knows of a device."""
    central = world.server.central
    central.sightings.write(central.store, central.tables)
    with central.store.read() as connection:
        found = device_desk.every(central, connection)
    return next(one for one in found if one.row["id"] == f"device-{device.name}")


def causes(world, device):
    """Return the causes of a device, which has no token in these stories."""
    return [one.cause for one in reasons(replace(known(world, device).facts, is_signed_in=True))]


def reports(device):
    """Return a list to which every report that goes with a pull is added, None where none goes."""
    told, inner = [], device.network.inner
    ask = inner.pull

    def pull(request):
        told.append(request.report)
        return ask(request)

    object.__setattr__(inner, "pull", pull)
    return told


def test_the_first_hello_says_what_the_device_is_and_the_next_pull_that_it_is_loaded(world):
    laptop = world.device("laptop")
    laptop.sync()
    first = known(world, laptop).row
    assert (first["form"], first["app"], first["is_loaded"]) == ("desktop", "fieldfare", False)
    assert first["size_bytes"] > 10_000
    told = reports(laptop)
    laptop.sync()
    assert [one.is_loaded for one in told] == [True]
    assert known(world, laptop).row["proof"] == "equal"
    laptop.sync()
    assert told[1:] == [None], "an idle pull stays as short as it was"


def test_a_first_sync_that_broke_off_is_told_as_such(world):
    laptop = world.device("laptop")
    laptop.network.broken_after_lines = 1
    laptop.sync()
    assert causes(world, laptop) == [Cause.LOADING]
    laptop.sync()
    laptop.sync()
    assert causes(world, laptop) == [Cause.WELL]


def test_size_and_proof_are_told_again_after_some_hours(world):
    laptop = world.device("laptop")
    for _ in range(2):
        laptop.sync()
    told = reports(laptop)
    world.clock.now += AGAIN_MS
    laptop.sync()
    laptop.sync()
    assert [one is None for one in told] == [False, True]


def test_a_report_whose_pull_was_not_answered_goes_again(world):
    laptop = world.device("laptop")
    laptop.sync()
    told = reports(laptop)
    laptop.network.lost_answers.append("pull")
    laptop.sync()
    laptop.engine._hello_due = False  # else it goes with the hello that follows a failure
    laptop.sync()
    assert [one is None for one in told] == [False, False]


def test_a_round_of_a_device_that_works_offline_says_so(world):
    laptop = world.device("laptop")
    laptop.sync()
    laptop.sync()
    laptop.engine.scheduler.set_paused(True)
    assert laptop.engine.scheduler.on(Event.SYNC_NOW)
    laptop.sync()
    assert causes(world, laptop) == [Cause.WORKS_OFFLINE]
    laptop.engine.scheduler.set_paused(False)
    laptop.sync()
    assert causes(world, laptop) == [Cause.WELL]


async def test_switching_to_work_offline_is_the_last_that_the_centre_hears(world, tmp_path):
    laptop = world.device("laptop")
    for _ in range(2):
        laptop.sync()
    laptop.save("company", name="Hotel Bega")
    crm = make_crm(laptop.replica, laptop.network, laptop.engine, laptop.engine, tmp_path, None)
    before, cursor = len(laptop.network.calls), laptop.replica.facts()["cursor"]
    await crm.set_work_offline(True)
    crm._askers.shutdown(wait=True)
    assert laptop.network.calls[before:] == ["pull"], "what waits stays here"
    assert causes(world, laptop) == [Cause.WORKS_OFFLINE]
    assert laptop.replica.facts()["cursor"] == cursor
    assert len(laptop.replica.waiting()) == 1


async def test_switching_to_work_offline_without_a_connection_is_as_quiet_as_ever(world, tmp_path):
    laptop = world.device("laptop")
    laptop.sync()
    laptop.network.is_up = False
    crm = make_crm(laptop.replica, laptop.network, laptop.engine, laptop.engine, tmp_path, None)
    await crm.set_work_offline(True)
    crm._askers.shutdown(wait=True)
    assert laptop.replica.facts()["paused"]
    assert laptop.engine.status().last_error is None


def test_a_device_that_is_turned_away_again_and_again_says_by_what(world):
    laptop = world.device("laptop")
    laptop.sync()
    laptop.save("company", name="Hotel Bega")
    send = laptop.network.inner.push

    def refuse(_):
        raise Refused(ErrorCode.S501, "a fault in this test")

    object.__setattr__(laptop.network.inner, "push", refuse)
    for _ in range(6):
        laptop.sync()
    found = next(one for one in known(world, laptop).reasons if one.cause is Cause.REFUSED)
    assert (found.n, found.code) == (5, "S501")
    object.__setattr__(laptop.network.inner, "push", send)
    for _ in range(2):
        laptop.sync()
    assert causes(world, laptop) == [Cause.REFUSED_CHANGES], "the change was set aside, and waits for its person"


def test_a_lack_of_connection_is_no_refusal(world):
    laptop = world.device("laptop")
    laptop.sync()
    laptop.network.is_up = False
    for _ in range(6):
        laptop.sync()
    found = report_of(laptop.replica)
    assert (found.failures, found.error) == (0, None)


def test_a_quarantined_device_says_so(world):
    laptop = world.device("laptop")
    laptop.sync()

    def mismatch(_):
        raise Refused(ErrorCode.P205, "in this test")

    laptop.save("company", name="Hotel Bega")
    object.__setattr__(laptop.network.inner, "push", mismatch)
    laptop.sync()
    laptop.sync()
    assert Cause.QUARANTINED in causes(world, laptop)


def test_a_replica_that_differs_is_told_once_it_was_found(world):
    laptop = world.device("laptop")
    laptop.save("company", name="Hotel Bega")
    for _ in range(3):
        laptop.sync()
    inner, ask = laptop.network.inner, laptop.network.inner.digest

    def unanswered(_):
        laptop.network.is_up = False
        return laptop.network._call("digest")

    with laptop.replica.write(durable=False) as writing:
        writing.connection.execute("DELETE FROM company")
        writing.connection.execute("DELETE FROM _sync_digest")
    object.__setattr__(inner, "digest", unanswered)
    laptop.sync()
    laptop.network.is_up = True
    laptop.sync()
    laptop.network.is_up = True
    assert Cause.UNEQUAL in causes(world, laptop)
    object.__setattr__(inner, "digest", ask)
    for _ in range(2):
        laptop.sync()
    assert causes(world, laptop) == [Cause.WELL]
