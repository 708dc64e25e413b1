"""I5: nothing that a person typed goes in silence, and nobody is asked about what he had seen. Told from the history."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from shared_models.codec import Row
from shared_models.fields import ARCHIVED, Merge, units
from tests.simulation.acts import QUESTION, People
from tests.simulation.evidence import NEW, Broken, Evidence, Line, is_archived
from tests.simulation.knowledge import Act, Knowledge, Named, Place, Typed, Value

Moves = Mapping[str, frozenset[str]]
CLOCK_MS = 1000
"""By how much the order of two saves may be mistaken: every look at the clock takes a millisecond."""

UNKNOWN_MS = 2**62


def nothing_silent(evidence: Evidence) -> None:
    """Walk through the history, line by line: who replaced what, and had he seen it?"""
    walk = _Walk(evidence)
    for _, lines in groupby(evidence.lines, key=lambda line: line.seq):
        walk.take(list(lines))


@dataclass
class _Walk:
    """The records as the history has left them so far."""

    evidence: Evidence
    last: dict[Place, Line] = field(default_factory=dict)
    stamps: dict[Place, tuple[int, int]] = field(default_factory=dict)
    """From when to when the latest edit may be that a value stands for."""
    children: dict[Named, list[Line]] = field(default_factory=dict)

    def take(self, lines: list[Line]) -> None:
        """Take in the lines of one tx."""
        to_revive = [named for line in lines for named in self._wakes(line)]
        for line in lines:
            act = self.evidence.memory.act(line.tx)
            if line.place[2] == NEW:
                self._make(line)
            elif is_archived(line):
                self._archive(line, act)
            else:
                self._replace(line, act)
        for named in to_revive:
            archived = self.last.get((*named, ARCHIVED))
            if archived is not None and is_archived(archived):
                raise Broken(f"I5 {named} stays archived by {archived.tx}, though {lines[0].tx} did not know of that")

    # -- values ----------------------------------------------------------------------------------------------------------

    def _make(self, line: Line) -> None:
        for place, value in self.evidence.made(line).items():
            self.last[place] = Line(line.seq, line.tx, place, None, value, "applied", line.arrived_ms)
            self.stamps[place] = self._stamp(line)
        for named in self.evidence.owners(line):
            self.children.setdefault(named, []).append(line)

    def _replace(self, line: Line, act: Act | None) -> None:
        previous, policy = self.last.get(line.place), self.evidence.policy(line.place)
        if act is not None and previous is not None and policy is Merge.LE:
            self._latest(line, act, previous)
        if line.kind == "overwritten":
            return
        typed = act.typed_at(line.place) if act is not None else None
        if previous is not None and act is not None and typed is not None and line.after != line.before:
            if policy in QUESTION and not self._knew(act, typed, previous):
                raise Broken(f"I5 {previous} silently replaced by {line} of {act.device}, who knew {_known(act, typed)}")
            if policy is Merge.SM and not self._knew(act, typed, previous) and not self._chains(line, previous):
                raise Broken(f"I5 {previous} silently replaced by {line} of {act.device}: no chain of moves")
            if policy is Merge.LM:
                _lines_kept(previous, line, typed)
        if previous is None or line.after != previous.after:  # a value that was there already stays its first author's
            self.last[line.place] = line

    def _knew(self, act: Act, typed: Typed, previous: Line) -> bool:
        """Whether the author of an edit had the previous value on the screen; of what no person wrote, anybody."""
        writer = self.evidence.memory.act(previous.tx)
        if writer is None or writer is act:
            return True
        written = writer.typed_at(typed.place)
        if self.evidence.policy(typed.place) is Merge.PN and written is not None and written.value in typed.shown:
            return True  # the code as it was typed, before its suffix
        knowledge = act.knew.get(typed.place[:2], Knowledge())
        return self.evidence.memory.had_seen(knowledge, typed.place[2], previous.tx) or previous.after in typed.shown

    def _chains(self, line: Line, previous: Line) -> bool:
        moves = _moves(self.evidence, line.place)
        return _reaches(moves, previous.after[0], line.after[0])

    def _latest(self, line: Line, act: Act, previous: Line) -> None:
        """Of two latest-edit values that did not know of each other the later one stays, by true time."""
        typed, (first, last), before = act.typed_at(line.place), self._stamp(line), self.stamps.get(line.place, (0, 0))
        if typed is not None and not self._knew(act, typed, previous):
            if line.kind == "overwritten" and first > before[1] + CLOCK_MS:
                raise Broken(f"I5 {line} was later than {previous}, and lost")
            if line.kind != "overwritten" and line.after != line.before and last < before[0] - CLOCK_MS:
                raise Broken(f"I5 {line} was earlier than {previous}, and won")
        if line.kind != "overwritten" and line.after != line.before:
            self.stamps[line.place] = max(first, before[0]), max(last, before[1])

    def _stamp(self, line: Line) -> tuple[int, int]:
        """Return from when to when the stamp of an edit may be: its true time, where its device and the server know the time.

        Of one that was issued again nobody noted when, and a clock that has jumped tells nothing; but nothing is stamped later
        than it arrived (`clock.clamp`).
        """
        act, organisation = self.evidence.memory.act(line.tx), self.evidence.organisation
        if organisation.is_unsteady:
            return 0, UNKNOWN_MS
        if act is None or act.tx != line.tx or act.device in organisation.unsteady:
            return 0, line.arrived_ms
        return act.at_ms, act.at_ms

    # -- archived records --------------------------------------------------------------------------------------------------

    def _archive(self, line: Line, act: Act | None) -> None:
        """Nobody archives a record with values or children that he had not seen; links are taken away add by add."""
        self.last[line.place] = line
        entity, pk, _ = line.place
        kind = self.evidence.organisation.registry.get(entity)
        if act is None or kind.is_link:
            return
        knowledge = act.knew.get((entity, pk), Knowledge())
        for name in units(kind):
            previous, typed = self.last.get((entity, pk, name)), act.typed_at((entity, pk, name))
            if previous is not None and typed is not None and not self._knew(act, typed, previous):
                raise Broken(f"I5 {previous} archived in silence by {line} of {act.device}, who knew {knowledge}")
        for child in self.children.get((entity, pk), ()):
            maker = self.evidence.memory.act(child.tx)
            if maker is None or (maker.device == act.device and maker.n < act.n):
                continue
            if not self.evidence.memory.had_seen(Knowledge(knowledge.row, stands=knowledge.stands), NEW, child.tx):
                raise Broken(f"I5 child {child.place} archived in silence with {line} of {act.device}")

    def _wakes(self, line: Line) -> Iterator[Named]:
        """Yield the records that a line must bring back: archived without its author's knowledge (a link stays removed)."""
        act, named = self.evidence.memory.act(line.tx), line.place[:2]
        if act is None or line.kind == "overwritten":
            return
        if line.place[2] == NEW:
            candidates = list(self.evidence.owners(line))
        else:
            is_link = self.evidence.organisation.registry.get(named[0]).is_link
            is_edit = line.place[2] != ARCHIVED and line.after != line.before
            candidates = [named] if is_edit and not is_link else []
        for one in candidates:
            archived = self.last.get((*one, ARCHIVED))
            if archived is None or not is_archived(archived) or one not in act.knew:
                continue
            if not self.evidence.memory.had_seen(act.knew[one], ARCHIVED, archived.tx):
                yield one


