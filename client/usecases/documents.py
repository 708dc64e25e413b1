"""The files of a company or contact: attached, replaced, fetched, opened; what their bytes are doing (row 135).

The row is saved at once, like any other; the bytes follow by themselves (`client.sync.courier`).
"""

import mimetypes
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from client.events import FilesChanged
from client.platform.pictures import thumbnail
from client.replica import blobs, meta
from client.replica.blobs import Blob
from client.replica.content import Content, pieces
from client.replica.file_folder import AttachStopped, Staged
from client.replica.replica import Replica
from client.usecases.allowed import NotAllowed, allowed
from client.usecases.answers import Owner, Saved
from client.usecases.document_answers import DocumentShown, FileState, FilesWaiting, FileVersion, Told
from client.usecases.document_families import families_of, heads_of
from client.usecases.labels import Say, saved_label
from client.usecases.list_answers import Page
from client.usecases.shown import Names
from shared_models.codec import Row
from shared_models.entities.document import Document
from shared_models.errors import FileDamaged, FileGone, ReplicaError

__all__ = ["AttachStopped", "Say"]
PAGE = 48
OTHER = "application/octet-stream"
NETWORK = ("", "Unreachable", "Busy", "S502", "S503", "P209")
"""Errors that are no trouble of the file: it goes on by itself."""
MAX_NAME = 200


def page(replica: Replica, owner: Owner, after: str | None = None) -> Page[DocumentShown]:
    """Return a page of files, the one that was added or replaced last first. after: `next` of the page before."""
    rows = replica.children_of("document", f"{owner.entity}_id", owner.id)
    families = sorted(families_of(rows), key=lambda family: (-family[0]["added_at"], family[0]["id"]))
    start = next((n + 1 for n, family in enumerate(families) if family[0]["id"] == after), 0) if after else 0
    shown = families[start : start + PAGE]
    found = _shown(replica, shown)
    return Page(tuple(found), shown[-1][0]["id"] if len(families) > start + PAGE else None)


def find(replica: Replica, document: str) -> DocumentShown | None:
    """Return a file by the id of any of its versions; None when it is not here."""
    try:
        return _shown(replica, [_family_of(replica, document)])[0]
    except KeyError:
        return None


def count(replica: Replica, owner: Owner) -> int:
    """Return how many files a record has, versions of one as one."""
    return len(families_of(replica.children_of("document", f"{owner.entity}_id", owner.id)))


def attach(
    replica: Replica,
    say: Say,
    now_ms: int,
    owner: Owner,
    source: Path,
    name: str,
    told: Told = lambda _: True,
    *,
    move: bool = False,
) -> Saved:
    """Attach a file. name: as it is shown. move: the source is a temporary file, which is used up.

    Raises NotAllowed, FileTooLarge, FileUnreadable, ReplicaFull before anything is saved, and AttachStopped where `told` said so.
    """
    if denied := allowed(replica).part("document", {f"{owner.entity}_id": owner.id}):
        raise NotAllowed(denied, "name")
    values: Row = {f"{owner.entity}_id": owner.id}
    title = replica.titles(owner.entity, (owner.id,)).get(owner.id, "")
    label = saved_label(say, "document", title, (), verb="file")
    return _add(replica, label, now_ms, values, source, name, told, move=move)


def replace(
    replica: Replica,
    say: Say,
    now_ms: int,
    document: str,
    source: Path,
    name: str,
    told: Told = lambda _: True,
    *,
    move: bool = False,
) -> Saved:
    """Put a new version in the place of a file; the one before stays findable. Raises what `attach` raises, KeyError."""
    old = _row(replica, document)
    if denied := allowed(replica).write("document", document):
        raise NotAllowed(denied, "name")
    kept = ("company_id", "contact_id", "kind_id", "description", "take_along")
    values: Row = {name: old[name] for name in kept} | {"version_of_id": document}
    label = saved_label(say, "document", old["name"], (), verb="version")
    return _add(replica, label, now_ms, values, source, name, told, move=move)


