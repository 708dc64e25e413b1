"""Three-way merge of long texts by lines: what two people wrote in different places is kept whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

MAX_COMPARISONS = 1_000_000
"""Product of line counts above which the middle of two texts counts as rewritten: 20,000 empty lines took 84 s to align."""


@dataclass(frozen=True)
class LineMerge:
    """The merged text, and whether some of `mine` is not in it because `theirs` changed the same lines."""

    text: str | None
    overlaps: bool


@dataclass(frozen=True)
class _Change:
    """Lines of the base, from `start` to before `end`, replaced by `lines`."""

    start: int
    end: int
    lines: tuple[str, ...]


def merge_lines(base: str | None, mine: str | None, theirs: str | None) -> LineMerge:
    """Merge two descendants of a text. None is an absent text, and equals an empty one.

    A change of one side is taken as it is; the same change on both sides once. Two insertions at one place are both kept, in
    an order that depends on their content only, so that it does not matter who is first. Where both changed the same lines
    differently, or one removed what the other changed, `theirs` stays and `overlaps` is set: a person is asked.
    Source: diff3, Khanna, Kunal and Pierce, A Formal Investigation of Diff3 (2007); `sync.md` 1.1, LM.
    """
    if mine == theirs:
        return LineMerge(theirs, False)
    old = _lines(base)
    merged: list[str] = []
    place, overlaps = 0, False
    for start, end, one, other in _regions(_changes(old, _lines(mine)), _changes(old, _lines(theirs))):
        merged += old[place:start]
        ours, yours = _applied(old, start, end, one), _applied(old, start, end, other)
        if not other or ours == yours:
            merged += ours
        elif not one:
            merged += yours
        elif start == end:
            merged += [line for lines in sorted((ours, yours)) for line in lines]
        else:
            merged += yours
            overlaps = True
        place = end
    text = "\n".join(merged + old[place:])
    return LineMerge(text or None, overlaps)


def _lines(text: str | None) -> list[str]:
    return text.split("\n") if text else []


def _changes(old: list[str], new: list[str]) -> list[_Change]:
    head, tail = _common_ends(old, new)
    inner_old, inner_new = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(inner_old) * len(inner_new) > MAX_COMPARISONS:
        return [_Change(head, head + len(inner_old), tuple(inner_new))]
    codes = SequenceMatcher(None, inner_old, inner_new, autojunk=False).get_opcodes()
    return [_Change(head + a, head + b, tuple(inner_new[c:d])) for verb, a, b, c, d in codes if verb != "equal"]


def _common_ends(old: list[str], new: list[str]) -> tuple[int, int]:
    """Return how many lines two texts share at their start, and how many of the rest at their end."""
    shorter = min(len(old), len(new))
    head = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    rest = shorter - head
    tail = next((n for n in range(rest) if old[-1 - n] != new[-1 - n]), rest)
    return head, tail


def _regions(mine: list[_Change], theirs: list[_Change]) -> Iterator[tuple[int, int, list[_Change], list[_Change]]]:
    """Yield (start, end, changes of mine, changes of theirs) of the smallest parts of the base that no change crosses."""
    waiting = sorted([(c, True) for c in mine] + [(c, False) for c in theirs], key=lambda item: (item[0].start, item[0].end))
    while waiting:
        change, _ = waiting[0]
        start, end, taken = change.start, change.end, 0
        while taken < len(waiting) and _touches(waiting[taken][0], start, end):
            end = max(end, waiting[taken][0].end)
            taken += 1
        part, waiting = waiting[:taken], waiting[taken:]
        yield start, end, [c for c, is_mine in part if is_mine], [c for c, is_mine in part if not is_mine]


def _touches(change: _Change, start: int, end: int) -> bool:
    """Whether a change belongs to the region: it starts inside it, or is an insertion at the same place."""
    return change.start < end or (change.start == start and change.end == end)


def _applied(old: list[str], start: int, end: int, changes: list[_Change]) -> list[str]:
    """Return a part of the base with one side's changes made."""
    lines: list[str] = []
    for change in changes:
        lines += [*old[start : change.start], *change.lines]
        start = change.end
    return lines + old[start:end]
