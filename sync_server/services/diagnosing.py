"""Diagnostics of a device, which an admin orders, the device sends, and the admin downloads (PROTOCOL 16.10)."""

import structlog

from shared_models.diagnostics import MAX_BYTES, Diagnostics, DiagnosticsKept
from shared_models.errors import ErrorCode
from sync_server.db import diagnostics
from sync_server.db.diagnostics import KEPT_US
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.device_desk import need_admin
from sync_server.services.diagnose_order import is_due
from sync_server.services.refusals import Refusal

logger = structlog.get_logger("devices")


def heed(actor: Actor) -> None:
    """Have a device say hello whose diagnostics are ordered: nothing else tells it. Raises Refusal P203, which makes it do so."""
    if actor.is_to_diagnose:
        raise Refusal(ErrorCode.P203, 409, "an admin wants diagnostics: say hello")


def take(central: Central, actor: Actor, found: Diagnostics) -> None:
    """Keep what a device tells. Raises Refusal S511 where nobody has asked for it, L401 for too much."""
    body = found.wire()
    if len(body) > MAX_BYTES:  # what comes over a socket is measured as it comes
        raise Refusal(ErrorCode.L401, 413, f"more than {MAX_BYTES} bytes")
    now = central.now_us()
    with central.store.write() as connection:
        if not is_due(diagnostics.ordered(connection, central.tables, actor.device_id), now):
            raise Refusal(ErrorCode.S511, 409, "nobody has asked for diagnostics")
        diagnostics.add(connection, central.tables, actor.device_id, body, now)
    logger.info("diagnostics", device=actor.device_id, size_bytes=len(body))


def newest(central: Central, actor: Actor, device: str) -> DiagnosticsKept:
    """Return the newest diagnostics of a device. Raises Refusal A105 for whoever is no admin, S512 where there are none."""
    need_admin(actor)
    return find(central, device)


def find(central: Central, device: str) -> DiagnosticsKept:
    """Do what `newest` does, at the terminal."""
    with central.store.read() as connection:
        found = diagnostics.newest(connection, central.tables, device, central.now_us() - KEPT_US)
    if found is None:
        raise Refusal(ErrorCode.S512, 404, "no diagnostics of this device")
    return DiagnosticsKept(device=device, arrived_at=found[0], found=Diagnostics.model_validate_json(found[1]))
