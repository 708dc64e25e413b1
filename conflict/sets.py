"""Sets with several editors: an add is never lost, and a remove takes away only the adds that its author had seen."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from shared_models.base import normal_text

Traces = dict[str, int]
"""Adds of one member that no remove has seen: origin of the transaction -> its seq. A member without traces is gone."""

IsSeen = Callable[[str, int], bool]
"""Whether an author had on the screen what the transaction of this origin and seq wrote."""


@dataclass(frozen=True)
class SetEdit:
    """What one person did to a set field. A member in both counts as added."""

    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()

    @classmethod
    def between(cls, before: Iterable[str] | None, after: Iterable[str] | None) -> "SetEdit":
        """Return the edit that leads from one set to the other. None is the empty set."""
        old, new = frozenset(before or ()), frozenset(after or ())
        return cls(new - old, old - new)

    @classmethod
    def parse(cls, value: object) -> "SetEdit":
        """Return the edit of its wire form, or of a plain array, which adds its members.

        Raises ValueError for anything else.
        """
        parts = value if isinstance(value, Mapping) else {"add": value}
        if not parts.keys() <= {"add", "remove"}:
            raise ValueError("a set edit has add and remove")
        return cls(_members(parts.get("add", ())), _members(parts.get("remove", ())))

    def wire(self) -> dict[str, list[str]]:
        """Return the form that an update carries: `{"add": [..], "remove": [..]}`, both sorted."""
        return {"add": sorted(self.add), "remove": sorted(self.remove)}


def apply_edit(members: Iterable[str] | None, edit: SetEdit) -> list[str]:
    """Return a set as its author sees it after the edit, in stored form: sorted and distinct."""
    return sorted((set(members or ()) - edit.remove) | edit.add)


def merge_edit(
    traces: Mapping[str, Mapping[str, int]], edit: SetEdit, is_seen: IsSeen, origin: str, seq: int
) -> dict[str, Traces]:
    """Return the traces of every member after an edit: member -> its adds that no remove has seen.

    origin, seq: of the edit's transaction. The members of the result, sorted, are the value to store.
    """
    merged = {member: dict(adds) for member, adds in traces.items()}
    for member in edit.remove & merged.keys():
        merged[member] = remove_seen(merged[member], is_seen)
    for member in edit.add:
        merged[member] = add_trace(merged.get(member, {}), is_seen, origin, seq)
    return {member: adds for member, adds in merged.items() if adds}


def add_trace(traces: Mapping[str, int], is_seen: IsSeen, origin: str, seq: int) -> Traces:
    """Return the adds of a member after one more.

    An add that the author had seen is let go, so that traces do not pile up: whoever sees the new one has seen it too.
    """
    return remove_seen(traces, is_seen) | {origin: seq}


def remove_seen(traces: Mapping[str, int], is_seen: IsSeen) -> Traces:
    """Return the adds of a member that a remove leaves: those that its author had not seen."""
    return {origin: seq for origin, seq in traces.items() if not is_seen(origin, seq)}


def _members(value: object) -> frozenset[str]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(member, str) for member in value):
        raise ValueError("the members of a set are texts")
    return frozenset(normal_text(member) for member in value)
