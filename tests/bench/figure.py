"""What a scenario ends with."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles


@dataclass(frozen=True)
class Figure:
    """One measurement. limit: in the same unit, measured in the same run; None where nothing bounds it."""

    scenario: str
    rows: int
    figure: float
    unit: str
    limit: float | None = None
    bytes_per_row: float | None = None
    notes: tuple[str, ...] = ()
    """What else was seen, a line each: printed beside the figure."""

    encrypted: float | None = None
    """The same on encrypted replicas, in the same run; None where there are none, or SQLCipher is not installed."""

    @property
    def encrypted_ratio(self) -> float | None:
        """Return the encrypted figure to the plain one."""
        return self.encrypted / self.figure if self.encrypted is not None else None

    @property
    def ratio(self) -> float | None:
        """Return figure to limit."""
        return self.figure / self.limit if self.limit else None


def p95_ms(taken: Sequence[float]) -> float:
    """Return the 95th percentile of some times in seconds, in milliseconds."""
    return quantiles(taken, n=20)[-1] * 1000
