"""Where the bytes of files are kept: a folder of the server, or a bucket of S3 and its like, by URL (`server.md` 9)."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, ObjectStore, from_url

if TYPE_CHECKING:
    from obstore import GetResult

PIECE = 256 * 1024


class StoreFailed(Exception):
    """The store cannot work now: no connection, no space, no permission. What was asked may be asked again."""


class FileStore(Protocol):
    """Contents by their SHA-256. Every method blocks and may raise StoreFailed."""

    def size_of(self, sha256: str) -> int | None:
        """Return how many bytes are kept under a digest; None for none."""
        ...

    def put(self, sha256: str, source: Path) -> None:
        """Keep the bytes of a file, which were verified; the same bytes twice are kept once."""
        ...

    def read(self, sha256: str, start: int) -> Iterator[bytes]:
        """Return the bytes from a place on, in pieces."""
        ...

    def remove(self, sha256: str) -> None:
        """Let go of some bytes, if they are there."""
        ...

    def all(self) -> Iterator[tuple[str, datetime]]:
        """Yield every digest and when its bytes were put there."""
        ...


class ObjectFiles:
    """`FileStore` on obstore."""

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        """folder: of a store on this machine's disk, whose files are brought onto the medium before they count."""
        self._store, self._folder = store, folder

    def size_of(self, sha256: str) -> int | None:
        """Return how many bytes are kept under a digest; None for none."""
        try:
            return obstore.head(self._store, _key(sha256))["size"]
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise StoreFailed(type(error).__name__) from error

    def put(self, sha256: str, source: Path) -> None:
        """Keep the bytes of a verified file."""
        if self.size_of(sha256) == source.stat().st_size:
            return
        try:
            obstore.put(self._store, _key(sha256), source)
            if self._folder is not None:
                _to_medium(self._folder / _key(sha256))
        except AlreadyExistsError:
            return
        except (BaseError, OSError) as error:
            raise StoreFailed(type(error).__name__) from error

    def read(self, sha256: str, start: int) -> Iterator[bytes]:
        """Return the bytes from a place on, in pieces."""
        size = self.size_of(sha256)
        if size is None:
            raise StoreFailed("gone")
        if start >= size:
            return iter(())
        try:
            found = obstore.get(self._store, _key(sha256), options={"range": {"offset": start}})
        except (BaseError, OSError) as error:
            raise StoreFailed(type(error).__name__) from error
        return _pieces(found)

    def remove(self, sha256: str) -> None:
        """Let go of some bytes."""
        try:
            with suppress(FileNotFoundError):
                obstore.delete(self._store, _key(sha256))
        except (BaseError, OSError) as error:
            raise StoreFailed(type(error).__name__) from error

    def all(self) -> Iterator[tuple[str, datetime]]:
        """Yield every digest and when its bytes were put there."""
        try:
            for found in obstore.list(self._store):
                for one in found:
                    yield one["path"].rpartition("/")[2], one["last_modified"]
        except (BaseError, OSError) as error:
            raise StoreFailed(type(error).__name__) from error


def open_store(folder: Path, url: str = "") -> FileStore:
    """Return the store of a URL (`s3://bucket/prefix`, `file:///srv/files`...), or that of a folder.

    Keys and regions of S3 come from the environment that its own tools read (AWS_ACCESS_KEY_ID...). Raises ValueError for a
    URL that names no store.
    """
    if url:
        try:
            return ObjectFiles(from_url(url))
        except (BaseError, ValueError) as error:
            raise ValueError(str(error).splitlines()[0]) from error
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return ObjectFiles(LocalStore(folder), folder)


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def _pieces(found: "GetResult") -> Iterator[bytes]:
    try:
        for piece in found.stream(min_chunk_size=PIECE):
            yield bytes(piece)
    except (BaseError, OSError) as error:
        raise StoreFailed(type(error).__name__) from error


def _to_medium(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
