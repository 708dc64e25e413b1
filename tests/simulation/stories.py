"""Stories mixed into the weeks: a few steps that lead straight to one rule of `PROTOCOL.md`, amid whatever else goes on.

Each story is told on devices as the week has left them. What goes wrong is found by the checks that every week ends with,
or by a round without a mishap that does not go through. The titles say what happens; the rule is in the text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from tests.simulation import absences, beginnings, file_stories, misfortunes, reassignments, server_stories, updates
from tests.simulation.acts import Save
from tests.simulation.casts import Cast
from tests.simulation.damage import damaged_and_mended
from tests.simulation.device import Device
from tests.simulation.stage import Stage

A_STORY = 200  # steps in which there is one story
Telling = Callable[[Stage, Device, Device, Device], None]


@dataclass(frozen=True)
class Story:
    """One story. needs: parts that the cast must have a field for."""

    telling: Telling
    needs: tuple[str, ...] = ()

    def tell(self, stage: Stage) -> None:
        """Tell it on three devices of different people, none of them an admin."""
        devices = [device for device in stage.organisation.devices if not device.is_admin]
        stage.random.shuffle(devices)
        with stage.calm():
            self.telling(stage, *devices)


def second_edit_of_a_hidden_value(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """An own value hides what a pull brought below it: a second edit has not seen that either (6.6)."""
    thing = stage.new_thing(a)
    stage.retitle(b, thing)
    stage.sync(b)
    stage.retitle(a, thing)
    stage.cut(a, "push")
    stage.retitle(a, thing)
    stage.sync(a)


def form_open_over_an_own_save(stage: Stage, a: Device, _b: Device, _c: Device) -> None:
    """A form that was open before another save of the same person did not show that one."""
    thing = stage.new_thing(a)
    form = stage.form(a, thing)
    stage.retitle(a, thing)
    stage.sync(a)
    stage.retitle(a, thing, form)
    stage.sync(a)


def form_open_over_the_first_sync(stage: Stage, a: Device, _b: Device, _c: Device) -> None:
    """What a form stood on when it was drawn stays what it stood on, when a round has settled that meanwhile."""
    thing = stage.new_thing(a, is_shared=False, labels=["x"])
    form = stage.form(a, thing)
    stage.sync(a)
    stage.edit(a, thing, form, labels=[])
    stage.sync(a)


def archived_in_an_old_form(stage: Stage, a: Device, _b: Device, _c: Device) -> None:
    """The same for an archive."""
    thing = stage.new_thing(a, is_shared=False)
    form = stage.form(a, thing)
    stage.sync(a)
    stage.archive(a, thing, form)
    stage.sync(a)


def built_on_what_was_refused(stage: Stage, a: Device, _b: Device, _c: Device) -> None:
    """A save stands on those that its screen stood on, those behind a refused one too (6.5)."""
    thing = stage.new_thing(a)
    stage.retitle(a, thing)
    stage.cut(a, "pull")

    def forbidden(save: Save) -> None:
        save.insert("team", {"name": stage.people.fresh()})

    stage.edit_with(a, thing, forbidden)
    stage.cut(a, "push")
    stage.retitle(a, thing)
    stage.sync(a)


def text_merged_under_the_second_edit(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """A text that was merged holds lines that its own author has not seen: never the own rule (4, LM)."""
    thing = stage.new_thing(a, story="first")
    stage.edit(b, thing, story=f"first\n{stage.people.fresh()}")
    stage.sync(b)
    mine = f"{stage.people.fresh()}\nfirst"
    stage.edit(a, thing, story=mine)
    stage.edit(a, thing, story=f"{stage.people.fresh()}\n{mine}")
    stage.sync(a)


def two_records_of_which_one_is_asked_about(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """An ack stands for rows only if everything of the save was taken as sent (7.3)."""
    one, other = stage.new_thing(a), stage.new_thing(b)
    stage.retitle(b, other)
    stage.sync(b)
    with stage.people.save(a, "update", is_atomic=False) as save:
        for thing in (one, other):
            save.update(stage.people.cast.thing, thing, {stage.cast["title"]: stage.people.fresh()})
    stage.sync(a, a)


def archived_over_an_unseen_edit(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """An archive is an op on the whole record: refused when something of it is newer than what its author saw (4)."""
    thing = stage.new_thing(a)
    stage.edit(b, thing, spare=stage.people.fresh())
    stage.sync(b)
    stage.archive(a, thing)
    stage.sync(a)


def archived_over_an_unseen_child(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """The same for a child of it."""
    thing = stage.new_thing(a)
    stage.child(b, thing)
    stage.sync(b)
    stage.archive(a, thing)
    stage.sync(a)


def edited_while_archived_unseen(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """An edit brings back what was archived without its author's knowledge (4, revive)."""
    thing = stage.new_thing(a)
    stage.archive(b, thing)
    stage.sync(b)
    stage.retitle(a, thing)
    stage.sync(a)


