"""What travels over HTTP, and what every failure of it means; the server is a function that answers as a test says."""

import gzip
import json
import tracemalloc

import httpx
import pytest

from client.config import SyncTimes
from client.sync.http_transport import HISTORY_S, AccessToken, HttpTransport, make_client
from client.sync.unpacking import PIECE
from client.usecases.causes import cause_of
from shared_models.errors import Busy, ErrorCode, NeedsSignIn, NeedsUpgrade, ProtocolFault, Refused, Unreachable
from shared_models.protocol import FetchRequest
from shared_models.texts import Texts
from shared_models.transport import PullRequest, UpToDate

PUSHED = {"server_epoch": "e", "device_epoch": "d", "safe_seq": 0, "verdicts": []}


class Bytes(httpx.SyncByteStream):
    """A body that is unpacked only when it is read."""

    def __init__(self, *pieces):
        self.pieces = pieces

    def __iter__(self):
        yield from self.pieces


class Far:
    """Answers requests in the order of a script; the last answer is repeated."""

    def __init__(self, *answers):
        self.answers, self.requests = list(answers), []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, httpx.Response)
        # As from a socket: nothing of the body is read yet.
        stream = Bytes(answer.content) if answer.is_stream_consumed else answer.stream
        return httpx.Response(answer.status_code, headers=answer.headers, stream=stream)

    @property
    def paths(self):
        return [request.url.path for request in self.requests]


def transport(*answers, device_token="device", token="access-1"):
    far = Far(*answers)
    client = httpx.Client(base_url="https://crm.example", transport=httpx.MockTransport(far))
    return HttpTransport(client, AccessToken(client, lambda: device_token, token)), far


def coded(status, code, **headers):
    return httpx.Response(status, json={"code": code, "detail": "x"}, headers=headers)


def test_idle_pull_carries_no_header_that_it_does_not_need():
    way, far = transport(httpx.Response(204, headers={"x-digest": "0" * 16, "x-safe": "7"}))
    assert way.pull(PullRequest(5, "e", "d")) == UpToDate("0" * 16, 7)
    assert sorted(far.requests[0].headers) == ["accept-encoding", "authorization", "host"]


def test_page_is_read_line_by_line_whatever_its_pieces_are():
    lines = [b'{"k":"begin"}', b'{"k":"rows"}', b'{"k":"end"}']
    way, far = transport(httpx.Response(200, content=b"\n".join(lines) + b"\n"))
    assert list(way.pull(PullRequest(0, "e", "d", "p|1"))) == lines
    assert far.requests[0].url.params["a"] == "p|1"
    assert "accept-encoding" in far.requests[0].headers, "a long pull is packed"


def test_large_push_is_packed_and_a_small_one_is_not():
    way, far = transport(httpx.Response(200, json=PUSHED))
    way.push(b"{}")
    way.push(json.dumps({"x": "y" * 5000}).encode())
    small, large = far.requests
    assert "content-encoding" not in small.headers
    assert large.headers["content-encoding"] in ("zstd", "gzip")
    assert len(large.content) < 500
    if large.headers["content-encoding"] == "gzip":
        assert b"yyy" in gzip.decompress(large.content)


def test_expired_token_is_renewed_once_with_the_device_token():
    way, far = transport(
        coded(401, "A102"),
        httpx.Response(200, json={"access_token": "access-2", "expires_in_s": 900}),
        httpx.Response(200, json=PUSHED),
    )
    way.push(b"{}")
    assert far.paths == ["/sync/v1/push", "/auth/token", "/sync/v1/push"]
    assert far.requests[2].headers["authorization"] == "Bearer access-2"


