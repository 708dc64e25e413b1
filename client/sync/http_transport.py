"""The way to a server over HTTP; the only httpx of the client.

Requests are built by hand and carry no header that the server does not need: an idle pull is at most 376 bytes both ways.
"""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import httpx
from pydantic import BaseModel, ValidationError

from client.config import SyncTimes
from shared_models.errors import (
    Busy,
    ErrorCode,
    NeedsSignIn,
    NeedsUpgrade,
    ProtocolFault,
    Refused,
    Unreachable,
)
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
from shared_models.snapshot import SnapshotAnswer, SnapshotRequest
from shared_models.transport import PullRequest, UpToDate

M = TypeVar("M", bound=BaseModel)
SMALL_BYTES = 600
"""Bodies below it go as they are: packing would not save a network packet."""
MAX_LINE_BYTES = 64_000_000
"""Longest line of a pull that is read: 5,000 rows of the longest notes that a record may hold stay below it."""


def sign_in(client: httpx.Client, request: SignInRequest) -> SignInAnswer:
    """Sign a device in for the first time. Raises NeedsSignIn (A103) for a wrong password, or another SyncError."""
    with translated():
        response = client.send(_json_request(client, "POST", "/auth/sign-in", request, {}))
        _refuse(response)
        return _parsed(SignInAnswer, response.content)


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
        response = self._client.send(request)
        _refuse(response)
        token = _parsed(TokenAnswer, response.content).access_token
        self._on_contact()
        return token

    def expire(self, token: str) -> None:
        """Forget a token, if it is the one in use: the server said that it has expired."""
        with self._lock:
            if self._token == token:
                self._token = None


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
        return _parsed(HelloAnswer, self._send("POST", f"{PATH}/hello", body).content)

    def push(self, body: bytes) -> PushAnswer:
        """Send one `PushRequest` as JSON, packed when that pays."""
        return _parsed(PushAnswer, self._send("POST", f"{PATH}/push", body).content)

    def pull(self, request: PullRequest) -> Iterator[bytes] | UpToDate:
        """Ask for what is newer; the lines of a page are read from the socket as they are wanted."""
        query = {"c": request.cursor, "e": request.server_epoch, "d": request.device_epoch}
        if request.after is not None:
            query["a"] = request.after
        response = self._send("GET", f"{PATH}/pull?{urlencode(query)}", None, stream=True, packed=True)
        if response.status_code == 204:
            response.close()
            return _up_to_date(response)
        return _lines(response)

    def history(self, entity: str, record: str, before: int | None) -> HistoryPage:
        """Ask for past values of one record."""
        query: dict[str, str | int] = {"t": entity, "r": record}
        if before is not None:
            query["before"] = before
        return _parsed(HistoryPage, self._send("GET", f"{PATH}/history?{urlencode(query)}", None, packed=True).content)

    def snapshot(self, request: SnapshotRequest) -> SnapshotAnswer:
        """Ask for the file that a first sync may begin with."""
        query = {"e": request.server_epoch, "s": request.shape, "p": ",".join(request.packings)}
        if request.held is not None:
            query["h"] = request.held
        return _parsed(SnapshotAnswer, self._send("GET", f"{PATH}/snapshot?{urlencode(query)}", None).content)

    def snapshot_bytes(self, name: str, start: int) -> Iterator[bytes]:
        """Ask for the bytes of a snapshot from a place on; they are read from the socket as they are wanted."""
        path = f"{PATH}/snapshot/{quote(name, safe='')}"
        return _pieces(self._send("GET", path, None, stream=True, start=start), start)

    def digest(self, request: DigestRequest) -> DigestAnswer:
        """Ask what the view holds in parts of the key space."""
        body = request.model_dump_json(by_alias=True).encode()
        return _parsed(DigestAnswer, self._send("POST", f"{PATH}/digest", body).content)

    def fetch(self, request: FetchRequest) -> Iterator[bytes]:
        """Ask for rows again."""
        body = request.model_dump_json(by_alias=True).encode()
        return _lines(self._send("POST", f"{PATH}/fetch", body, stream=True, packed=True))

    def _send(
        self, method: str, path: str, body: bytes | None, *, stream: bool = False, packed: bool = False, start: int = 0
    ) -> httpx.Response:
        """Send a request with a token; once again with a new one when the token has expired."""
        with translated():
            for attempt in (1, 2):
                token = self.token.get()
                headers = {"authorization": f"Bearer {token}"}
                if packed:
                    headers["accept-encoding"] = self.client.headers["accept-encoding"]
                if start:
                    headers["range"] = f"bytes={start}-"
                request = _request(self.client, method, path, body, headers)
                response = self.client.send(request, stream=stream)
                if response.status_code == 401 and attempt == 1:
                    response.close()
                    self.token.expire(token)
                    continue
                if response.status_code >= 300:
                    response.read()
                    _refuse(response)
                return response
        raise AssertionError("unreachable")


class translated:  # reads as a statement: with translated(): ...
    """Turns httpx's failures into `SyncError`s."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        """Raise Unreachable for a transport failure, ProtocolFault for a body that cannot be unpacked."""
        if isinstance(error, httpx.TransportError):
            raise Unreachable(None, type(error).__name__) from error
        if isinstance(error, (httpx.DecodingError, httpx.TooManyRedirects, httpx.InvalidURL, httpx.StreamError)):
            raise ProtocolFault(None, type(error).__name__) from error


def _request(client: httpx.Client, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> httpx.Request:
    """Build a request with these headers and none of httpx's own."""
    if body is not None:
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
    return zstandard.ZstdCompressor(level=3).compress(body), "zstd"


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
            for piece in response.iter_bytes():
                *whole, rest = (rest + piece if rest else piece).split(b"\n")
                yield from (line for line in whole if line)
                if len(rest) > MAX_LINE_BYTES:
                    raise ProtocolFault(None, "a line without an end")
            if rest:
                yield rest
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
        body: Any = json.loads(response.content)  # Any: what JSON gives
        body = body.get("error", body)
        return ErrorCode(body["code"]), str(body.get("detail", ""))[:200]
    except (ValueError, KeyError, AttributeError, TypeError):
        return None, ""


def _retry_after(response: httpx.Response) -> float:
    try:
        return max(float(response.headers.get("retry-after", "5")), 0.0)
    except ValueError:
        return 5.0


def _parsed(model: type[M], body: bytes) -> M:
    try:
        return model.model_validate_json(body)
    except ValidationError:
        raise ProtocolFault(None, f"a bad {model.__name__}") from None
