"""What a scenario runs on: the workload, whose figures stand beside targets, or the product's own entities, with none."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile

from shared_models.codec import Row
from shared_models.registry import CRM, Registry
from sync_server.services import demo_words
from tests.bench import client, entities, own, workload


@dataclass(frozen=True)
class Data:
    """Entities, their rows, and what a person does with them; everything in stored form."""

    name: str
    registry: Registry
    rows: Callable[[int], Iterator[tuple[str, Row]]]
    """n -> (entity, row) of n rows or near, parents first."""
    edits: Callable[[int, int], list[Row]]
    """(n, k) -> k edits on those n rows, in the form of `workload.edits`."""
    contested: tuple[tuple[str, tuple[str, str, str]], ...]
    """(entity, (a field that two devices change, and one more of each)): a clash of the first goes to a person."""
    found: Callable[[int], Iterator[tuple[str, Row]]]
    """n -> the rows that the quick search looks through."""
    typed: tuple[str, ...]
    """Words whose beginnings are typed into the search."""
    names: tuple[tuple[str, ...], tuple[str, ...]]
    """First names and last names, typed one after the other."""
    runs: int
    """How often a time is taken; the median counts."""
    is_limited: bool
    """Whether limits and targets are stated for it."""
    base: int = 10_000
    """Rows under the edits, where a scenario's own size is a number of edits."""
    ways: tuple[str, ...] = tuple(client.WAYS)
    """The ways of a first sync that are compared."""


def _workload_rows(n: int) -> Iterator[tuple[str, Row]]:
    return ((table, entities.as_stored(row)) for table, row in workload.rows(n))


def _people(n: int) -> Iterator[tuple[str, Row]]:
    """Yield n companies and contacts, 1 : 3."""
    return takewhile(lambda one: one[0] != "activities", _workload_rows(n * 14 // 4))


WORKLOAD = Data(
    name="workload",
    registry=entities.WORKLOAD,
    rows=_workload_rows,
    edits=lambda n, k: [entities.edit_as_stored(edit) for edit in workload.edits(n, k)],
    contested=(
        ("companies", ("status", "phone", "address")),
        ("contacts", ("title", "phone", "mobile")),
        ("activities", ("status", "priority", "result")),
    ),
    found=_people,
    typed=(*workload.FIRST, *workload.LAST, *workload.WORDS, *workload.INDUSTRY, *(city for city, _ in workload.CITY)),
    names=(tuple(workload.FIRST), tuple(workload.LAST)),
    runs=3,
    is_limited=True,
)
OWN = Data(
    name="own",
    registry=CRM,
    rows=own.rows,
    edits=own.edits,
    contested=(("company", ("name", "description", "source_note")), ("contact", ("last_name", "nickname", "description"))),
    found=own.rows,
    typed=own.TYPED,
    names=(demo_words.WOMEN + demo_words.MEN, demo_words.LAST),
    runs=1,
    is_limited=False,
)
"""One run: with the workload's three before it, a scenario still ends within four minutes."""
DATA = {data.name: data for data in (WORKLOAD, OWN)}
