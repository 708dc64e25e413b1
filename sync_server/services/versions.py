"""Speaks with devices whose program is older: what they send is cast up, what they are sent is cast down (PROTOCOL 10)."""

from collections.abc import Iterable, Iterator, Mapping

import orjson

from shared_models.card_versions import CARD, card_down
from shared_models.digest import Digest
from shared_models.evolution import Evolution, Values
from shared_models.protocol import HistoryEntry, PushRequest, Tx
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.shapes import FAULTS


def older(central: Central, actor: Actor) -> int | None:
    """Return the version of a device whose program is older; None for one of today."""
    version = actor.schema_version
    return None if version is None or version >= central.schema_version else version


def up(evolution: Evolution, sent: PushRequest) -> PushRequest:
    """Return a push as a device with today's program would have sent it; the same object when one did."""
    if sent.schema_version == evolution.newest and all(tx.schema_version is None for tx in sent.txs):
        return sent
    txs = [_tx_up(evolution, tx, tx.schema_version or sent.schema_version) for tx in sent.txs]
    return sent.model_copy(update={"txs": txs})


def _tx_up(evolution: Evolution, tx: Tx, version: int) -> Tx:
    if version == evolution.newest:
        return tx if tx.schema_version is None else tx.model_copy(update={"schema_version": None})
    try:
        return evolution.tx_up(tx, version) if evolution.supports(version) else tx
    except (
        FAULTS
    ):  # a value that no device of that version can have sent: as it is the tx is refused by its shape, as one that is
        return tx.model_copy(update={"schema_version": version})  # not supported


def lines_down(evolution: Evolution, version: int, lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a page, or of fetched rows, as a device of an older version reads them."""
    for line in lines:
        record = _line_down(evolution, version, orjson.loads(line))
        if record is not None:
            yield orjson.dumps(record) + b"\n"


def digests_down(evolution: Evolution, version: int, found: Mapping[str, Digest]) -> dict[str, Digest]:
    """Return the digests of the entities that a version has."""
    return {name: one for name, one in found.items() if evolution.knows(name, version)}


def entry_down(evolution: Evolution, version: int, entry: HistoryEntry) -> HistoryEntry:
    """Return a past value under the names that a version has."""
    cast = {
        "unit": evolution.unit_down(entry.entity, entry.unit, version),
        **{side: None if (values := getattr(entry, side)) is None else evolution.part_down(entry.entity, values, version)
           for side in ("before", "after")},
    }  # fmt: skip
    return entry.model_copy(update=cast)


def _line_down(evolution: Evolution, version: int, record: Values) -> Values | None:
    """Return one line, or None when the version knows nothing of what it is about."""
    kind = record["k"]
    if kind == "begin":
        return {**record, "schema": version}
    if kind in ("rows", "leave") and not evolution.knows(record["t"], version):
        return None
    return _rows_down(evolution, version, record) if kind == "rows" else record


def _rows_down(evolution: Evolution, version: int, record: Values) -> Values:
    name, cols = record["t"], record["cols"]
    cast = [_row_down(evolution, version, name, dict(zip(cols, row, strict=True))) for row in record["rows"]]
    cols = list(cast[0])
    return {**record, "cols": cols, "rows": [[row[col] for col in cols] for row in cast]}


def _row_down(evolution: Evolution, version: int, entity: str, values: Values) -> Values:
    row = evolution.row_down(entity, values, version)
    return card_down(evolution, row, version) if entity == CARD else row
