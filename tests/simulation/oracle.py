"""The oracle: knows every edit ever made and what its author had seen, and says when a promise is broken.

A stored value is traced to the edits that it came from by what it is: people type fresh values most of the time. Where one
value was typed more than once in one place, what its reader saw is known only between two bounds, and a check uses the
bound that cannot accuse wrongly.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Place = tuple[str, str, str]
"""Entity, record id, unit."""
Value = Any  # Any: a stored scalar, or a tuple of the scalars of a group or a set


class Broken(AssertionError):
    """A promise of the protocol is broken; the text begins with the number of the invariant."""


@dataclass(frozen=True)
class Seen:
    """Edits that a person has taken note of, as bit sets by edit id: surely, and perhaps."""

    surely: int = 0
    perhaps: int = 0

    def __or__(self, other: "Seen") -> "Seen":
        return Seen(self.surely | other.surely, self.perhaps | other.perhaps)


NOTHING = Seen()


@dataclass(frozen=True)
class Edit:
    """One unit that a person typed. known: its author's knowledge, and that of whoever he read, without the edit itself."""

    id: int
    place: Place
    value: Value
    shown: tuple[Value, ...]
    """Values of the place that were on the screen."""
    known: Seen
    tx: str = ""
    """Origin of its transaction."""


@dataclass
class Act:
    """One transaction of a person: what it is for the oracle."""

    id: str
    origin: str
    device: str
    edits: list[Edit] = field(default_factory=list)
    archives: list[tuple[str, str, Edit]] = field(default_factory=list)
    """Records archived, each with the edit that stands for the act and knows all that was shown."""
    inserts: list[tuple[str, str]] = field(default_factory=list)
    closes: list[str] = field(default_factory=list)
    """Cards decided."""
    adds: list[str] = field(default_factory=list)
    """Links added."""
    removes: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    """Links removed, with the origins of the adds that were seen."""
    may_be_asked_again: bool = False
    """It decides a card that was drawn before the last pull."""


@dataclass
class Oracle:
    """Every edit and act, and which of them are physically lost with a restored device."""

    edits: dict[int, Edit] = field(default_factory=dict)
    acts: dict[str, Act] = field(default_factory=dict)
    """By transaction id, automatic re-issues included."""
    origins: dict[str, Act] = field(default_factory=dict)
    sources: dict[tuple[Place, Value], list[int]] = field(default_factory=dict)
    """(place, value) -> for each time that it arose, the bit set of the edits in it."""
    groups: dict[Place, set[Value]] = field(default_factory=dict)
    """Combinations of a group that a person had on the screen."""
    verdicts: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    server_restored: bool = False
    device_restored: bool = False

    # -- what people did ---------------------------------------------------------------------------------------------
    def typed(self, place: Place, value: Value, shown: Iterable[Value], known: Seen = NOTHING) -> Edit:
        """Return a new edit. shown: values of that place on the screen. known: other edits that were on the screen."""
        shown = tuple(shown)
        for old in shown:
            known |= self.reading(place, old)
        edit = Edit(len(self.edits) + 1, place, value, shown, known)
        self.edits[edit.id] = edit
        return edit

    def reading(self, place: Place, value: Value) -> Seen:
        """Return what somebody has seen who reads that value in that place."""
        times = self.sources.get((place, value))
        if not times:
            return NOTHING
        surely, perhaps = times[0], 0
        for bits in times:
            surely &= bits
            perhaps |= bits
        found = Seen(surely, perhaps)
        for bit in _bits(perhaps):
            known = self.edits[bit].known
            found |= Seen(known.surely if surely >> bit & 1 else 0, known.perhaps)
        return found

    def arose(self, place: Place, value: Value, edits: Iterable[int]) -> None:
        """Note that a value came to be, out of these edits (none: a default that nobody typed)."""
        bits = 0
        for number in edits:
            bits |= 1 << number
        times = self.sources.setdefault((place, value), [])
        if bits not in times:
            times.append(bits)

    def acted(self, act: Act, defaults: Iterable[tuple[Place, Value]] = ()) -> None:
        """Note a transaction that is committed on its device."""
        self.acts[act.id] = act
        self.origins.setdefault(act.origin, act)
        for edit in act.edits:
            object.__setattr__(edit, "tx", act.origin)
            self.arose(edit.place, edit.value, (edit.id,))
        for place, value in defaults:
            self.arose(place, value, ())

    def reissued(self, tx: str, origin: str, device: str) -> None:
        """Note that a device issued a deferred transaction again by itself."""
        first = self.origins[origin]
        again = Act(tx, origin, device, first.edits, first.archives, first.inserts, first.closes, first.adds, first.removes)
        again.may_be_asked_again = first.may_be_asked_again
        self.acts[tx] = again

    # -- promises ----------------------------------------------------------------------------------------------------
    def knew(self, edit: Edit, old: int, value: Value) -> bool:
        """Whether the author of an edit may have seen the old one, or its very value."""
        return old in (0, edit.id) or value in edit.shown or bool(edit.known.perhaps >> old & 1)

    def overwritten(self, edit: Edit, old: int, value: Value) -> None:
        """I5: a value may be replaced only by someone who saw it; the caller has checked that it is not recorded."""
        if not self.knew(edit, old, value):
            raise Broken(f"I5 {self.edits[old]} silently overwritten by {edit}")

    def asked(self, mine: Edit, theirs: int, value: Value) -> None:
        """I5: nobody is asked about a value that he had seen when he typed."""
        act = self.origins.get(mine.tx)
        if self.server_restored or not theirs or (act and act.may_be_asked_again):
            return
        if mine.known.surely >> theirs & 1:
            raise Broken(f"I5 false conflict: {mine} had seen {self.edits[theirs]}")

    def verdict(self, epoch: str, tx: str, verdict: str, seq: int) -> None:
        """I4: one verdict for one transaction in one server epoch."""
        if self.verdicts.setdefault((epoch, tx), (verdict, seq)) != (verdict, seq):
            raise Broken(f"I4 verdict of {tx} changed from {self.verdicts[epoch, tx]} to {(verdict, seq)}")

    def older(self, place: Place, was: Value, now: Value) -> bool:
        """Whether `now` was surely seen, and replaced, by the author of `was`."""
        before, after = self.sources.get((place, was), []), self.sources.get((place, now), [])
        if len(before) != 1 or len(after) != 1 or not before[0] or not after[0]:
            return False
        known = self.reading(place, was).surely
        return before[0] & after[0] == 0 and known & after[0] == after[0]


def _bits(mask: int) -> Iterable[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
