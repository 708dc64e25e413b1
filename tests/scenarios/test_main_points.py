"""The phone that is used first is one, and the same on every device, after two people changed it at once."""

import pytest

from client.usecases import forms, lists, record_pages
from client.usecases.answers import Owner
from client.usecases.form_answers import FormEnd
from client.usecases.list_answers import ListQuery
from shared_models.texts import Texts

EN = Texts("en").t


@pytest.fixture
def ana(world):
    return world.device("ana-laptop", "ana")


@pytest.fixture
def dan(world, ana):
    return world.device("dan-laptop", "dan")


def save(device, pk, owner=None, **values):
    opened = forms.OpenForms()
    start = forms.open_form(device.replica, opened, "contact_point", pk, owner)
    return forms.save_form(device.replica, opened, EN, FormEnd(start, values)).id


def points(device, contact):
    return record_pages.record_page(device.replica, "contact", contact).points


def main(device, contact):
    return [point.value for point in points(device, contact) if point.is_primary]


def listed(device, contact):
    [row] = [row for row in lists.contacts(device.replica, ListQuery(), None).rows if row.id == contact]
    return row.phone


@pytest.fixture
def ion(world, ana, dan):
    contact = ana.save("contact", last_name="Ion")
    save(ana, None, Owner("contact", contact), kind="mobile", value="0722 000 001", is_primary=True)
    world.rest()
    return contact


@pytest.mark.functions(4)
@pytest.mark.parametrize("first", ["ana", "dan"])
def test_a_phone_changed_on_both_sides_leaves_two_numbers_of_which_one_is_used_first(world, ana, dan, ion, first):
    [old] = points(dan, ion)
    save(ana, old.id, value="0722 000 002")
    save(dan, old.id, value="0722 000 003")
    for device in (ana, dan) if first == "ana" else (dan, ana):
        assert device.sync().error is None
    world.rest()
    assert {point.value for point in points(ana, ion)} == {"0722 000 002", "0722 000 003"}
    later = "0722 000 003" if first == "ana" else "0722 000 002"
    for device in (ana, dan):
        assert main(device, ion) == [later]
        assert points(device, ion)[0].value == later
        assert listed(device, ion) == later


@pytest.mark.functions(4)
def test_a_number_that_is_marked_takes_the_mark_of_the_others_away(world, ana, dan, ion):
    owner = Owner("contact", ion)
    save(dan, None, owner, kind="phone", value="0368 000 009", is_primary=True)
    save(dan, None, owner, kind="email", value="ion@example.ro", is_primary=True)
    world.rest()
    assert set(main(ana, ion)) == {"0368 000 009", "ion@example.ro"}
    mobile = next(point for point in points(ana, ion) if point.kind == "mobile")
    save(ana, mobile.id, is_primary=True)
    world.rest()
    for device in (ana, dan):
        assert set(main(device, ion)) == {"0722 000 001", "ion@example.ro"}
        assert listed(device, ion) == "0722 000 001"


@pytest.mark.functions(4)
def test_after_a_clash_the_form_tells_which_number_is_used_first_and_a_press_settles_it(world, ana, dan, ion):
    [old] = points(dan, ion)
    save(ana, old.id, value="0722 000 002")
    save(dan, old.id, value="0722 000 003")
    assert ana.sync().error is None
    world.rest()
    lost = next(point for point in points(ana, ion) if not point.is_primary)
    start = forms.open_form(ana.replica, forms.OpenForms(), "contact_point", lost.id, None)
    assert start.values["is_primary"] is False
    save(ana, lost.id, label="office")
    assert main(ana, ion) != [lost.value]
    save(ana, lost.id, is_primary=True)
    world.rest()
    assert (main(dan, ion), main(ana, ion)) == ([lost.value], [lost.value])
    rows = dan.replica.children_of("contact_point", "contact_id", ion)
    assert [row["value"] for row in rows if row["is_primary"]] == [lost.value]


@pytest.mark.functions(4)
def test_a_number_changed_after_a_clash_keeps_what_the_form_said(world, ana, dan, ion):
    [old] = points(dan, ion)
    save(ana, old.id, value="0722 000 002")
    save(dan, old.id, value="0722 000 003")
    assert ana.sync().error is None
    world.rest()
    [used] = main(ana, ion)
    lost = next(point for point in points(ana, ion) if not point.is_primary)
    save(ana, lost.id, value="0722 000 004")
    world.rest()
    assert main(dan, ion) == [used]


@pytest.mark.functions(4)
def test_a_phone_changed_in_the_form_of_its_person_is_the_only_one_on_the_other_device(world, ana, dan, ion):
    opened = forms.OpenForms()
    start = forms.open_form(ana.replica, opened, "contact", ion, None)
    forms.save_form(ana.replica, opened, EN, FormEnd(start, {"phone": "0722 000 009"}))
    world.rest()
    for device in (ana, dan):
        assert [(point.value, point.is_primary) for point in points(device, ion)] == [("0722 000 009", True)]
