"""Who asks: one user on one device, as the access token says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """A signed-in device and its user, with what decides on rights."""

    user_id: str
    device_id: str
    is_admin: bool = False
