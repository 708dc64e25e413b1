"""The way to a server over HTTP; the only httpx of the client.

Requests are built by hand and carry no header that the server does not need: an idle pull is at most 376 bytes both ways.
"""

import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import httpx
from pydantic import BaseModel, ValidationError

from client.config import SyncTimes
from client.sync.unpacking import Arriving, encodings, unpacked
from shared_models.alarms import AlarmPage, AlarmRule
from shared_models.device_code import CodeSignInRequest, DeviceCode
from shared_models.device_desk import DeviceOrdered, DevicePage, DeviceQuery, Order
from shared_models.diagnostics import Diagnostics, DiagnosticsKept
from shared_models.errors import (
    Busy,
    ErrorCode,
    NeedsSignIn,
    NeedsUpgrade,
    ProtocolFault,
    Refused,
    Unreachable,
)
from shared_models.incident_desk import IncidentPage
from shared_models.protocol import (
    PATH,
    DigestAnswer,
    DigestRequest,
    FetchRequest,
    HelloAnswer,
    HelloRequest,
    HistoryPage,
    PushAnswer,
    SignInAnswer,
    SignInRequest,
    TokenAnswer,
    TokenRequest,
)
from shared_models.salvage import SalvageAnswer, SalvageRequest
from shared_models.snapshot import SnapshotAnswer, SnapshotRequest
from shared_models.transport import FilePlace, Poke, PullRequest, UpToDate

M = TypeVar("M", bound=BaseModel)
ZSTD_LEVEL = 6
"""Of a body: 7 % less than level 3 for 4 us an edit, on a thread beside the one that makes the next ready."""
SMALL_BYTES = 600
"""Bodies below it go as they are: packing would not save a network packet."""
HISTORY_S = 15.0
"""Seconds of silence after which a history is given up: a person waits for it, and next to no work is lost."""
LIVE_S = 60.0
"""Seconds of silence after which a live channel is given up: the server says something every 25 (PROTOCOL 15)."""
MAX_SPREAD_MS = 60_000
"""Longest time over which a server spreads the pulls of many devices: a poll comes then anyway."""
MAX_EVENT_BYTES = 10_000
"""Of what a live channel says at a time."""
MAX_LINE_BYTES = 64_000_000
"""Longest line of a pull that is read: 5,000 rows of the longest notes that a record may hold stay below it."""
MAX_PAGE_BYTES = 5 * MAX_LINE_BYTES
"""Of one page, unpacked: 5,000 rows come in lines of 1,000."""
MAX_MESSAGE_BYTES = MAX_LINE_BYTES
"""Of an answer that is one message, unpacked."""
MAX_PROBLEM_BYTES = 100_000
"""Of the body of a refusal, unpacked: a page of some proxy."""


def sign_in(client: httpx.Client, request: SignInRequest) -> SignInAnswer:
    """Sign a device in for the first time. Raises NeedsSignIn (A103) for a wrong password, or another SyncError."""
    with translated():
        response = client.send(_json_request(client, "POST", "/auth/sign-in", request, {}), stream=True)
        _refuse(response)
        return _parsed(SignInAnswer, response)


def sign_in_by_code(client: httpx.Client, request: CodeSignInRequest) -> SignInAnswer:
    """Sign a device in by a one-time code. Raises Refused (S513) for one that is not good, or another SyncError."""
    with translated():
        response = client.send(_json_request(client, "POST", "/auth/sign-in-by-code", request, {}), stream=True)
        _refuse(response)
        return _parsed(SignInAnswer, response)


def make_client(base_url: str, times: SyncTimes) -> httpx.Client:
    """Return a client for one server. Raises NeedsSignIn (A106) for plain http to another machine."""
    url = httpx.URL(base_url)
    if url.scheme != "https" and url.host not in ("localhost", "127.0.0.1", "::1"):
        raise NeedsSignIn(ErrorCode.A106, "plain http")
    timeout = httpx.Timeout(times.read_s, connect=times.connect_s)
    return httpx.Client(base_url=base_url, timeout=timeout, follow_redirects=False, trust_env=True)


