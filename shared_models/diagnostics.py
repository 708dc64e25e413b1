"""What a device tells of itself for whoever has to find out what is wrong with it: figures, codes and names of ours (PROTOCOL 16.10).

Every text of it has a narrow pattern that both sides check, so that nothing which a person typed has a place here: no value of a
record, no name, no address, no token.
"""

from typing import Annotated, Literal

from pydantic import Field

from shared_models.message import Message

MAX_BYTES = 64_000
"""Of the whole as JSON, unpacked."""
MAX_STATES = 200
"""States that a device remembers: with nothing to do it passes through four a minute."""
MAX_LINES = 200
MAX_INCIDENTS = 50

Moment = Annotated[int, Field(ge=0, le=2**62)]
"""Microseconds since 1970 UTC, by the device's clock."""
Count = Annotated[int, Field(ge=0, le=2**62)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,40}$")]
"""A code of an error, or the kind of one that has none."""
Entity = Annotated[str, Field(pattern=r"^[a-z_]{1,60}$")]
Word = Annotated[str, Field(pattern=r"^[a-z_]{1,20}$")]
Number = Annotated[str, Field(pattern=r"^[0-9][0-9A-Za-z.+-]{0,39}$|^$")]
"""Of a version; empty where there is none."""
Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class Versions(Message):
    """Programs and system. schema: of the entities; server_schema: of the centre, as it said last."""

    app: Number = ""
    python: Number = ""
    sqlite: Number = ""
    schema_version: Annotated[int, Field(alias="schema", ge=0, le=2**31 - 1)] = 0
    server_schema: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    system: Annotated[str, Field(pattern=r"^[A-Za-z]{0,20}$")] = ""
    release: Annotated[str, Field(pattern=r"^[0-9.]{0,20}$")] = ""
    """The number alone: people name what they build themselves."""
    machine: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{0,20}$")] = ""
    form: Literal["desktop", "phone"] = "desktop"
    is_encrypted: bool = False


class StateAt(Message):
    """A state that the conversation with the centre came to. error: why, where a round did not go through."""

    at: Moment
    state: Word
    error: Code | None = None


class QueueLine(Message):
    """Saves that have not settled, of one entity and in one state. A save of two entities counts for both."""

    entity: Entity
    state: Word
    n: Count
    oldest_at: Moment


class RefusedLine(Message):
    """Saves that the centre refused or put off, by the code of the refusal, and when the last of them was answered."""

    code: Code
    n: Count
    last_at: Moment | None = None


class IncidentAt(Message):
    """Something that was not as it should be (PROTOCOL 13.8). entity: none where it is not of one."""

    at: Moment
    kind: Word
    entity: Entity | None = None
    rows: Count = 0


class Sizes(Message):
    """Bytes on the disk. log: the write-ahead log; free: of the file's pages that hold nothing; blobs: of attached files."""

    file: Count = 0
    log: Count = 0
    free: Count = 0
    blobs: Count = 0
    disk_free: Count | None = None


class Standing(Message):
    """Where the device stands in its conversation, as its replica has it."""

    state: Word
    cursor: Count
    failures: Count
    error: Code | None = None
    error_at: Moment | None = None
    success_at: Moment | None = None
    next_attempt_at: Moment | None = None
    clock_offset_ms: int = 0
    is_loaded: bool
    is_to_load_anew: bool
    is_quarantined: bool
    works_offline: bool
    staged_rows: Count = 0


class Diagnostics(Message):
    """One device at one moment. trouble: why its replica cannot be read, where it cannot; then only versions and sizes are told."""

    made_at: Moment
    versions: Versions
    sizes: Sizes
    trouble: Code | None = None
    standing: Standing | None = None
    soundness: Literal["sound", "damaged", "not_finished", "not_looked"] = "not_looked"
    """What SQLite's own check of the file says, within the seconds that it is given."""
    states: Annotated[list[StateAt], Field(max_length=MAX_STATES)] = Field(default_factory=list)
    """The newest since the program started, oldest first."""
    queue: Annotated[list[QueueLine], Field(max_length=MAX_LINES)] = Field(default_factory=list)
    refused: Annotated[list[RefusedLine], Field(max_length=MAX_LINES)] = Field(default_factory=list)
    incidents: Annotated[list[IncidentAt], Field(max_length=MAX_INCIDENTS)] = Field(default_factory=list)
    """The newest, newest first."""
    digests: Annotated[dict[Entity, tuple[Count, Hex]], Field(max_length=MAX_LINES)] = Field(default_factory=dict)
    """Entity -> rows and digest, as the device keeps them."""

    def wire(self) -> str:
        """Return its JSON without what is at its default."""
        return self.model_dump_json(exclude_defaults=True, by_alias=True)


class DiagnosticsKept(Message):
    """What the centre has of a device: the newest, and when it arrived, microseconds since 1970 UTC by the server's clock."""

    device: str
    arrived_at: int
    found: Diagnostics
