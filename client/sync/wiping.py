"""What a device does that an admin has ordered to be wiped: it sends what waits, and then lets go of all that it holds."""

from collections.abc import Callable
from contextlib import suppress

from client.replica import change_log, epochs, erasing, meta, outbox
from client.sync import parcel
from client.sync.conversation import Conversation, EpochChanged
from client.sync.hello import say_wiped
from client.sync.push import push_waiting
from shared_models.errors import ProtocolFault, SyncError, Unreachable


def obey(talk: Conversation, send_files: Callable[[], None]) -> None:
    """Send every edit and file, and erase the replica. Raises SyncError, ReplicaError or Stopped; then everything is still here.

    What was set aside after failing is offered again: nobody will look at it here. send_files: raises Unreachable while one waits.
    """
    _offer_all(talk)
    try:
        push_waiting(talk)
    except EpochChanged:
        raise Unreachable(None, "the server's epoch changed") from None
    send_files()
    words = talk.replica.facts()
    if not erasing.erase(talk.replica):  # one failed again and again, or was saved this moment: the next attempt
        raise ProtocolFault(None, "edits that could not be sent")
    parcel.sweep(talk.replica.path)
    with suppress(SyncError):  # it is done, whether or not the centre hears of it
        say_wiped(talk, words)


def _offer_all(talk: Conversation) -> None:
    """Put back what was set aside. What was refused or put off is at the centre already, as a letter."""
    with talk.replica.write(durable=True) as writing:
        if meta.get(writing.connection, "quarantined"):
            epochs.lift_quarantine(writing, talk.replica.ids)
        for tx in change_log.select(writing.connection, "state = 'isolated'"):
            outbox.release(writing, tx.id)
