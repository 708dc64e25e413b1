"""Who asks: one user on one device, as the access token says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """A signed-in device and its user, with what decides on rights."""

    user_id: str
    device_id: str
    is_admin: bool = False
    is_to_be_wiped: bool = False
    """Whether the device was lost: it may say hello and push, nothing else."""
    is_paused: bool = False
    """Whether an admin has paused the device: it may say hello, nothing else."""
    is_to_resync: bool = False
    """Whether an admin wants the device to load everything anew."""
    is_to_diagnose: bool = False
    """Whether an admin wants diagnostics of the device, of which it has not heard of late."""
    schema_version: int | None = None
    """Version of the entities that the device said hello with; none before its first hello."""
