"""Wrong variants of what moves, keeps and clears away the bytes of files (part 17). Only weeks with files show them."""

import os
from collections.abc import Iterable, Iterator
from typing import Any

from client.replica import blobs, content, file_folder, file_purging
from client.replica.content import Content
from client.replica.file_folder import FileFolder
from client.replica.unit_of_work import Edit
from client.sync import courier, wiping
from client.usecases import documents
from shared_models.fields import units
from shared_models.ids import derived_id
from sync_server.services import archiving, file_clearing, file_marks
from sync_server.services.file_parts import Part
from sync_server.services.files import Upload
from tests.simulation.wrong_client import Patch

# -- devices -----------------------------------------------------------------------------------------------------------------


def row_before_file() -> list[Patch]:
    """The row of a file is saved, and then its bytes get their name."""
    keep, add = documents._keep, documents._add
    staged: list[tuple[Any, ...]] = []

    def _keep(*given: Any) -> None:
        staged.append(given)

    def _add(replica: Any, *given: Any, **how: Any) -> Any:
        staged.clear()  # of a program that was killed
        saved = add(replica, *given, **how)
        for _ in range(8):  # as many statements as a small picture and a look at the list would have
            replica.facts()
        while staged:
            keep(*staged.pop())
        return saved

    return [(documents, "_keep", _keep), (documents, "_add", _add)]


def attach_unsynced() -> list[Patch]:
    """A file that is attached has its row before it is on the medium."""

    class Lazy:
        """The system, for which nothing is ever urgent."""

        fsync = staticmethod(lambda _: None)

        def __getattr__(self, name: str) -> Any:
            return getattr(os, name)

    return [(content, "os", Lazy()), (file_folder, "os", Lazy())]


def fetched_unchecked() -> list[Patch]:
    """A device takes what it has fetched for the file."""
    return [(courier, "digest", lambda found: found.path.name.partition(".")[0])]


def one_part_for_all() -> list[Patch]:
    """All files that are fetched grow in one part."""
    first: list[str] = []

    def part(self: FileFolder, sha256: str) -> Content:
        if not first:
            first.append(sha256)
        return self.at(self.named(first[0], ".part"))

    return [(FileFolder, "part", part)]


def second_version_is_first() -> list[Patch]:
    """A new version has an id that is made of the one that it replaces: two people's versions are one row."""
    original = Edit.insert

    def insert(self: Edit, entity: str, values: Any, pk: str | None = None) -> str:
        is_version = entity == "document" and values.get("version_of_id")
        return original(self, entity, values, derived_id("document", values["version_of_id"]) if is_version else pk)

    return [(Edit, "insert", insert)]


def purge_leaves_bytes() -> list[Patch]:
    """The rows of files leave a device, and their bytes stay."""
    return [(file_purging, "purge", lambda *_: 0)]


def owed_forgotten() -> list[Patch]:
    """With a row that leaves go its bytes, though they are nowhere else."""
    return [(blobs, "_UNNEEDED", blobs._UNNEEDED.partition("AND NOT (here")[0])]


def wiped_unsent() -> list[Patch]:
    """A device is emptied once its saves are sent, whatever becomes of its files."""
    original = wiping.obey
    return [(wiping, "obey", lambda talk, _: original(talk, lambda: None))]


# -- the centre --------------------------------------------------------------------------------------------------------------


def marked_before_put() -> list[Patch]:
    """A row says that the bytes are there, and then they come into the store."""
    original = Upload.end

    def end(self: Upload) -> Any:
        if self._offset >= self._size:
            file_marks.mark_stored(self._files.central, self._actor, self._sha256, self._size)
        return original(self)

    return [(Upload, "end", end)]


def taken_unchecked() -> list[Patch]:
    """The centre takes what has come for the file."""
    return [(Part, "digest", lambda self: self.path.name.partition(".")[0])]


def cleared_at_once() -> list[Patch]:
    """What no row needs is cleared away, however new it is."""
    return [(file_clearing, "NEW_S", -(10**12))]


def cleared_when_archived() -> list[Patch]:
    """An archived row needs its bytes no more."""

    def needed(rows: Iterable[Any], _: int) -> Iterator[str]:
        return (row.sha256 for row in rows if row.archived_at is None)

    return [(file_clearing, "_needed", needed)]


def state_is_news() -> list[Patch]:
    """That the bytes of a file have come keeps whoever did not know from archiving it."""
    original = archiving._unseen

    def unseen(work: Any, found: Any, op: Any) -> Any:
        version = found.version_of("state") if "state" in units(found.entity) else 0
        is_new = not work.knew(version, work.base_version(op, "state")) if version else False
        return original(work, found, op) + ([(version, "changed", "state")] if is_new else [])

    return [(archiving, "_unseen", unseen)]


VARIANTS = (
    row_before_file, attach_unsynced, fetched_unchecked, one_part_for_all, second_version_is_first, purge_leaves_bytes,
    owed_forgotten, wiped_unsent, marked_before_put, taken_unchecked, cleared_at_once, cleared_when_archived, state_is_news,
)  # fmt: skip
