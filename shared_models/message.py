"""What every message between the two halves is made of."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

PRINTABLE = r"^[ -~]+$"
"""Names and ids are ASCII without control characters: PostgreSQL stores no NUL, and logs stay on one line."""
NO_NUL = r"^[^\x00]*$"
Name = Annotated[str, Field(min_length=1, max_length=60, pattern=PRINTABLE)]
Key = Annotated[str, Field(min_length=1, max_length=36, pattern=PRINTABLE)]


class Message(BaseModel):
    """Base of every message: unknown parts are refused, so that a mistake is seen at once."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )
