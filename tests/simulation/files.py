"""What people do with files, through the product's own use cases; and every content that was ever attached, as the checks need it."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from client.replica.replica import Replica
from client.usecases import documents
from client.usecases.allowed import NotAllowed
from client.usecases.answers import Owner, Saved
from client.usecases.document_answers import DocumentShown, Told
from shared_models.codec import Row
from shared_models.errors import FileGone
from shared_models.texts import Texts
from tests.simulation.churn import USERS

if TYPE_CHECKING:
    from tests.simulation.acts import People, Save
    from tests.simulation.device import Device

DOCUMENT, PERSON = "document", "contact"
SAY = Texts("en").t
SIZES = (0, 1, 900, 900, 5_000, 70_000, 150_000)
"""Bytes; the largest go up in several pieces."""
SAME = 0.15
"""Share of the files with a content that somebody has attached already."""


@dataclass(frozen=True)
class Attached:
    """One file that somebody attached."""

    tx: str
    device: str
    user: str
    pk: str
    sha256: str


@dataclass
class Contents:
    """Every content, and where it may be missing for good."""

    bytes_of: dict[str, bytes] = field(default_factory=dict)
    """By digest."""
    attached: list[Attached] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    """Digests whose only bytes went with a device that never comes back, or with a disk."""
    cleared: set[str] = field(default_factory=set)
    """Digests that the centre has cleared away."""


class _NotedEdit:
    """A save of a use case, of which the memory of the people takes note."""

    def __init__(self, save: "Save") -> None:
        self._save = save

    def __getattr__(self, name: str) -> Any:  # Any: whatever the edit has
        return getattr(self._save.edit, name)

    def insert(self, entity: str, values: Row) -> str:
        return self._save.insert(entity, values)

    def archive(self, entity: str, pk: str) -> None:
        self._save.archive(entity, pk)


class _NotedReplica:
    """A replica, as a use case has it; what it saves is noted."""

    def __init__(self, people: "People", device: "Device", verb: str) -> None:
        self._people, self._device, self._verb = people, device, verb

    def __getattr__(self, name: str) -> Any:  # Any: whatever the replica has
        return getattr(self._device.replica, name)

    @contextmanager
    def edit(self, _: str) -> Iterator[_NotedEdit]:
        with self._people.save(self._device, self._verb, is_atomic=False) as save:
            yield _NotedEdit(save)


def noted(people: "People", device: "Device", verb: str) -> Replica:
    """Return the replica of a device for a use case. verb: of the saves that it makes."""
    return cast(Replica, _NotedReplica(people, device, verb))


# -- one file ----------------------------------------------------------------------------------------------------------------


def attach(people: "People", device: "Device", owner: Owner, content: bytes) -> str:
    """Attach a file; returns its row. Raises what the use case raises."""
    save = partial(documents.attach, noted(people, device, "attach"), SAY, device.clock(), owner)
    return _added(people, device, content, save)


def replace(people: "People", device: "Device", document: str, content: bytes) -> str:
    """Put a new version in the place of a file; returns its row. Raises what the use case raises."""
    save = partial(documents.replace, noted(people, device, "replace"), SAY, device.clock(), document)
    return _added(people, device, content, save)


def _added(people: "People", device: "Device", content: bytes, save: Callable[[Path, str, Told], Saved]) -> str:
    digest = hashlib.sha256(content).hexdigest()
    people.contents.bytes_of[digest] = content
    source = device.organisation.folder / "source"
    source.write_bytes(content)

    def told(_: int) -> bool:
        device.statements.pass_by()
        return True

    saved = save(source, f"{people.fresh()}.bin", told)
    people.contents.attached.append(Attached(saved.tx, device.name, device.user, saved.id, digest))
    return saved.id


def put_away(people: "People", device: "Device", document: str) -> None:
    """Archive a file with its versions. Raises what the use case raises."""
    documents.put_away(noted(people, device, "archive"), SAY, document)


def shown(device: "Device", owner: Owner) -> list[DocumentShown]:
    """Return the files of a record as its page lists them."""
    return list(documents.page(device.replica, owner).rows)


# -- by chance ---------------------------------------------------------------------------------------------------------------


def verbs(people: "People", device: "Device") -> list[tuple[str, "Callable[[Device], None]", int]]:
    """Return what somebody does with files: name, act, weight."""
    found: list[tuple[str, Callable[[People, Device], None], int]] = [
        ("person", _person, 2), ("give person", _give_person, 2), ("attach", _attach, 7), ("replace", _replace, 5),
        ("put away", _put_away, 2), ("keep", _keep, 2), ("bring file back", _bring_back, 1), ("want", _want, 2),
        ("describe", _describe, 1),
    ]  # fmt: skip
    return [(name, partial(_permitted, act, people), weight) for name, act, weight in found]


def _permitted(act: "Callable[[People, Device], None]", people: "People", device: "Device") -> None:
    with suppress(NotAllowed, FileGone):
        act(people, device)


def _person(people: "People", device: "Device") -> None:
    with people.save(device, "insert") as save:
        save.insert(PERSON, {"last_name": people.fresh(), "responsible_id": people.random.choice((device.user, *USERS))})


def _give_person(people: "People", device: "Device") -> None:
    if (person := people.pick(device, PERSON)) is not None:
        with people.save(device, "give") as save:
            save.update(PERSON, person["id"], {"responsible_id": people.random.choice((*USERS, None))})


def _attach(people: "People", device: "Device") -> None:
    if (owner := _owner(people, device)) is not None:
        attach(people, device, owner, new_content(people))


def _replace(people: "People", device: "Device") -> None:
    if (found := _file(people, device)) is not None:
        replace(people, device, people.random.choice(found.heads).id, new_content(people))


def _put_away(people: "People", device: "Device") -> None:
    if (found := _file(people, device)) is not None:
        put_away(people, device, found.id)


def _keep(people: "People", device: "Device") -> None:
    found = _file(people, device)
    if found is not None and len(found.heads) > 1:
        documents.keep(noted(people, device, "archive"), SAY, people.random.choice(found.heads).id)


def _bring_back(people: "People", device: "Device") -> None:
    if (row := people.pick(device, DOCUMENT, archived=True)) is not None:
        with people.save(device, "bring back") as save:
            save.act.knew[DOCUMENT, row["id"]] = people.memory.knowledge(device, DOCUMENT, row["id"])
            save.edit.unarchive(DOCUMENT, row["id"])


def _want(people: "People", device: "Device") -> None:
    """Ask for a file, or let one be."""
    if (found := _file(people, device)) is not None:
        ask = people.random.choice((documents.fetch, documents.again, documents.stop_fetching))
        ask(device.replica, people.random.choice((*found.heads, *found.past)).id)


def _describe(people: "People", device: "Device") -> None:
    if (row := people.pick(device, DOCUMENT)) is not None:
        with people.save(device, "update") as save:
            save.update(DOCUMENT, row["id"], {"description": people.fresh(), "take_along": people.random.random() < 0.5})


def new_content(people: "People") -> bytes:
    """Return a content, mostly one that nobody has attached."""
    if people.contents.bytes_of and people.random.random() < SAME:
        return people.random.choice(list(people.contents.bytes_of.values()))
    return people.random.randbytes(people.random.choice(SIZES))


def _owner(people: "People", device: "Device") -> Owner | None:
    entity = people.random.choice((people.cast.thing, people.cast.thing, PERSON))
    row = people.pick(device, entity)
    return None if row is None else Owner(entity, row["id"])


def _file(people: "People", device: "Device") -> DocumentShown | None:
    row = people.pick(device, DOCUMENT)
    return None if row is None else documents.find(device.replica, row["id"])