def child_while_archived_unseen(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """So does a new child."""
    thing = stage.new_thing(a)
    stage.archive(b, thing)
    stage.sync(b)
    stage.child(a, thing)
    stage.sync(a)


def link_added_twice_and_removed_once(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """Every add leaves a trace, also when the link is there; a remove takes only those that it saw (4, links)."""
    thing = stage.new_thing(a)
    tie = stage.tie(a, thing)
    stage.share(a)
    stage.tie(b, thing)
    stage.sync(b)
    stage.untie(a, tie)
    stage.sync(a)


def link_removed_in_an_old_list(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """An add from the same device is no proof that the remove had seen it."""
    thing = stage.new_thing(b)
    tie = stage.tie(b, thing)
    stage.share(b)
    form = stage.people.look(a, stage.people.cast.tie, tie)
    stage.tie(a, thing)
    stage.sync(a)
    stage.untie(a, tie, form)
    stage.sync(a)


def link_added_over_an_unseen_edit(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """An insert of an existing id merges unit by unit."""
    thing = stage.new_thing(a)
    tie = stage.tie(a, thing)
    stage.share(a)
    with stage.people.save(b, "update", is_atomic=False) as save:
        save.update(stage.people.cast.tie, tie, {stage.people.cast.tie_role: stage.people.fresh()})
    stage.sync(b)
    stage.tie(a, thing)
    stage.sync(a)


def restored_on_a_card_that_is_old(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """A restore made on a card has seen what the card shows, and not what came after it."""
    thing = stage.new_thing(a)
    stage.retitle(b, thing)
    stage.sync(b)
    stage.retitle(a, thing)
    stage.sync(a, c)
    stage.retitle(c, thing)
    stage.sync(c, a)
    if (card := stage.card_of(a, thing)) is not None:
        stage.people.decide(a, card, is_restored=True, is_stale=True)
        stage.sync(a)


def put_off_until_its_parent_is_there(stage: Stage, a: Device, _b: Device, _c: Device) -> None:
    """A save under a record that was refused is put off, and issued again once the record is there (6.4)."""
    thing, refused = stage.forbidden_thing(a)
    stage.child(a, thing)
    stage.sync(a)
    stage.people.correct(a, refused)
    stage.sync(a, a)


def reissued_beside_a_newer_edit(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """What is issued again keeps the `after` of the first: it has not seen what its author typed meanwhile (6.4)."""
    other = stage.new_thing(b)
    thing, refused = stage.forbidden_thing(a)
    stage.child(a, thing, also=lambda save: stage.retitle_in(save, other))
    stage.sync(a)
    stage.people.correct(a, refused)
    stage.cut(a, "pull")
    stage.retitle(a, other)
    stage.cut(a, "push")
    stage.sync(a, a)


def corrected_beside_what_was_built_on_it(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """A correction is its own origin: no older save was built on its value (`sync.md` trap 8)."""
    other = stage.new_thing(b)
    thing, refused = stage.forbidden_thing(a)
    first = stage.edit_with(a, other, lambda save: save.insert("team", {"name": stage.people.fresh()}))
    stage.child(a, thing, also=lambda save: stage.retitle_in(save, other))
    stage.sync(a)
    with stage.people.save(a, "correction", is_atomic=False, corrects=first) as save:
        stage.retitle_in(save, other)
    stage.people.correct(a, refused)
    stage.sync(a, a, a)


def code_of_an_archived_record(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """A code once given stays with its record (4, codes)."""
    code = stage.people.fresh()
    thing, other = stage.new_thing(a, code=code), stage.new_thing(a)
    stage.archive(a, thing)
    stage.share(a)
    stage.edit(b, other, code=code)
    stage.sync(b)


def later_edit_with_a_slow_clock(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """The latest edit is the latest by the clock of the server (4, LE)."""
    early, late = sorted((a, b, c), key=lambda device: -device.clock.ahead_ms)[::2]
    thing = stage.new_thing(c)
    stage.edit(early, thing, keeper=stage.people.fresh())
    stage.organisation.clock.now_ms += 60_000
    stage.edit(late, thing, keeper=stage.people.fresh())
    stage.sync(late, early)


def two_moves_in_one_chain(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """Of two forward moves the longer of a chain wins, in either order (4, SM)."""
    thing = stage.new_thing(a)
    stage.edit(b, thing, stage="won")
    stage.sync(b)
    stage.edit(a, thing, stage="talk")
    stage.sync(a)


def each_half_of_a_group(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """A group merges only as a whole (I12)."""
    thing = stage.new_thing(a)
    for device, name in zip((b, a), stage.people.cast.places, strict=True):
        with stage.people.save(device, "update", is_atomic=False) as save:
            save.update(stage.people.cast.thing, thing, {name: stage.people.fresh()})
        stage.sync(device)


def verdict_before_the_pull(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """A verdict moves nothing: what was typed stays until a pull brings it, and what was not pulled was not seen (7.7)."""
    thing = stage.new_thing(a)
    stage.retitle(b, thing)
    stage.sync(b)
    stage.edit(a, thing, spare=stage.people.fresh())
    stage.cut(a, "pull")
    stage.retitle(a, thing)
    stage.cut(a, "pull")
    stage.sync(a)


def changed_between_two_pages(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """The last page of a long pull brings what changed while it was under way (7.2)."""
    things = [stage.new_thing(b) for _ in range(3)]
    for thing in things:
        stage.retitle(b, thing)
    stage.sync(b)

    def change_on() -> None:
        stage.retitle(b, things[0])
        stage.sync(b)

    a.network.page_rows, a.network.during = 1, {"page": change_on}
    stage.sync(a)
    a.network.page_rows = None


def page_of_an_earlier_pull(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """A page counts only where the device stands now (7.4)."""
    thing = stage.new_thing(b)
    stage.retitle(a, thing)
    stage.sync(a)
    page = a.network.pages[-1] if a.network.pages else None  # none yet: the first one came with the answer to a push
    stage.retitle(a, thing)
    stage.sync(a)
    a.network.late_page = page
    stage.sync(a)
    a.network.late_page = None


def typed_while_a_round_is_under_way(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """An edit committed during a push or a pull is another save, and has not seen what that pull brings (7.6)."""
    things = [stage.new_thing(b) for _ in range(2)]
    for thing in things:
        stage.retitle(b, thing)
    stage.sync(b)
    stage.edit(a, things[0], spare=stage.people.fresh())
    a.network.page_rows = 1
    a.network.during = {"push": lambda: stage.retitle(a, things[0]), "page": lambda: stage.retitle(a, things[1])}
    stage.sync(a, a)
    a.network.page_rows = None


def sent_until_an_answer_comes(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """A save is sent again under its id until its verdict is there, and old requests that arrive late change nothing (6.1)."""
    thing = stage.new_thing(b)
    stage.retitle(a, thing)
    stage.cut(a, "push answer", "pull")
    stage.retitle(a, thing)
    stage.sync(a)
    for body in list(a.network.sent):
        a.network.deliver_again(body)
    stage.sync(a)


def file_that_a_disk_changed(stage: Stage, a: Device, b: Device, _: Device) -> None:
    """What a disk did to rows under an own edit is found and put right below it (13.7)."""
    thing = stage.new_thing(b)
    stage.edit(a, thing, spare=stage.people.fresh())
    stage.retitle(a, thing)
    damaged_and_mended(stage, a, stage.random)
    stage.sync(a)


PLAIN: Mapping[str, Story] = {
    story.telling.__name__: story
    for story in (
        Story(second_edit_of_a_hidden_value),
        Story(form_open_over_an_own_save),
        Story(form_open_over_the_first_sync),
        Story(archived_in_an_old_form),
        Story(built_on_what_was_refused),
        Story(text_merged_under_the_second_edit),
        Story(two_records_of_which_one_is_asked_about),
        Story(archived_over_an_unseen_edit),
        Story(archived_over_an_unseen_child),
        Story(edited_while_archived_unseen),
        Story(child_while_archived_unseen),
        Story(link_added_twice_and_removed_once),
        Story(link_removed_in_an_old_list),
        Story(link_added_over_an_unseen_edit),
        Story(restored_on_a_card_that_is_old),
        Story(put_off_until_its_parent_is_there),
        Story(reissued_beside_a_newer_edit),
        Story(corrected_beside_what_was_built_on_it),
        Story(code_of_an_archived_record),
        Story(later_edit_with_a_slow_clock),
        Story(two_moves_in_one_chain, ("stage",)),
        Story(each_half_of_a_group),
        Story(verdict_before_the_pull),
        Story(changed_between_two_pages),
        Story(page_of_an_earlier_pull),
        Story(typed_while_a_round_is_under_way),
        Story(sent_until_an_answer_comes),
        Story(file_that_a_disk_changed),
    )
}
OF_LAPTOPS: Mapping[str, Story] = {telling.__name__: Story(telling) for telling in misfortunes.OF_LAPTOPS}
OF_FIRST_SYNCS: Mapping[str, Story] = {telling.__name__: Story(telling) for telling in beginnings.OF_FIRST_SYNCS}
OF_ABSENCES: Mapping[str, Story] = {telling.__name__: Story(telling) for telling in absences.OF_ABSENCES}
OF_SERVERS: Mapping[str, Story] = {
    t.__name__: Story(t) for t in (*misfortunes.OF_SERVERS, beginnings.snapshot_of_an_older_timeline)
}
OF_RIGHTS: Mapping[str, Story] = {telling.__name__: Story(telling) for telling in reassignments.OF_RIGHTS}
OF_VERSIONS: Mapping[str, Story] = {telling.__name__: Story(telling) for telling in updates.OF_VERSIONS}
OF_FILES: Mapping[str, Story] = {telling.__name__: Story(telling) for telling in file_stories.OF_FILES}
OF_SERVER_PROCESSES: Mapping[str, Story] = {telling.__name__: Story(telling) for telling in server_stories.OF_SERVER_PROCESSES}
STORIES: Mapping[str, Story] = {
    **PLAIN, **OF_LAPTOPS, **OF_FIRST_SYNCS, **OF_ABSENCES, **OF_SERVERS, **OF_RIGHTS, **OF_VERSIONS, **OF_FILES,
    **OF_SERVER_PROCESSES,
}  # fmt: skip


def stories_of(seed: int, cast: Cast, steps: int, *, with_backups: bool) -> dict[int, str]:
    """Return step -> story of a run. Seeds in a row tell them all; servers come back from a backup in one run of three."""
    is_of_servers = with_backups and seed % 3 == 0
    pool = OF_SERVERS if is_of_servers else {**PLAIN, **OF_LAPTOPS, **OF_FIRST_SYNCS, **OF_ABSENCES}
    pool = {**pool, **OF_VERSIONS} if cast.programs else OF_RIGHTS if cast.has_rights else pool  # where all see all
    pool = OF_SERVER_PROCESSES if cast.servers > 1 else OF_FILES if cast.has_files else pool
    names = [name for name, story in pool.items() if cast.plays(*story.needs)]
    place = seed // 3 if is_of_servers else seed - seed // 3 if with_backups else seed
    at = sorted(Random(f"{seed}stories").sample(range(steps), max(1, steps // A_STORY)))
    return {step: names[(len(at) * place + i) % len(names)] for i, step in enumerate(at)}
