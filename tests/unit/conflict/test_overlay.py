"""What a screen shows: own unsettled ops over the central row."""

from conflict.overlay import Stamp, blank_row, greater, overlay
from shared_models.entities.company import Company
from shared_models.entities.contact import CompanyContact
from shared_models.fields import Kind
from shared_models.protocol import Op

NOW = Stamp(1_764_000_000_000_000, "u1")
PK = "019ab698-0000-7000-8000-000000000001"


def company(**values):
    return {**blank_row(Company), "id": PK, "name": "Hotel", **values}


def op(verb, set_=None, base=None, entity="company"):
    return Op(t=entity, pk=PK, op=verb, set=set_ or {}, base=base or {})


def test_an_edit_of_a_row_that_is_not_here_shows_nothing():
    assert overlay(Company, None, op("u", {"name": "X"}), NOW) is None
    assert overlay(Company, None, op("d"), NOW) is None


def test_a_new_row_shows_its_values_over_the_defaults_and_who_made_it():
    row = overlay(Company, None, op("i", {"name": "Hotel", "roles": ["customer"]}), NOW)
    assert row == company(roles=["customer"], created_at=NOW.at, created_by="u1", updated_at=NOW.at, updated_by="u1")


def test_an_edit_lies_over_what_a_pull_brought_beneath_it():
    row = overlay(Company, company(name="Theirs", code="C-1"), op("u", {"name": "Mine"}, {"name": "Hotel"}), NOW)
    assert (row["name"], row["code"], row["updated_by"]) == ("Mine", "C-1", "u1")


def test_texts_and_sets_keep_what_a_pull_brought():
    below = company(description="a\ntheirs", roles=["customer", "partner"])
    row = overlay(
        Company,
        below,
        op("u", {"description": "mine\na", "roles": {"add": ["supplier"], "remove": ["customer"]}}, {"description": "a"}),
        NOW,
    )
    assert row["description"] == "mine\na\ntheirs"
    assert row["roles"] == ["partner", "supplier"]


def test_a_sticky_mark_stays_on_the_screen():
    assert overlay(Company, company(do_not_contact=True), op("u", {"do_not_contact": False}), NOW)["do_not_contact"] is True


def test_archive_and_bring_back():
    gone = overlay(Company, company(), op("d"), NOW)
    assert gone["archived_at"] == NOW.at
    assert overlay(Company, gone, op("u", {"archived_at": None}), NOW)["archived_at"] is None


def test_a_link_added_again_is_there_again():
    row = {**blank_row(CompanyContact), "id": PK, "archived_at": 5, "role_id": "r1"}
    again = overlay(CompanyContact, row, op("i", {"role_id": "r2"}, entity="company_contact"), NOW)
    assert (again["archived_at"], again["role_id"]) == (None, "r2")


def test_the_greater_of_two_sticky_values():
    assert greater(Kind.BOOLEAN, True, False) is True
    assert greater(Kind.INSTANT, 5, 9) == 5
    assert greater(Kind.INTEGER, 5, 9) == 9
    assert greater(Kind.INTEGER, None, 9) == 9
    assert greater(Kind.INTEGER, None, None) is None
