"""What a device and the centre say about a snapshot, the file that a first sync may begin with (PROTOCOL 7.9)."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from shared_models.message import Message

COLUMNS = {"zstdcolumns": "zstd", "gzipcolumns": "gzip"}
"""Packing -> what packs it, of snapshots that are sent as columns: half the bytes, and more work for the device."""
COLUMN_ROWS = 2000
"""Rows in one line of columns: 1 MB of the workload, which a device holds at once."""


@dataclass(frozen=True)
class SnapshotRequest:
    """What a device needs of a snapshot.

    shape: of its tables (`replica_shape.fingerprint`). packings: what it can unpack, the best first. held: SHA-256 of the
    snapshot that it has fetched a part of already.
    """

    server_epoch: str
    shape: str
    packings: tuple[str, ...]
    held: str | None = None


class SnapshotAnswer(Message):
    """The snapshot to fetch; without a name there is none now, and pages bring everything.

    sha256: of the packed file, in hex. packed_bytes, bytes: sizes of the file, or of the columns, as it is sent, and unpacked.
    """

    name: str | None = None
    epoch: str = ""
    at_seq: Annotated[int, Field(ge=0)] = 0
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    packing: str = ""
    packed_bytes: Annotated[int, Field(ge=0)] = 0
    bytes: Annotated[int, Field(ge=0)] = 0
    rows: Annotated[int, Field(ge=0)] = 0
