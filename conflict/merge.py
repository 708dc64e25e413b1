"""The merge of one unit of one record: what happens to a typed value when it meets the stored one.

Pure rules of `sync_server/PROTOCOL.md` part 4; who had seen what is decided by the caller and handed in.
"""

from enum import StrEnum
from typing import Any, NamedTuple

from conflict.lines import merge_lines
from conflict.overlay import greater
from conflict.sets import merge_set
from conflict.states import Moves, reaches
from shared_models.fields import Kind, Merge


class Outcome(StrEnum):
    """What became of a typed value."""

    NOTHING = "nothing"
    """It equals what is stored."""
    APPLY = "apply"
    """It, or its merge with what is stored, is stored now."""
    LOSE = "lose"
    """The stored value stays by a rule; the typed one goes to the history."""
    ASK = "ask"
    """The stored value stays until a person decides; a card keeps both."""


class Typed(NamedTuple):
    """A unit's value as an op carries it. Group values are tuples in order of declaration."""

    value: Any  # Any: a stored scalar, a tuple of them, or {"add", "remove"} of a set
    base: Any = None
    """Value that the author had on the screen; only meaningful with `has_base`."""
    has_base: bool = False
    seen: bool = False
    """The stored version is not newer than the op's base version of the unit."""
    own: bool = False
    """The stored value was written by a tx that this one stands on."""
    stamp: tuple[int, str] = (0, "")
    """Clamped time stamp and device, for latest-edit comparisons."""


class Stored(NamedTuple):
    """The unit as it stands at the centre."""

    value: Any  # Any: as `Typed.value`, never the set form
    stamp: tuple[int, str] = (0, "")
    typed: Any = None
    """Code as its author typed it, when the server had to add a suffix."""
    unseen: frozenset[str] = frozenset()
    """Elements of a set that were added by txs which the author of the op had not seen."""


class Merged(NamedTuple):
    """The outcome and the value that the unit holds afterwards."""

    outcome: Outcome
    value: Any  # Any: a stored scalar or a tuple of them
    replaced_unseen: bool = False
    """A stored value that the author had not seen gave way by a rule: it goes to the history as overwritten."""
    asks_too: bool = False
    """Part of the typed value is stored, and part of it needs a person (overlapping lines)."""


STANDS_IF_SEEN = frozenset({Merge.FM, Merge.GR, Merge.LE, Merge.SM, Merge.SV})
"""Policies by which whatever its author typed stands, if he saw what it replaces: `decide` says nothing else of them then."""


def decide(policy: Merge, typed: Typed, stored: Stored, *, moves: Moves | None = None, kind: Kind = Kind.TEXT) -> Merged:
    """Decide one unit.

    moves: the state machine of an SM field. kind: how an MX field compares. Policies that an op may not carry at all (AN, DV)
    or only with a right (SV) are refused before; here SV applies, since its author was allowed to.
    """
    if policy is Merge.SU:
        return _set(typed, stored)
    if typed.value == stored.value:
        return Merged(Outcome.NOTHING, stored.value)
    if policy is Merge.LM:
        return _text(typed, stored)
    if policy is Merge.MX:
        value = greater(kind, stored.value, typed.value)
        return Merged(Outcome.LOSE if value == stored.value else Outcome.APPLY, value)
    known = typed.seen or typed.own
    if policy is Merge.LE:
        return _latest(typed, stored, known=known)
    if known or _is_same(typed, stored):
        return Merged(Outcome.APPLY, typed.value)
    if policy is Merge.SV:
        return Merged(Outcome.LOSE, stored.value)
    if policy is Merge.SM and moves is not None and typed.has_base:
        return _move(moves, typed, stored)
    return Merged(Outcome.ASK, stored.value)


def _is_same(typed: Typed, stored: Stored) -> bool:
    """Whether the author had the very stored value on the screen, or the code as it was before its suffix."""
    return typed.has_base and (typed.base == stored.value or (stored.typed is not None and typed.base == stored.typed))


def _set(typed: Typed, stored: Stored) -> Merged:
    change = typed.value if isinstance(typed.value, dict) else {"add": typed.value or ()}
    now = list(stored.value or ())
    value = merge_set(now, change.get("add", ()), change.get("remove", ()), stored.unseen)
    return Merged(Outcome.NOTHING if value == now else Outcome.APPLY, value)


def _text(typed: Typed, stored: Stored) -> Merged:
    found = merge_lines(typed.base if typed.has_base else None, typed.value, stored.value)
    if found.text == stored.value:
        return Merged(Outcome.ASK if found.overlaps else Outcome.NOTHING, stored.value)
    return Merged(Outcome.APPLY, found.text, asks_too=found.overlaps)


def _latest(typed: Typed, stored: Stored, *, known: bool) -> Merged:
    if known:
        return Merged(Outcome.APPLY, typed.value)
    if typed.stamp <= stored.stamp:
        return Merged(Outcome.LOSE, stored.value)
    return Merged(Outcome.APPLY, typed.value, replaced_unseen=True)


def _move(moves: Moves, typed: Typed, stored: Stored) -> Merged:
    """Two forward moves from the same base chain if one leads to the other; the shorter goes to the history."""
    base, mine, theirs = typed.base, typed.value, stored.value
    if reaches(moves, base, theirs) and reaches(moves, base, mine):
        if reaches(moves, theirs, mine):
            return Merged(Outcome.APPLY, mine, replaced_unseen=True)
        if reaches(moves, mine, theirs):
            return Merged(Outcome.LOSE, theirs)
    return Merged(Outcome.ASK, theirs)
