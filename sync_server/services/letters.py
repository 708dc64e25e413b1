"""What was refused for good and what an admin does with it: look, take it in as his own change, or discard it (trap 9).

The author keeps the same content under "needs attention" on the device; whoever acts first closes the letter.
"""

from dataclasses import dataclass

import orjson

from shared_models.codec import Row
from shared_models.errors import ErrorCode
from shared_models.protocol import CodedError, Op, PushRequest, Tx, Verdict
from sync_server.db import letters, timeline
from sync_server.services import push
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.refusals import Refusal

PAGE = 50
DISCARDED = "discarded"


@dataclass(frozen=True)
class Letter:
    """A refused save. at: arrival, microseconds since 1970 UTC."""

    tx_id: str
    seq: int
    at: int
    by: str
    """Name and e-mail of the author."""
    device: str
    error: CodedError
    state: str
    tx: Tx
    """What was typed. `after` is empty: `after_origins` has what it stood on."""
    after_origins: tuple[str, ...]
    origin: str

    @property
    def ops(self) -> list[Op]:
        """Return what the save did."""
        return self.tx.ops


def listed(central: Central, state: str = letters.OPEN, before: int | None = None, limit: int = PAGE) -> list[Letter]:
    """Return a page of letters, newest first. before: the seq of the last one of the page before."""
    with central.store.read() as connection:
        return [_letter(row) for row in letters.page(connection, central.tables, state, before, limit)]


def find(central: Central, tx_id: str) -> Letter:
    """Return one letter. Raises Refusal P207 when there is none."""
    with central.store.read() as connection:
        row = letters.one(connection, central.tables, tx_id)
    if row is None:
        raise Refusal(ErrorCode.P207, 404, "no such letter")
    return _letter(row)


def discard(central: Central, tx_id: str) -> bool:
    """Close a letter, whose content stays readable; returns whether it was open."""
    with central.store.write() as connection:
        return letters.close(connection, central.tables, tx_id, DISCARDED)


def take_in(central: Central, tx_id: str, actor: Actor, new_id: str) -> Verdict:
    """Do what a letter says, by the admin's right and merged as any late save; that closes it, unless it is refused again.

    new_id: a fresh tx id. Raises Refusal P207 for an unknown letter, P205 for one that is closed.
    """
    letter = find(central, tx_id)
    if letter.state != letters.OPEN:
        raise Refusal(ErrorCode.P205, 409, f"the letter is {letter.state}")
    with central.store.read() as connection:
        epoch = timeline.read(connection, central.tables).epoch
    places = list(range(len(letter.after_origins)))
    tx = letter.tx.model_copy(update={"id": new_id, "tx": 1, "origin": letter.origin, "after": places})
    request = PushRequest(
        device_epoch=new_id,
        server_epoch=epoch,
        schema_version=central.schema_version,
        origins=list(letter.after_origins),
        txs=[tx],
    )
    verdict = push.accept(central, actor, request.model_dump_json(by_alias=True, exclude_defaults=True).encode()).verdicts[0]
    if verdict.error is not None:  # the first letter has the same content, and stays open
        with central.store.write() as connection:
            letters.drop(connection, central.tables, new_id)
    return verdict


def _letter(row: Row) -> Letter:
    body = orjson.loads(row["body"])
    after = tuple(body.pop("after", ()))
    error = CodedError.model_validate_json(row["error"]) if row["error"] else CodedError(code=ErrorCode.S501)
    email = f"<{row['email']}>" if row["email"] else ""
    return Letter(
        tx_id=row["tx_id"],
        seq=row["seq"],
        at=row["at"],
        by=f"{row['by'] or row['user']} {email}".strip(),
        device=row["device_name"] or row["device"],
        error=error,
        state=row["state"],
        tx=Tx.model_validate(body),
        after_origins=after,
        origin=row["origin"],
    )
