import gzip
import tracemalloc
from collections.abc import Callable

import pytest
import zstandard

from shared_models.errors import ErrorCode
from sync_server.api.bodies import unpacked
from sync_server.api.sync_routes import packed
from sync_server.services.refusals import Refusal

LIMIT = 100_000
PACK: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "zstd": zstandard.compress}


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
@pytest.mark.parametrize("body", [b"", b"x", b"x" * LIMIT])
def test_what_was_packed_comes_back(encoding, body):
    assert unpacked(PACK[encoding](body), encoding, LIMIT) == body


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_one_byte_over_the_limit_is_refused(encoding):
    with pytest.raises(Refusal) as refused:
        unpacked(PACK[encoding](b"x" * (LIMIT + 1)), encoding, LIMIT)
    assert refused.value.code is ErrorCode.L401


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_bomb_is_never_unpacked_in_memory(encoding):
    packed = PACK[encoding](b"0" * (500 * LIMIT))
    tracemalloc.start()
    with pytest.raises(Refusal):
        unpacked(packed, encoding, LIMIT)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * LIMIT


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_body_that_is_cut_off_anywhere_is_refused(encoding):
    packed = PACK[encoding](bytes(range(256)) * 20)
    for end in range(len(packed)):
        with pytest.raises(Refusal) as refused:
            unpacked(packed[:end], encoding, LIMIT)
        assert refused.value.code is ErrorCode.P201


def test_an_unknown_encoding_is_refused():
    with pytest.raises(Refusal) as refused:
        unpacked(b"x", "br", LIMIT)
    assert refused.value.http_status == 415


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, zstd", "zstd"),
        ("GZIP;q=0.5", "gzip"),
        ("zstd;q=0, gzip", "gzip"),
        ("zstd; q=0.000,gzip ;q=0", ""),
        ("identity", ""),
        ("x-gzip-like", ""),
        ("", ""),
    ],
)
def test_an_answer_is_packed_only_as_the_device_accepts(accepted, encoding):
    body, found = packed([b"a\n", b"b\n"], accepted)
    assert found == encoding
    assert unpacked(body, found, LIMIT) == b"a\nb\n"
