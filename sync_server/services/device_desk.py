"""The devices of the organisation as an admin sees them: how each stands, and why it is behind."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from shared_models.codec import Row
from shared_models.device_desk import (
    DAYS,
    MOST_ROWS,
    PAGE_DEVICES,
    STANDINGS,
    DeviceLine,
    DevicePage,
    DeviceQuery,
    Reason,
    Standing,
)
from shared_models.errors import ErrorCode
from shared_models.evolution import SUPPORTED
from shared_models.folding import fold
from sync_server.db import device_desk, diagnostics
from sync_server.db.account_tables import account_tables_of
from sync_server.db.engine import Connection
from sync_server.services import sight
from sync_server.services.accounts import office_device
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.device_causes import DAY_US, DeviceFacts, reasons, standing
from sync_server.services.diagnose_order import is_due
from sync_server.services.refusals import Refusal


@dataclass(frozen=True)
class Known:
    """One device, how it stands and why."""

    row: Row
    """Of `device_desk.known`."""
    facts: DeviceFacts
    reasons: list[Reason]
    standing: Standing
    letters: int
    lag_rows: int | None
    diagnosed_at: int | None


def page(central: Central, actor: Actor, query: DeviceQuery) -> DevicePage:
    """Return a page of devices. Raises Refusal A105 for whoever is no admin."""
    need_admin(actor)
    central.sightings.write(central.store, central.tables)
    with central.store.read() as connection:
        found = [one for one in every(central, connection) if _is_asked(one, query.text)]
        counts = Counter(one.standing for one in found)
        if query.standing is not None:
            found = [one for one in found if one.standing == query.standing]
        start = query.page * PAGE_DEVICES
        shown = found[start : start + PAGE_DEVICES]
        lines = _lines(central, connection, shown)
    more, at = len(found) > start + PAGE_DEVICES, central.now_us()
    return DevicePage(devices=lines, counts={name: counts[name] for name in STANDINGS}, more=more, at=at)


def need_admin(actor: Actor) -> None:
    """Raise Refusal A105 for whoever is no admin."""
    if not actor.is_admin:
        raise Refusal(ErrorCode.A105, 403, "for admins")


def every(central: Central, connection: Connection) -> list[Known]:
    """Return all devices: those that need somebody first, and of those that stand alike the last seen first."""
    rows = device_desk.known(connection, central.tables, account_tables_of(central.tables.metadata))
    letters, lags, at = device_desk.letters(connection, central.tables), _lags(central, connection, rows), central.now_us()
    told = diagnostics.arrivals(connection, central.tables, at - diagnostics.KEPT_US)
    found = [_known(central, row, letters.get(row["id"], 0), lags.get(row["id"]), told.get(row["id"]), at) for row in rows]
    return sorted(found, key=lambda one: (STANDINGS.index(one.standing), -(one.row["last_seen_at"] or 0), one.row["id"]))


def _known(central: Central, row: Row, letters: int, lag_rows: int | None, told: int | None, at: int) -> Known:
    facts = DeviceFacts(
        at=at,
        newest_schema=central.schema_version,
        supported_schemas=SUPPORTED,
        created_at=row["created_at"],
        last_seen_at=row["last_seen_at"],
        is_office=row["id"] == office_device(row["user"]),
        is_account_on=bool(row["is_account_on"]),
        is_signed_in=bool(row["is_signed_in"]),
        wipe_at=row["wipe_at"],
        wiped_at=row["wiped_at"],
        revoked_at=row["revoked_at"],
        paused_at=row["paused_at"],
        resync_at=row["resync_at"],
        schema_version=row["schema_version"],
        pending=row["pending"] or 0,
        letters=letters,
        lag_rows=lag_rows or 0,
        clock_offset_ms=row["clock_offset_ms"],
        is_loaded=_is_loaded(row),
        is_unequal=row["proof"] == "unequal",
        works_offline=bool(row["works_offline"]),
        is_quarantined=bool(row["is_quarantined"]),
        isolated=row["isolated"] or 0,
        failures=row["failures"] or 0,
        error=row["last_error"],
    )
    found = reasons(facts)
    return Known(row, facts, found, standing(facts, found), letters, lag_rows, told)


def _is_loaded(row: Row) -> bool:
    """Whether a device holds a whole checkpoint: it has a cursor, or says so. One that never spoke is not called behind."""
    return bool(row["cursor"]) or row["is_loaded"] is None or bool(row["is_loaded"])


def _lags(central: Central, connection: Connection, rows: Iterable[Row]) -> dict[str, int]:
    """Return device -> how many rows of its person's view are newer than its replica. One that never said where it stands has none."""
    cursors = {row["id"]: row["cursor"] for row in rows if row["cursor"]}
    if not cursors:
        return {}
    newest = device_desk.newest_rows(connection, central.tables, min(cursors.values()), MOST_ROWS)
    if not newest:
        return dict.fromkeys(cursors, 0)
    views, found = dict[str, list[int]](), dict[str, int]()
    for row in rows:
        if row["id"] in cursors:
            if row["user"] not in views:
                views[row["user"]] = _versions_seen(central, connection, row["user"], newest)
            versions = views[row["user"]]
            found[row["id"]] = len(versions) - bisect_left(versions, cursors[row["id"]] + 1)
    return found


def _versions_seen(central: Central, connection: Connection, user: str, newest: list[tuple[int, str, int]]) -> list[int]:
    """Return the versions of those of some rows that a person sees, in order."""
    seen = sight.last_known(central, connection, user)
    return sorted(version for version, entity, cell in newest if seen is None or seen.shows(entity, cell))


def _is_asked(one: Known, text: str) -> bool:
    words = fold(text).split()
    named = fold(" ".join([one.row["name"], one.row["person"] or "", one.row["email"] or ""]))
    return all(word in named for word in words)


def _lines(central: Central, connection: Connection, shown: list[Known]) -> list[DeviceLine]:
    today = central.now_us() // DAY_US
    waited = device_desk.days(connection, central.tables, [one.row["id"] for one in shown], today - DAYS + 1)
    return [_line(one, waited.get(one.row["id"], {}), today) for one in shown]


def _line(one: Known, waited: dict[int, int], today: int) -> DeviceLine:
    row, facts = one.row, one.facts
    days = [waited.get(day, 0) for day in range(today - DAYS + 1, today + 1)]
    return DeviceLine(
        id=row["id"],
        name=row["name"],
        user_id=row["user"],
        person=row["person"] or "",
        form="office" if facts.is_office else row["form"] or "desktop",
        standing=one.standing,
        reasons=one.reasons,
        last_seen_at=row["last_seen_at"],
        app=row["app"] or "",
        schema_version=row["schema_version"],
        pending=facts.pending,
        oldest_pending_at=row["oldest_pending_at"],
        lag_rows=one.lag_rows,
        clock_offset_ms=facts.clock_offset_ms,
        proof=row["proof"] or "none",
        proved_at=row["proved_at"],
        size_bytes=row["size_bytes"],
        letters=one.letters,
        diagnose_at=row["diagnose_at"] if is_due(row["diagnose_at"], facts.at) else None,
        diagnosed_at=one.diagnosed_at,
        days=days,
    )


def one_line(central: Central, connection: Connection, device: str) -> DeviceLine:
    """Return one device. Raises Refusal P207 for an unknown one."""
    found = [one for one in every(central, connection) if one.row["id"] == device]
    if not found:
        raise Refusal(ErrorCode.P207, 404, "no such device")
    return _lines(central, connection, found)[0]
