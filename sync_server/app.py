"""The sync server: the only place where its parts are made and joined."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from random import SystemRandom

import structlog
from argon2 import PasswordHasher
from litestar import Litestar, get
from litestar.concurrency import sync_to_thread
from litestar.datastructures import State
from litestar.di import Provide
from litestar.plugins.pydantic import PydanticPlugin

from shared_models.errors import ErrorCode
from shared_models.ids import IdMaker
from shared_models.registry import CRM
from sync_server.api.access import GivenCentral, needs_protection, provide_actor
from sync_server.api.admin_routes import admin_router
from sync_server.api.auth_routes import auth_router
from sync_server.api.bodies import MAX_BYTES
from sync_server.api.documentation import failures, openapi_config
from sync_server.api.file_routes import file_router
from sync_server.api.latencies import Latencies
from sync_server.api.limits import SignInLimits
from sync_server.api.live_routes import LiveChannels, live_router
from sync_server.api.metrics import metrics
from sync_server.api.office import Office, office_mount
from sync_server.api.office_sign_in import sign_in_routes
from sync_server.api.problems import HANDLERS
from sync_server.api.request_log import logged
from sync_server.api.snapshot_routes import snapshot_router
from sync_server.api.sync_routes import sync_router
from sync_server.config import MailConfig, ServerConfig
from sync_server.db.account_tables import account_tables_of
from sync_server.db.engine import Contended, Store, StoreDown, Unstorable, open_store
from sync_server.db.listening import Listening
from sync_server.db.tables import tables_of
from sync_server.services import alarms, posting
from sync_server.services.accounts import Accounts, argon2id
from sync_server.services.central import Central
from sync_server.services.file_clearing import clear
from sync_server.services.file_parts import FileParts
from sync_server.services.file_store import StoreFailed
from sync_server.services.file_store import open_store as open_file_store
from sync_server.services.files import Files
from sync_server.services.refusals import Refusal
from sync_server.services.snapshots import Snapshots

TIDY_S = 1.0
"""Seconds without a write after which the database file is tidied."""
SIGHTINGS_S = 60.0
"""Seconds between two times at which it is written when devices were seen."""
CLEAR_S = 6 * 3600.0
"""Seconds between two times at which files that nobody has a row of are cleared away."""

ALARMS_S = 60.0
POST_S = 10.0
"""Seconds between two looks into the outbox of mails."""


def now_us() -> int:
    """Return wall time in microseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1000


@dataclass(frozen=True)
class Server:
    """The services of one server process."""

    config: ServerConfig
    central: Central
    accounts: Accounts
    ids: IdMaker

    @cached_property
    def snapshots(self) -> Snapshots:
        """The snapshots that this process keeps in its folder."""
        return Snapshots(self.central, self.config.folder / "snapshots")

    @cached_property
    def files(self) -> Files:
        """The bytes of files, at the place that the settings name. Raises ValueError for a URL that names none."""
        store = open_file_store(self.config.folder / "files", self.config.files_url)
        return Files(self.central, store, FileParts(self.config.folder / "uploads"))