def _known(act: Act, typed: Typed) -> str:
    knowledge = act.knew.get(typed.place[:2], Knowledge())
    return f"{knowledge.of(typed.place[2])} and {sorted(knowledge.stands)}"


def _lines_kept(previous: Line, line: Line, typed: Typed) -> None:
    old, new = _lines(previous.after), _lines(line.after)
    shown = set().union(*(_lines(value) for value in typed.shown))
    if lost := (old - new) - shown:
        raise Broken(f"I5 lines {lost} lost by {line}")


def _lines(value: Value) -> set[str]:
    return set((value[0] or "").split("\n")) - {""} if value else set()


def _moves(evidence: Evidence, place: Place) -> Moves:
    found: Moves = getattr(evidence.organisation.registry.get(place[0]), "moves", {}).get(place[2], {})
    return found


def _reaches(moves: Moves, start: str, end: str) -> bool:
    return start == end or any(_reaches(moves, step, end) for step in moves.get(start, ()))


# -- questions -----------------------------------------------------------------------------------------------------------


def no_false_questions(evidence: Evidence, *, was_restored: bool) -> None:
    """Nobody is asked about a value that he had seen when he typed; after a restore of the server he may be."""
    for card in evidence.cards:
        act = evidence.memory.act(card["transaction_id"])
        if card["kind"] == "archived" and act is not None and not was_restored:
            _something_unseen(evidence, card, act)
        place = (card["record_type"], card["record_id"], card["unit"])
        typed = act.typed_at(place) if act is not None else None
        if card["kind"] != "value" or act is None or typed is None or act.is_atomic:
            continue
        _not_a_chain(evidence, card, place, typed)
        _not_the_code_as_typed(evidence, card, place, typed)
        theirs = evidence.tx_at.get(card["theirs_version"])
        if was_restored or act.is_stale or theirs is None or evidence.policy(place) not in QUESTION:
            continue
        knowledge = act.knew.get(place[:2], Knowledge())
        if evidence.memory.had_seen(knowledge, place[2], theirs):
            raise Broken(f"I5 false question: {card['mine']} of {act.tx} had seen {card['theirs']} of {theirs}")


