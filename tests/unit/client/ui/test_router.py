import pytest

from client.ui.router import FormPlace, Place, place_of

ID = "01890000-0000-7000-8000-000000000001"


@pytest.mark.parametrize(
    "place",
    [
        Place(),
        Place("contacts", ID),
        Place("companies", ID, "addresses"),
        Place("companies", ID, "", FormPlace("address")),
        Place("inbox", "tx-9", "", FormPlace("company", ID, refused="tx-9")),
        Place("inbox", ID, "", FormPlace("contact", ID, card=ID)),
        Place("companies", ID, "", FormPlace("contact", tie=True, draft=2)),
        Place("sync"),
    ],
)
def test_a_place_is_found_again_from_its_address(place):
    assert place_of(place.url) == place


@pytest.mark.parametrize("route", ["/", "", "/nowhere/else", "//", "/companies/?form=user:1"])
def test_an_unknown_address_leads_to_the_companies(route):
    assert place_of(route) == Place("companies")


@pytest.mark.parametrize(
    "query", ["form=company:1&draft=2", "form=company&draft=x", "form=company&draft=0", "form=company&draft=²"]
)
def test_only_the_form_of_a_new_record_has_numbered_drafts(query):
    form = place_of(f"/companies?{query}").form
    assert form is not None
    assert form.draft is None


def test_a_form_of_an_entity_without_one_is_not_opened():
    assert place_of("/sync?form=sync_conflict:1").form is None
