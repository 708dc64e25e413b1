"""Stories of laptops and servers that come back from a backup (`sync.md`, traps 7 and 28)."""

from tests.simulation.device import Device
from tests.simulation.stage import Stage

# -- laptops: PROTOCOL 7.5 -------------------------------------------------------------------------------------------------


def laptop_that_has_nothing_to_send(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """An ack of a save that the device does not hold is how it learns that it came from a backup."""
    thing = stage.new_thing(b)
    a.back_up()
    stage.retitle(a, thing)
    stage.sync(a)
    stage.put_back(a)
    stage.cut(a, "push")
    stage.sync(a)


def laptop_that_sent_its_next_number(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """The number of a lost save is used again; only ids tell the two apart."""
    thing = stage.new_thing(b)
    a.back_up()
    stage.retitle(a, thing)
    stage.sync(a)
    stage.put_back(a)
    stage.edit(a, thing, spare=stage.people.fresh())
    stage.cut(a, "push")
    stage.sync(a, a)


def laptop_whose_number_was_used(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """A push under a used number is answered with `reused`, whatever waits for its pull meanwhile."""
    thing = stage.new_thing(b)
    stage.edit(a, thing, spare=stage.people.fresh())
    stage.cut(a, "pull")
    a.back_up()
    stage.retitle(a, thing)
    stage.sync(a)
    stage.put_back(a)
    stage.edit(a, thing, spare=stage.people.fresh())
    stage.sync(a, a)


def laptop_that_forgot_its_own_edit(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """What the same device wrote before it came from a backup is not on its screen any more (`sync.md` 1.1)."""
    thing = stage.new_thing(b)
    a.back_up()
    stage.retitle(a, thing)
    stage.sync(a)
    stage.put_back(a)
    stage.retitle(a, thing)
    stage.sync(a)


def laptop_with_an_answer_to_its_old_numbers(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """An answer that names another numbering is not believed: it would take a number out of the new one (trap 28)."""
    thing = stage.new_thing(b)
    stage.retitle(a, thing)
    stage.cut(a, "push answer", "pull")
    answer = a.network.last_answer
    a.back_up()
    stage.retitle(a, thing)
    stage.sync(a)
    stage.put_back(a)
    stage.edit(a, thing, spare=stage.people.fresh())
    a.network.during = {"push": lambda: setattr(a.network, "late", answer)}
    stage.sync(a, a)


OF_LAPTOPS = (
    laptop_that_has_nothing_to_send,
    laptop_that_sent_its_next_number,
    laptop_whose_number_was_used,
    laptop_that_forgot_its_own_edit,
    laptop_with_an_answer_to_its_old_numbers,
)

# -- servers -----------------------------------------------------------------------------------------------------------------


def answer_of_another_timeline(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """An answer that was under way when the server came back would mark a lost save as done."""
    thing = stage.new_thing(b)
    stage.organisation.back_up()
    stage.retitle(a, thing)
    stage.cut(a, "push answer", "pull")
    answer = a.network.last_answer
    stage.restore_server()
    a.network.late = answer
    stage.sync(a)
    stage.retitle(c, thing)
    stage.sync(c)


def version_of_another_timeline(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """A version of an older timeline means at most the point up to which both are one (4)."""
    thing = stage.new_thing(b)
    stage.organisation.back_up()
    for _ in range(8):  # more than others have to send
        stage.retitle(b, thing)
    stage.sync(b, a)
    stage.restore_server()
    stage.retitle(c, thing)
    stage.sync(c)
    stage.retitle(a, thing)
    stage.sync(a)


def form_open_over_a_restore(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """The versions of a form are of the timeline in which it was drawn, whenever it is saved."""
    thing = stage.new_thing(b)
    stage.organisation.back_up()
    for _ in range(8):  # more than others have to send
        stage.retitle(b, thing)
    stage.sync(b, a)
    form = stage.form(a, thing)
    stage.restore_server()
    stage.retitle(c, thing)
    stage.sync(c, a)
    stage.retitle(a, thing, form)
    stage.sync(a)


def code_as_it_was_typed(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """A code that got a suffix in the new timeline is no question to those who saw it without (4, PN)."""
    thing, other, code = stage.new_thing(a), stage.new_thing(a), stage.people.fresh()
    stage.organisation.back_up()
    stage.edit(a, thing, code=code)
    stage.sync(a, b)
    stage.edit(b, thing, code=stage.people.fresh())
    stage.restore_server()
    stage.edit(c, other, code=code)
    stage.sync(c, a, b)


def refused_after_the_backup(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """Every verdict takes a seq of its own, refusals too: else nobody would know that the backup lacks it."""
    stage.new_thing(b)
    stage.organisation.back_up()
    stage.forbidden_thing(a)
    stage.sync(a)
    stage.restore_server()
    stage.sync(a)


def server_that_is_ahead_again(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """Whatever its cursor, a device offers again what the backup lacks."""
    thing, other = stage.new_thing(b), stage.new_thing(b)
    stage.organisation.back_up()
    stage.retitle(a, thing)
    stage.sync(a)
    stage.restore_server()
    for _ in range(8):
        stage.retitle(c, other)
    stage.sync(c, a)


def server_that_came_back_twice(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """What counts is the lowest point of all restores since the timeline that the device names."""
    thing, other = stage.new_thing(b), stage.new_thing(b)
    stage.organisation.back_up()
    stage.retitle(a, thing)
    stage.sync(a)
    stage.restore_server()
    for _ in range(8):
        stage.retitle(c, other)
    stage.sync(c)
    stage.organisation.back_up()
    stage.restore_server()
    stage.sync(a)


def value_that_nobody_can_offer_again(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """After a restore the replica is loaded anew: it may hold what no longer exists."""
    thing = stage.new_thing(b)
    stage.organisation.back_up()
    b.back_up()
    stage.retitle(b, thing)
    stage.sync(b, a)
    stage.put_back(b)
    stage.restore_server()
    stage.sync(a, b)


OF_SERVERS = (
    answer_of_another_timeline,
    version_of_another_timeline,
    form_open_over_a_restore,
    code_as_it_was_typed,
    refused_after_the_backup,
    server_that_is_ahead_again,
    server_that_came_back_twice,
    value_that_nobody_can_offer_again,
)
