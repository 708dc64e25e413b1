"""Adding a device by a one-time code: an admin makes it for a person, and a device signs in with it (PROTOCOL 9.11)."""

import structlog

from shared_models.device_code import LENGTH, LETTERS, MINUTES, CodeSignInRequest, DeviceCode, plain
from shared_models.errors import ErrorCode
from shared_models.protocol import SignInAnswer
from sync_server.db import accounts, device_codes
from sync_server.services.accounts import SECOND_US, Accounts, sha256
from sync_server.services.actor import Actor
from sync_server.services.device_desk import need_admin
from sync_server.services.refusals import Refusal

logger = structlog.get_logger("devices")


def make(known: Accounts, actor: Actor, user: str) -> DeviceCode:
    """Make a code for a person, in the place of his last one. Raises Refusal A105 for whoever is no admin, S514 for no such account."""
    need_admin(actor)
    code = code_of(known.make_token(16))
    expires_at = known.central.now_us() + MINUTES * 60 * SECOND_US
    with known.central.store.write() as connection:
        person = accounts.live(connection, known.tables, user)
        if person is None:
            raise Refusal(ErrorCode.S514, 404, "no account that is on")
        device_codes.put(connection, known.tables, sha256(code), user, expires_at)
    logger.info("device code", user=user, by=actor.user_id)
    return DeviceCode(code=code, user_id=user, email=person.email, expires_at=expires_at)


def code_of(token: str) -> str:
    """Return the code that random text makes."""
    number, signs = int(sha256(token), 16), list[str]()
    for _ in range(LENGTH):
        number, place = divmod(number, len(LETTERS))
        signs.append(LETTERS[place])
    return "".join(signs)


def sign_in(known: Accounts, request: CodeSignInRequest) -> SignInAnswer:
    """Sign a device in by a code, which is used up by that. Raises Refusal S513 for one that is unknown, used or over."""
    with known.central.store.write() as connection:
        user = device_codes.take(connection, known.tables, sha256(plain(request.code)), known.central.now_us())
        person = None if user is None else accounts.live(connection, known.tables, user)
        if person is not None:
            return known.let_in(connection, person.holder, request.device_name, request.install, person.email)
    raise Refusal(ErrorCode.S513, 403, "no such code")