def open_server(config: ServerConfig, clock: Callable[[], int] = now_us, hasher: PasswordHasher | None = None) -> Server:
    """Open the database and make the services. clock: microseconds since 1970 UTC. hasher: of passwords, argon2id by default."""
    config.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    tables = tables_of(CRM)
    account_tables = account_tables_of(tables.metadata)
    central = Central(open_store(config.url), tables, CRM, clock, biggest_file=config.biggest_file)
    ids = IdMaker(lambda: clock() // 1000, SystemRandom())
    return Server(config, central, Accounts(central, account_tables, ids, hasher or argon2id()), ids)


@get("/health", operation_id="health", summary="Whether the server and its database answer", responses=failures())
async def health(central: GivenCentral) -> dict[str, str]:
    """Answer 200, or 503 while the database cannot be reached."""
    if not await sync_to_thread(central.store.is_reachable):
        raise Refusal(ErrorCode.S502, 503, "the database does not answer", retry_after_s=5)
    return {"status": "ok"}


async def keep_tidy(store: Store, every_s: float = TIDY_S) -> None:
    """Move what was written to a file of SQLite to its place, once nothing was written for a while; until it is cancelled."""
    is_due = False
    while True:
        await asyncio.sleep(every_s)
        if store.was_written():
            is_due = True
        elif is_due:
            is_due = False
            try:
                await sync_to_thread(store.tidy)
            except StoreDown as error:
                structlog.get_logger().warning("write-ahead log stays", why=str(error))


async def keep_sightings(central: Central, every_s: float = SIGHTINGS_S) -> None:
    """Write down when devices were seen, once a minute; until it is cancelled."""
    while True:
        await asyncio.sleep(every_s)
        await sync_to_thread(write_sightings, central)


def write_sightings(central: Central) -> None:
    """Write down when devices were seen. What the database cannot take now is written with what comes later."""
    try:
        central.sightings.write(central.store, central.tables)
    except (Contended, StoreDown, Unstorable) as error:
        structlog.get_logger().warning("sightings wait", why=str(error))


async def keep_files_clear(server: Server, every_s: float = CLEAR_S) -> None:
    """Clear away files that nobody has a row of, some times a day; until it is cancelled."""
    while True:
        await asyncio.sleep(every_s)
        try:
            await sync_to_thread(clear, server.files, server.config.kept_days)
        except (Contended, StoreDown, StoreFailed, Unstorable) as error:
            structlog.get_logger().warning("files not cleared", why=str(error))


async def keep_alarms(server: Server, every_s: float = ALARMS_S) -> None:
    """Compare the devices with the rules of alarms once a minute; until it is cancelled."""
    while True:
        await asyncio.sleep(every_s)
        try:
            await sync_to_thread(alarms.look, server.central, server.ids.record_id, by_mail=server.config.mail is not None)
        except (Contended, StoreDown, Unstorable) as error:
            structlog.get_logger().warning("alarms wait", why=str(error))


async def keep_posting(central: Central, config: MailConfig, every_s: float = POST_S) -> None:
    """Send what is due in the outbox of mails; until it is cancelled."""
    while True:
        try:
            while await posting.post_due(central, config):
                pass
        except (Contended, StoreDown, Unstorable) as error:
            structlog.get_logger().warning("mails wait", why=str(error))
        await asyncio.sleep(every_s)


def create_app(server: Server, office: Office | None = None, channels: LiveChannels | None = None) -> Litestar:
    """Return the ASGI application of a server; with an office, its web is mounted at /app.

    channels: those that whoever stops the server ends; the application ends its own with itself.
    """
    live = channels or LiveChannels(server.central.store.news)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        await sync_to_thread(server.snapshots.warm)
        store, mail = server.central.store, server.config.mail
        running = [
            asyncio.create_task(keep_sightings(server.central)),
            asyncio.create_task(keep_files_clear(server)),
            asyncio.create_task(keep_alarms(server)),
        ]
        if mail is not None:
            running.append(asyncio.create_task(keep_posting(server.central, mail)))
        if store.is_sqlite:
            running.append(asyncio.create_task(keep_tidy(store)))
        others = Listening(store, server.central.tables)
        live.start()
        others.start()
        if office is not None:
            async with office.running():
                yield
        else:
            yield
        live.end()
        for task in running:
            task.cancel()
        await sync_to_thread(others.close)
        await sync_to_thread(write_sightings, server.central)
        store.close()

    latencies = Latencies()
    limits = office.limits if office else SignInLimits.start(server.central.now_us)
    return Litestar(
        route_handlers=[
            health,
            metrics,
            sync_router(),
            live_router(),
            snapshot_router(),
            file_router(),
            auth_router(),
            admin_router(),
            *((*sign_in_routes(office), office_mount(office)) if office else ()),
        ],
        dependencies={
            "central": Provide(lambda: server.central, sync_to_thread=False),
            "accounts": Provide(lambda: server.accounts, sync_to_thread=False),
            "sign_in_limits": Provide(lambda: limits, sync_to_thread=False),
            "latencies": Provide(lambda: latencies, sync_to_thread=False),
            "channels": Provide(lambda: live, sync_to_thread=False),
            "snapshots": Provide(lambda: server.snapshots, sync_to_thread=False),
            "files": Provide(lambda: server.files, sync_to_thread=False),
            "actor": Provide(provide_actor),
        },
        guards=[needs_protection],
        middleware=[partial(logged, latencies=latencies)],
        exception_handlers=HANDLERS,
        lifespan=[lifespan],
        state=State({"config": server.config}),
        request_max_body_size=MAX_BYTES,
        openapi_config=openapi_config(),
        logging_config=None,  # a library does not decide how the process logs: serving.log_as_json
        plugins=[PydanticPlugin(prefer_alias=True)],  # `schema`, not `schema_version`, is the name on the wire
    )
