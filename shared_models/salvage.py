"""What a device tells of a time that a restore of the centre took away, before it lets go of it (PROTOCOL 18.6)."""

from typing import Annotated, Any

from pydantic import Field

from shared_models.message import Key, Message, Name
from shared_models.protocol import MAX_OPS, Epoch, Version

MAX_HEADS = 500
"""Rows of which one request tells."""
MAX_OFFERED = 5_000
"""Saves of which one request tells."""


class SalvagedRow(Message):
    """A row as the centre had sent it. row: field -> stored value. Any: checked against the entity."""

    t: Name
    pk: Key
    ver: Version
    row: dict[str, Any]


class SalvageRequest(Message):
    """What a replica holds of a timeline that has ended, above the seq that the new one shares with it.

    epoch: of that timeline. reached: the greatest seq that the device knows of it. offered: seqs of own saves that it offers again.
    heads: (entity, id, version) of rows that it holds. rows: those of them that were wanted.
    """

    server_epoch: Epoch
    epoch: Epoch
    reached: Version = 0
    offered: Annotated[list[Version], Field(max_length=MAX_OFFERED)] = Field(default_factory=list)
    heads: Annotated[list[tuple[Name, Key, Version]], Field(max_length=MAX_HEADS)] = Field(default_factory=list)
    rows: Annotated[list[SalvagedRow], Field(max_length=MAX_OPS)] = Field(default_factory=list)


class SalvageAnswer(Message):
    """What the centre has none, or only older ones, of. wanted: places in `heads`."""

    wanted: list[int] = Field(default_factory=list)
