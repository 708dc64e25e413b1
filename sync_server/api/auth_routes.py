"""`/auth`: signing a device in, fresh access tokens, signing out."""

from typing import Any

from litestar import Request, Router, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from shared_models.device_code import CodeSignInRequest
from shared_models.protocol import SignInAnswer, SignInRequest, TokenAnswer, TokenRequest
from sync_server.api import bodies
from sync_server.api.access import FOR_THE_PAUSED, GivenAccounts, GivenActor
from sync_server.api.documentation import BEARER, failures, taking
from sync_server.api.limits import SignInLimits
from sync_server.services import device_codes

AnyRequest = Request[Any, Any, Any]
"""Any: see `problems.AnyRequest`."""
SMALL = 10_000
"""Bytes of a body of this router."""


@post(
    "/sign-in",
    operation_id="signIn",
    status_code=200,
    summary="Sign a device in",
    operation_class=taking(SignInRequest),
    responses=failures(),
)
async def sign_in(
    request: AnyRequest, accounts: GivenAccounts, sign_in_limits: NamedDependency[SkipValidation[SignInLimits]]
) -> SignInAnswer:
    """The device token is shown this once. Tries are limited by e-mail and by network address (L402)."""
    asked = await bodies.parsed(request, SignInRequest, SMALL)
    with sign_in_limits.one_try(request.client.host if request.client else "", asked.email):
        return await sync_to_thread(accounts.sign_in, asked)


@post(
    "/sign-in-by-code",
    operation_id="signInByCode",
    status_code=200,
    summary="Sign a device in by a one-time code",
    operation_class=taking(CodeSignInRequest),
    responses=failures(),
)
async def sign_in_by_code(
    request: AnyRequest, accounts: GivenAccounts, sign_in_limits: NamedDependency[SkipValidation[SignInLimits]]
) -> SignInAnswer:
    """The code is used up by it. Tries are limited by network address, whatever code they name (L402)."""
    asked = await bodies.parsed(request, CodeSignInRequest, SMALL)
    with sign_in_limits.one_code(request.client.host if request.client else ""):
        return await sync_to_thread(device_codes.sign_in, accounts, asked)


@post(
    "/token",
    operation_id="token",
    status_code=200,
    summary="Exchange the device token",
    operation_class=taking(TokenRequest),
    responses=failures(),
)
async def exchange(request: AnyRequest, accounts: GivenAccounts) -> TokenAnswer:
    """A fresh access token for 15 minutes; the device token stays as it is."""
    asked = await bodies.parsed(request, TokenRequest, SMALL)
    return await sync_to_thread(accounts.exchange, asked.device_token)


@post(
    "/sign-out",
    operation_id="signOut",
    opt={FOR_THE_PAUSED: True},
    status_code=204,
    summary="Forget the tokens of the device that asks",
    security=[{BEARER: []}],
    responses=failures(),
)
async def sign_out(accounts: GivenAccounts, actor: GivenActor) -> None:
    """What waits on the device stays there."""
    await sync_to_thread(accounts.sign_out, actor.device_id)


def auth_router() -> Router:
    """Return the routes of signing in and out."""
    return Router(path="/auth", route_handlers=[sign_in, sign_in_by_code, exchange, sign_out], tags=["auth"])
