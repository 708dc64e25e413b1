"""Sees to it that the bytes of files leave the device with their rows, and that a killed program leaves nothing behind (I3)."""

from typing import TYPE_CHECKING

from client.events import FilesChanged
from client.replica import blobs

if TYPE_CHECKING:
    from client.replica.replica import Replica


def purge(replica: "Replica", server_ms: int | None = None) -> int:
    """Remove the bytes that nothing here needs any more; returns how many contents. What a program has open goes the next time.

    server_ms: the time, as the centre has just said it; without it those of archived rows stay, however long that was ago by a
    clock of this device, which may have jumped by years.
    Files before lines of the table: a kill in between leaves a line, which is looked at again.
    """
    if not blobs.knows(replica.registry) or not replica.facts()["complete"]:  # rows are still on their way
        return 0
    with replica.files.turn:  # a file that is attached has its row a moment after its name
        with replica.reading() as reader:
            found = blobs.unneeded(reader, server_ms)
        gone = [sha256 for sha256 in found if replica.files.remove(sha256)]
        if gone:
            replica.files.forget_copies()
            with replica.write(durable=False) as writing:
                blobs.forget(writing.connection, gone)
                writing.events.append(FilesChanged())
    return len(gone)


def begin(replica: "Replica") -> None:
    """Put the folder in order at the start of the program, before anybody attaches a file."""
    if blobs.knows(replica.registry) and replica.files.path.is_dir():
        with replica.reading() as reader:
            known = blobs.known(reader)
        replica.files.sweep(known)
        purge(replica)
