"""What a scenario ends with."""

from dataclasses import dataclass


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

    @property
    def ratio(self) -> float | None:
        """Return figure to limit."""
        return self.figure / self.limit if self.limit else None