def _something_unseen(evidence: Evidence, card: Row, act: Act) -> None:
    """An archive is refused only over a value or a child that its author had not seen.

    One that waited for its record, or was refused, may be asked about what came until the record or it was made once more.
    """
    named, arrived = (card["record_type"], card["record_id"]), evidence.seq_of.get(act.tx, 0)
    if evidence.verdicts.get(act.tx) in ("deferred", "rejected"):
        arrived = max(arrived, card["theirs_version"] + 1)
    knowledge = act.knew.get(named, Knowledge())
    row = Knowledge(knowledge.row, stands=knowledge.stands)
    for line in evidence.lines:
        if line.seq >= arrived or line.kind == "overwritten":
            continue
        is_of_it = line.place[:2] == named and line.place[2] != ARCHIVED
        is_child = line.place[2] == NEW and named in evidence.owners(line)
        known = row if is_child or line.place[2] == NEW else knowledge
        if (is_of_it or is_child) and not evidence.memory.had_seen(known, line.place[2], line.tx):
            return
    if arrived and not act.is_atomic:
        raise Broken(f"I5 false question: {act.tx} archived {named} and had seen all of it")


def _not_a_chain(evidence: Evidence, card: Row, place: Place, typed: Typed) -> None:
    """Two forward moves from one state are no question when one leads to the other.

    A card that its author continued keeps the state from before his first move; his last one was made from another.
    """
    if evidence.policy(place) is not Merge.SM or card["before"] is None:
        return
    moves = _moves(evidence, place)
    base, mine, theirs = (json.loads(card[part])[place[2]] for part in ("before", "mine", "theirs"))
    if (base,) not in typed.shown or not (_reaches(moves, base, mine) and _reaches(moves, base, theirs)):
        return
    if _reaches(moves, mine, theirs) or _reaches(moves, theirs, mine):
        raise Broken(f"I5 false question: {mine} and {theirs} are one chain of moves from {base}")


def _not_the_code_as_typed(evidence: Evidence, card: Row, place: Place, typed: Typed) -> None:
    """A code that got a suffix is no question to those who had it on the screen as it was typed."""
    if evidence.policy(place) is not Merge.PN:
        return
    theirs = json.loads(card["theirs"])[place[2]]
    line = next((one for one in evidence.lines if one.place == place and one.after == (theirs,)), None)
    writer = evidence.memory.act(line.tx) if line is not None else None
    written = writer.typed_at(place) if writer is not None else None
    if written is not None and written.value in typed.shown and written.value != (theirs,):
        raise Broken(f"I5 false question: {theirs} is {written.value[0]} with a suffix, which was on the screen")


# -- sets and links ------------------------------------------------------------------------------------------------------

Member = tuple[str, str, str]
"""Entity, record, element of its set; an empty element is the record itself, a link."""


@dataclass(frozen=True)
class _Change:
    """A member that an act added or took away."""

    member: Member
    act: Act
    place: Place
    tx: str
    """The save in which it took effect: what was refused may have been sent again."""


def adds_kept(evidence: Evidence, people: People) -> None:
    """What somebody added is there, unless someone who had seen that very add took it away; then it is gone."""
    cast = people.cast
    labels = cast.fields["labels"]
    alive = {(cast.thing, row["id"], label) for row in evidence.all(cast.thing) for label in row[labels]}
    alive |= {(cast.tie, row["id"], "") for row in evidence.all(cast.tie) if row[ARCHIVED] is None}
    asked = {card["transaction_id"] for card in evidence.cards}
    adds, removes = _adds_and_removes(people, evidence.took_effect)
    for add in adds:
        is_withheld = add.act.is_atomic and evidence.verdicts[add.tx] == "conflict"  # all of it, the add too
        if add.member in alive or add.tx in asked or is_withheld:
            continue
        if not any(_took_away(evidence, remove, add) for remove in removes if remove.member == add.member):
            raise Broken(f"I5 {add.member} that {add.tx} added is gone, though nobody who removed it had seen that")
    for remove in removes:
        seen = (_took_away(evidence, remove, add) for add in adds if add.member == remove.member)
        if remove.member in alive and remove.tx not in asked and all(seen):
            raise Broken(f"I5 {remove.member} is there, though {remove.tx} took it away and had seen every add of it")


def _took_away(evidence: Evidence, remove: _Change, add: _Change) -> bool:
    knowledge = remove.act.knew.get(remove.place[:2], Knowledge())
    row = Knowledge(knowledge.row, stands=knowledge.stands)
    return remove.act is add.act or evidence.memory.had_seen(row, remove.place[2], add.tx)


def _adds_and_removes(people: People, took_effect: Mapping[str, str]) -> tuple[list[_Change], list[_Change]]:
    cast, labels = people.cast, people.cast.fields["labels"]
    adds, removes = list[_Change](), list[_Change]()
    for act in people.memory.acts.values():
        tx = took_effect.get(act.tx)
        if tx is None:
            continue
        for typed in act.edits:
            entity, pk, unit = typed.place
            if entity == cast.tie and unit == cast.tie_mark:
                (removes if act.verb == "archive" else adds).append(_Change((entity, pk, ""), act, typed.place, tx))
            if entity == cast.thing and unit == labels and act.verb != "archive":
                now, old = set(typed.value[0] or ()), set(typed.shown[0][0] or ())
                adds += [_Change((entity, pk, label), act, typed.place, tx) for label in sorted(now - old)]
                removes += [_Change((entity, pk, label), act, typed.place, tx) for label in sorted(old - now)]
    return adds, removes
