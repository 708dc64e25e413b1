"""The installed client: the only place where its parts are made and joined."""

import secrets
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom

import flet as ft
from flet.utils import is_linux_server
from flet.utils.pip import ensure_flet_web_package_installed

from client.config import ClientConfig, SyncTimes
from client.platform.form import form
from client.platform.key_store import SystemKeyring
from client.platform.lock_file import LockFile
from client.platform.metered import is_metered
from client.platform.open_file import clear_copies
from client.platform.profile import ProfileStore
from client.platform.wrong_tries import WrongTriesStore
from client.replica import purging
from client.replica.driver import salt_of
from client.replica.file_folder import COPIES
from client.replica.replica import Replica, open_replica
from client.sync import http_transport
from client.sync.ahead import in_background
from client.sync.courier import Courier
from client.sync.courier_thread import CourierThread
from client.sync.engine import SyncEngine
from client.sync.farewell import Farewells, end_token
from client.sync.live import LiveChannel
from client.sync.worker import SyncWorker
from client.ui.app import open_door, open_ui
from client.ui.exchange import Exchange
from client.usecases import token_moving
from client.usecases.account import Account, EndToken, HeldAccount
from client.usecases.at_rest import AtRest, in_plain
from client.usecases.crm import Centre, LocalCrm, Rounds
from client.usecases.door import LocalDoor
from client.usecases.labels import Say
from client.usecases.preferences import last_language
from shared_models.device_code import CodeSignInRequest
from shared_models.errors import ErrorCode, ReplicaSealed, Unreachable
from shared_models.ids import IdMaker
from shared_models.protocol import SignInAnswer, SignInRequest
from shared_models.registry import CRM
from shared_models.texts import Language, Texts

ASSETS = Path(__file__).parent / "ui" / "assets"
SignInNow = Callable[[], str | None]
"""Signs in at the server, and returns the device token; None where there is nothing to sign in with. Raises SyncError."""


def now_ms() -> int:
    """Return wall time in milliseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1_000_000


def texts_in(language: str) -> Say:
    """Return the texts of a language, English for one that is not known."""
    return Texts("ro" if language == "ro" else "en").t


def replica_path(folder: Path) -> Path:
    """Return the replica's file in a client's folder."""
    return folder / "replica.db"


def at_rest_here(folder: Path, *, is_wanted: bool = True) -> AtRest:
    """Return how the data of a folder lies on the disk of this device, with the system's keyring. is_wanted: whether it is to be encrypted."""
    if form() == "phone":  # it encrypts its storage itself, and there is no wheel of SQLCipher for it
        return in_plain(replica_path(folder), "phone")
    return AtRest(replica_path(folder), SystemKeyring(), secrets.token_bytes, now_ms, is_wanted)


def open_local(folder: Path, at_rest: AtRest | None = None) -> Replica:
    """Open the replica of a client's folder, making both at the first start. at_rest: None for one that is not to be encrypted.

    Raises ReplicaSealed and ReplicaKeyLost as `AtRest.connect`, or what `open_replica` raises.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    held = at_rest or in_plain(replica_path(folder))
    way = held.connect()
    if not token_moving.move(ProfileStore(folder, held.tokens)):
        held.note_token_in_plain()
    return open_replica(held.replica, CRM, IdMaker(now_ms, SystemRandom()), connect=way)


def last_reader(folder: Path, at_rest: AtRest | None = None) -> Language | None:
    """Return the language of whoever used a client's folder last, or None."""
    if not replica_path(folder).exists():
        return None
    return last_language(folder / "preferences.json", lambda: _open_to_look(folder, at_rest))


def _open_to_look(folder: Path, at_rest: AtRest | None) -> Replica:
    """Open a replica for a look at it, without asking for the key of an encrypted one. Raises ReplicaSealed for that."""
    if at_rest is None and salt_of(replica_path(folder)) is not None:
        raise ReplicaSealed("its key is not asked for to look at it")
    return open_local(folder, at_rest)


def profile_store(folder: Path, at_rest: AtRest | None = None) -> ProfileStore:
    """Return where the account of a client's folder is kept, the device token where the data's key is."""
    return ProfileStore(folder) if at_rest is None else ProfileStore(folder, at_rest.tokens)


