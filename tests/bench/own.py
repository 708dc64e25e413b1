"""The product's own entities under a bench: the demo company in the size that is asked for, and offline edits on it.

Everything is a pure function of its arguments. Rows are in stored form. No target stands beside these figures: they tell what
the product's wider rows, links and merge policies cost.
"""

from collections.abc import Iterator
from itertools import cycle
from random import Random

from shared_models.codec import Row
from shared_models.ids import uuid7
from sync_server.services import demo_words as words
from sync_server.services.demo_company import SIZES, build_demo, user_id
from sync_server.services.shipped_lists import shipped_lists

DAY_US = 1_795_478_400_000_000
"""The day that the notes lead up to: 2026-11-24 in microseconds since 1970 UTC."""
FIXED = 74 + 14
"""Shipped lists with their items, teams and people: there at any size."""
ROWS_A_COMPANY = 19
"""A company with its contacts, points, addresses, accounts and notes, on average."""
EDITABLE = {
    "company": ("legal_name", "source_note", "description", "trade_register_no", "visit_every_days"),
    "contact": ("nickname", "job_title", "description", "salutation", "last_name"),
}
"""One field at least of each policy that a person's text goes through: FM, GR, LM, LE."""
TYPED = (
    *words.WOMEN, *words.MEN, *words.LAST, *words.NAMES, *words.JOBS_RO, *words.STREETS,
    *(first for _, _, firsts in words.KINDS for first in firsts),
    *(town for territory in words.TOWNS for town, _, _ in territory),
    *(word for note in words.NOTES for word in note.split()),
)  # fmt: skip
"""Words of names, towns, streets, work and notes."""


def rows(n: int) -> Iterator[tuple[str, Row]]:
    """Yield (entity, row) of near n rows, parents first: the shipped lists, and the first companies with all they have."""
    count = max(1, round((n - FIXED) / ROWS_A_COMPANY))
    size = next((name for name, companies in SIZES.items() if companies >= count), "large")
    yield from shipped_lists()
    kept: set[str] = set()
    for entity, row in build_demo(size, DAY_US):
        if entity == "company":
            if len(kept) == count:
                continue
            kept.add(row["id"])
        elif "company_id" in row and row["company_id"] not in kept:
            return  # companies come first, then what belongs to each in turn, its address before all else
        yield entity, row


def edits(n: int, k: int) -> list[Row]:
    """Return k offline edits on near n rows, in the form of `workload.edits`: 80 % updates of two fields, 20 % inserts.

    No company or contact is updated again before all are. At 10,000 rows there are about 1,800 of them, so of 10,000 edits each
    gets four or five, which another device pulls as one row: set such figures beside the workload's with care.
    Two inserts in three are notes, the others contacts.
    """
    found = [(entity, row["id"]) for entity, row in rows(n) if entity in EDITABLE]
    random = Random(f"own-{n}-{k}")
    random.shuffle(found)
    in_turn = cycle(found)
    return [_insert(random, i, found) if i % 5 == 4 else _update(random, *next(in_turn)) for i in range(k)]  # as the workload's


def _update(random: Random, entity: str, pk: str) -> Row:
    fields = random.sample(EDITABLE[entity], 2)
    return {"op": "update", "table": entity, "id": pk, "set": {field: _new_value(random, field) for field in fields}}


def _new_value(random: Random, field: str) -> str | int:
    if field == "visit_every_days":
        return random.randint(1, 3650)
    if field == "trade_register_no":
        return f"J{random.randint(1, 40)}/{random.randint(10, 10**6)}/{random.randint(1992, 2026)}"
    if field == "description":
        return f"{random.choice(words.NOTES)}\n{random.choice(words.NOTES)} {random.randint(0, 10**6)}"
    return f"{random.choice(words.NAMES)} {random.randint(0, 10**6)}"


def _insert(random: Random, i: int, found: list[tuple[str, str]]) -> Row:
    made: Row = {"id": uuid7(1_790_000_000_000 + i, random.getrandbits(74))}
    if random.random() < 1 / 3:
        person = {"first_name": random.choice(words.WOMEN + words.MEN), "last_name": random.choice(words.LAST)}
        more = {"job_title": random.choice(words.JOBS_RO), "language": "ro", "responsible_id": user_id(words.USERS[0][0])}
        return {"op": "insert", "table": "contact", "row": {**made, **person, **more}}
    owner, pk = random.choice(found)
    note = {f"{owner}_id": pk, "body": random.choice(words.NOTES), "written_at": DAY_US + i}
    return {"op": "insert", "table": "note", "row": {**made, **note}}
