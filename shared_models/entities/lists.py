"""Configurable lists: types, states, industries, sources... are data, with labels in both languages."""

from typing import Annotated

from pydantic import Field

from shared_models.base import Id, Record, Text
from shared_models.fields import Col, Merge, Parent

Label = Annotated[Text, Field(min_length=1, max_length=120)]


class PickList(Record):
    """One configurable list."""

    entity_name = "pick_list"
    title_fields = ("key",)
    admin_only = True

    key: Annotated[Text, Field(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_]*$"), Col(merge=Merge.AN)]
    label_en: Annotated[Label, Col(merge=Merge.SV)]
    label_ro: Annotated[Label, Col(merge=Merge.SV)]


class PickListItem(Record):
    """One choice of a list. An item is retired (`is_active` off), never removed, so old records stay valid."""

    entity_name = "pick_list_item"
    title_fields = ("label_en",)
    admin_only = True

    list_id: Annotated[Id, Parent(), Col(merge=Merge.AN, references="pick_list")]
    key: Annotated[Text, Field(min_length=1, max_length=60), Col(merge=Merge.AN)]
    label_en: Annotated[Label, Col(merge=Merge.SV, in_list=True)]
    label_ro: Annotated[Label, Col(merge=Merge.SV, in_list=True)]
    colour: Annotated[Text | None, Field(max_length=20), Col(merge=Merge.SV)] = None
    icon: Annotated[Text | None, Field(max_length=40), Col(merge=Merge.SV)] = None
    position: Annotated[int, Field(ge=0, le=100_000), Col(merge=Merge.SV)] = 0
    is_default: Annotated[bool, Col(merge=Merge.SV)] = False
    is_active: Annotated[bool, Col(merge=Merge.SV)] = True
    replaced_by_id: Annotated[Id | None, Col(merge=Merge.SV, references="pick_list_item")] = None
