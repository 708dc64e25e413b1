"""The first word of a device: where it stands, and what it must do first."""

from shared_models.errors import ErrorCode
from shared_models.protocol import HelloAnswer, HelloRequest
from sync_server.db import devices, diagnostics, incidents, timeline
from sync_server.db.engine import Contended, StoreDown
from sync_server.services import series
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.diagnose_order import is_due
from sync_server.services.push import ATTEMPTS
from sync_server.services.refusals import Refusal
from sync_server.services.sightings import columns_of


def greet(central: Central, actor: Actor, request: HelloRequest) -> HelloAnswer:
    """Note what the device says of itself and measure its clock. Raises Refusal S502 when the database is busy."""
    for _ in range(ATTEMPTS):
        try:
            return _greet(central, actor, request)
        except Contended as error:  # another process began the same series, say: then it is there
            reason: Exception = error
        except StoreDown as error:
            reason = error
            break
    raise Refusal(ErrorCode.S502, 503, str(reason), retry_after_s=2) from reason


def _greet(central: Central, actor: Actor, request: HelloRequest) -> HelloAnswer:
    now_us = central.now_us()
    with central.store.write() as connection:
        now = timeline.read(connection, central.tables)
        ordered_at = diagnostics.ordered(connection, central.tables, actor.device_id)
        devices.note(
            connection,
            central.tables,
            actor.device_id,
            {
                "install": request.install,
                "app": request.app,
                "schema_version": request.schema_version,
                "cursor": request.cursor,
                "pending": request.pending.n,
                "oldest_pending_at": request.pending.oldest,
                "clock_offset_ms": request.clock - now_us // 1000,
                "last_seen_at": now_us,
                "diagnose_told_at": None if ordered_at is None else now_us,
                **(columns_of(request.report) if request.report else {}),
            },
        )
        # Noted as well: what an older pull said and is not written yet must not be written over this.
        central.sightings.note(actor.device_id, now_us, cursor=request.cursor, pending=request.pending.n, report=request.report)
        told = [{"at": one.at, "kind": one.kind, "entity": one.entity, "n": one.rows} for one in request.incidents]
        incidents.add(connection, central.tables, actor.device_id, told, now_us)
        is_lost = devices.is_to_be_wiped(connection, central.tables, actor.device_id)
        if is_lost and request.wiped:
            devices.note_wiped(connection, central.tables, actor.device_id, now_us)
        leases = series.grant(central, connection, actor, request) if not is_lost else {}
        restored = None
        if request.server_epoch not in (None, now.epoch):
            restored = timeline.restored_seq(connection, central.tables, str(request.server_epoch))
    return HelloAnswer(
        server_time=now_us // 1000,
        server_epoch=now.epoch,
        action=_action(central, request, restored, is_lost=is_lost, is_paused=actor.is_paused),
        restored_seq=restored,
        schema_version=central.schema_version,
        user_id=actor.user_id,
        device_id=actor.device_id,
        leases=leases,
        biggest_file=central.biggest_file,
        diagnose=not is_lost and is_due(ordered_at, now_us),
    )


def _action(central: Central, request: HelloRequest, restored: int | None, *, is_lost: bool, is_paused: bool) -> str:
    if is_lost:
        return "wipe"
    if is_paused:
        return "wait"
    if not central.registry.evolution.supports(request.schema_version):
        return "upgrade"
    return "ok" if restored is None else "rebootstrap"
