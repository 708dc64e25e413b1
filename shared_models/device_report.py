"""What only a device knows of itself, for the admin who asks why it is behind. Figures and codes, no content."""

from typing import Annotated, Literal

from pydantic import Field

from shared_models.message import Message

MAX_REPORT = 400
"""Characters of a report in the query of a pull."""
Count = Annotated[int, Field(ge=0, le=2**53)]


class DeviceReport(Message):
    """How a device fares. What stands at its default is left out on the wire, so a report of one that is well is short.

    size_bytes: of the replica on its disk. proof: what the last comparison with the centre said, and when, microseconds since 1970
    UTC by the device's clock. isolated: changes that it set aside after they failed again and again. failures: rounds in a row that
    did not go through, and the code or kind of the last.
    """

    form: Literal["desktop", "phone"] = "desktop"
    size_bytes: Count = 0
    is_loaded: bool = True
    """Whether it ever held a whole checkpoint."""
    proof: Literal["none", "equal", "unequal"] = "none"
    proved_at: Annotated[int | None, Field(ge=0, le=2**62)] = None
    works_offline: bool = False
    """Whether its person has switched it to work offline."""
    is_quarantined: bool = False
    """Whether it sends nothing until its person looks (P205)."""
    isolated: Count = 0
    failures: Count = 0
    error: Annotated[str | None, Field(max_length=40, pattern=r"^[A-Za-z0-9_]+$")] = None

    def wire(self) -> str:
        """Return its JSON without defaults."""
        return self.model_dump_json(exclude_defaults=True)

    def signs(self) -> tuple[object, ...]:
        """Return what an admin is to hear of soon once it changes: all but the figures that move with every round."""
        return (self.is_loaded, self.proof == "unequal", self.works_offline, self.is_quarantined, self.isolated, self.error)
