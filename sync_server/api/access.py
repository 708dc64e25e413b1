"""Who is asking: the access token of a request becomes an `Actor`; plain http from another machine is refused."""

from typing import Any

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation

from shared_models.errors import ErrorCode
from sync_server.config import LOOPBACK, ServerConfig
from sync_server.services.accounts import Accounts
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.refusals import Refusal

# SkipValidation: they are ours, and Litestar would look for schemas of locks and hashers inside them.
GivenAccounts = NamedDependency[SkipValidation[Accounts]]
GivenActor = NamedDependency[SkipValidation[Actor]]
GivenCentral = NamedDependency[SkipValidation[Central]]


FOR_THE_PAUSED = "for_the_paused"
"""Option of a handler: open to a device that an admin has paused."""
PAUSED_S = 60
"""Seconds after which a paused device asks again."""
FOR_THE_LOST = "for_the_lost"
"""Option of a handler: open to a device that is to be wiped."""


async def provide_actor(request: Request[Any, Any, Any], accounts: GivenAccounts) -> Actor:  # Any: `problems`
    """Return who the access token of a request stands for; his device was seen. Raises Refusal A101, A102, A107, S503."""
    actor = await sync_to_thread(accounts.authenticate, bearer(request))
    accounts.central.sightings.note(actor.device_id, accounts.central.now_us())
    if actor.is_to_be_wiped and not request.route_handler.opt.get(FOR_THE_LOST):
        raise Refusal(ErrorCode.A107, 403, "the device is to be wiped")
    if actor.is_paused and not request.route_handler.opt.get(FOR_THE_PAUSED):
        raise Refusal(ErrorCode.S503, 503, "the device is paused", retry_after_s=PAUSED_S)
    return actor


def bearer(request: Request[Any, Any, Any]) -> str:  # Any: `problems`
    """Return the access token of a request. Raises Refusal A101 for one that has none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > 200:
        raise Refusal(ErrorCode.A101, 401, "no access token")
    return token


def needs_protection(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:  # Any: `problems`
    """Refuse plain http but on this very machine (A106): tokens and records would travel in the open."""
    config: ServerConfig = connection.app.state.config
    scheme = connection.url.scheme
    if config.behind_proxy:
        scheme = connection.headers.get("x-forwarded-proto", scheme)
    host = connection.client.host if connection.client else LOOPBACK[0]
    if scheme in ("http", "ws") and (config.behind_proxy or host not in (*LOOPBACK, "testclient")):
        raise Refusal(ErrorCode.A106, 403, "plain http")
