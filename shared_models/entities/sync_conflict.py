"""A conflict card: a value that a person typed and that another value won over, until someone decides."""

from typing import Annotated, Literal

from pydantic import Field

from shared_models.base import Id, Instant, Record, Tags, Text
from shared_models.fields import Col, Merge, Parent

CardState = Literal["open", "kept_theirs", "restored_mine", "kept_both", "edited"]
CardKind = Literal["value", "archived", "revived", "link_removed", "code", "cycle", "duplicate", "bank_account"]
CHANGED, ADDED = "changed", "added"
"""Beside the archive flag of a side that worked on a record which the other one archived: names of units, and kinds of new parts."""
JsonText = Annotated[Text, Field(max_length=200_000)]


class SyncConflict(Record):
    """One losing value with its before and its winner. Made by the server; a person only closes it (`state`)."""

    entity_name = "sync_conflict"

    kind: Annotated[CardKind, Col(merge=Merge.DV)]
    record_type: Annotated[Text, Field(max_length=60), Col(merge=Merge.DV)]
    record_id: Annotated[Id, Parent(), Col(merge=Merge.DV)]
    unit: Annotated[Text, Field(max_length=60), Col(merge=Merge.DV)]
    """Field or field group in question; `archived_at` for a delete against an edit."""
    policy: Annotated[Text, Field(max_length=2), Col(merge=Merge.DV)]
    before: Annotated[JsonText | None, Col(merge=Merge.DV)] = None
    """JSON object field -> value that the losing author had on the screen."""
    mine: Annotated[JsonText | None, Col(merge=Merge.DV)] = None
    """JSON object field -> value of the losing author."""
    theirs: Annotated[JsonText | None, Col(merge=Merge.DV)] = None
    """JSON object field -> value in use."""
    mine_by: Annotated[Id | None, Col(merge=Merge.DV, references="user")] = None
    theirs_by: Annotated[Id | None, Col(merge=Merge.DV, references="user")] = None
    mine_at: Annotated[Instant | None, Col(merge=Merge.DV)] = None
    """When it was typed, by the clock of the author's device."""
    theirs_at: Annotated[Instant | None, Col(merge=Merge.DV)] = None
    mine_device: Annotated[Text | None, Field(max_length=36), Col(merge=Merge.DV)] = None
    theirs_device: Annotated[Text | None, Field(max_length=36), Col(merge=Merge.DV)] = None
    theirs_version: Annotated[int, Col(merge=Merge.DV)] = 0
    """Server version of the value shown as theirs: the base version of a restore."""
    server_epoch: Annotated[Text, Field(max_length=36), Col(merge=Merge.DV)] = ""
    transaction_id: Annotated[Text, Field(max_length=36), Col(merge=Merge.DV)] = ""
    """Origin of the transaction whose value lost; a further lost edit of the same person continues his open card."""
    note: Annotated[Text | None, Field(max_length=2000), Col(merge=Merge.DV)] = None
    """The note that was typed in the same transaction, if any."""
    for_users: Annotated[Tags, Col(merge=Merge.DV)] = ()
    """Whose inbox shows it: both authors and the responsible."""
    state: Annotated[CardState, Col(merge=Merge.SM)] = "open"
    """The first decision closes the card everywhere; a later one changes nothing."""
    decided_by: Annotated[Id | None, Col(merge=Merge.DV, references="user")] = None
    decided_at: Annotated[Instant | None, Col(merge=Merge.DV)] = None
