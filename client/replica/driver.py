"""The SQLite libraries of the client: the only place that knows them, which of them opens a file, and what their failures mean.

Two builds have the same interface and classes of their own: Python's, for plain files, and SQLCipher's, where it is installed, for
encrypted ones. Nothing else imports either; an `except` names the tuples below, which hold the class of both.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from sqlite3 import Connection, Cursor
from typing import Any

from shared_models.errors import ReplicaDamaged, ReplicaError, ReplicaFull, ReplicaLocked, ReplicaSealed

cipher: Any  # Any: a module without types, or nothing where the installation lacks it
try:
    import sqlcipher3.dbapi2
except ImportError:  # a phone has no wheel of it
    cipher = None
else:
    cipher = sqlcipher3.dbapi2
    # It looks for an adapter of each None that is bound, 2 µs a time: rows of 34 columns came in at a tenth of the speed.
    cipher.register_adapter(type(None), {}.get)

__all__ = ["Connection", "Cursor"]
_LIBRARIES: tuple[Any, ...] = (sqlite3,) if cipher is None else (sqlite3, cipher)
Errors = tuple[type[Exception], ...]
ERROR: Errors = tuple(library.Error for library in _LIBRARIES)
DATABASE_ERROR: Errors = tuple(library.DatabaseError for library in _LIBRARIES)
INTEGRITY_ERROR: Errors = tuple(library.IntegrityError for library in _LIBRARIES)
OPERATIONAL_ERROR: Errors = tuple(library.OperationalError for library in _LIBRARIES)
DONE = (sqlite3.SQLITE_OK, sqlite3.SQLITE_DONE)
"""What a step of a backup says that went well."""
CACHED_STATEMENTS = 512
"""Statements that a connection keeps compiled: a round uses some 200, and compiling one takes longer than most of them run."""
KEY_BYTES, SALT_BYTES, PAGE_BYTES = 32, 16, 4096
PLAIN_HEAD = b"SQLite format 3\0"
"""How a plain file begins (https://www.sqlite.org/fileformat2.html, 1.3.1); an encrypted one begins with its salt."""
Connect = Callable[[Path], Connection]
"""Opens a connection in autocommit mode, usable from any thread. Tests pass one that dies at a chosen statement."""


def connect(path: Path) -> Connection:
    """Open a plain file; transactions are always begun and ended by name."""
    return _opened(sqlite3, path)


@dataclass(frozen=True)
class Encrypted:
    """Opens encrypted files with one key, as `connect` opens plain ones."""

    salt: bytes
    """SALT_BYTES with which every file of the key begins, in plain: by them the key is found again. No secret. None: each has its own."""
    key: bytes = field(repr=False)
    """KEY_BYTES random bytes. They are the key itself and no password: nothing is derived from them, which would take 0.2 s each time."""

    def __call__(self, path: Path) -> Connection:
        """Open a file, or make it. A wrong key shows with the first statement: ReplicaDamaged. Raises ReplicaSealed without SQLCipher."""
        connection = _opened(_cipher(), path)
        connection.execute(f'PRAGMA key = "{self.literal}"')
        return connection

    @property
    def literal(self) -> str:
        """Return the key as SQLCipher takes one that nothing is to be derived from."""
        if len(self.key) != KEY_BYTES or len(self.salt) not in (0, SALT_BYTES):
            raise ValueError("a key of another length")
        return f"x'{self.key.hex()}{self.salt.hex()}'"


def connect_either(path: Path) -> Connection:
    """Open a plain file with the library that can attach encrypted ones to it. Raises ReplicaSealed without it."""
    return _opened(_cipher(), path)


def can_encrypt() -> bool:
    """Whether SQLCipher is installed."""
    return cipher is not None


def is_encrypted(connection: Connection) -> bool:
    """Whether a connection was opened by `Encrypted`."""
    return cipher is not None and isinstance(connection, cipher.Connection)


def salt_of(path: Path) -> bytes | None:
    """Return the salt of an encrypted file; None for one that is plain, empty, not there, or no whole number of pages: a damaged one.

    Only for a file that this process has not open: to close it here takes away the locks that SQLite holds on it
    (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    try:
        with path.open("rb") as file:
            head = file.read(SALT_BYTES)
        size = path.stat().st_size
    except FileNotFoundError:
        return None
    is_other = not any(head) or head == PLAIN_HEAD
    return None if is_other or size % PAGE_BYTES else head


def is_corrupt(error: BaseException) -> bool:
    """Whether SQLite says that a file is not what it has to be."""
    return _code_of(error) & 0xFF == sqlite3.SQLITE_CORRUPT


def is_interrupted(error: BaseException) -> bool:
    """Whether SQLite says that a statement was ended from outside."""
    return _code_of(error) & 0xFF == sqlite3.SQLITE_INTERRUPT


def is_no_replica(error: BaseException) -> bool:
    """Whether SQLite says that a file is none of its own, or is encrypted."""
    return _code_of(error) & 0xFF == sqlite3.SQLITE_NOTADB


def translate(error: BaseException) -> ReplicaError:
    """Return the product's error for one of SQLite's."""
    code = _code_of(error)
    if code == sqlite3.SQLITE_IOERR_SHMSIZE:  # on a full disk a file cannot even be opened: its shared memory has no room
        return ReplicaFull(str(error))
    kinds: dict[int, type[ReplicaError]] = {
        sqlite3.SQLITE_BUSY: ReplicaLocked,
        sqlite3.SQLITE_LOCKED: ReplicaLocked,
        sqlite3.SQLITE_FULL: ReplicaFull,
        sqlite3.SQLITE_CORRUPT: ReplicaDamaged,
        sqlite3.SQLITE_NOTADB: ReplicaDamaged,
    }
    return kinds.get(code & 0xFF, ReplicaError)(str(error))


def _cipher() -> Any:  # Any: see `cipher`
    if cipher is None:
        raise ReplicaSealed("sqlcipher3 is not installed")
    return cipher


def _opened(library: Any, path: Path) -> Connection:  # Any: a module, see `cipher`
    connection: Connection = library.connect(
        str(path), isolation_level=None, check_same_thread=False, cached_statements=CACHED_STATEMENTS
    )
    if library is cipher:
        connection.execute("PRAGMA cipher_log_level = NONE")  # it would write to the standard error what is raised anyway
    return connection


def _code_of(error: BaseException) -> int:
    """Return the extended result code; 0 where an error has none, as of a closed connection."""
    return getattr(error, "sqlite_errorcode", None) or 0