class AccessToken:
    """A short access token, got with the device token whenever there is none or it has expired."""

    def __init__(
        self,
        client: httpx.Client,
        device_token: Callable[[], str | None],
        token: str | None = None,
        on_contact: Callable[[], None] = lambda: None,
    ) -> None:
        """on_contact: told whenever the server knew the device, a few times an hour."""
        self._client, self._device_token, self._token, self._on_contact = client, device_token, token, on_contact
        self._lock = threading.Lock()

    def get(self) -> str:
        """Return a token. Raises NeedsSignIn when the device has none or the server no longer knows it."""
        with self._lock:  # two pushes may want one at once
            if self._token is None:
                self._token = self._new()
            return self._token

    def _new(self) -> str:
        device_token = self._device_token()
        if device_token is None:
            raise NeedsSignIn(ErrorCode.A101, "no device token")
        request = _json_request(self._client, "POST", "/auth/token", TokenRequest(device_token=device_token), {})
        response = self._client.send(request, stream=True)
        _refuse(response)
        token = _parsed(TokenAnswer, response).access_token
        self._on_contact()
        return token

    def expire(self, token: str) -> None:
        """Forget a token, if it is the one in use: the server said that it has expired."""
        with self._lock:
            if self._token == token:
                self._token = None


def sign_out(client: httpx.Client, device_token: str) -> None:
    """Have the server forget the tokens of a device. Raises SyncError: NeedsSignIn where it knows the token no longer."""
    with translated():
        headers = {"authorization": f"Bearer {AccessToken(client, lambda: device_token).get()}"}
        response = client.send(_request(client, "POST", "/auth/sign-out", None, headers), stream=True)
        _refuse(response)
        response.close()


