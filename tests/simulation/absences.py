"""Stories of devices that are lost or long away, of clocks that jump by years, and of figures and rows that are not what they were."""

from client.sync.recount import EVERY_MS
from shared_models.errors import NeedsSignIn
from tests.simulation import checks
from tests.simulation.damage import mended_in_time, spoil
from tests.simulation.device import Device
from tests.simulation.evidence import Broken
from tests.simulation.fates import AWAY_MS, YEARS_MS
from tests.simulation.stage import Stage

MINUTE_MS = 60_000

# -- devices -----------------------------------------------------------------------------------------------------------------


def phone_that_never_comes_back(stage: Stage, a: Device, b: Device, _c: Device) -> None:
    """What it sent is there, whether or not it heard so, and its person goes on, on another one."""
    thing = stage.new_thing(a)
    stage.retitle(a, thing)
    stage.cut(a, "push answer", "pull")
    stage.edit(a, thing, spare=stage.people.fresh())
    new = stage.newcomer(a)
    stage.sync(new)
    stage.retitle(new, thing)
    stage.sync(new, b)


def phone_that_is_found(stage: Stage, a: Device, b: Device, _c: Device) -> None:
    """Locked out it keeps what waits; signed in again it is another device to the server, under a new numbering (9.4)."""
    thing = stage.new_thing(b)
    for _ in range(2):
        stage.retitle(a, thing)
        stage.sync(a)
    stage.edit(a, thing, spare=stage.people.fresh())
    stage.cut(a, "push answer", "pull")
    stage.organisation.revoke(a)
    stage.retitle(a, thing)
    waiting = a.replica.waiting()
    result = stage.round(a)
    if not isinstance(result.error, NeedsSignIn) or a.replica.waiting() != waiting:
        raise Broken(f"I1 {a.name} was locked out, and ended with {result.error!r} and {a.replica.waiting()}, not {waiting}")
    stage.sign_in_again(a)
    stage.sync(a, a)


def half_a_year_away(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """Edits from before, the record changed and archived meanwhile, and a clock that is wrong by years: one round."""
    thing, other = stage.new_thing(a), stage.new_thing(b)
    for one in (thing, other):
        stage.retitle(a, one)
        stage.retitle(b, one)
    stage.archive(b, other)
    stage.sync(b, c)
    stage.organisation.clock.now_ms += AWAY_MS
    stage.set_clock(a, stage.random.choice((-YEARS_MS, YEARS_MS)))
    stage.edit(a, thing, keeper=stage.people.fresh())
    stage.new_thing(a, is_shared=False)
    stage.sync(a)


# -- clocks ------------------------------------------------------------------------------------------------------------------


def latest_edit_from_years_ahead(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """Nothing is stamped later than it arrived: the next edit of somebody else is later, whatever the first clock said."""
    thing = stage.new_thing(c)
    stage.set_clock(a, a.clock.ahead_ms + YEARS_MS)
    stage.edit(a, thing, keeper=stage.people.fresh())
    stage.sync(a)
    stage.organisation.clock.now_ms += MINUTE_MS
    stage.edit(b, thing, keeper=stage.people.fresh())
    stage.sync(b)
    stage.set_clock(a, a.clock.ahead_ms - YEARS_MS)
    stage.sync(a)


def server_clock_that_jumps(stage: Stage, a: Device, b: Device, _c: Device) -> None:
    """The server's clock is for people: the order is its sequence."""
    thing, years = stage.new_thing(b), stage.random.choice((-YEARS_MS, YEARS_MS))
    for jump in (years, -years):
        stage.set_server_clock(jump)
        stage.retitle(a, thing)
        stage.sync(a, b)
        stage.retitle(b, thing)
        stage.sync(b, a)


# -- what is not as it was ---------------------------------------------------------------------------------------------------


def row_that_a_disk_changed_under_its_people(stage: Stage, a: Device, b: Device, _c: Device) -> None:
    """They go on working with what they see; what they type stays, and hourly rounds put the rest right (13.9)."""
    _spoilt_and_mended(stage, a, stage.new_thing(b))


def row_that_a_disk_changed_after_the_clock(stage: Stage, a: Device, b: Device, _c: Device) -> None:
    """A clock that is set back by years puts off no audit."""
    thing = stage.new_thing(b)
    stage.organisation.clock.now_ms += EVERY_MS
    stage.sync(a)
    stage.set_clock(a, a.clock.ahead_ms - YEARS_MS)
    _spoilt_and_mended(stage, a, thing)


def _spoilt_and_mended(stage: Stage, device: Device, thing: str) -> None:
    stage.damaged.add(device.name)
    for _ in range(2):
        spoil(device, stage.random)
    if device.replica.get(stage.people.cast.thing, thing) is not None:
        stage.edit(device, thing, spare=stage.people.fresh())
    mended_in_time(stage, device)


def figure_that_the_centre_has_wrong(stage: Stage, a: Device, b: Device, _c: Device) -> None:
    """A device whose every row is equal has it counted anew, and the next finds nothing any more (13.11)."""
    stage.new_thing(b)
    stage.is_miscounted = True
    stage.organisation.miscount(stage.random)
    stage.organisation.clock.now_ms += EVERY_MS
    stage.sync(a)
    checks.counted_anew(stage.organisation)
    stage.is_miscounted = False
    stage.sync(b, a)


OF_ABSENCES = (
    phone_that_never_comes_back,
    phone_that_is_found,
    half_a_year_away,
    latest_edit_from_years_ahead,
    server_clock_that_jumps,
    row_that_a_disk_changed_under_its_people,
    row_that_a_disk_changed_after_the_clock,
    figure_that_the_centre_has_wrong,
)
