"""Which rows are versions of one file, and which of them are what the file is now (PROTOCOL 17.2)."""

from shared_models.codec import Row


def families_of(rows: list[Row]) -> list[list[Row]]:
    """Return live rows by the file that they are versions of, each family with its newest head first.

    A version whose origin is not here (archived, say) begins a family of its own.
    """
    by_id = {row["id"]: row for row in rows}
    root = {pk: _root(by_id, pk) for pk in by_id}
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(root[row["id"]], []).append(row)
    return [_newest_first(family) for family in found.values()]


def _root(by_id: dict[str, Row], pk: str) -> str:
    """Return the oldest version that is here; a circle, which no screen makes, ends where it began."""
    passed = {pk}
    while (origin := by_id[pk]["version_of_id"]) in by_id and origin not in passed:
        pk = origin
        passed.add(pk)
    return pk


def _newest_first(family: list[Row]) -> list[Row]:
    heads = {row["id"] for row in heads_of(family)}
    return sorted(family, key=lambda row: (row["id"] not in heads, -row["added_at"], row["id"]))


def heads_of(family: list[Row]) -> list[Row]:
    """Return what a file is now: the versions that none replaces; all of them where each replaces another."""
    replaced = {row["version_of_id"] for row in family}
    return [row for row in family if row["id"] not in replaced] or family
