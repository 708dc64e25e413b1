"""Three-way merge of a text by its lines: what two people wrote in different places stands together."""

from dataclasses import dataclass
from difflib import SequenceMatcher

MAX_COMPARISONS = 1_000_000
"""Above this product of line counts the middle of two texts counts as rewritten: 20,000 empty lines took minutes to align."""

Lines = tuple[str, ...]


@dataclass(frozen=True)
class LineMerge:
    """The merged text, and whether both sides changed the same lines: of those the result has theirs."""

    text: str | None
    overlaps: bool


@dataclass(frozen=True)
class _Edit:
    """Lines `start` to `end` of the base become `lines`; start == end inserts before that line."""

    start: int
    end: int
    lines: Lines


def merge_lines(base: str | None, mine: str | None, theirs: str | None) -> LineMerge:
    """Return `theirs` with the changes from `base` to `mine`, line by line.

    Changes of different lines are both kept, also of neighbouring ones; lines that both added in one place are kept one
    block after the other, in an order that does not depend on who came first. Two deletions are one. Where both changed
    the same line differently, `theirs` stays, `overlaps` is set, and the caller asks a person with the whole of `mine`.
    An absent text has no lines.
    """
    if mine in (theirs, base):
        return LineMerge(theirs, False)
    if theirs == base:
        return LineMerge(mine, False)
    old = _lines(base)
    my_edits, their_edits = _edits(old, _lines(mine)), _edits(old, _lines(theirs))
    merged: list[str] = []
    place, overlaps = 0, False
    for start, end in _regions(my_edits, their_edits):
        chosen, clash = _decide(old, start, end, _within(my_edits, start, end), _within(their_edits, start, end))
        merged += [*old[place:start], *chosen]
        place, overlaps = end, overlaps or clash
    merged += old[place:]
    if not merged and None in (mine, theirs):
        return LineMerge(None, overlaps)
    return LineMerge("\n".join(merged), overlaps)


def _lines(text: str | None) -> Lines:
    return tuple(text.split("\n")) if text else ()


def _edits(old: Lines, new: Lines) -> list[_Edit]:
    """Return the changes from old to new in order; a rewrite of as many lines counts line by line."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(old_middle) * len(new_middle) > MAX_COMPARISONS:
        return [_Edit(head, head + len(old_middle), new_middle)]
    found = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old_middle, new_middle, autojunk=False).get_opcodes():
        if tag == "replace" and i2 - i1 == j2 - j1:
            found += [_Edit(head + i1 + n, head + i1 + n + 1, (new_middle[j1 + n],)) for n in range(i2 - i1)]
        elif tag != "equal":
            found.append(_Edit(head + i1, head + i2, new_middle[j1:j2]))
    return found


def _regions(my_edits: list[_Edit], their_edits: list[_Edit]) -> list[tuple[int, int]]:
    """Return the ranges of the base that changed, in order; changes that touch a common line share a range."""
    found: list[tuple[int, int]] = []
    for edit in sorted([*my_edits, *their_edits], key=lambda e: (e.start, e.end)):
        start, end = found[-1] if found else (-1, -1)
        if edit.start < end or (edit.start, edit.end) == (start, end):
            found[-1] = (start, max(end, edit.end))
        else:
            found.append((edit.start, edit.end))
    return found


def _within(edits: list[_Edit], start: int, end: int) -> list[_Edit]:
    """Return the edits that belong to a range: an insertion at its edge belongs to the neighbour."""
    if start == end:
        return [e for e in edits if (e.start, e.end) == (start, end)]
    return [e for e in edits if start <= e.start and e.end <= end and (e.start < e.end or start < e.start < end)]


def _decide(old: Lines, start: int, end: int, my_edits: list[_Edit], their_edits: list[_Edit]) -> tuple[Lines, bool]:
    """Return the lines of one changed range, and whether both sides changed it in ways that exclude each other."""
    mine, theirs = _applied(old, start, end, my_edits), _applied(old, start, end, their_edits)
    if mine == theirs or not their_edits:
        return mine, False
    if not my_edits:
        return theirs, False
    if not any(edit.lines for edit in (*my_edits, *their_edits)):
        gone = {n for edit in (*my_edits, *their_edits) for n in range(edit.start, edit.end)}
        return tuple(old[n] for n in range(start, end) if n not in gone), False
    if start < end:
        return theirs, True
    if _contains(theirs, mine):
        return theirs, False
    if _contains(mine, theirs):
        return mine, False
    return min(mine, theirs) + max(mine, theirs), False


def _applied(old: Lines, start: int, end: int, edits: list[_Edit]) -> Lines:
    """Return the lines of a range after one side's edits of it."""
    result: list[str] = []
    for edit in edits:
        result += [*old[start : edit.start], *edit.lines]
        start = edit.end
    return (*result, *old[start:end])


def _contains(whole: Lines, part: Lines) -> bool:
    """Whether the lines of `part` are all in `whole`, in the same order."""
    rest = iter(whole)
    return all(line in rest for line in part)
