"""The first phone and e-mail of a company or person, in the form that edits it."""

import pytest

from tests.ui.fake_crm import believable_crm, company_id, contact_id

HOTEL = f"/companies/{company_id(0)}?form=company:{company_id(0)}"


@pytest.mark.functions(1, 4)
@pytest.mark.parametrize("width", [390, 1280])
async def test_the_phone_of_a_company_is_changed_in_its_form(window, width):
    crm = believable_crm()
    ui = await window(HOTEL, crm, width=width)
    assert ui.shows("Phone and e-mail")
    assert ui.keyed("field.phone").value == "0368 000 120"
    assert ui.keyed("field.email").value == "receptie@sapte-brazi.example"
    assert not ui.keyed("field.phone").read_only
    await ui.type("field.phone", "0368 000 999")
    assert ui.keyed("form.changed").value == "1 field changed"
    await ui.press("form.save")
    assert [form.values for form in crm.saved] == [{"phone": "0368 000 999"}]
    await ui.go(f"/companies/{company_id(0)}/details")
    assert ui.shows("0368\xa0000\xa0999")


async def test_the_form_of_a_person_has_them_too(window):
    ui = await window(f"/contacts/{contact_id(0)}?form=contact:{contact_id(0)}")
    assert ui.keyed("field.phone").value == "0700 018 306"


@pytest.mark.functions(4)
@pytest.mark.parametrize("kind", ["Mobile", "Phone"])
async def test_page_and_form_call_a_number_by_its_kind(window, kind):
    crm = believable_crm()
    for point in crm.rows["contact_point"].values():
        point["kind"] = kind.lower() if point["kind"] in ("mobile", "phone") else point["kind"]
    ui = await window(f"/contacts/{contact_id(0)}", crm)
    other = {"Mobile": "Phone", "Phone": "Mobile"}[kind]
    assert (kind in ui.texts(), other in ui.texts()) == (True, False)
    await ui.go(f"/contacts/{contact_id(0)}?form=contact:{contact_id(0)}")
    assert (kind in ui.texts(), other in ui.texts()) == (True, False)


@pytest.mark.functions(4)
@pytest.mark.parametrize("entity", ["company", "contact"])
async def test_a_new_record_calls_its_number_a_phone_until_the_digits_say_that_it_is_a_mobile(window, entity):
    crm = believable_crm()
    ui = await window(f"/{'companies' if entity == 'company' else 'contacts'}?form={entity}", crm)
    for typed, name in (("", "Phone"), ("int. 12", "Phone"), ("0722 000 777", "Mobile"), ("0368 000 120", "Phone")):
        await ui.type("field.phone", typed)
        assert ui.keyed("field.phone.label").value == name


async def test_a_number_of_another_kind_in_the_form_of_a_record_that_is_here_has_the_name_that_it_will_have(window):
    ui = await window(f"/contacts/{contact_id(0)}?form=contact:{contact_id(0)}")
    assert ui.keyed("field.phone.label").value == "Mobile"
    await ui.type("field.phone", "0368 000 120")
    assert ui.keyed("field.phone.label").value == "Phone"
