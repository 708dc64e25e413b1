"""What an admin orders for a device (PROTOCOL 16.7)."""

from collections.abc import Callable

import structlog

from shared_models.device_desk import DeviceOrdered, Order
from shared_models.errors import ErrorCode
from sync_server.services.accounts import Accounts
from sync_server.services.actor import Actor
from sync_server.services.device_desk import need_admin, one_line
from sync_server.services.refusals import Refusal

logger = structlog.get_logger("devices")


def carry_out(accounts: Accounts, actor: Actor, device: str, order: Order) -> DeviceOrdered:
    """Order something for a device; the same twice is as once. Raises Refusal A105 for whoever is no admin, P207 for no such device."""
    need_admin(actor)
    ways: dict[Order, Callable[[str], bool]] = {
        "sign_out": accounts.sign_device_out,
        "wipe": accounts.wipe_device,
        "pause": lambda one: accounts.pause_device(one, on=True),
        "resume": lambda one: accounts.pause_device(one, on=False),
        "resync": accounts.resync_device,
        "diagnose": accounts.diagnose_device,
    }
    if not ways[order](device):
        raise Refusal(ErrorCode.P207, 404, f"no device that can be told: {order}")
    logger.info("order", device=device, order=order, by=actor.user_id)
    with accounts.central.store.read() as connection:
        return DeviceOrdered(device=one_line(accounts.central, connection, device))