def _add(replica: Replica, label: str, now_ms: int, values: Row, source: Path, name: str, told: Told, *, move: bool) -> Saved:
    files, shown = replica.files, _name(name)
    staged = files.copy_in(source, replica.ids.token(), biggest(replica), told)
    mime = mimetypes.guess_type(shown)[0] or OTHER
    try:
        with files.turn:
            _keep(replica, staged, mime)
            with replica.edit(label) as edit:
                about = {"name": shown, "mime": mime, "size": staged.size, "sha256": staged.sha256, "added_at": now_ms * 1000}
                pk = edit.insert("document", {**values, **about})
                blobs.note_here(edit.writing.connection, staged.sha256, staged.size)
                edit.writing.events.append(FilesChanged())
                tx = edit.tx_id
    except BaseException:
        _let_go(replica, staged)
        raise
    if move:
        source.unlink(missing_ok=True)
    return Saved(tx, pk, label)


def _keep(replica: Replica, staged: Staged, mime: str) -> None:
    replica.files.keep(staged.content, staged.sha256)
    with replica.files.content(staged.sha256).for_library() as source:
        picture = thumbnail(source, mime)
    if picture is not None:
        replica.files.put_picture(staged.sha256, picture)


def _let_go(replica: Replica, staged: Staged) -> None:
    """Remove a file whose row was not saved, unless another row has the same bytes."""
    staged.content.remove()
    with replica.files.turn, replica.reading() as reader:
        if staged.sha256 not in blobs.known(reader):
            replica.files.remove(staged.sha256)


def _name(name: str) -> str:
    """Return the name of a file without its folders, as long as a name may be, with its ending."""
    plain = name.replace("\\", "/").rpartition("/")[2].strip() or "file"
    if len(plain) <= MAX_NAME:
        return plain
    ending = Path(plain).suffix[:20]
    return plain[: MAX_NAME - len(ending)] + ending


def fetch(replica: Replica, document: str) -> None:
    """Ask for the bytes of a file; they come as soon as the centre can be reached. Raises KeyError."""
    _want(replica, document, 1)


def again(replica: Replica, document: str) -> None:
    """Try at once what went wrong, to send or to fetch. Raises KeyError."""
    _want(replica, document, 1)


def stop_fetching(replica: Replica, document: str) -> None:
    """Leave a file where it is until somebody asks for it again; what has come of it stays for then. Raises KeyError."""
    _want(replica, document, -1)


def _want(replica: Replica, document: str, wanted: int) -> None:
    row = _row(replica, document)
    with replica.write(durable=False) as writing:
        blobs.want(writing.connection, row["sha256"], row["size"], wanted)
        writing.events.append(FilesChanged(is_asked=True))


@contextmanager
def reading(replica: Replica, document: str) -> Iterator[Content]:
    """Read the bytes of a file, which are never changed. Raises KeyError, FileGone where they are not here, FileDamaged.

    What turns out damaged or gone is fetched again, where the centre has it.
    """
    row = _row(replica, document)
    try:
        yield replica.files.content(row["sha256"])
    except (FileDamaged, FileGone) as trouble:
        _fetch_again(replica, row, str(trouble.code))
        raise


def read_pieces(replica: Replica, document: str) -> Iterator[bytes]:
    """Yield the bytes of a file. Raises as `reading`."""
    with reading(replica, document) as content:
        yield from pieces(content)


def _fetch_again(replica: Replica, row: Row, why: str) -> None:
    sha256 = row["sha256"]
    with suppress(ReplicaError), replica.files.turn, replica.write(durable=False) as writing:
        known = blobs.read(writing.connection, [sha256]).get(sha256)
        if known is None or not known.is_here:
            return
        if (row["state"] == "stored" or known.sent_at is not None) and replica.files.remove(sha256):
            blobs.note_lost(writing.connection, sha256)
        else:
            blobs.note_failed(writing.connection, sha256, why, replica.ids.now_ms())
        writing.events.append(FilesChanged(is_asked=True))


def keep(replica: Replica, say: Say, document: str) -> Saved:
    """Of several versions of now keep one: the others are archived, in one save. Raises KeyError, NotAllowed."""
    family = _family_of(replica, document)
    others = [row for row in heads_of(family) if row["id"] != document]
    return _archive(replica, say, document, others, verb="keep_file")


def put_away(replica: Replica, say: Say, document: str) -> Saved:
    """Archive a file with all its versions, in one save. Raises KeyError, NotAllowed."""
    return _archive(replica, say, document, _family_of(replica, document), verb="archive")