def test_device_that_the_server_no_longer_knows_must_sign_in():
    way, _ = transport(coded(401, "A102"), coded(401, "A104"))
    with pytest.raises(NeedsSignIn) as refused:
        way.push(b"{}")
    assert refused.value.code is ErrorCode.A104
    way, _ = transport(coded(401, "A101"), device_token=None, token=None)
    with pytest.raises(NeedsSignIn):
        way.push(b"{}")


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (coded(409, "P202"), NeedsUpgrade, ErrorCode.P202),
        (coded(409, "P203"), Refused, ErrorCode.P203),
        (coded(409, "P205"), Refused, ErrorCode.P205),
        (coded(413, "L401"), Refused, ErrorCode.L401),
        (coded(503, "S502"), Busy, ErrorCode.S502),
        (coded(429, "L402"), Busy, ErrorCode.L402),
        (httpx.Response(502, text="<html>bad gateway</html>"), Busy, ErrorCode.S502),
        (httpx.Response(500, text="oops"), ProtocolFault, None),
        (httpx.Response(404, text="a captive portal"), ProtocolFault, None),
        (httpx.Response(302, headers={"location": "https://portal.example"}), ProtocolFault, None),
        (httpx.Response(200, text="<html>welcome to the hotel</html>"), ProtocolFault, None),
        (httpx.Response(200, json={"server_epoch": "e"}), ProtocolFault, None),
        (httpx.ConnectError("refused"), Unreachable, None),
        (httpx.ReadTimeout("slow"), Unreachable, None),
        (httpx.RemoteProtocolError("cut"), Unreachable, None),
        (httpx.Response(200, stream=Bytes(b"not packed"), headers={"content-encoding": "gzip"}), ProtocolFault, None),
    ],
)
def test_every_failure_has_its_meaning(answer, error, code):
    way, _ = transport(answer)
    with pytest.raises(error) as failed:
        way.push(b"{}")
    assert type(failed.value) is error
    assert failed.value.code is code


def test_a_history_for_which_a_person_waits_is_given_up_sooner_than_a_sync():
    way, far = transport(httpx.Response(200, json={"entries": [], "more": False}))
    way.history("company", "c", None)
    assert far.requests[0].extensions["timeout"]["read"] == HISTORY_S < SyncTimes().read_s


