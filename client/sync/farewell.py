"""Tells a server that a device has signed out, beside all else: whoever leaves waits for no network."""

import logging
import threading

from client.config import SyncTimes
from client.sync import http_transport
from shared_models.errors import SyncError

LOG = logging.getLogger("fieldfare.sync")
TIMES = SyncTimes(connect_s=5.0, read_s=10.0)
LAST_S = 5.0
"""Seconds that the end of the program waits for a server that is being told."""


class Farewells:
    """The servers that are being told."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []

    def tell(self, server_url: str, device_token: str) -> None:
        """Begin to tell a server to forget a device token. Returns at once."""
        thread = threading.Thread(target=end_token, args=(server_url, device_token), name="farewell", daemon=True)
        self._threads.append(thread)
        thread.start()

    def wait(self, seconds: float = LAST_S) -> None:
        """Wait a moment for those that have not answered yet."""
        for thread in self._threads:
            thread.join(seconds)
        self._threads = [thread for thread in self._threads if thread.is_alive()]


def end_token(server_url: str, device_token: str) -> None:
    """Have a server forget a device token. One that cannot be reached forgets it with the next sign-in of the device."""
    try:
        with http_transport.make_client(server_url, TIMES) as client:
            http_transport.sign_out(client, device_token)
    except SyncError as error:
        LOG.info("the server was not told of a sign-out", extra={"code": str(error.code or type(error).__name__)})