def _archive(replica: Replica, say: Say, document: str, rows: Iterable[Row], *, verb: str) -> Saved:
    row = _row(replica, document)
    if denied := allowed(replica).archive("document", document):
        raise NotAllowed(denied)
    label = saved_label(say, "document", row["name"], (), verb=verb)
    with replica.edit(label) as edit:
        for one in rows:
            edit.archive("document", one["id"])
        tx = edit.tx_id
    return Saved(tx, document, label)


def waiting(replica: Replica) -> FilesWaiting:
    """Return what still has to be sent, with the files of saves that wait themselves."""
    with replica.reading() as reader:
        return FilesWaiting(*blobs.waiting(reader))


def biggest(replica: Replica) -> int:
    """Return how many bytes a file may have at most: what the server takes."""
    return int(replica.facts()["biggest_file"])


def set_policy(replica: Replica, *, auto: bool, up_to_mb: int, metered: bool) -> None:
    """Keep what goes by itself, for whatever moves files. Nothing is written where nothing changes."""
    wanted = {"files_auto": auto, "files_up_to_mb": up_to_mb, "files_metered": metered}
    facts = replica.facts()
    if any(facts[name] != value for name, value in wanted.items()):
        with replica.write(durable=False) as writing:
            meta.put(writing.connection, wanted)
            writing.events.append(FilesChanged(is_asked=True))


# -- versions ------------------------------------------------------------------------------------------------------------


def _row(replica: Replica, document: str) -> Row:
    row = replica.get("document", document)
    if row is None:
        raise KeyError(f"document {document}")
    return row


def _family_of(replica: Replica, document: str) -> list[Row]:
    row = _row(replica, document)
    field = "company_id" if row["company_id"] else "contact_id"
    families = families_of(replica.children_of("document", field, row[field]))
    return next((one for one in families if any(row["id"] == document for row in one)), [row])


# -- what is shown --------------------------------------------------------------------------------------------------------


def _shown(replica: Replica, families: list[list[Row]]) -> list[DocumentShown]:
    rows = [row for family in families for row in family]
    names, may, me = Names(replica), allowed(replica), replica.facts()["user"]
    with replica.reading() as reader:
        known = blobs.read(reader, [row["sha256"] for row in rows]) if rows else {}
    states = replica.states_of("document", [row["id"] for row in rows])
    kind = Document

    def version(row: Row) -> FileVersion:
        state, reason = _state(row, known.get(row["sha256"]), replica.files.progress)
        return FileVersion(
            row["id"], row["name"], row["mime"], row["size"], state,
            replica.files.progress.get(row["sha256"], 0.0), reason, names.name("user", row["created_by"]),
            row["created_by"] == me, row["added_at"], replica.files.picture_of(row["sha256"]),
        )  # fmt: skip

    found = []
    for family in families:
        heads = heads_of(family)
        newest = heads[0]
        mine = [states[row["id"]] for row in family]
        dot = next((one for one in ("needs_you", "waiting") if one in mine), "sent")
        found.append(
            DocumentShown(
                newest["id"],
                tuple(map(version, heads)),
                tuple(version(row) for row in family if row not in heads),
                names.shown(kind, newest).get("kind_id"),
                newest["description"] or "",
                dot,  # type: ignore[arg-type]  # one of the names of the line above
                may.write("document", newest["id"]),
            )
        )
    return found


def _state(row: Row, blob: Blob | None, progress: dict[str, float]) -> tuple[FileState, str]:
    """Return what the bytes of a row are doing, and why they are not where they should be."""
    is_stored, is_here = row["state"] == "stored", blob is not None and blob.is_here
    wrong = blob.error if blob is not None and blob.error not in NETWORK else ""
    if row["sha256"] in progress and not (is_stored and is_here):
        return ("sending" if is_here else "fetching"), ""
    if is_here:
        sent = is_stored or (blob is not None and blob.sent_at is not None)
        return ("gone_wrong", wrong) if wrong and not sent else ("here" if sent else "waiting_to_send", "")
    if wrong:
        return "gone_wrong", wrong
    if not is_stored:
        return "not_sent_yet", ""
    return ("fetching" if blob is not None and blob.wanted == 1 else "not_here"), ""