def make_account(folder: Path, times: SyncTimes, end: EndToken = end_token, at_rest: AtRest | None = None) -> Account:
    """Return the account of a client's folder. end: how a server is told of a sign-out. at_rest: as `open_local`."""

    def ask(server_url: str, request: SignInRequest) -> SignInAnswer:
        with http_transport.make_client(server_url, times) as client:
            return http_transport.sign_in(client, request)

    def ask_by_code(server_url: str, request: CodeSignInRequest) -> SignInAnswer:
        with http_transport.make_client(server_url, times) as client:
            return http_transport.sign_in_by_code(client, request)

    store = profile_store(folder, at_rest)
    return Account(store, WrongTriesStore(folder), ask, secrets.token_bytes, now_ms, end, ask_by_code)


def connect(
    folder: Path, times: SyncTimes, sign_in: SignInNow | None = None, at_rest: AtRest | None = None
) -> http_transport.HttpTransport:
    """Return the way to the server of the account of a folder, to be closed. Raises LookupError when nobody is signed in.

    sign_in: gets a device token where the person opened the device without a connection after a sign-out. at_rest: as `open_local`.
    """
    store = profile_store(folder, at_rest)
    profile = store.load()
    if profile is None or (sign_in is None and not profile.is_signed_in):
        raise LookupError("nobody is signed in on this device")
    client = http_transport.make_client(profile.server_url, times)

    def device_token() -> str | None:
        known = store.load()
        try:
            if known is not None and sign_in is not None and not known.is_signed_in:
                return sign_in()
            return store.token(known) if known else None
        except ReplicaSealed as error:  # it was open a moment ago, or nothing would run: later
            raise Unreachable(ErrorCode.D622, str(error)) from error

    def renew_lease() -> None:
        with suppress(OSError, ReplicaSealed):  # neither a disk that is full ends a sync, nor a keyring that takes no token
            store.touch(now_ms())

    token = http_transport.AccessToken(client, device_token, on_contact=renew_lease)
    return http_transport.HttpTransport(client, token)


def make_crm(
    replica: Replica,
    centre: Centre,
    engine: SyncEngine,
    rounds: Rounds,
    folder: Path,
    account: HeldAccount | None,
    is_live: Callable[[], bool] = lambda: False,
) -> LocalCrm:
    """Return the facade of the screens over one replica. account: None in the office, where people sign in at the server's page.

    is_live: whether the live channel is open.
    """
    return LocalCrm(replica, engine, rounds, centre, texts_in, folder, now_ms, account, is_live)


@dataclass
class InstalledClient:
    """One person's client on this device, running."""

    crm: LocalCrm
    worker: SyncWorker
    live: LiveChannel
    files: CourierThread
    transport: http_transport.HttpTransport

    def stop(self) -> None:
        """End the threads of sync; what is open stays readable, but for the copies that other programs were given."""
        self.live.close()
        self.files.close()
        self.worker.close()
        clear_copies(self.crm.replica.path.parent / COPIES)

    def close(self) -> None:
        """End the sync thread, and close the connections and the replica."""
        self.stop()
        self.transport.close()
        self.crm.replica.close()


def start_client(
    config: ClientConfig,
    signed_out: Callable[[], None] = lambda: None,
    password: str | None = None,
    end: EndToken = end_token,
    at_rest: AtRest | None = None,
) -> InstalledClient:
    """Start the client of a folder whose account has signed in. Raises LookupError, ReplicaLocked, ReplicaDamaged, ReplicaSealed.

    signed_out: what follows when the person signs out. password: with which to sign in at the server as soon as it answers, for
    whoever opened the device without a connection after a sign-out. end: how the server is told of a sign-out. at_rest: as `open_local`.
    """
    stored = at_rest or in_plain(replica_path(config.folder))
    clear_copies(config.folder / COPIES)
    with ExitStack() as opened:
        replica = open_local(config.folder, stored)
        opened.callback(replica.close)
        account = make_account(config.folder, config.times, end, stored)
        held = HeldAccount(account, replica, socket.gethostname(), signed_out, password, stored.outlook)
        transport = connect(config.folder, config.times, held.token if password is not None else None, stored)
        opened.callback(transport.close)
        store = account.store
        engine = SyncEngine(
            replica,
            transport,
            random=SystemRandom(),
            times=config.times,
            start=in_background,
            form=form(),
            wiped=store.forget,
        )
        courier = Courier(replica, transport, lambda: engine.scheduler.is_silent, is_metered)
        engine.send_files = courier.send_all
        worker = SyncWorker(engine, LockFile(config.lock_path))
        worker.start()
        files = CourierThread(courier)
        files.start()
        live = LiveChannel(transport, engine, worker.notify, config.times, SystemRandom())
        live.start()
        opened.pop_all()
    crm = make_crm(replica, transport, engine, worker, config.folder, held, lambda: live.is_open)
    return InstalledClient(crm, worker, live, files, transport)


