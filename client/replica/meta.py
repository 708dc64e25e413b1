"""The replica's own facts: whose it is, where it stands, how it is numbered. One row each in `_sync_meta`."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from client.replica.driver import Connection
from shared_models.protocol import BIGGEST_FILE

_DEFAULTS: dict[str, Any] = {  # Any: JSON scalars and small objects
    "user": None,
    "device": None,
    # Since when the data of that person is here, ms since 1970 UTC; 0: since before this was noted.
    "bound_at": 0,
    "install": "",
    "device_epoch": "",
    "server_epoch": None,
    # Epoch that the rows' versions belong to: behind `server_epoch` from a server restore until the new rows are in.
    "rows_epoch": None,
    "cursor": 0,
    "hlc": 0,
    # Version of the entities that the file has; of one that is older than this fact, the first.
    "schema": None,
    # Version that the centre had at the last hello, or a newer one, as an audit has met.
    "server_schema": 0,
    "next_number": 1,
    # Whether a whole checkpoint was ever applied; until then pages are applied as they come.
    "complete": False,
    # Whether the next checkpoint replaces every row (after a server restore, or an unknown cursor).
    "replace": False,
    # Whether the "file" or only the "log" may still hold something of what was removed for good (`purging`).
    "forgets": None,
    # When it was emptied because the device was lost, ms since 1970 UTC, until somebody signs in again.
    "wiped_at": None,
    "stage_after": None,
    "stage_cursor": 0,
    # Where the centre stood when it made the last page that was put aside: no page of an earlier moment fits behind it.
    "stage_at": 0,
    "stage_rows": 0,
    # Rounds in a row that brought nothing of a snapshot that is partly here.
    "snapshot_stuck": 0,
    # Older server epoch -> the lowest seq that it shares with the present timeline.
    "restored": {},
    # Timeline that a restore ended, of which the centre is yet to be told -> greatest seq known of it, seqs of saves that go again.
    "lost_time": {},
    "offset_ms": 0,
    "safe_seq": 0,
    "search_stale": False,
    "quarantined": False,
    # Blocks of numbers for codes, of one device epoch, and how many provisional codes were written (`numbers`).
    "numbers": {},
    "provisional": 0,
    # The scheduler's table.
    "state": "idle",
    "next_attempt_at": None,
    "reason": "start",
    "failures": 0,
    "paused": False,
    # Cards of which the reader knows that somebody else's decision holds.
    "news_read": [],
    # How many records left the lists since the person was last told so, and when: rows, at (us), told.
    "left": None,
    # Shares of which the person knows that he has them, by their ids.
    "shares_told": [],
    "last_success_at": None,
    "last_error": None,
    "last_error_at": None,
    "proof": None,
    # The rotating audit: which sixteenth of the key space is next, and when the last one was looked at.
    "audit_next": 0,
    "audit_at": 0,
    # Bytes of the largest file that the centre takes, as the last hello said.
    "biggest_file": BIGGEST_FILE,
    # What the person said of files: fetched and sent by themselves, up to how many megabytes, also on a metered connection.
    "files_auto": True,
    "files_up_to_mb": 10,
    "files_metered": False,
    # When the centre was asked last to count its own figures anew.
    "recount_at": 0,
}


def get(connection: Connection, key: str) -> Any:  # Any: a JSON value of the key's own type
    """Return one fact, or its default. Raises KeyError for an unknown key."""
    row = connection.execute("SELECT v FROM _sync_meta WHERE k = ?", (key,)).fetchone()
    return _DEFAULTS[key] if row is None else json.loads(row[0])


class Facts(Mapping[str, Any]):  # Any: as `get`
    """Every fact, those at their defaults included, as of one moment. Each is parsed when it is asked for."""

    __slots__ = ("_texts",)

    def __init__(self, texts: dict[str, str]) -> None:
        """texts: the JSON of those that were ever stored."""
        self._texts = texts

    def __getitem__(self, key: str) -> Any:  # Any: as `get`
        """Return one fact. Raises KeyError for an unknown key."""
        text = self._texts.get(key)
        if text is None:
            return _DEFAULTS[key]
        return json.loads(text) if text[0] in "{[" else _scalar(text)

    def __iter__(self) -> Iterator[str]:
        """Yield their keys."""
        return iter({**_DEFAULTS, **self._texts})

    def __len__(self) -> int:
        """Return how many there are."""
        return len({**_DEFAULTS, **self._texts})


def get_all(connection: Connection) -> Facts:
    """Return every fact."""
    return Facts(dict(connection.execute("SELECT k, v FROM _sync_meta").fetchall()))


@lru_cache(maxsize=512)
def _scalar(text: str) -> Any:  # Any: a JSON scalar; what may be changed in place is parsed each time
    return json.loads(text)


def put(connection: Connection, values: Mapping[str, Any]) -> None:  # Any: as `get`
    """Store facts; part of the caller's transaction. Raises KeyError for an unknown key."""
    for key in values:
        _DEFAULTS[key]
    connection.executemany(
        "INSERT INTO _sync_meta (k, v) VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v",
        [(key, json.dumps(value)) for key, value in values.items()],
    )
