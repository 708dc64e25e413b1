"""What the replica holds of a timeline that a restore of the centre has ended: rows and own saves above what both share."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from client.replica import display, meta
from client.replica.driver import Connection
from client.replica.schema import quoted
from client.replica.writing import Writing
from shared_models.codec import Row
from shared_models.registry import Registry

Head = tuple[str, str, int]
"""Entity, id, version."""


class LostTime(NamedTuple):
    """One timeline that has ended, as this device knew it."""

    epoch: str
    reached: int
    """Greatest seq that the device knows of it."""
    offered: list[int]
    """Seqs of own saves that go again."""
    rows_above: int | None
    """The seq that both share, where the rows are of that timeline still; None where they are not."""


def note(connection: Connection, epoch: str, reached: int, offered: Iterable[int]) -> None:
    """Remember, in the transaction that leaves a timeline, how far it had come and which own saves go again."""
    known = meta.get(connection, "lost_time")
    before, seqs = known.get(epoch, (0, []))
    again = sorted({*seqs, *offered})
    known[epoch] = [max(before, reached, *again[-1:]), again]
    meta.put(connection, {"lost_time": known})


def untold(facts: Mapping[str, Any]) -> list[LostTime]:  # Any: see `meta`
    """Return the timelines that the centre has not been told of yet."""
    return [
        LostTime(epoch, reached, offered, facts["restored"].get(epoch, 0) if epoch == facts["rows_epoch"] else None)
        for epoch, (reached, offered) in facts["lost_time"].items()
    ]


def told(writing: Writing, epoch: str) -> None:
    """Forget a timeline of which the centre knows all."""
    known = meta.get(writing.connection, "lost_time")
    known.pop(epoch, None)
    meta.put(writing.connection, {"lost_time": known})


def heads(connection: Connection, registry: Registry, above: int, after: Head | None, limit: int) -> list[Head]:
    """Return rows with a version above a seq, in order of entity and id, behind a place."""
    found: list[Head] = []
    for name in sorted(registry.by_name):
        if after is not None and name < after[0]:
            continue
        start = after[1] if after is not None and name == after[0] else ""
        query = f"SELECT id, _v FROM {quoted(name)} WHERE _v > ? AND id > ? ORDER BY id LIMIT ?"
        found += [(name, pk, ver) for pk, ver in connection.execute(query, (above, start, limit - len(found)))]
        if len(found) >= limit:
            break
    return found


def rows_of(connection: Connection, registry: Registry, wanted: Sequence[Head]) -> list[tuple[Head, Row]]:
    """Return rows as the centre had sent them, without own saves; what can no longer be read is left out."""
    found = []
    for name, pk, ver in wanted:
        row, version = display.base_of(connection, registry.get(name), pk)
        if row is not None and version == ver:
            found.append(((name, pk, ver), row))
    return found
