"""Records that hold whatever a field can hold are drawn in every tab, at both widths, in both languages."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import flet as ft
import pytest

from client.ui.colours import LIGHT
from client.ui.layouts.note_box import NoteCalls
from client.ui.layouts.record import TABS, record_page
from client.ui.layouts.record_calls import RecordCalls
from client.ui.theme import Look
from client.ui.view_models.record_page import PageState
from client.usecases import record_pages
from shared_models.codec import stored_value
from shared_models.errors import RecordInvalid
from shared_models.fields import SYSTEM_FIELDS, data_columns
from shared_models.registry import CRM
from shared_models.texts import Texts
from tests.clients import ANA, bring, central_row, make_replica

COMPANY, CONTACT = (f"018f0000-0000-7000-8000-00000000000{n}" for n in (1, 2))
ODD = (
    "zz", "1980-05-17", "--02-29", "9999-12-31", "-0.5", "0", "RO", "€ „quoted” \n line",
    253_402_300_799_999_999, 2**53, 1, False, True, ["franchise", "customer"],
)  # fmt: skip
"""Values of which each field takes the last that it can hold: what a newer version or another program may have sent."""


def odd_row(entity, pk, **values):
    """A row in which every free field holds something odd."""
    found: dict[str, Any] = {}
    for column in data_columns(CRM.get(entity)):
        for value in (*ODD, *column.values[-1:]):
            try:
                found[column.name] = stored_value(CRM.get(entity), column.name, value)
            except RecordInvalid:
                continue
    owned: dict[str, Any] = {
        name: values.get(name) for name in ("company_id", "contact_id", "parent_id", "reports_to_id") if name in found
    }
    return central_row(entity, pk, **{**found, **owned, **values})


@pytest.fixture
def replica(tmp_path):
    opened = make_replica(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def full(replica):
    """A company and a contact with parts of every kind."""
    found = [odd_row("company", COMPANY), odd_row("contact", CONTACT)]
    kinds = ["company", "contact"]
    for n, (entity, owner) in enumerate(
        (entity, owner)
        for entity in ("contact_point", "address", "note", "bank_account", "related_person", "company_alias")
        for owner in ({"company_id": COMPANY}, {"contact_id": CONTACT})
        if set(owner) <= set(CRM.get(entity).model_fields)
    ):
        kinds.append(entity)
        found.append(odd_row(entity, f"018f0000-0000-7000-8000-0000000001{n:02d}", **owner))
    kinds.append("company_contact")
    found.append(odd_row("company_contact", ANA, company_id=COMPANY, contact_id=CONTACT))
    bring(replica, *((5 + n, kind, row) for n, (kind, row) in enumerate(zip(kinds, found, strict=True))), to=99)
    return replica


def nothing(*_):
    """Take a press and do nothing."""


HELD: dict[str, Any] = dict.fromkeys((field.name for field in fields(RecordCalls)), nothing)
NOTE: dict[str, Any] = dict.fromkeys((field.name for field in fields(NoteCalls)), nothing) | {"box": ft.Ref[ft.TextField]()}
CALLS = RecordCalls(**{**HELD, "note": NoteCalls(**NOTE)})


def texts_of(control):
    """Yield what can be read in a tree of controls."""
    if isinstance(control, list | tuple):
        for one in control:
            yield from texts_of(one)
    elif isinstance(control, ft.BaseControl):
        for field in fields(control):
            value = getattr(control, field.name, None)
            if isinstance(value, str) and field.name in ("value", "text"):
                yield value
            elif isinstance(value, ft.BaseControl | list | tuple):
                yield from texts_of(value)


@pytest.mark.parametrize("language", ["en", "ro"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(("entity", "tab"), [(entity, tab) for entity, tabs in TABS.items() for tab in tabs])
def test_every_tab_is_drawn_whatever_the_fields_hold(full, entity, tab, width, language):
    look = Look(LIGHT, Texts(language), width, 800, datetime(2026, 11, 24, tzinfo=UTC))
    pk = COMPANY if entity == "company" else CONTACT
    page = record_pages.record_page(full, entity, pk)
    drawn = record_page(look, PageState(entity, pk, page, phase="ready"), tab, CALLS)
    read = " ".join(texts_of(drawn))
    assert page.title in read
    if entity == "company":
        assert "franchise" in read


def test_every_free_field_of_the_odd_records_is_filled(full):
    row = full.get("company", COMPANY)
    empty = [name for name, value in row.items() if value is None and name not in SYSTEM_FIELDS]
    assert set(empty) <= {"parent_id"}
