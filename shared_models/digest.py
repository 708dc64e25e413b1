"""Proof of equality: per entity, the number of rows and the sum of a hash of (entity, id, version), modulo 2^64.

A sum can be kept up to date row by row, in any order, on both sides.
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Self

MODULUS = 1 << 64


def row_hash(entity: str, pk: str, version: int) -> int:
    """Return the 64-bit hash of one row at one version."""
    return int.from_bytes(blake2b(f"{entity}\x1f{pk}\x1f{version}".encode(), digest_size=8).digest(), "big")


@dataclass(frozen=True)
class Digest:
    """Rows and sum of one entity."""

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
