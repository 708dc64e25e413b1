"""The replica that the server keeps for a user of the office web is a device like any other."""

from sync_server.db import devices
from sync_server.services.accounts import office_device
from sync_server.services.central import Central


def ensure(central: Central, user_id: str) -> None:
    """Register the office replica of a user, once."""
    device = office_device(user_id)
    with central.store.write() as connection:
        if not devices.is_known(connection, central.tables, device):
            devices.add(connection, central.tables, devices.NewDevice(device, user_id, "office", None, central.now_us()))
