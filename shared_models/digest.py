"""Proof of equality: per entity, the number of rows and the sum of a hash of each row, modulo 2^64.

A sum can be kept up to date row by row, in any order, on both sides. The hash is of (entity, id, version), or, for an audit, of
the content too. Where sums differ, the two sides compare parts of the key space, each 256 times smaller than the one before:
the place of a row in it follows from its id alone, so one row in 25 million is found in two steps and a list.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal, Self
from zlib import crc32

MODULUS = 1 << 64
Kind = Literal["version", "content"]
"""What the hash of a row is of: entity, id and version; or the content as well, as the centre sends it."""
PLACE_DIGITS = 8
"""Hex digits of a row's place in the key space."""
FAN_DIGITS = 2
"""Digits by which the parts of a part are named: 256 of them."""
FAN = 16**FAN_DIGITS
_as_number = int.from_bytes
LIST_ROWS = 500
"""Most rows of a part that are listed one by one; a larger one is divided. 500 of an id, a version and a hash are 30 KB."""


def row_hash(entity: str, pk: str, version: int) -> int:
    """Return the 64-bit hash of one row at one version."""
    return int.from_bytes(blake2b(f"{entity}\x1f{pk}\x1f{version}".encode(), digest_size=8).digest(), "big")


def content_hash(entity: str, pk: str, version: int, content: bytes) -> int:
    """Return the 64-bit hash of one row with its content: the JSON array of `fields.wire_order`."""
    return hash_of(f"{entity}\x1f{pk}\x1f{version}\x1f".encode(errors="replace") + content)


def hash_of(said: bytes, /) -> int:
    """Return the 64-bit hash of what is said of a row."""
    return _as_number(blake2b(said, digest_size=8).digest(), "big")


def place(pk: str) -> int:
    """Return where a row stands in the key space, 32 bits. Ids made in a row lie next to each other; these do not."""
    return crc32(pk.encode(errors="replace"))


def is_within(prefixes: Sequence[str]) -> Callable[[str], bool]:
    """Return whether an id lies in one of some parts of the key space; prefixes: their hex digits, all equally many."""
    if not prefixes[0]:
        return lambda _: True
    wanted, shift = {int(prefix, 16) for prefix in prefixes}, 4 * (PLACE_DIGITS - len(prefixes[0]))
    return lambda pk: place(pk) >> shift in wanted


@dataclass(frozen=True)
class Digest:
    """Rows and sum of one entity, or of a part of it."""

    rows: int = 0
    total: int = 0

    def add(self, entity: str, pk: str, version: int) -> Self:
        """Return the digest with one more row."""
        return type(self)(self.rows + 1, (self.total + row_hash(entity, pk, version)) % MODULUS)

    def remove(self, entity: str, pk: str, version: int) -> Self:
        """Return the digest with one row less."""
        return type(self)(self.rows - 1, (self.total - row_hash(entity, pk, version)) % MODULUS)

    def wire(self) -> tuple[int, str]:
        """Return the form that is sent: rows and 16 hex digits."""
        return self.rows, f"{self.total:016x}"

    @classmethod
    def parse(cls, rows: int, total: str) -> Self:
        """Return the digest of its wire form."""
        return cls(rows, int(total, 16))


def combined(digests: dict[str, Digest]) -> str:
    """Return one 16-digit figure for a whole view, for the header of an idle pull."""
    return f"{sum(d.total + d.rows for d in digests.values()) % MODULUS:016x}"


@dataclass(frozen=True)
class Hashed:
    """One row as the two sides compare it."""

    pk: str
    version: int
    hash: int


class Part:
    """What one side holds in a part of an entity's key space: its rows while they are few, and the sums of its parts."""

    def __init__(self, prefix: str, most: int | None) -> None:
        """Begin an empty part. most: rows that are kept one by one, None for all; beyond it only sums are."""
        self.prefix, self._most = prefix, most
        self._shift = max(4 * (PLACE_DIGITS - len(prefix) - FAN_DIGITS), 0)
        self._rows: list[tuple[str, int, int]] | None = []
        self._counts, self._totals = [0] * FAN, [0] * FAN

    def add(self, pk: str, at: int, version: int, hashed: int) -> None:
        """Count one row; at: its `place`."""
        child = (at >> self._shift) & (FAN - 1)
        self._counts[child] += 1
        self._totals[child] += hashed
        if self._rows is not None:
            self._rows.append((pk, version, hashed))
            if self._most is not None and len(self._rows) > self._most and len(self.prefix) < PLACE_DIGITS - 1:
                self._rows = None

    def add_all(self, found: Iterable[tuple[str, int, int]]) -> None:
        """Count many rows (id, version, hash); the hot path of an audit."""
        left = iter(found)
        for pk, version, hashed in left:
            self.add(pk, place(pk), version, hashed)
            if self._rows is None:
                break
        shift, counts, totals = self._shift, self._counts, self._totals
        for pk, _, hashed in left:
            child = (crc32(pk.encode(errors="replace")) >> shift) & (FAN - 1)
            counts[child] += 1
            totals[child] += hashed

    @property
    def rows(self) -> list[Hashed] | None:
        """Return its rows, or None when they are too many to be listed."""
        return None if self._rows is None else [Hashed(*row) for row in self._rows]

    @property
    def digest(self) -> Digest:
        """Return rows and sum of the whole part."""
        return Digest(sum(self._counts), sum(self._totals) % MODULUS)

    def children(self) -> dict[str, Digest]:
        """Return prefix -> digest of the parts that have rows."""
        return {
            f"{self.prefix}{child:02x}": Digest(count, total % MODULUS)
            for child, (count, total) in enumerate(zip(self._counts, self._totals, strict=True))
            if count
        }


def divided(
    found: Iterable[tuple[str, int, int]], prefixes: Sequence[str], most: Callable[[str], int | None]
) -> dict[str, Part]:
    """Return prefix -> what is there of some rows (id, version, hash); the prefixes are of one length.

    most: of a prefix, how many rows are kept one by one (`Part`). Rows of other parts are passed over.
    """
    parts = {prefix: Part(prefix, most(prefix)) for prefix in prefixes}
    digits = len(prefixes[0]) if prefixes else 0
    if not digits:
        for part in parts.values():
            part.add_all(found)
        return parts
    shift, by_number = 4 * (PLACE_DIGITS - digits), {int(prefix, 16): part for prefix, part in parts.items()}
    for pk, version, hashed in found:
        at = place(pk)
        wanted = by_number.get(at >> shift)
        if wanted is not None:
            wanted.add(pk, at, version, hashed)
    return parts


def differing(mine: Mapping[str, Digest], theirs: Mapping[str, Digest]) -> list[str]:
    """Return the names, sorted, whose digests are not equal; one that is missing stands for no rows."""
    return sorted(name for name in {*mine, *theirs} if mine.get(name, Digest()) != theirs.get(name, Digest()))
