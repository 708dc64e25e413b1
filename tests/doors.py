"""Every door of the server: for each operation of its OpenAPI document, all the requests by which somebody could look for data."""

import gzip
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import httpx
import zstandard

from shared_models.alarms import AlarmKind
from shared_models.device_desk import Order
from shared_models.protocol import MAX_FETCH, MAX_WITH_ANSWER, PATH
from shared_models.registry import CRM, SCHEMA_VERSION
from shared_models.replica_shape import fingerprint
from tests.model_device import Key
from tests.servers import PASSWORD, Caller

PACKINGS = ("zstd", "gzip", "zstdcolumns", "gzipcolumns")
PACKED = ({}, {"accept-encoding": "gzip"}, {"accept-encoding": "zstd"})
ALL_PARTS = [f"{n:02x}" for n in range(256)]


@dataclass
class Visitor:
    """Somebody who tries every door, with the token that he has, or with none."""

    caller: Caller
    email: str
    keys: list[Key]
    """Every record that there is: he may know their ids from before."""
    seq: int
    """Where the server's sequence stands."""
    digests: list[str] = field(default_factory=list)
    """Of the bytes of every file that there is: he may know them likewise."""
    offers: set[str] = field(default_factory=set)
    """Names of snapshots, of everybody."""

    @property
    def headers(self) -> dict[str, str]:
        """Return who he is, for the server."""
        return self.caller.headers if self.caller.tokens else {}

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> httpx.Response:
        """Ask with GET."""
        return self.caller.http.get(
            path, params=query, headers={"accept-encoding": "identity", **self.headers, **(headers or {})}
        )

    def post(self, path: str, body: Any) -> httpx.Response:
        """Ask with POST."""
        return self.caller.http.post(path, json=body, headers=self.headers)

    def by_entity(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each entity with the ids of its records."""
        for entity in CRM:
            yield entity.entity_name, [pk for name, pk in self.keys if name == entity.entity_name]


def health(who: Visitor) -> Iterator[httpx.Response]:
    """Ask whether it answers."""
    yield who.get("/health")


def sign_in(who: Visitor) -> Iterator[httpx.Response]:
    """Sign in as somebody else by guessing, and on a device of another person."""
    for email, password in ((who.email, "wrong"), ("nobody@example.ro", PASSWORD)):
        body = {"email": email, "password": password, "device_name": "x", "install": "x"}
        yield who.caller.http.post("/auth/sign-in", json=body)


def sign_in_by_code(who: Visitor) -> Iterator[httpx.Response]:
    """Guess a code."""
    for code in ("K7QF2-9XWRM", "'"):
        body = {"code": code, "device_name": "x", "install": "x"}
        yield who.caller.http.post("/auth/sign-in-by-code", json=body)


def make_device_code(who: Visitor) -> Iterator[httpx.Response]:
    """Have a code made for oneself, for another person, and for nobody."""
    for user in (who.caller.tokens.get("user_id", "x"), *[pk for name, pk in who.keys if name == "user"][:3], "nobodys"):
        yield who.post(f"{PATH}/admin/device-codes/{user}", None)


def token(who: Visitor) -> Iterator[httpx.Response]:
    """Exchange what is no device token."""
    for made_up in ("x", "'", who.caller.tokens.get("access_token", "y")):
        yield who.caller.http.post("/auth/token", json={"device_token": made_up})


def hello(who: Visitor) -> Iterator[httpx.Response]:
    """Greet as a new device, and as one that was away."""
    for epoch in (None, who.caller.server_epoch, "older"):
        said = {"install": who.caller.install, "device_epoch": who.caller.device_epoch, "server_epoch": epoch, "app": "0.1"}
        incidents = [{"kind": "unequal", "entity": "company", "rows": 1, "at": 1}]
        yield who.post(f"{PATH}/hello", {**said, "schema": SCHEMA_VERSION, "cursor": 0, "clock": 0, "incidents": incidents})


def push(who: Visitor) -> Iterator[httpx.Response]:
    """Send nothing, and again what the admin has sent. What a person may write is walked by a test of its own."""
    again = {"id": "boss-1", "tx": 1, "hlc": 1, "ops": [{"t": "company", "pk": "0", "op": "d"}]}
    own = {**again, "id": f"door-{who.caller.install}"}
    for txs in ([], [again], [own]):
        yield who.post(f"{PATH}/push", {**who.caller.envelope(), "txs": txs, "pull": max(who.seq - MAX_WITH_ANSWER // 2, 0)})


def pull(who: Visitor) -> Iterator[httpx.Response]:
    """Pull from every cursor, in every packing, as another device, and from places in a long pull that were made up."""

    def ask(cursor: int, packed: dict[str, str], **more: Any) -> httpx.Response:
        query = {"c": cursor, "e": who.caller.server_epoch or "?", "d": who.caller.device_epoch, **more}
        return who.get(f"{PATH}/pull", packed, **query)

    yield from (ask(0, packed) for packed in PACKED)
    steps = sorted({*range(min(who.seq, 12)), *range(0, who.seq, max(who.seq // 20, 1)), who.seq})
    yield from (ask(cursor, {}) for cursor in steps)
    yield ask(0, {}, d="boss-epoch")
    for upto in (*steps[::3], who.seq):
        for entity in ("", "company", "bank_account", "sync_conflict"):
            yield ask(0, {}, a=f"{upto}|{entity}|")


def history(who: Visitor) -> Iterator[httpx.Response]:
    """Ask for the past of every record, whole and from the middle."""
    for name, pk in who.keys:
        yield who.get(f"{PATH}/history", t=name, r=pk)
    for name, pk in who.keys[::10]:
        yield who.get(f"{PATH}/history", {"accept-encoding": "gzip"}, t=name, r=pk, before=who.seq // 2)


def digest(who: Visitor) -> Iterator[httpx.Response]:
    """Compare all, each entity, each part, by version and by content, and have every entity counted anew."""
    for kind in ("version", "content"):
        for name in (None, *CRM.by_name):
            asked: dict[str, Any] = {"server_epoch": who.caller.server_epoch or "?", "entity": name, "kind": kind}
            yield who.post(f"{PATH}/digest", {**asked, "prefixes": [""]})
            yield who.post(f"{PATH}/digest", {**asked, "prefixes": ALL_PARTS if name else ["00"]})
    for name in CRM.by_name:
        asked = {"server_epoch": who.caller.server_epoch or "?", "entity": name, "recount": True}
        yield who.post(f"{PATH}/digest", {**asked, "prefixes": [""]})


def fetch(who: Visitor) -> Iterator[httpx.Response]:
    """Ask for every record by its id, among its own kind and among others."""
    for name, pks in who.by_entity():
        others = [pk for _, pk in who.keys if pk not in pks]
        for asked in (pks, others):
            for i in range(0, len(asked), MAX_FETCH):
                body = {"server_epoch": who.caller.server_epoch or "?", "t": name, "pks": asked[i : i + MAX_FETCH]}
                yield who.post(f"{PATH}/fetch", body)


def salvage(who: Visitor) -> Iterator[httpx.Response]:
    """Tell of a lost time that there was not, with every record, to be told what the centre lacks."""
    for epoch in (who.caller.server_epoch or "?", "older"):
        asked: dict[str, Any] = {
            "server_epoch": who.caller.server_epoch or "?",
            "epoch": epoch,
            "reached": who.seq + 5,
            "offered": [1],
        }
        for name, pks in who.by_entity():
            yield who.post(f"{PATH}/salvage", {**asked, "heads": [(name, pk, who.seq + 1) for pk in pks[:500]]})


def snapshot(who: Visitor) -> Iterator[httpx.Response]:
    """Ask for a snapshot in every packing; the names of those that there are become known to everybody."""
    for packing in PACKINGS:
        answer = who.get(f"{PATH}/snapshot", e=who.caller.server_epoch or "?", s=fingerprint(CRM), p=packing)
        if answer.status_code == 200 and answer.json()["name"]:
            who.offers.add(answer.json()["name"])
        yield answer


def snapshot_bytes(who: Visitor) -> Iterator[httpx.Response]:
    """Ask for every snapshot of everybody, whole and from some place on."""
    for name in sorted(who.offers):
        for asked in ({}, {"range": "bytes=1-"}, {"range": "bytes=100-"}):
            yield who.get(f"{PATH}/snapshot/{name}", asked)


def sign_out(who: Visitor) -> Iterator[httpx.Response]:
    """Sign out."""
    yield who.post("/auth/sign-out", None)


def events(who: Visitor) -> Iterator[httpx.Response]:
    """Listen from the beginning, up to the first poke."""
    headers = {"accept-encoding": "identity", "last-event-id": "0", **who.headers}
    with who.caller.http.stream("GET", f"{PATH}/events", headers=headers) as answer:
        said = next(answer.iter_raw(), b"")
    yield httpx.Response(answer.status_code, headers=answer.headers, content=said, request=answer.request)


def file_bytes(who: Visitor) -> Iterator[httpx.Response]:
    """Ask for the bytes of every file, whole and from some place on."""
    for sha256 in who.digests:
        for asked in ({}, {"range": "bytes=2-"}, {"if-none-match": f'"{sha256}"'}):
            yield who.get(f"{PATH}/blobs/{sha256}", asked)


def announce_file(who: Visitor) -> Iterator[httpx.Response]:
    """Say of every file that one has it, too, of the size that it has and of another."""
    for sha256 in who.digests:
        for size in (len("a file of w12345678901"), 5):
            yield who.caller.http.put(f"{PATH}/blobs/{sha256}", headers={**who.headers, "upload-length": str(size)})


def file_place(who: Visitor) -> Iterator[httpx.Response]:
    """Ask of every file how much of it has come."""
    for sha256 in who.digests:
        yield who.caller.http.head(f"{PATH}/blobs/{sha256}", headers=who.headers)


def send_file(who: Visitor) -> Iterator[httpx.Response]:
    """Send nothing, and the end of every file without its beginning."""
    for sha256 in who.digests:
        for offset in (0, 10):
            headers = {**who.headers, "upload-length": str(len("a file of w12345678901")), "upload-offset": str(offset)}
            yield who.caller.http.patch(f"{PATH}/blobs/{sha256}", content=b"", headers=headers)


def devices(who: Visitor) -> Iterator[httpx.Response]:
    """Ask for the devices of everybody: all, as they stand, by name, and page by page."""
    path = f"{PATH}/admin/devices"
    asked: tuple[dict[str, Any], ...] = (
        {},
        {"standing": "need"},
        {"standing": "well"},
        {"q": "a"},
        {"q": who.email},
        {"page": 1},
    )
    yield from (who.get(path, **query) for query in asked)


def order_device(who: Visitor) -> Iterator[httpx.Response]:
    """Order everything for the own device, and for one that is made up. Never done by an admin, who would be heard."""
    for device in (who.caller.tokens.get("device_id", "x"), "nobodys"):
        for order in get_args(Order):
            yield who.post(f"{PATH}/admin/devices/{device}/{order}", None)


def send_diagnostics(who: Visitor) -> Iterator[httpx.Response]:
    """Tell how a device fares of which nobody has asked it."""
    yield who.post(f"{PATH}/diagnostics", {"made_at": 1, "versions": {}, "sizes": {}})


def diagnostics(who: Visitor) -> Iterator[httpx.Response]:
    """Ask what the own device told, and one that is made up."""
    for device in (who.caller.tokens.get("device_id", "x"), "nobodys"):
        yield who.get(f"{PATH}/admin/devices/{device}/diagnostics")


def alarms(who: Visitor) -> Iterator[httpx.Response]:
    """Ask for the alarms about the devices of everybody."""
    yield who.get(f"{PATH}/admin/alarms")


def incidents(who: Visitor) -> Iterator[httpx.Response]:
    """Ask what went wrong on the devices of everybody."""
    for page in (0, 1):
        yield who.get(f"{PATH}/admin/incidents", page=page)


def set_alarm_rule(who: Visitor) -> Iterator[httpx.Response]:
    """Switch off every rule."""
    for kind in get_args(AlarmKind):
        query: dict[str, str | int] = {"on": "false", "threshold": 5}
        yield who.caller.http.put(f"{PATH}/admin/alarm-rules/{kind}", params=query, headers=who.headers)


PLANS: dict[str, Callable[[Visitor], Iterator[httpx.Response]]] = {
    "health": health,
    "signIn": sign_in,
    "signInByCode": sign_in_by_code,
    "token": token,
    "hello": hello,
    "push": push,
    "pull": pull,
    "history": history,
    "digest": digest,
    "fetch": fetch,
    "salvage": salvage,
    "snapshot": snapshot,
    "snapshotBytes": snapshot_bytes,
    "events": events,
    "announceFile": announce_file,
    "filePlace": file_place,
    "sendFile": send_file,
    "fileBytes": file_bytes,
    "devices": devices,
    "orderDevice": order_device,
    "sendDiagnostics": send_diagnostics,
    "diagnostics": diagnostics,
    "alarms": alarms,
    "incidents": incidents,
    "setAlarmRule": set_alarm_rule,
    "makeDeviceCode": make_device_code,
    "signOut": sign_out,
}
"""Operation of the OpenAPI document -> how it is tried; signing out is the last."""
OPEN = ("health", "signIn", "signInByCode", "token")
"""Operations that need no access token."""


def contents(answer: httpx.Response) -> Iterator[bytes]:
    """Yield all that an answer holds: its headers, its body, what that unpacks to, and what stands in a database that it is."""
    yield repr(answer.headers.multi_items()).encode()
    for plain in unpacked(answer.content):
        yield plain
        if plain.startswith(b"SQLite format 3"):
            yield from texts_of(plain)


def unpacked(body: bytes) -> Iterator[bytes]:
    """Yield a body, and what it unpacks to if it is packed itself (httpx has taken off the content encoding)."""
    yield body
    if body.startswith(b"\x1f\x8b"):
        yield gzip.decompress(body)
    elif body.startswith(b"\x28\xb5\x2f\xfd"):
        yield zstandard.ZstdDecompressor().stream_reader(body).read()


def texts_of(database: bytes) -> Iterable[bytes]:
    """Yield the rows of every table of a database, those of its search indexes too: a word may lie across two pages of the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "replica.db")
        path.write_bytes(database)
        with closing(sqlite3.connect(path)) as connection:
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
            ).fetchall():
                yield repr(connection.execute(f'SELECT * FROM "{name}"').fetchall()).encode()
