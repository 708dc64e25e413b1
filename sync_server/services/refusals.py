"""Refusals of a whole request; a single transaction is refused by its verdict instead."""

from dataclasses import dataclass

from shared_models.errors import ErrorCode, FieldfareError


@dataclass(eq=False)
class Refusal(FieldfareError):
    """The request cannot be carried out. `detail` is for the log and the developer, without personal data."""

    code: ErrorCode
    http_status: int
    detail: str = ""
    retry_after_s: int | None = None
    goes_on_at: int | None = None
    """Of a piece of a file that does not follow what has come: the place to go on from."""

    def __str__(self) -> str:
        """Return code and detail."""
        return f"{self.code}: {self.detail}"
