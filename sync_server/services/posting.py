"""Sends the mails of the outbox over SMTP, one at a time on one kept connection, and writes down at once what became of each.

A sender that dies between the centre's word that a mail is taken and its own note sends it once more when its lease is over, under the same
Message-ID: whoever receives it can tell. Nothing else is sent twice.
"""

import hashlib
from asyncio import to_thread
from contextlib import suppress
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

import aiosmtplib
import structlog
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from shared_models.base import from_micros
from sync_server.config import MailConfig
from sync_server.db import outbox
from sync_server.db.outbox import Claimed
from sync_server.services.central import Central

AT_ONCE = 5
SECOND_US = 1_000_000
LEASE_US = 600 * SECOND_US
"""How long a sender may be silent before others take its mails: longer than all of its time limits for AT_ONCE mails that go."""
TIMEOUT_S = 20.0
FIRST_WAIT_S, LONGEST_WAIT_S = 60, 6 * 3600
GIVE_UP_US = 3 * 86_400 * SECOND_US
"""Age at which a mail that nobody takes is given up."""
PERMANENT = 500
log = structlog.get_logger("mail")


async def post_due(central: Central, config: MailConfig) -> int:
    """Send what is due; returns how many mails were taken up. Never raises for the network or what an SMTP server answers."""
    claimed = await to_thread(_claim, central)
    if not claimed:
        return 0
    client = aiosmtplib.SMTP(
        hostname=config.host,
        port=config.port,
        username=config.user or None,
        password=config.password or None,
        use_tls=config.is_tls,
        start_tls=None if config.is_tls or config.is_local else True,
        timeout=TIMEOUT_S,
    )
    try:
        await client.connect()
    except (SMTPException, OSError, ValueError) as error:  # ValueError: TLS that the server does not offer
        log.warning("mail_server_unreachable", why=type(error).__name__, mails=len(claimed))
        await to_thread(_put_off_all, central, claimed, type(error).__name__)
        return len(claimed)
    try:
        for place, one in enumerate(claimed):
            if not await _post(central, client, config, one):
                await to_thread(_put_off_all, central, claimed[place + 1 :], "the connection broke")
                break
    finally:
        with suppress(SMTPException, OSError):
            await client.quit()
    return len(claimed)


async def _post(central: Central, client: aiosmtplib.SMTP, config: MailConfig, one: Claimed) -> bool:
    """Send one mail, and note what became of it; returns whether the connection can be used for the next."""
    sender = parseaddr(config.sender)[1]
    try:
        await client.send_message(made(one, config.sender), sender=sender, recipients=[one.mail.recipient])
    except SMTPRecipientsRefused as error:
        await to_thread(_refused, central, one, error.recipients[0].code, error.recipients[0].message)
    except SMTPAuthenticationError as error:
        await to_thread(_put_off, central, one, f"{error.code} {error.message}")
        return False
    except (SMTPRecipientRefused, SMTPDataError) as error:
        await to_thread(_refused, central, one, error.code, error.message)
    except SMTPResponseException as error:  # of the sender or the greeting: nothing that this recipient is to blame for
        await to_thread(_put_off, central, one, f"{error.code} {error.message}")
        return client.is_connected
    except (SMTPException, OSError) as error:
        await to_thread(_put_off, central, one, type(error).__name__)
        return False
    else:
        await to_thread(_end, central, one, outbox.SENT, None)
        return client.is_connected
    with suppress(SMTPException, OSError):
        await client.rset()
    return client.is_connected


def made(one: Claimed, sender: str) -> EmailMessage:
    """Return a mail as it goes out; the same mail is the same message however often it goes."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, one.mail.recipient, one.mail.subject
    message["Date"] = format_datetime(from_micros(one.created_at))
    message["Message-ID"] = message_id(one, sender)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence notice answers it
    message.set_content(one.mail.body)
    return message


def message_id(one: Claimed, sender: str) -> str:
    """Return the name of a mail by what it is about and to whom it goes."""
    said = "\x1f".join((one.mail.topic, one.mail.ref, one.mail.recipient))
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(said.encode()).hexdigest()[:32]}@{domain}>"


def wait_us(attempts: int) -> int:
    """Return how long after its n-th attempt a mail waits for the next."""
    return min(FIRST_WAIT_S << min(attempts - 1, 16), LONGEST_WAIT_S) * SECOND_US


def _claim(central: Central) -> list[Claimed]:
    with central.store.write() as connection:
        outbox.forget(connection, central.tables, central.now_us())
        return outbox.claim(connection, central.tables, central.now_us(), LEASE_US, AT_ONCE)


def _refused(central: Central, one: Claimed, code: int, message: str) -> None:
    """Note what an SMTP server said of a recipient or a content: 5xx is for good, 4xx for now (RFC 5321, 4.2.1)."""
    if code >= PERMANENT:
        log.warning("mail_bounced", topic=one.mail.topic, ref=one.mail.ref, code=code)
        _end(central, one, outbox.BOUNCED, f"{code} {message}")
    else:
        _put_off(central, one, f"{code} {message}")


def _put_off(central: Central, one: Claimed, why: str) -> None:
    at = central.now_us()
    if at - one.created_at > GIVE_UP_US:
        log.warning("mail_given_up", topic=one.mail.topic, ref=one.mail.ref)
        _end(central, one, outbox.GIVEN_UP, why)
        return
    with central.store.write() as connection:
        outbox.put_off(connection, central.tables, one.id, at + wait_us(one.attempts), why)


def _put_off_all(central: Central, found: list[Claimed], why: str) -> None:
    for one in found:
        _put_off(central, one, why)


def _end(central: Central, one: Claimed, state: str, error: str | None) -> None:
    with central.store.write() as connection:
        outbox.end(connection, central.tables, one.id, state, central.now_us(), error)