@dataclass
class HttpTransport:
    """`shared_models.transport.Transport` over HTTP."""

    client: httpx.Client
    token: AccessToken

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def hello(self, request: HelloRequest) -> HelloAnswer:
        """Tell the server where the device stands."""
        body = request.model_dump_json(by_alias=True).encode()
        return _parsed(HelloAnswer, self._send("POST", f"{PATH}/hello", body))

    def push(self, body: bytes) -> PushAnswer:
        """Send one `PushRequest` as JSON, packed when that pays."""
        return _parsed(PushAnswer, self._send("POST", f"{PATH}/push", body))

    def pull(self, request: PullRequest) -> Iterator[bytes] | UpToDate:
        """Ask for what is newer; the lines of a page are read from the socket as they are wanted."""
        query = {"c": request.cursor, "e": request.server_epoch, "d": request.device_epoch}
        if request.after is not None:
            query["a"] = request.after
        if request.most is not None:
            query["n"] = request.most
        if request.report is not None:
            query["r"] = request.report.wire()
        response = self._send("GET", f"{PATH}/pull?{urlencode(query)}", None, packed=True)
        if response.status_code == 204:
            response.close()
            return _up_to_date(response)
        return _lines(response)

    def history(self, entity: str, record: str, before: int | None) -> HistoryPage:
        """Ask for past values of one record."""
        query: dict[str, str | int] = {"t": entity, "r": record}
        if before is not None:
            query["before"] = before
        return _parsed(
            HistoryPage, self._send("GET", f"{PATH}/history?{urlencode(query)}", None, packed=True, read_s=HISTORY_S)
        )

    def snapshot(self, request: SnapshotRequest) -> SnapshotAnswer:
        """Ask for the file that a first sync may begin with."""
        query = {"e": request.server_epoch, "s": request.shape, "p": ",".join(request.packings)}
        if request.held is not None:
            query["h"] = request.held
        return _parsed(SnapshotAnswer, self._send("GET", f"{PATH}/snapshot?{urlencode(query)}", None))

    def snapshot_bytes(self, name: str, start: int) -> Iterator[bytes]:
        """Ask for the bytes of a snapshot from a place on; they are read from the socket as they are wanted."""
        path = f"{PATH}/snapshot/{quote(name, safe='')}"
        return _pieces(self._send("GET", path, None, start=start), start)

    def digest(self, request: DigestRequest) -> DigestAnswer:
        """Ask what the view holds in parts of the key space."""
        body = request.model_dump_json(by_alias=True).encode()
        return _parsed(DigestAnswer, self._send("POST", f"{PATH}/digest", body))

    def fetch(self, request: FetchRequest) -> Iterator[bytes]:
        """Ask for rows again."""
        body = request.model_dump_json(by_alias=True).encode()
        return _lines(self._send("POST", f"{PATH}/fetch", body, packed=True))

    def announce_file(self, sha256: str, size: int) -> FilePlace:
        """Say that a file is to be sent, or goes on."""
        return _file_place(self._send("PUT", f"{PATH}/blobs/{sha256}", b"", raw=True, extra={"upload-length": str(size)}))

    def send_file(self, sha256: str, size: int, offset: int, piece: bytes) -> FilePlace:
        """Send the bytes that follow a place."""
        headers = {"upload-length": str(size), "upload-offset": str(offset)}
        return _file_place(self._send("PATCH", f"{PATH}/blobs/{sha256}", piece, raw=True, extra=headers))

    def file_bytes(self, sha256: str, start: int) -> Iterator[bytes]:
        """Ask for the bytes of a file from a place on; they are read from the socket as they are wanted."""
        return _pieces(self._send("GET", f"{PATH}/blobs/{sha256}", None, start=start), start)

    def send_diagnostics(self, found: Diagnostics) -> None:
        """Tell how the device fares."""
        self._send("POST", f"{PATH}/diagnostics", found.wire().encode()).close()

    def salvage(self, request: SalvageRequest) -> SalvageAnswer:
        """Tell what is left of a time that a restore took away."""
        body = request.model_dump_json(by_alias=True).encode()
        return _parsed(SalvageAnswer, self._send("POST", f"{PATH}/salvage", body))

    def devices(self, query: DeviceQuery) -> DevicePage:
        """Ask for a page of devices; for admins."""
        asked: dict[str, str | int] = {"q": query.text, "page": query.page}
        if query.standing is not None:
            asked["standing"] = query.standing
        path = f"{PATH}/admin/devices?{urlencode(asked)}"
        return _parsed(DevicePage, self._send("GET", path, None, read_s=HISTORY_S))

    def order_device(self, device: str, order: Order) -> DeviceOrdered:
        """Order something for a device; for admins."""
        path = f"{PATH}/admin/devices/{quote(device, safe='')}/{order}"
        return _parsed(DeviceOrdered, self._send("POST", path, None, read_s=HISTORY_S))

    def diagnostics(self, device: str) -> DiagnosticsKept:
        """Ask for the newest diagnostics of a device; for admins."""
        path = f"{PATH}/admin/devices/{quote(device, safe='')}/diagnostics"
        return _parsed(DiagnosticsKept, self._send("GET", path, None, packed=True, read_s=HISTORY_S))

    def alarms(self) -> AlarmPage:
        """Ask for the rules of alarms and what was raised; for admins."""
        return _parsed(AlarmPage, self._send("GET", f"{PATH}/admin/alarms", None, read_s=HISTORY_S))

    def set_alarm_rule(self, rule: AlarmRule) -> AlarmPage:
        """Change a rule of alarms; for admins."""
        query = urlencode({"on": str(rule.is_on).lower(), "threshold": rule.threshold})
        return _parsed(AlarmPage, self._send("PUT", f"{PATH}/admin/alarm-rules/{rule.kind}?{query}", None, read_s=HISTORY_S))

    def incidents(self, page: int) -> IncidentPage:
        """Ask for what went wrong day by day; for admins."""
        return _parsed(
            IncidentPage, self._send("GET", f"{PATH}/admin/incidents?page={page}", None, packed=True, read_s=HISTORY_S)
        )

    def make_device_code(self, user: str) -> DeviceCode:
        """Make a code with which a device of a person signs in; for admins."""
        path = f"{PATH}/admin/device-codes/{quote(user, safe='')}"
        return _parsed(DeviceCode, self._send("POST", path, None, read_s=HISTORY_S))

    def live(self, after: int) -> "HttpPokes":
        """Open the live channel: server-sent events on a connection of its own."""
        response = self._send("GET", f"{PATH}/events", None, read_s=LIVE_S, extra={"last-event-id": str(after)})
        return HttpPokes(response)

    def _send(
        self,
        method: str,
        path: str,
        body: bytes | None,
        *,
        packed: bool = False,
        start: int = 0,
        read_s: float | None = None,
        raw: bool = False,
        extra: Mapping[str, str] = MappingProxyType({}),
    ) -> httpx.Response:
        """Send a request with a token; once again with a new one when the token has expired. The answer's body is not read yet.

        read_s: seconds that the server may be silent, where they are fewer than for a sync. raw: the body goes as it is.
        """
        with translated():
            for attempt in (1, 2):
                token = self.token.get()
                headers = {"authorization": f"Bearer {token}", **extra}
                if packed:
                    headers["accept-encoding"] = ", ".join(encodings())
                if start:
                    headers["range"] = f"bytes={start}-"
                request = _request(self.client, method, path, body, headers, raw=raw)
                if read_s is not None:
                    request.extensions["timeout"]["read"] = read_s
                response = self.client.send(request, stream=True)
                if response.status_code == 401 and attempt == 1:
                    _code(response)  # read to its end, so that the connection can be used again
                    self.token.expire(token)
                    continue
                _refuse(response)
                return response
        raise AssertionError("unreachable")


