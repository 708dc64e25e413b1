"""What the use cases tell every screen: names and dots, what was saved, who reads and how. Frozen shapes without behaviour.

Times are microseconds since 1970 UTC. Values are in stored form (`shared_models.codec.Row`). A field that is None or empty is
not known or not there, and the screen hides it.
What they tell of one subject is in the `*_answers` beside this: lists, records, their timelines, forms, the sync, rights.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

RowState = Literal["sent", "waiting", "needs_you"]
"""Dot of a row: at the centre, on this device only, or waiting for a person."""
Standing = Literal[
    "encrypted",
    "files_plain",
    "token_plain",
    "phone",
    "off",
    "no_library",
    "no_keyring",
    "locked",
    "in_use",
    "no_room",
    "failed",
]
"""How the data lies on the disk of this device: `encrypted`, wholly, or but for some attached files or the device token, or why not. The
phone does it itself; it was switched off; the library or a keyring is missing; the keyring was not unlocked; the file was open elsewhere;
there was no room for the copy; the copy was not sound. The text is `at_rest.<standing>`."""


@dataclass(frozen=True)
class Label:
    """A text that data carries in both languages."""

    en: str
    ro: str


Shown = Mapping[str, Label | str]
"""Field -> what to show in place of the id that it holds."""


@dataclass(frozen=True)
class Owner:
    """The record that a new part will belong to."""

    entity: str
    id: str


@dataclass(frozen=True)
class Saved:
    """A save that is committed on this device. tx: what `undo` takes; label: what was saved, for the snack bar."""

    tx: str
    id: str
    label: str = ""


@dataclass(frozen=True)
class Person:
    """Who is signed in, and on what."""

    name: str
    email: str = ""
    is_admin: bool = False
    device: str = ""
    is_office: bool = False
    """In a browser of the office: signing out is a page of the server."""
    denied: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Kind of record that he may not add -> why, a text key."""
    narrowed: frozenset[str] = frozenset()
    """Kinds of records of which rights may keep some from him."""
    at_rest: Standing | None = None
    """How the data lies on the disk of this device; None where the server keeps it."""


@dataclass(frozen=True)
class OwnAccount:
    """The account of this device. Nothing of it is known where the server keeps it: in the office."""

    server: str = ""
    email: str = ""
    opens_until: int | None = None
    """When its password alone no longer opens the device without a connection."""
    is_signed_in: bool = True
    """False for whoever opened the device without a connection after a sign-out: the server is asked as soon as it answers."""


FILE_SIZES_MB = (1, 5, 10, 25, 50)
"""Sizes up to which files can be had by themselves, in megabytes."""


@dataclass(frozen=True)
class Preferences:
    """How the reader wants to see the product. theme `system` follows the device."""

    language: Literal["en", "ro"] = "en"
    theme: Literal["light", "dark", "outdoor", "system"] = "system"
    time_zone: str = "Europe/Bucharest"
    files: Literal["auto", "asked"] = "auto"
    """Whether files come to this device by themselves, or only when they are opened."""
    files_up_to_mb: int = 10
    """Megabytes up to which a file comes by itself; one of `FILE_SIZES_MB`."""
    files_metered: bool = False
    """Whether files come and go by themselves also where the connection costs by the amount."""
