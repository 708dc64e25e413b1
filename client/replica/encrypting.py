"""Makes an encrypted file of a plain replica, in its place, with all that is in it: rows, search, change log, drafts.

The copy is written beside the file, compared with it, and put in its place by one rename; until then the plain file is whole and in
use. Whoever ends the program at any moment finds one of the two, and the next start goes on (`finish`). Afterwards the bytes of the
plain file are overwritten, except on Windows, as far as the medium does that in place: a solid-state disk and some file systems keep
old blocks a while.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import zip_longest
from pathlib import Path

from client.replica import connection as opening
from client.replica.connection import create_private, translated_errors
from client.replica.driver import Connection, Encrypted, connect_either, salt_of
from client.replica.schema import quoted
from shared_models.errors import ReplicaDamaged, ReplicaLocked

log = logging.getLogger("fieldfare.replica")
PIECE = 1024 * 1024
COPY, OLD = ".encrypting", ".plain"
"""What the copy is called until it is whole, and the plain file until it is overwritten."""
SEARCH = "_fts_"
"""How the tables of the search indexes begin."""
HEAD_BYTES = 100
"""Of a file's header: the counter of its changes is in it (https://www.sqlite.org/fileformat2.html, 1.3.7)."""


def begin(path: Path, to: Encrypted) -> None:
    """Make an empty encrypted file. Raises ReplicaFull."""
    create_private(path)
    with translated_errors(), closing(to(path)) as made:
        made.execute("PRAGMA journal_mode = WAL")


def encrypt(path: Path, to: Encrypted) -> None:
    """Encrypt a plain replica file. Raises ReplicaLocked while anybody has it open, ReplicaFull, ReplicaDamaged: then it is as it was."""
    copy = path.with_name(path.name + COPY)
    _remove(copy)
    create_private(copy)
    try:
        head = _export(path, copy, to)
        _flush(copy)
        if _head(path) != head:
            raise ReplicaLocked("another process has written to the file")
        keep_name(path)
        copy.replace(path)
    finally:
        _remove(copy)
    try:
        flush_folder(path.parent)
        finish(path)
    except OSError as error:  # it is encrypted; the next start tries again to remove the rest
        log.warning("the plain file is not removed yet", extra={"why": type(error).__name__})


def finish(path: Path) -> None:
    """Remove what an encryption that was ended may have left: a copy that is not whole, the plain file, what was fetched in plain."""
    _remove(path.with_name(path.name + COPY))
    old = path.with_name(path.name + OLD)
    if old.exists() and salt_of(path) is None:  # it was ended before the copy took its place: both names are the same file
        old.unlink()
    elif old.exists():
        overwrite(old)
    if salt_of(path) is not None:
        for left in (*path.parent.glob(f"{path.name}.*.part*"), *path.parent.glob(f"{path.name}.unpacked*")):
            if salt_of(left) is None:
                overwrite(left)


def keep_name(path: Path) -> None:
    """Give a plain file a second name (OLD), by which it can be overwritten after the first is another file's.

    Not on Windows: it cannot make sure that a rename is on the medium, and a power cut could leave the overwritten file alone.
    """
    old = path.with_name(path.name + OLD)
    old.unlink(missing_ok=True)
    if os.name == "nt":
        return
    with suppress(OSError):  # a file system without such names: it is removed without being overwritten
        os.link(path, old)


def flush_folder(folder: Path) -> None:
    """Have the rename on the medium, before the file whose name it took is overwritten."""
    if os.name == "nt":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def overwrite(path: Path) -> None:
    """Write zeros over a file, as far as they go, and remove it."""
    with suppress(OSError), path.open("r+b", buffering=0) as file:
        left = path.stat().st_size
        while left > 0:
            left -= file.write(bytes(min(PIECE, left)))
        os.fsync(file.fileno())
    path.unlink()


def _export(path: Path, copy: Path, to: Encrypted) -> bytes:
    """Write the copy and compare it; returns the header of the plain file as it was copied."""
    with translated_errors(), closing(connect_either(path)) as source:
        opening.prepare_other(source)
        if (
            source.execute("PRAGMA journal_mode = DELETE").fetchone()[0] != "delete"
        ):  # it is only changed while nobody else reads
            raise ReplicaLocked("another process has the file open")
        attach = "ATTACH ? AS copy KEY ?", (str(copy), to.literal)
        source.execute(*attach)
        for pragma in ("journal_mode = OFF", "synchronous = OFF"):  # a copy that is not whole is thrown away
            source.execute(f"PRAGMA copy.{pragma}")
        source.execute("BEGIN EXCLUSIVE")
        source.execute("SELECT sqlcipher_export('copy')").fetchall()
        source.execute("COMMIT")
        source.execute("DETACH copy")
        source.execute(*attach)  # only now its search indexes are read as such
        source.execute("BEGIN")
        head = _head(path)
        _compare(source)
        source.execute("COMMIT")
        source.execute("DETACH copy")
    return head


def _compare(source: Connection) -> None:
    """Compare both files: what is this device's own value by value, the centre's tables by their number of rows.

    Raises ReplicaDamaged where they differ.
    """
    shape = "SELECT type, name, tbl_name, sql FROM {}.sqlite_master ORDER BY 1, 2"
    main, copy = (source.execute(shape.format(file)).fetchall() for file in ("main", "copy"))
    is_sound = source.execute("PRAGMA copy.quick_check(1)").fetchone()[0] == "ok"
    if main != copy or not is_sound or source.execute("PRAGMA copy.cipher_integrity_check").fetchall():
        raise ReplicaDamaged("the encrypted copy is not sound")
    for kind, name, _, sql in main:
        if kind == "table" and not name.startswith("sqlite_stat") and not sql.startswith("CREATE VIRTUAL"):
            both = (_content(source, file, name) for file in ("main", "copy"))
            if any(one != other for one, other in zip_longest(*both)):
                raise ReplicaDamaged(f"the encrypted copy differs in {name}")


def _content(source: Connection, file: str, name: str) -> Iterator[object]:
    is_own = name == "sqlite_sequence" or (name.startswith("_") and not name.startswith(SEARCH))
    what = "SELECT * FROM {} ORDER BY 1, 2" if is_own else "SELECT count(*) FROM {}"
    return iter(source.execute(what.format(f"{file}.{quoted(name)}")))


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _flush(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _remove(path: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