class HttpPokes:
    """A live channel over HTTP."""

    def __init__(self, response: httpx.Response) -> None:
        """response: one of `text/event-stream`, of which nothing was read."""
        self._response, self._is_read = response, False

    def __iter__(self) -> Iterator[Poke]:
        """Yield pokes until the server ends the channel. Raises Unreachable when it breaks off, ProtocolFault for what is none."""
        self._is_read = True
        try:
            with translated():
                rest = b""
                for piece in self._response.iter_raw():
                    *whole, rest = (rest + piece).split(b"\n")
                    if len(rest) > MAX_EVENT_BYTES:
                        raise ProtocolFault(None, "an event without an end")
                    yield from (_poke(line) for line in whole if line.startswith(b"data:"))
        finally:
            self._response.close()

    def close(self) -> None:
        """End it, from any thread: whoever waits for the next event comes out with Unreachable, or at an end."""
        if not self._is_read:
            self._response.close()
            return
        stream = self._response.extensions.get("network_stream")
        connection = stream.get_extra_info("socket") if stream is not None else None
        if connection is not None:
            with suppress(OSError):  # it is closed already
                connection.shutdown(socket.SHUT_RDWR)


def _poke(line: bytes) -> Poke:
    try:
        said = json.loads(line.removeprefix(b"data:"))
        return Poke(int(said["seq"]), min(max(int(said.get("spread_ms", 0)), 0), MAX_SPREAD_MS))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ProtocolFault(None, "an event that is no poke") from None


class translated:  # reads as a statement: with translated(): ...
    """Turns httpx's failures into `SyncError`s."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        """Raise Unreachable for a transport failure, ProtocolFault for an answer that is none."""
        if isinstance(error, httpx.TransportError):
            raise Unreachable(None, type(error).__name__) from error
        if isinstance(error, (httpx.DecodingError, httpx.TooManyRedirects, httpx.InvalidURL, httpx.StreamError)):
            raise ProtocolFault(None, type(error).__name__) from error


def _request(
    client: httpx.Client, method: str, path: str, body: bytes | None, headers: dict[str, str], *, raw: bool = False
) -> httpx.Request:
    """Build a request with these headers and none of httpx's own."""
    if body is not None and not raw:
        headers["content-type"] = "application/json"
        if len(body) > SMALL_BYTES:
            body, headers["content-encoding"] = _pack(body)
    url = client.base_url.join(path)
    return httpx.Request(method, url, headers=headers, content=body, extensions={"timeout": client.timeout.as_dict()})


def _json_request(client: httpx.Client, method: str, path: str, message: BaseModel, headers: dict[str, str]) -> httpx.Request:
    return _request(client, method, path, message.model_dump_json(by_alias=True).encode(), headers)


