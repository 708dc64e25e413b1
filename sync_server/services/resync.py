"""A device that an admin wants to load everything anew (PROTOCOL 16.7)."""

from shared_models.errors import ErrorCode
from sync_server.db import devices
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.refusals import Refusal


def heed(central: Central, actor: Actor, *, begins: bool) -> None:
    """Hold a device to the order. begins: whether it asks for everything from the beginning, which fulfils it.

    Raises Refusal P206 for one that goes on from where it stands: it then loads everything, with what waits laid over it.
    """
    if not actor.is_to_resync:
        return
    if not begins:
        raise Refusal(ErrorCode.P206, 409, "an admin wants everything loaded anew")
    with central.store.write() as connection:
        devices.order(connection, central.tables, actor.device_id, {"resync_at": None})
