"""A snapshot that is not what was said: it is thrown away, and never fills the memory or the disk."""

import gzip
import hashlib
import tracemalloc

import pytest

from client.sync.parcel import Parcel, packings
from client.sync.unpacking import PIECE, WINDOW
from shared_models.errors import ProtocolFault
from shared_models.snapshot import SnapshotAnswer

ZEROS = bytes(64 * PIECE)


def packed(content, packing, **parameters):
    if packing == "gzip":
        return gzip.compress(content)
    import zstandard

    return zstandard.ZstdCompressor(**parameters).compress(content)


def parcel_of(folder, content, packing, **said):
    offer = SnapshotAnswer(
        name="s", packing=packing, packed_bytes=len(content), **{"sha256": hashlib.sha256(content).hexdigest(), **said}
    )
    found = Parcel(folder / "replica.db", offer)
    assert list(found.take(iter([content]))) == [len(content)]
    return found


@pytest.mark.parametrize("packing", packings())
def test_what_unpacks_to_more_than_was_said_fills_neither_memory_nor_disk(tmp_path, packing):
    bomb = packed(ZEROS, packing)
    assert len(bomb) < PIECE // 10
    found = parcel_of(tmp_path, bomb, packing, bytes=2 * PIECE)
    tracemalloc.start()
    with pytest.raises(ProtocolFault, match="a larger snapshot"):
        found.unpack()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < len(ZEROS) // 8
    assert found.unpacked.stat().st_size <= 2 * PIECE
    assert found.got == 0


@pytest.mark.parametrize("packing", packings())
def test_a_file_is_unpacked_as_it_was(tmp_path, packing):
    content = bytes(range(256)) * 10_000
    found = parcel_of(tmp_path, packed(content, packing), packing, bytes=len(content))
    assert found.unpack().read_bytes() == content


@pytest.mark.parametrize("packing", packings())
@pytest.mark.parametrize(
    "spoil",
    [lambda content: content[: len(content) // 2], lambda content: b"", lambda content: b"no packed file at all"],
    ids=["half", "empty", "other"],
)
def test_a_file_that_holds_less_than_was_said_is_thrown_away(tmp_path, packing, spoil):
    content = bytes(range(256)) * 1000
    spoilt = spoil(packed(content, packing)) or b"\0"
    found = parcel_of(tmp_path, spoilt, packing, bytes=len(content))
    with pytest.raises(ProtocolFault):
        found.unpack()
    assert found.got == 0


def test_a_file_that_wants_more_memory_than_every_decoder_has_is_refused(tmp_path):
    zstandard = pytest.importorskip("zstandard", reason="a phone unpacks gzip only")
    long = zstandard.ZstdCompressionParameters(window_log=WINDOW.bit_length(), enable_ldm=True)
    content = packed(ZEROS, "zstd", compression_params=long)
    found = parcel_of(tmp_path, content, "zstd", bytes=len(ZEROS))
    with pytest.raises(ProtocolFault, match="cannot be unpacked"):
        found.unpack()


def test_more_bytes_than_were_said_are_not_taken(tmp_path):
    found = parcel_of(tmp_path, b"1234", "zstd", bytes=10)
    with pytest.raises(ProtocolFault, match="longer"):
        list(found.take(iter([b"5"])))