def _pack(body: bytes) -> tuple[bytes, str]:
    """Pack with zstd where it is installed (half of gzip's time), else gzip."""
    try:
        import zstandard
    except ImportError:
        return gzip.compress(body, 6), "gzip"
    return zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(body), "zstd"


def _file_place(response: httpx.Response) -> FilePlace:
    """Return how much of a file the centre has. Raises ProtocolFault."""
    with translated():
        response.read()
    offset = response.headers.get("upload-offset", "")
    if not (offset.isascii() and offset.isdigit()):
        raise ProtocolFault(None, "a bad upload-offset")
    return FilePlace(int(offset), response.headers.get("upload-complete") == "?1")


def _up_to_date(response: httpx.Response) -> UpToDate:
    safe = response.headers.get("x-safe", "0")
    if not (safe.isascii() and safe.isdigit()):
        raise ProtocolFault(None, "a bad x-safe")
    return UpToDate(response.headers.get("x-digest", ""), int(safe))


def _lines(response: httpx.Response) -> Iterator[bytes]:
    """Yield the lines of a body without their ends; closing the generator closes the connection."""
    try:
        with translated():
            rest = b""
            for piece in _plain(response, MAX_PAGE_BYTES):
                *whole, rest = (rest + piece if rest else piece).split(b"\n")
                yield from (line for line in whole if line)
                if len(rest) > MAX_LINE_BYTES:
                    raise ProtocolFault(None, "a line without an end")
            if rest:
                yield rest
    finally:
        response.close()


def _plain(response: httpx.Response, limit: int) -> Iterator[bytes]:
    """Yield a body unpacked. httpx would unpack whatever has come at once, and that may be gigabytes.

    Raises ProtocolFault for more than `limit` bytes, for what cannot be unpacked, and for a packing that was not asked for.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        pieces = response.iter_raw()
    elif encoding in encodings():
        pieces = unpacked(Arriving(response.iter_raw()), encoding)
    else:
        raise ProtocolFault(None, "a packing that was not asked for")
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > limit:
            raise ProtocolFault(None, f"more than {limit} bytes")
        yield piece


def _whole(response: httpx.Response, limit: int) -> bytes:
    """Return a body unpacked, and close the response. Raises ProtocolFault as `_plain` does."""
    try:
        with translated():
            return b"".join(_plain(response, limit))
    finally:
        response.close()


def _pieces(response: httpx.Response, start: int) -> Iterator[bytes]:
    """Yield a body as it comes; closing the generator closes the connection."""
    try:
        if start and response.status_code != 206:
            raise ProtocolFault(None, "a whole file where a part was asked")
        with translated():
            yield from response.iter_raw()
    finally:
        response.close()


def _refuse(response: httpx.Response) -> None:
    """Raise the error that an answer stands for; nothing for a good one."""
    status = response.status_code
    if status < 300:
        return
    code, detail = _code(response)
    if status in (429, 502, 503, 504):
        raise Busy(code or ErrorCode.S502, detail, _retry_after(response))
    if (code is None and status in (401, 403)) or (code is not None and code.value.startswith("A1")):
        raise NeedsSignIn(code or ErrorCode.A101, detail)
    if code is ErrorCode.P202:
        raise NeedsUpgrade(code, detail)
    raise (Refused if code is not None else ProtocolFault)(code, detail or f"status {status}")


def _code(response: httpx.Response) -> tuple[ErrorCode | None, str]:
    """Return the coded error of an answer's body, if it is one of ours."""
    try:
        body: Any = json.loads(_whole(response, MAX_PROBLEM_BYTES))  # Any: what JSON gives
        body = body.get("error", body)
        return ErrorCode(body["code"]), str(body.get("detail", ""))[:200]
    except (ProtocolFault, ValueError, KeyError, AttributeError, TypeError):
        return None, ""


def _retry_after(response: httpx.Response) -> float:
    try:
        return max(float(response.headers.get("retry-after", "5")), 0.0)
    except ValueError:
        return 5.0


def _parsed(model: type[M], response: httpx.Response) -> M:
    body = _whole(response, MAX_MESSAGE_BYTES)
    try:
        return model.model_validate_json(body)
    except ValidationError:
        raise ProtocolFault(None, f"a bad {model.__name__}") from None