def test_busy_server_says_how_long():
    way, _ = transport(coded(503, "S502", **{"retry-after": "17"}))
    with pytest.raises(Busy) as busy:
        way.push(b"{}")
    assert busy.value.retry_after_s == 17
    way, _ = transport(coded(503, "S502", **{"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}))
    with pytest.raises(Busy) as busy:
        way.push(b"{}")
    assert busy.value.retry_after_s == 5


def test_stream_that_breaks_off_is_no_connection():
    class Broken(httpx.SyncByteStream):
        def __iter__(self):
            yield b'{"k":"begin"}\n'
            raise httpx.ReadError("cut")

    way, _ = transport(httpx.Response(200, stream=Broken()))
    lines = way.pull(PullRequest(0, "e", "d"))
    assert not isinstance(lines, UpToDate)
    assert next(lines) == b'{"k":"begin"}'
    with pytest.raises(Unreachable):
        next(lines)


@pytest.mark.parametrize("url", ["http://crm.example", "http://192.168.1.5:8000", "ftp://crm.example"])
def test_plain_http_is_refused_but_to_this_machine(url):
    with pytest.raises(NeedsSignIn) as refused:
        make_client(url, SyncTimes())
    assert refused.value.code is ErrorCode.A106


@pytest.mark.parametrize("url", ["https://crm.example", "http://127.0.0.1:8000", "http://localhost:8000"])
def test_https_and_this_machine_are_fine(url):
    make_client(url, SyncTimes()).close()


@pytest.mark.parametrize("safe", ["", "-1", "7.0", "many", "٣"])
def test_answer_of_a_proxy_that_looks_like_nothing_new_is_not_believed(safe):
    way, _ = transport(httpx.Response(204, headers={"x-digest": "0" * 16, "x-safe": safe.encode()}))
    with pytest.raises(ProtocolFault):
        way.pull(PullRequest(5, "e", "d"))


def test_line_without_an_end_is_not_read_into_memory(monkeypatch):
    monkeypatch.setattr("client.sync.http_transport.MAX_LINE_BYTES", 1000)
    way, _ = transport(httpx.Response(200, stream=Bytes(b"x" * 1001)))
    lines = way.pull(PullRequest(0, "e", "d"))
    assert not isinstance(lines, UpToDate)
    with pytest.raises(ProtocolFault, match="without an end"):
        next(lines)


def packed(body, encoding):
    if encoding == "gzip":
        return gzip.compress(body)
    return pytest.importorskip("zstandard", reason="a phone unpacks gzip only").ZstdCompressor().compress(body)


READERS = {
    "pull": lambda way: list(way.pull(PullRequest(0, "e", "d"))),
    "fetch": lambda way: list(way.fetch(FetchRequest(server_epoch="e", t="company", pks=["1"]))),
    "history": lambda way: way.history("company", "id", None),
    "push": lambda way: way.push(b"{}"),
    "a refusal": lambda way: way.push(b"{}"),
}


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
@pytest.mark.parametrize("reader", READERS)
def test_what_unpacks_to_far_more_is_stopped_at_the_limit_and_said_in_words(reader, encoding, monkeypatch):
    monkeypatch.setattr("client.sync.http_transport.MAX_PAGE_BYTES", 4 * PIECE)
    monkeypatch.setattr("client.sync.http_transport.MAX_MESSAGE_BYTES", 4 * PIECE)
    bomb = packed((b"x" * 1023 + b"\n") * 65_536, encoding)
    status = 500 if reader == "a refusal" else 200
    way, _ = transport(httpx.Response(status, stream=Bytes(bomb), headers={"content-encoding": encoding}))
    tracemalloc.start()
    with pytest.raises(ProtocolFault) as failed:
        READERS[reader](way)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * PIECE, "of 64 that it stands for"
    assert cause_of(failed.value) == "not_ours"
    assert all(Texts(language).has("error.not_ours") for language in ("en", "ro"))


@pytest.mark.parametrize("encoding", ["gzip", "zstd", ""])
def test_a_page_is_the_same_however_it_is_packed_and_cut(encoding):
    lines = [f'{{"k":"rows","n":{n}}}'.encode() * 50 for n in range(2000)]
    body = b"\n".join(lines)
    body = packed(body, encoding) if encoding else body
    cut = httpx.Response(200, stream=Bytes(*(body[i : i + 7] for i in range(0, len(body), 7))))
    cut.headers["content-encoding"] = encoding
    assert list(transport(cut)[0].pull(PullRequest(0, "e", "d"))) == lines


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip"])
def test_a_packing_that_was_not_asked_for_is_no_answer_of_ours(encoding):
    way, _ = transport(httpx.Response(200, stream=Bytes(b"x"), headers={"content-encoding": encoding}))
    with pytest.raises(ProtocolFault, match="not asked for"):
        list(way.pull(PullRequest(0, "e", "d")))


def test_a_busy_proxy_is_busy_whatever_page_it_shows():
    page = httpx.Response(503, stream=Bytes(b"x" * 200_000), headers={"retry-after": "9"})
    with pytest.raises(Busy) as busy:
        transport(page)[0].push(b"{}")
    assert busy.value.retry_after_s == 9


def test_last_line_may_lack_its_end():
    way, _ = transport(httpx.Response(200, stream=Bytes(b"one\n\ntwo")))
    lines = way.pull(PullRequest(0, "e", "d"))
    assert not isinstance(lines, UpToDate)
    assert list(lines) == [b"one", b"two"]


def test_history_is_asked_for_in_pages():
    way, far = transport(httpx.Response(200, json={"entries": [], "more": False}))
    way.history("company", "id", None)
    way.history("company", "id", 7)
    assert [dict(request.url.params) for request in far.requests] == [
        {"t": "company", "r": "id"}, {"t": "company", "r": "id", "before": "7"},
    ]  # fmt: skip
    with pytest.raises(ProtocolFault):
        transport(httpx.Response(200, json={"entries": [{}]}))[0].history("company", "id", None)


def test_device_learns_of_a_contact_whenever_its_token_was_good():
    met = []
    far = Far(httpx.Response(200, json={"access_token": "a", "expires_in_s": 900}), coded(401, "A104"))
    client = httpx.Client(base_url="https://crm.example", transport=httpx.MockTransport(far))
    token = AccessToken(client, lambda: "device", on_contact=lambda: met.append("contact"))
    assert (token.get(), token.get(), met) == ("a", "a", ["contact"])
    token.expire(token.get())
    with pytest.raises(NeedsSignIn):
        token.get()
    assert met == ["contact"]
