"""What a form tells before and while it is filled in: what is required, how much fits, and which kind an address has."""

import flet as ft
import pytest

from client.usecases.form_answers import Finding
from tests.ui.fake_crm import believable_crm, company_id, contact_id

PHONE = f"/contacts/{contact_id(1)}?form=contact_point"


def signs(ui):
    """Return the fields that are marked as required."""
    keys = [str(getattr(c.key, "value", c.key)) for c in ui.controls() if c.key is not None]
    return {key.removeprefix("field.").removesuffix(".required") for key in keys if key.endswith(".required")}


@pytest.mark.parametrize(
    ("route", "wanted"),
    [
        ("/companies?form=company", {"name"}),
        ("/contacts?form=contact", {"last_name"}),
        (f"/contacts/{contact_id(1)}?form=company_contact", {"company_id"}),
        (f"/contacts/{contact_id(1)}?form=related_person", {"kind", "name"}),
    ],
)
async def test_what_is_required_is_marked_before_anything_is_saved(window, route, wanted):
    assert signs(await window(route)) == wanted


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("route", "field"),
    [
        ("/companies?form=company", "name"),
        ("/contacts?form=contact", "first_name"),
        (PHONE, "value"),
        (f"/contacts/{contact_id(1)}?form=address", "street"),
        (f"/contacts/{contact_id(1)}?form=related_person", "name"),
        (f"/companies/{company_id(0)}?form=bank_account", "iban"),
    ],
)
async def test_the_first_field_that_is_typed_has_the_cursor_and_no_other(window, route, field, width):
    ui = await window(route, width=width)
    held = [c.key for c in ui.controls() if isinstance(c, ft.TextField) and c.autofocus]
    assert held == [f"field.{field}"]


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "At most 200 characters; these are 201"), ("ro", "Cel mult 200 de caractere; aici sunt 201")],
)
async def test_a_text_that_is_too_long_tells_the_limit(window, language, words):
    crm = believable_crm()
    crm.preferences_ = type(crm.preferences_)(language, "light")

    async def check(entity, values, own_id=None):
        return (Finding("name", "problem.too_long"),)

    crm.check = check  # type: ignore[method-assign]  # a finding of its own
    ui = await window("/companies?form=company", crm)
    await ui.type("field.name", "x" * 201)
    await ui.press("form.save")
    assert ui.keyed("field.name.message").value == words


@pytest.mark.functions(19)
async def test_an_address_makes_the_kind_an_email_and_a_number_takes_it_back(window):
    crm = believable_crm()
    ui = await window(PHONE, crm)
    await ui.type("field.value", "ana@carpati.example")
    assert "E-mail" in ui.texts()
    await ui.type("field.value", "0722 000 001")
    assert "Mobile" in ui.texts()
    await ui.type("field.value", "ana@carpati.example")
    await ui.press("form.save")
    assert crm.saved[0].values == {"kind": "email", "value": "ana@carpati.example"}


@pytest.mark.functions(19)
async def test_a_kind_that_a_person_chose_stays(window):
    crm = believable_crm()
    ui = await window(PHONE, crm)
    await ui.press("option.kind.messenger")
    await ui.type("field.value", "ana@carpati.example")
    await ui.press("form.save")
    assert crm.saved[0].values["kind"] == "messenger"
