"""`/auth`: signing a device in, fresh access tokens, signing out."""

from typing import Any, TypeVar

from litestar import Request, Router, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from pydantic import BaseModel, ValidationError

from shared_models.errors import ErrorCode
from shared_models.protocol import SignInAnswer, SignInRequest, TokenAnswer, TokenRequest
from sync_server.api import bodies
from sync_server.api.limits import TryLimit
from sync_server.services.accounts import Accounts
from sync_server.services.actor import Actor
from sync_server.services.refusals import Refusal

AnyRequest = Request[Any, Any, Any]
"""Any: see `problems.AnyRequest`."""
M = TypeVar("M", bound=BaseModel)
SMALL = 10_000
"""Bytes of a body of this router."""


@post("/sign-in", operation_id="signIn", status_code=200, opt={"public": True}, summary="Sign a device in")
async def sign_in(
    request: AnyRequest, accounts: NamedDependency[Accounts], try_limit: NamedDependency[TryLimit]
) -> SignInAnswer:
    """Five tries a minute for one network address and for one e-mail address. Body: `SignInRequest`."""
    asked = await parsed(request, SignInRequest)
    email_key = f"email {asked.email.casefold()}"
    try_limit.take(f"address {request.client.host if request.client else ''}")
    try_limit.take(email_key)
    answer = await sync_to_thread(accounts.sign_in, asked)
    try_limit.forgive(email_key)
    return answer


@post("/token", operation_id="token", status_code=200, opt={"public": True}, summary="Exchange the device token")
async def exchange(request: AnyRequest, accounts: NamedDependency[Accounts]) -> TokenAnswer:
    """A fresh access token for 15 minutes; the device token stays. Body: `TokenRequest`."""
    asked = await parsed(request, TokenRequest)
    return await sync_to_thread(accounts.exchange, asked.device_token)


@post("/sign-out", operation_id="signOut", status_code=204, summary="Revoke the device that asks")
async def sign_out(accounts: NamedDependency[Accounts], actor: NamedDependency[Actor]) -> None:
    """What waits on the device stays there."""
    await sync_to_thread(accounts.revoke_device, actor.device_id)


async def parsed(request: AnyRequest, model: type[M]) -> M:
    """Return a body as a message. Raises Refusal P201."""
    try:
        return model.model_validate_json(await bodies.read(request, SMALL))
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise Refusal(ErrorCode.P201, 422, f"{place}: {error.errors()[0]['type']}") from None


def auth_router() -> Router:
    """Return the routes of signing in and out."""
    return Router(path="/auth", route_handlers=[sign_in, exchange, sign_out], tags=["auth"])
