"""One page of a pull, as the replica takes it: parsed, but its rows still arrays."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shared_models.protocol import BeginLine, EndLine

Array = Sequence[Any]
"""Stored values of one row in the order of `cols`. Any: stored scalars."""


@dataclass(frozen=True)
class RowsChunk:
    """Rows of one entity with their versions, trusted because the centre checked them when they were pushed."""

    entity: str
    cols: Sequence[str]
    versions: Sequence[int]
    rows: Sequence[Array]
    later: Sequence[str | None] = ()
    """Of each row, JSON of the fields that only a newer version knows; empty where there are none."""


@dataclass(frozen=True)
class Ack:
    """The verdict of one of this device's txs. at: acceptance at the centre, microseconds since 1970 UTC."""

    tx_id: str
    verdict: str
    seq: int
    at: int
    code: str | None


@dataclass
class RemotePage:
    """Everything between `begin` and `end`."""

    begin: BeginLine
    end: EndLine
    chunks: list[RowsChunk] = field(default_factory=list)
    leaves: list[tuple[str, Sequence[str]]] = field(default_factory=list)
    """Entity and ids of records that left the person's view with all their parts."""
    hidden: list[str] = field(default_factory=list)
    """Confidential groups that are to be forgotten."""
    acks: list[Ack] = field(default_factory=list)
