"""S6: two devices edit the same rows offline, one common field and one own field each. What is kept, and how long does it take?"""

import json
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median

from client.replica.replica import Replica
from shared_models.codec import Row
from tests.bench import limits, workload
from tests.bench.central import served
from tests.bench.data import Data
from tests.bench.devices import Device, device
from tests.bench.figure import Figure

BEST_S, FLOOR_S = 0.82, 0.041
"""The best existing system with 1,000 rows, and the limit that was measured beside it: plain statements for 1,000 edits."""
BEST_ROWS = 1_000


@dataclass(frozen=True)
class _Contest:
    """A row, and what each of the two devices makes of it."""

    entity: str
    pk: str
    common: str
    sides: tuple[Row, Row]


def conflict(folder: Path, rows: int, data: Data) -> Figure:
    """Edit offline on two devices, then sync both until both hold the same; s. Fails where a value is lost or not shown."""
    contests = _contests(data, rows)
    taken = [_seconds(folder / str(run), data, contests) for run in range(data.runs)]
    limit = None
    if data.is_limited:
        floor = limits.edits_s(folder, data.base, workload.edits(data.base, rows))
        limit = BEST_S * rows / BEST_ROWS * (floor / (FLOOR_S * rows / BEST_ROWS))
    notes = (
        f"{2 * len(contests):,} of {2 * len(contests):,} own fields kept",
        f"{len(contests):,} of {len(contests):,} losing values kept, shown on both devices; digests equal",
    )
    return Figure("conflict", len(contests), median(taken), "s", limit, notes=notes)


def _contests(data: Data, rows: int) -> list[_Contest]:
    fields = dict(data.contested)
    found = [(entity, row["id"]) for entity, row in data.rows(data.base) if entity in fields]
    chosen = Random(f"contests-{rows}").sample(found, rows)
    return [
        _Contest(entity, pk, fields[entity][0], (_side(fields[entity], 0, i), _side(fields[entity], 1, i)))
        for i, (entity, pk) in enumerate(chosen)
    ]


def _side(fields: tuple[str, str, str], side: int, i: int) -> Row:
    common, own = fields[0], fields[1 + side]
    return {common: f"of {side} {i}", own: f"own of {side} {i}"}


def _seconds(folder: Path, data: Data, contests: list[_Contest]) -> float:
    folder.mkdir()
    with (
        served(folder / "server", data, data.base) as address,
        device(folder / "one.db", data.registry, address) as one,
        device(folder / "other.db", data.registry, address) as other,
    ):
        for side, mine in enumerate((one, other)):
            mine.sync()
            mine.save([{"op": "update", "table": c.entity, "id": c.pk, "set": c.sides[side]} for c in contests])
        taken = limits.seconds(lambda: _until_equal(one, other))
        for mine in (one, other):
            _look(mine.replica, contests)
        assert _digests(one.replica) == _digests(other.replica)
    return taken


def _until_equal(one: Device, other: Device) -> None:
    """Push the first, then the second, which loses; then the first learns what became of it. Each round proves its digests."""
    for mine in (one, other, one):
        mine.sync()
    assert _digests(one.replica) == _digests(other.replica)


def _digests(replica: Replica) -> object:
    with replica.reading() as reader:
        return sorted(reader.execute("SELECT tbl, rows, total FROM _sync_digest").fetchall())


def _look(replica: Replica, contests: list[_Contest]) -> None:
    """Fail unless every own field is there, and of every common field one value, and the other one on a card."""
    cards: dict[str, list[Row]] = {}
    for card in replica.cards():
        cards.setdefault(card["record_id"], []).append(card)
    for contest in contests:
        row = replica.get(contest.entity, contest.pk)
        assert row is not None
        for side in contest.sides:
            assert {name: row[name] for name in side if name != contest.common}.items() <= side.items()
        (card,) = cards[contest.pk]
        values = {json.loads(card[part])[contest.common] for part in ("mine", "theirs")}
        assert values == {side[contest.common] for side in contest.sides}
        assert row[contest.common] in values
