"""Programs that get a newer version: stories of it, and what it must not change at the end of a week (I10)."""

from collections.abc import Iterable
from random import Random
from typing import cast

from client.replica import integrity
from shared_models.card_versions import CARD
from shared_models.transport import PullRequest
from tests.simulation import checks, views
from tests.simulation.casts import Cast
from tests.simulation.device import Device
from tests.simulation.evidence import Broken, Evidence
from tests.simulation.stage import Stage

REFUSED = ("R305", "R308")
"""Codes of refusals that people meet whatever their version."""


def updated_with_a_push_under_way(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """What was sent by the older program goes again just so, and what waited behind it in its form (10.5)."""
    thing, old = _older(stage, a, b)
    stage.edit(old, thing, first_name=stage.people.fresh(), spare=stage.people.fresh())
    stage.cut(old, "push answer", "pull")
    stage.edit(old, thing, last_name=stage.people.fresh())
    _to_newest(stage, old)
    stage.sync(old, b)


def backup_from_before_the_save_was_sent(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """A save waits in a backup, is sent, and the backup is put back under the newer program (10.5)."""
    thing, old = _older(stage, a, b)
    stage.edit(old, thing, spare=stage.people.fresh())
    old.back_up()
    stage.sync(old)
    _to_newest(stage, old)
    stage.sync(old)
    stage.put_back(old)
    stage.sync(old, b)


def updated_over_the_other_half_of_a_name(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """Below an own edit of one part lies another's edit of the other, and after the update both are on the screen (I11)."""
    thing, old = _older(stage, a, b)
    stage.edit(b, thing, first_name=stage.people.fresh())
    stage.edit(old, thing, last_name=stage.people.fresh())
    stage.sync(b)
    stage.cut(old, "push")
    _to_newest(stage, old)
    stage.sync(old, b)


def each_version_changes_its_part(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """An edit of a part is no edit of the whole: nobody is asked, and nobody's part is lost (10.2)."""
    thing, old = _older(stage, a, b)
    stage.edit(b, thing, first_name=stage.people.fresh())
    stage.edit(old, thing, last_name=stage.people.fresh())
    stage.sync(b, old, b, old)


def asked_in_the_words_of_an_older_version(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """A card about one part is decided on an older program, and one that came to it after the update without contact."""
    for is_updated in (False, True):
        thing, old = _older(stage, a, b)
        stage.edit(b, thing, last_name=stage.people.fresh(), spare=stage.people.fresh())
        stage.edit(old, thing, last_name=stage.people.fresh(), spare=stage.people.fresh())
        stage.sync(b, old)
        if is_updated:
            _to_newest(stage, old)
        while (card := stage.card_of(old, thing)) is not None:
            stage.people.decide(old, card, is_restored=True, is_stale=True)
        stage.sync(old, b)
        a = old


def second_edit_of_a_value_hidden_from_an_older_version(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """Base versions of fields are read under today's names: what an own value hid was not seen (6.6)."""
    thing, old = _older(stage, a, b)
    stage.edit(b, thing, spare=stage.people.fresh(), first_name=stage.people.fresh())
    stage.sync(b)
    stage.edit(old, thing, spare=stage.people.fresh(), first_name=stage.people.fresh())
    stage.cut(old, "push")
    stage.edit(old, thing, spare=stage.people.fresh(), first_name=stage.people.fresh())
    stage.sync(old, b)


def lines_of_an_older_version(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """What was on the screen is read under today's names: a text is merged with it (10.2)."""
    thing, old = _older(stage, a, b, story="first\nlast")
    stage.edit(b, thing, story=f"first\nlast\n{stage.people.fresh()}")
    stage.edit(old, thing, story=f"{stage.people.fresh()}\nfirst\nlast")
    stage.sync(b, old, b)
    lines_once(Evidence(stage.organisation, stage.people.memory), stage.people.cast)


def the_other_half_came_below_an_own_one(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """An older program has the whole as its own edit says, and the centre has another's part in it: the row is sent (10.2)."""
    thing, old = _older(stage, a, b)
    stage.edit(b, thing, first_name=stage.people.fresh())
    stage.edit(old, thing, last_name=stage.people.fresh())
    stage.sync(b)
    stage.cut(old, "push")
    stage.sync(old)
    checks.same(old, stage.people.cast.thing, views.of(old)[stage.people.cast.thing])


def page_from_before_the_update(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """A page lacks what the version lacks that it was made for (10.3)."""
    thing, old = _older(stage, a, b, program=4, is_met=False)
    with stage.people.save(b, "insert", is_atomic=False) as save:
        save.insert(
            stage.people.cast.late, {stage.people.cast.part_of: thing, stage.people.cast.late_field: stage.people.fresh()}
        )
    stage.sync(b)
    stage.cut(old, "pull", "snapshot")
    facts = old.replica.facts()
    request = PullRequest(facts["cursor"], facts["server_epoch"], facts["device_epoch"], None)
    old.network.late_page = list(cast(Iterable[bytes], old.network.inner.pull(request)))
    update_program(stage, old, 5)
    stage.round(old)
    old.network.late_page = None
    stage.sync(old)


OF_VERSIONS = (
    updated_with_a_push_under_way,
    backup_from_before_the_save_was_sent,
    updated_over_the_other_half_of_a_name,
    each_version_changes_its_part,
    asked_in_the_words_of_an_older_version,
    second_edit_of_a_value_hidden_from_an_older_version,
    lines_of_an_older_version,
    the_other_half_came_below_an_own_one,
    page_from_before_the_update,
)


def update_program(stage: Stage, device: Device, program: int, kill_at: int | None = None) -> None:
    """Give a device a newer program, without contact: what its person has typed is on the screen, and rows are sound (I11)."""
    before = checks.touched(device)
    device.update(program, kill_at)
    if device.name in stage.damaged:
        return
    if found := integrity.check(device.replica):
        raise Broken(f"I11 {device.name} after the update: {found}")
    for named, row in before.items():
        now = device.replica.get(*named) or {}
        lost = [name for name in row if name not in stage.people.cast.split and now.get(name) != row[name]]
        if lost and row:
            raise Broken(
                f"I10 {device.name} {named} after the update: { ({name: (row[name], now.get(name)) for name in lost}) }"
            )


def nothing_refused(evidence: Evidence) -> None:
    """I10: nothing is refused but what only an admin may, or all or nothing, whatever version it was typed in."""
    for tx, code in evidence.refusals.items():
        if code not in REFUSED:
            raise Broken(f"I10 {tx} was refused: {code}")


def lines_once(evidence: Evidence, who: Cast) -> None:
    """I10: every line of a text was typed once, and stands there once: what its author had seen was read in any version."""
    for row in evidence.all(who.thing):
        lines = (row[who.fields["story"]] or "").split("\n")
        if len(lines) > len(set(lines)):
            raise Broken(f"I10 {row['id']} has lines twice: {lines}")


def all_updated(stage: Stage, seed: int) -> bool:
    """Give every device the newest program, without contact: all of what it held is there, in today's fields. False: all had it."""
    organisation = stage.organisation
    older = [device for device in organisation.devices if device.is_older]
    for device in older:
        before = device.translation
        assert before is not None
        _to_newest(stage, device, Random(f"{seed}update {device.name}"))
        for name, there in organisation.tables().items():
            if name == CARD:  # names that are told beside an archive are fewer in an older version
                there = {pk: before.as_shown(name, row) for pk, row in there.items()}
            if before.knows(name):
                checks.same(device, name, there)
    return bool(older)


def _older(
    stage: Stage, lost: Device, other: Device, *, program: int = 1, is_met: bool = True, **parts: object
) -> tuple[str, Device]:
    """Return a record that two devices hold, and one of them, in place of `lost`, which has an older program.

    is_met: it holds the record already.
    """
    if other.is_older:
        _to_newest(stage, other)
    old = stage.newcomer(lost, program=program)
    names = {name: stage.people.fresh() for name in ("first_name", "last_name", "wish")}
    thing = stage.new_thing(other, is_shared=False, **names, **parts)
    stage.sync(other, *((old,) if is_met else ()))
    return thing, old


def _to_newest(stage: Stage, device: Device, chance: Random | None = None) -> None:
    kill_at = chance.randrange(1, 300) if chance is not None and chance.random() < 0.3 else None
    update_program(stage, device, stage.organisation.registry.evolution.newest, kill_at)
