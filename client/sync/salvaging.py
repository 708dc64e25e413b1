"""After a restore of the centre: tells it what this replica holds of the time that is gone, before other rows take its place."""

from collections.abc import Iterator

from client.replica import lost_time
from client.replica.lost_time import Head, LostTime
from client.sync.conversation import Conversation, EpochChanged
from shared_models.errors import ErrorCode, ProtocolFault, Refused
from shared_models.salvage import MAX_HEADS, MAX_OFFERED, SalvageAnswer, SalvagedRow, SalvageRequest

ROWS = 100
"""Rows in one request: some 50 KB."""
MOST_BYTES = 500_000


def tell_lost_time(talk: Conversation) -> None:
    """Tell the centre of each timeline that has ended. What it does not take in is no reason to stop: own saves go again all the same.

    Raises EpochChanged, or the SyncError of a request that did not get through: the next round begins here again, and rows that
    the centre has are not sent twice.
    """
    for lost in lost_time.untold(talk.replica.facts()):
        try:
            _tell(talk, lost)
        except Refused as refusal:
            if refusal.code is ErrorCode.P203:
                raise EpochChanged from refusal
        except ProtocolFault:  # a server of an older version has no such address
            pass
        with talk.replica.write(durable=False) as writing:
            lost_time.told(writing, lost.epoch)


def _tell(talk: Conversation, lost: LostTime) -> None:
    epoch = talk.replica.facts()["server_epoch"]

    def say(**told: object) -> SalvageAnswer:
        talk.stop_if_asked()
        return talk.transport.salvage(SalvageRequest.model_validate({"server_epoch": epoch, "epoch": lost.epoch, **told}))

    for i in range(0, max(len(lost.offered), 1), MAX_OFFERED):
        say(reached=lost.reached, offered=lost.offered[i : i + MAX_OFFERED])
    if lost.rows_above is None:
        return
    after: Head | None = None
    while found := _heads(talk, lost.rows_above, after):
        after = found[-1]
        wanted = [found[place] for place in say(heads=found).wanted if 0 <= place < len(found)]
        for rows in _parts(talk, wanted):
            say(rows=rows)


def _heads(talk: Conversation, above: int, after: Head | None) -> list[Head]:
    with talk.replica.reading() as reader:
        return lost_time.heads(reader, talk.replica.registry, above, after, MAX_HEADS)


def _parts(talk: Conversation, wanted: list[Head]) -> Iterator[list[SalvagedRow]]:
    """Yield rows in parts that fit a request."""
    part, size = list[SalvagedRow](), 0
    for i in range(0, len(wanted), ROWS):
        with talk.replica.reading() as reader:
            found = lost_time.rows_of(reader, talk.replica.registry, wanted[i : i + ROWS])
        for (entity, pk, ver), row in found:
            made = SalvagedRow(t=entity, pk=pk, ver=ver, row=row)
            length = len(made.model_dump_json())
            if part and (size + length > MOST_BYTES or len(part) == ROWS):
                yield part
                part, size = [], 0
            part, size = [*part, made], size + length
    if part:
        yield part
