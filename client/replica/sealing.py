"""Encrypts the files that lie in plain beside an encrypted replica, from a time in which they or the replica were not.

Each is copied beside the others, given its name, read back, and only then overwritten and removed. Whoever ends the program at any moment
finds it in one of both ways, or in both, and the next start goes on. What grows while it is fetched keeps what has come.
"""

import logging
import re
from pathlib import Path

from client.replica.content import Content, PlainContent, digest, pieces
from client.replica.encrypting import overwrite
from client.replica.file_folder import FileFolder, is_plain
from shared_models.errors import FileDamaged, FileGone, FileTrouble, ReplicaFull

log = logging.getLogger("fieldfare.replica")
NAME = re.compile(r"([0-9a-f]{64})(|\.part|\.thumb)")
"""What a plain file is called that has a place among the encrypted ones; any other is a draft that somebody left."""


def seal(folder: FileFolder) -> bool:
    """Encrypt what lies in plain. Returns whether nothing does any more; what could not be encrypted stays readable as it is."""
    done = True
    for path in [one for one in folder.path.rglob("*") if is_plain(one)]:
        try:
            named = NAME.fullmatch(path.name)
            if named is not None:
                _seal(folder, path, *named.groups())
            overwrite(path)
        except FileNotFoundError:  # another program was quicker
            continue
        except (OSError, ReplicaFull, FileTrouble) as error:
            log.warning("a file stays in plain", extra={"why": type(error).__name__})
            done = False
    return done


def _seal(folder: FileFolder, path: Path, sha256: str, kind: str) -> None:
    """Make the encrypted file of a plain one, unless a program that was ended has made it. Raises OSError, ReplicaFull, FileDamaged."""
    source, sealed = PlainContent(path), folder.at(folder.named(sha256, kind))
    if _is_copy(sealed, source):
        return
    draft = folder.draft(f"sealed-{sealed.path.stem}")
    folder.make_room(path.stat().st_size)
    draft.remove()
    with draft.appending() as growing:
        for piece in pieces(source):
            growing.write(piece)
    if kind != ".part":
        draft.finish(sealed.path.name)
    folder.put(draft, sealed.path)
    if not _is_copy(sealed, source):
        raise OSError("the encrypted copy differs")


def _is_copy(sealed: Content, source: Content) -> bool:
    try:
        return digest(sealed) == digest(source)
    except (FileGone, FileDamaged):
        return False
