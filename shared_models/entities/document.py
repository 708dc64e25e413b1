"""Files on a company or a contact: the row that syncs as any other. The bytes have a way of their own (PROTOCOL 17)."""

from typing import Annotated, Literal

from pydantic import Field

from shared_models.base import Id, Instant, Text
from shared_models.entities.reach import CompanyRef, ContactRef, Owned
from shared_models.fields import Col, Merge

DocumentState = Literal["pending", "stored"]


class Document(Owned):
    """One content of one file. A file that is replaced is a new row, which names the one that it was made from.

    The row goes first and the bytes follow, so a file never holds up a text. Two people who replace the same row make two rows
    that name it: both stay, and a person says which one he keeps by archiving the other.
    """

    entity_name = "document"
    title_fields = ("name",)

    company_id: CompanyRef = None
    contact_id: ContactRef = None
    name: Annotated[Text, Field(min_length=1, max_length=200), Col(in_list=True, search=True)]
    """As a file is called, with its ending."""
    mime: Annotated[Text, Field(min_length=1, max_length=120), Col(merge=Merge.AN)]
    size: Annotated[int, Field(ge=0, le=2**40), Col(merge=Merge.AN, widget="number", in_list=True)]
    """Bytes."""
    sha256: Annotated[Text, Field(pattern=r"^[0-9a-f]{64}$", max_length=64), Col(merge=Merge.AN, is_key=True)]
    version_of_id: Annotated[Id | None, Col(merge=Merge.AN, references="document")] = None
    """The row that this one replaces. Rows that none names, and that are not archived, are what the file is now."""
    added_at: Annotated[Instant, Col(merge=Merge.AN, in_list=True)]
    """When it was attached, on the author's device."""
    kind_id: Annotated[Id | None, Col(widget="list", references="pick_list_item", choices="document_kind", in_list=True)] = None
    description: Annotated[Text | None, Field(max_length=2000), Col(merge=Merge.LM, widget="long_text")] = None
    take_along: Annotated[bool, Col(merge=Merge.LE, widget="switch")] = False
    """Whether every device that sees the row fetches the bytes beforehand, whatever their size."""
    state: Annotated[DocumentState, Col(merge=Merge.DV, in_list=True)] = "pending"
    """`stored` once the centre has the bytes. Written by the centre."""
