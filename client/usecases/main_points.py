"""Which phone number, e-mail or page of a record is used first: one for each way of reaching it, the same on every device.

Two people who change the same number at once make two rows, both marked. The mark of the row that came to the centre last counts:
what is stored stays as it was typed, and nobody is asked (`is_primary` is LE, `sync.md` 1).
"""

from collections.abc import Collection, Iterable, Sequence

from client.replica.replica import Replica
from shared_models.codec import Row
from shared_models.entities.reach import CHANNELS


def in_order(points: Iterable[Row]) -> list[Row]:
    """Return points as they are offered: marked ones first, the newest of them at the top, then by id."""
    return sorted(
        points, key=lambda row: (not row["is_primary"], -(row["created_at"] or 0) if row["is_primary"] else 0, row["id"])
    )


def first_of(points: Iterable[Row], kinds: Collection[str]) -> Row | None:
    """Return the point to use first among kinds, of points in order: one that is known to be wrong is not used."""
    return next((row for row in points if row["kind"] in kinds and row["validity"] not in ("wrong", "bounced")), None)


def main_of(points: Iterable[Row]) -> frozenset[str]:
    """Return the ids of the points to use first: at most one for each way."""
    found: dict[str, str] = {}
    for row in in_order(points):
        if row["is_primary"]:
            found.setdefault(_way(row["kind"]), row["id"])
    return frozenset(found.values())


def is_main(replica: Replica, point: Row) -> bool:
    """Whether a point is the one to use first of its way."""
    return point["id"] in main_of(_beside(replica, point))


def marked_beside(replica: Replica, values: Row) -> Sequence[str]:
    """Return the ids of the owner's points of the same way that are marked: a new mark takes theirs away.

    values: fields of a point, its owner and kind among them. Empty when it is not marked itself.
    """
    if not values.get("is_primary"):
        return ()
    return [row["id"] for row in _beside(replica, values) if row["is_primary"] and _way(row["kind"]) == _way(values["kind"])]


def _beside(replica: Replica, values: Row) -> list[Row]:
    owner = next((name for name in ("company_id", "contact_id") if values.get(name)), None)
    return replica.children_of("contact_point", owner, values[owner]) if owner is not None else []


def _way(kind: str) -> str:
    """Return what points compete for: a fax shares its numbers with phones, but nobody calls it."""
    return kind if kind == "fax" else CHANNELS[kind]
