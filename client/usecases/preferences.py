"""How the reader wants to see the product: kept in a small file beside the replica, and language and zone with the person."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from datetime import date, datetime
from errno import ENOSPC
from pathlib import Path
from zoneinfo import ZoneInfo

from client.replica.replica import Replica
from client.usecases import documents
from client.usecases.answers import FILE_SIZES_MB, Preferences
from client.usecases.labels import Say
from shared_models.errors import ReplicaError, ReplicaFull
from shared_models.texts import Language, preferred


def load(path: Path, replica: Replica) -> Preferences:
    """Return the device's preferences; what it has none of comes from the person's own record."""
    user = replica.get("user", replica.facts()["user"] or "") or {}
    known = {"language": user.get("language"), "time_zone": user.get("time_zone")}
    found = {**known, **_stored(path)}
    kept = {name: value for name, value in found.items() if value in _allowed(name, value)}
    return Preferences(**kept)  # type: ignore[arg-type]  # checked against what is allowed in the line above


def today(preferences: Preferences, now_ms: int) -> date:
    """Return the day that it is for the reader. now_ms: milliseconds since 1970 UTC."""
    return datetime.fromtimestamp(now_ms / 1000, ZoneInfo(preferences.time_zone)).date()


def last_language(path: Path, open_replica: Callable[[], Replica]) -> Language | None:
    """Return the language of whoever used this device last, or None: nobody did, or what is here cannot be read."""
    kept = preferred([str(_stored(path).get("language"))])
    if kept is not None:
        return kept
    try:
        with closing(open_replica()) as replica:
            user = replica.get("user", replica.facts()["user"] or "") or {}
    except ReplicaError:
        return None
    return preferred([str(user.get("language"))])


def save(path: Path, replica: Replica, say: Say, preferences: Preferences) -> None:
    """Keep preferences on the device, those on files also for what moves files, and language and zone with the person, as an edit.

    Raises ReplicaFull when the disk is full; then everything is as it was.
    """
    draft = path.with_suffix(".new")
    try:
        draft.write_text(json.dumps(asdict(preferences)), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        if error.errno != ENOSPC:
            raise
        raise ReplicaFull(str(error)) from error
    auto, metered = preferences.files == "auto", preferences.files_metered
    documents.set_policy(replica, auto=auto, up_to_mb=preferences.files_up_to_mb, metered=metered)
    user = replica.get("user", replica.facts()["user"] or "")
    wanted = {"language": preferences.language, "time_zone": preferences.time_zone}
    if user is not None and any(user[name] != value for name, value in wanted.items()):
        with replica.edit(say("saved.preferences")) as edit:
            edit.update("user", user["id"], wanted)


def _stored(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _allowed(name: str, value: object) -> tuple[object, ...]:
    """Return the values that a preference may have; a zone is one that this machine knows."""
    allowed: dict[str, tuple[object, ...]] = {
        "language": ("en", "ro"),
        "theme": ("light", "dark", "outdoor", "system"),
        "time_zone": (value,) if _is_zone(value) else (),
        "files": ("auto", "asked"),
        "files_up_to_mb": () if isinstance(value, bool) else FILE_SIZES_MB,
        "files_metered": (value,) if isinstance(value, bool) else (),
    }
    return allowed.get(name, ())


def _is_zone(name: object) -> bool:
    """Whether clocks can be shown in a zone: an unknown one would keep every screen from being drawn."""
    try:
        return isinstance(name, str) and ZoneInfo(name) is not None
    except (KeyError, ValueError, OSError):  # not known, not a name, a folder of names
        return False