@dataclass
class ClientWindow:
    """What every window (or browser tab) of one installed client draws: the door first, then the person's CRM."""

    config: ClientConfig
    server_url: str = ""
    """Address that the sign-in page offers before there is an account."""
    running: InstalledClient | None = None
    at_rest: AtRest | None = None
    """None for data that is not to be encrypted."""
    exchange: Exchange | None = None
    """How files come from a browser and get there, for windows that are in one."""
    _left: list[InstalledClient] = field(default_factory=list)
    """Clients of people who signed out; a window that was away may still hold one of them."""
    _farewells: Farewells = field(default_factory=Farewells)

    def __post_init__(self) -> None:
        """Decide nothing yet: the key is asked for when the data is opened first."""
        self._stored = self.at_rest or in_plain(replica_path(self.config.folder))

    def main(self, page: ft.Page) -> None:
        """Draw one window."""

        async def back() -> None:
            open_door(page, self.door(), exchange=self.exchange)

        if self.running is not None:
            open_ui(page, self.running.crm, left=back, exchange=self.exchange)
            return
        open_door(page, self.door(), exchange=self.exchange)

    def door(self) -> LocalDoor[LocalCrm]:
        """Return the way in."""
        account = make_account(self.config.folder, self.config.times, self._farewells.tell, self._stored)
        return LocalDoor(
            account,
            self._open_local,
            self.open_crm,
            socket.gethostname(),
            self.server_url,
            self._last_reader,
            lambda: self._owner(account),
            self._notice,
            self._stored,
        )

    def _last_reader(self) -> Language | None:
        """Return the language of whoever was here last; what is to be encrypted is read as it is, so that this can be told first."""
        return last_reader(self.config.folder, None if self._stored.has_to_encrypt() else self._stored)

    def _open_local(self) -> Replica:
        return open_local(self.config.folder, self._stored)

    def _owner(self, account: Account) -> str:
        """Return the e-mail address of whoever has data here."""
        if not self._stored.replica.exists():
            return ""
        with closing(self._open_local()) as replica:
            return account.owner(replica)

    def _notice(self) -> str:
        """Return what there is to say of this device before anyone signs in: that another program has it open, or it was emptied."""
        if not self._is_ours() and not LockFile(self.config.lock_path).is_free():
            return "sign_in.open_already"
        if not self._stored.replica.exists():
            return ""
        replica = self._open_local()
        try:
            purging.purge(replica)
            return "sign_in.wiped" if replica.facts()["wiped_at"] else ""
        finally:
            replica.close()

    def _is_ours(self) -> bool:
        """Whether what runs on the folder runs behind the windows of this client."""
        return any(client.worker.holds_lock for client in (self.running, *self._left) if client is not None)

    def open_crm(self, password: str | None = None) -> LocalCrm:
        """Start what runs for the person, once for all windows. password: see `start_client`."""
        if self.running is None:
            self.running = start_client(self.config, self._leave, password, self._farewells.tell, self._stored)
        return self.running.crm

    def _leave(self) -> None:
        """End the sync of the person who signed out; the next window begins at the door."""
        client = self.running
        if client is not None:
            self._left.append(client)
            self.running = None
            client.stop()

    def close(self) -> None:
        """End what runs."""
        for client in (*self._left, self.running):
            if client is not None:
                client.close()
        self._left, self.running = [], None
        self._farewells.wait()


def run_window(window: ClientWindow, tell: Callable[[str], None], *, web: bool, port: int = 0, show: bool = True) -> None:
    """Show the client until it is closed: in its own window, or in the browser at a port of this machine.

    tell: gets the address of the browser's page; show: whether the browser is opened there.
    """
    try:
        has_screen = not is_linux_server()  # type: ignore[no-untyped-call]  # Flet's own helper has no types
        if web or not has_screen:
            ensure_flet_web_package_installed()  # type: ignore[no-untyped-call]  # as above
            from client.browser import serve_device  # a phone has neither of the packages that serve a page
            from client.browser_files import BrowserFiles

            files = BrowserFiles(window.config.folder / "uploads")
            files.open()
            window.exchange = files
            try:
                serve_device(window.main, ASSETS, port, tell, show=show and has_screen, files=files)
            finally:
                files.close()
        else:
            ft.run(window.main, view=ft.AppView.FLET_APP, assets_dir=str(ASSETS))
    finally:
        window.close()
