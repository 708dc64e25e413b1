"""`fieldfare demo`: a server with the demo company, the office web, and one field device, until Ctrl+C."""

import argparse
import shlex
import shutil
import tempfile
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from client.app import make_account, open_local
from client.config import SyncTimes
from client.demo_servers import DeviceProcess, ServerProcess, is_taken
from client.demo_steps import steps_of
from client.demo_watch import watch
from client.platform.lock_file import LockFile
from shared_models.errors import ReplicaLocked

OFFICE_EMAIL, FIELD_EMAIL = "maria.stan@carpati.example", "ana.pop@carpati.example"
ADMIN_EMAIL = "alina.voicu@carpati.example"
PASSWORD = "carpati-demo"  # printed on purpose: the demo holds nothing real
LOCK = "demo.lock"
Say = Callable[[str], None]


@dataclass
class Place:
    """Where the data of a demo is."""

    folder: Path
    is_kept: bool
    """Whether it outlives the demo."""
    has_own_database: bool
    """Whether the central database is in the folder, and not where `--database` says."""

    @property
    def server(self) -> Path:
        """Return the folder of the server."""
        return self.folder / "server"

    @property
    def device(self) -> Path:
        """Return the folder of the field device."""
        return self.folder / "device"

    @property
    def fate(self) -> str:
        """Return what becomes of it."""
        if self.is_kept:
            return "kept: the same command goes on from it"
        return "thrown away when you end it; --folder DIR would keep it"

    @property
    def farewell(self) -> str:
        """Return what is left of the demo."""
        own = f"Its data stays in {self.folder}." if self.is_kept else "Its folder is thrown away."
        return own if self.has_own_database else f"{own} The database that --database names keeps the demo company."


@contextmanager
def place_of(folder: Path | None, database: str) -> Iterator[Place]:
    """Give the demo its folder: one of its own that goes at the end, or the named one, which stays and is used by one demo.

    One of its own stays too when the demo says so (`Place.is_kept`). Raises RuntimeError, whose text is for the person, for a folder that holds something else or that another demo uses.
    """
    if folder is None:
        own = Path(tempfile.mkdtemp(prefix="fieldfare-demo-"))
        place = Place(own, is_kept=False, has_own_database=not database)
        try:
            yield place
        finally:
            if not place.is_kept:
                shutil.rmtree(own, ignore_errors=True)
        return
    place = Place(folder.absolute(), is_kept=True, has_own_database=not database)
    try:
        place.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not place.server.is_dir() and any(one.name != LOCK for one in place.folder.iterdir()):
            raise RuntimeError(f"{place.folder} holds something else than a demo. Choose an empty folder, or a new one.")
        held = LockFile(place.folder / LOCK)
        held.acquire()
    except OSError as error:
        raise RuntimeError(f"{place.folder} cannot be used: {_reason(error)}.") from error
    except ReplicaLocked as error:
        raise RuntimeError(f"Another demo runs on {place.folder}. End it first, or choose another folder.") from error
    try:
        yield place
    finally:
        held.release()


def show(arguments: argparse.Namespace, say: Say) -> int:
    """Run the demo until Ctrl+C; returns the exit code."""
    for port in (arguments.port, arguments.port + 1):
        if is_taken(port):
            say(f"Port {port} of this machine is taken. Choose another with --port.")
            return 1
    try:
        with place_of(arguments.folder, arguments.database) as place:
            return _run(arguments, place, say)
    except RuntimeError as error:
        say(str(error))
        return 1


def _run(arguments: argparse.Namespace, place: Place, say: Say) -> int:
    steps = steps_of(say)
    server = ServerProcess(place.server, arguments.port, arguments.database, office=True)
    device = DeviceProcess(place.device, server.url, arguments.port + 1)
    try:
        say(f"The data is in {place.folder} ({place.fate}).")
        with steps.step("Going on from the demo company there" if place.server.is_dir() else "Making the demo company"):
            place.server.mkdir(exist_ok=True)
            server.prepare(arguments.size)
        with steps.step("Starting the server and the office web"):
            server.start()
        with steps.step("Signing the field device in"):
            is_open = _is_signed_in(place.device, server.url)
        with steps.step("Opening the field device"):
            device.start()
        _tell(say, server, device, place, is_open=is_open)
        if not arguments.no_browser:
            webbrowser.open(server.address)
            webbrowser.open(device.address)
        with _kept_until_ended(place):
            watch((device, server), steps)
        say(
            f"The demo ends. Its data stays in {place.folder}. Go on from it: fieldfare demo --folder {shlex.quote(str(place.folder))}"
        )
        return 1
    except KeyboardInterrupt:
        say(f"\nThe demo ends. {place.farewell}")
        return 0
    finally:
        device.stop()
        server.stop()


@contextmanager
def _kept_until_ended(place: Place) -> Iterator[None]:
    """Keep what people did in the demo, however that ends, unless a person ends it."""
    is_kept, place.is_kept = place.is_kept, True
    try:
        yield
    except KeyboardInterrupt:
        place.is_kept = is_kept
        raise


def _reason(error: OSError) -> str:
    is_file = isinstance(error, (FileExistsError, NotADirectoryError))
    return "it is, or lies in, a file and no folder" if is_file else str(error.strerror)


def _is_signed_in(folder: Path, server_url: str) -> bool:
    """Sign the field device in when it is new, or let it know where the server is now; False where a person had signed out."""
    account = make_account(folder, SyncTimes())
    if account.profile is not None:
        account.store.save(replace(account.profile, server_url=server_url))
        return account.profile.is_signed_in
    if (folder / "replica.db").exists():
        return False
    with closing(open_local(folder)) as replica:
        account.sign_in(replica, server_url, FIELD_EMAIL, PASSWORD, "Ana's laptop")
    return True


def _tell(say: Say, server: ServerProcess, device: DeviceProcess, place: Place, *, is_open: bool) -> None:
    way_in = "Sync has the switch “work offline”" if is_open else f"sign in as {FIELD_EMAIL}, password {PASSWORD}"
    say("")
    say("Fieldfare is running.")
    say(f"  Office         {server.address}   process {server.pid}   sign in as {OFFICE_EMAIL}, password {PASSWORD}")
    say(f"  Field device   {device.address:{len(server.address)}}   process {device.pid}   Ana's laptop; {way_in}")
    say(f"  Administrator  sign in to the office as {ADMIN_EMAIL}: Settings, then People and rights")
    say(f"  Data           {place.folder}   {place.fate}")
    say("")
    say("Try it: open Hotel Șapte Brazi in both, switch the device to work offline, change its description or name in both,")
    say(
        f"switch it on again, and look at the Inbox. Or kill the device in mid-work (kill -9 {device.pid}): it comes back by itself,"
    )
    say("with all that was saved. Ctrl+C ends the demo.")
