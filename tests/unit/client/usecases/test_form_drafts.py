"""A draft of a form ends with the save of the form, in the same commit, and stays with the person who typed it."""

from dataclasses import replace

import pytest

from client.events import DraftsChanged
from client.replica.drafts import FormDraft
from client.usecases import form_drafts, forms, lists, record_pages, writing
from client.usecases.answers import Owner
from client.usecases.form_answers import FormEnd
from client.usecases.list_answers import ListQuery
from shared_models.errors import RecordInvalid
from tests.clients import make_replica

NOW_MS = 1_800_000_000_000
NEW = FormDraft("company:", "/companies?form=company", "", "form.new.company", {"name": "Acme"})


def say(key: str, **params: object) -> str:
    return key


def test_a_draft_is_there_after_the_program_was_killed(tmp_path):
    killed = make_replica(tmp_path)
    form_drafts.keep_draft(killed, NEW, NOW_MS)
    again = make_replica(tmp_path)  # the first one never closes
    found = form_drafts.find_draft(again, "company:")
    assert found is not None
    assert (found.typed, found.at) == ({"name": "Acme"}, NOW_MS * 1000)
    assert form_drafts.last_draft(again) == found
    assert again.waiting() == []
    for replica in (again, killed):
        replica.close()


def test_the_last_draft_has_the_name_that_its_record_has_now(replica):
    with replica.edit("a company") as edit:
        pk = edit.insert("company", {"name": "Acme 3"})
    kept = FormDraft(f"company:{pk}", "/", "Acme 3", "form.edit.company", {"name": "x"}, at=NOW_MS * 1000)
    form_drafts.keep_draft(replica, kept, NOW_MS)
    with replica.edit("renamed") as edit:
        edit.update("company", pk, {"name": "Acme 5"})
    assert form_drafts.last_draft(replica) == replace(kept, title="Acme 5")
    for form in (f"note:company:{pk}", f"company:{pk}~tx"):
        form_drafts.keep_draft(replica, replace(kept, form=form), NOW_MS + 1)
        assert form_drafts.last_draft(replica).title == "Acme 5"
        form_drafts.drop_draft(replica, form)
    form_drafts.keep_draft(replica, NEW, NOW_MS + 2)
    assert form_drafts.last_draft(replica).title == ""


def test_further_drafts_of_a_new_record_are_found_beside_each_other_each_with_its_own_time(replica):
    with replica.edit("a company") as edit:
        pk = edit.insert("company", {"name": "Acme"})
    first = FormDraft(f"address:@company:{pk}", "/", "", "form.new.address", {"street": "Unu"}, at=NOW_MS * 1000)
    second = replace(first, form=form_drafts.numbered(first.form, 2), typed={"street": "Doi"}, at=0)
    for draft in (first, second, NEW):
        form_drafts.keep_draft(replica, draft, NOW_MS + 5)
    (beside,) = form_drafts.drafts_beside(replica, first.form)
    assert (beside.typed, beside.at) == ({"street": "Doi"}, (NOW_MS + 5) * 1000)
    assert form_drafts.drafts_beside(replica, second.form) == (first,)
    assert len(form_drafts.drafts_on(replica)["company", pk]) == 2


@pytest.mark.parametrize("form", ["company:", "contact:@company:01890000"])
def test_a_numbered_draft_is_of_its_form(form):
    second = form_drafts.numbered(form, 2)
    assert second != form
    assert (form_drafts.number_of(form), form_drafts.number_of(second)) == (1, 2)
    assert form_drafts.family(second) == form
    assert form_drafts.numbered(second, 3) == form_drafts.numbered(form, 3)


def heard(replica):
    """Return what is told of drafts from now on."""
    told: list[object] = []
    replica.events.subscribe(lambda event: told.append(event) if isinstance(event, DraftsChanged) else None)
    return told


def test_a_draft_that_comes_or_goes_is_told_and_no_letter_of_it(replica):
    told = heard(replica)
    form_drafts.keep_draft(replica, NEW, NOW_MS)
    form_drafts.keep_draft(replica, replace(NEW, typed={"name": "Acme SRL"}), NOW_MS)
    assert len(told) == 1
    form_drafts.drop_draft(replica, NEW.form)
    form_drafts.drop_draft(replica, NEW.form)
    assert len(told) == 2


def test_drafts_on_a_record_and_on_its_parts_are_found_by_its_page_and_its_list(replica):
    with replica.edit("records") as edit:
        company = edit.insert("company", {"name": "Acme"})
        person = edit.insert("contact", {"last_name": "Pop"})
        other = edit.insert("contact", {"last_name": "Ionescu"})
        address = edit.insert("address", {"company_id": company, "city": "Sibiu"})
        tie = edit.insert("company_contact", {"company_id": company, "contact_id": person})
    forms_of = (f"company:{company}", f"address:{address}", f"bank_account:@company:{company}", f"company_contact:{tie}")
    for at, form in enumerate((*forms_of, f"note:contact:{other}", "company:", f"address:{'0' * 8}")):
        form_drafts.keep_draft(replica, FormDraft(form, "/", "", "form.edit.company", {"name": "x"}), NOW_MS + at)
    assert [draft.form for draft in record_pages.record_page(replica, "company", company).drafts] == [*forms_of[::-1]]
    assert [draft.form for draft in record_pages.record_page(replica, "contact", person).drafts] == [forms_of[3]]
    assert record_pages.record_page(replica, "contact", other).drafts == ()  # the note stands in its own box
    assert [row.has_draft for row in lists.companies(replica, ListQuery(), None).rows] == [True]
    assert {row.id for row in lists.contacts(replica, ListQuery(), None).rows if row.has_draft} == {person, other}


def test_a_draft_stays_with_its_own_person(replica):
    form_drafts.keep_draft(replica, NEW, NOW_MS)
    ana, device = replica.facts()["user"], replica.facts()["device"]
    replica.bind("somebody-else", device)
    assert form_drafts.last_draft(replica) is None
    form_drafts.drop_draft(replica, "company:")
    replica.bind(ana, device)
    assert form_drafts.find_draft(replica, "company:") is not None


def test_a_save_ends_the_draft_and_a_refused_save_does_not(replica):
    form_drafts.keep_draft(replica, NEW, NOW_MS)
    open_forms = forms.OpenForms()
    start = forms.open_form(replica, open_forms, "company", None, None)
    with pytest.raises(RecordInvalid):
        forms.save_form(replica, open_forms, say, FormEnd(start, {"name": ""}, drafts=("company:",)))
    assert form_drafts.find_draft(replica, "company:") is not None
    forms.save_form(replica, open_forms, say, FormEnd(start, {"name": "Acme"}, drafts=("company:",)))
    assert form_drafts.find_draft(replica, "company:") is None


def test_what_stays_a_draft_is_kept_by_the_save_itself(replica):
    form_drafts.keep_draft(replica, NEW, NOW_MS)
    left = form_drafts.find_draft(replica, "company:")
    open_forms = forms.OpenForms()
    start = forms.open_form(replica, open_forms, "company", None, None)
    forms.save_form(replica, open_forms, say, FormEnd(start, {"name": "Cabana"}, drafts=("company:",), left=left))
    assert form_drafts.find_draft(replica, "company:") == left


def test_a_save_that_changes_nothing_says_whose_form_it_was_and_no_empty_list(replica):
    with replica.edit("company") as edit:
        company = edit.insert("company", {"name": "Acme"})
    open_forms = forms.OpenForms()
    start = forms.open_form(replica, open_forms, "company", company, None)
    saved = forms.save_form(replica, open_forms, say, FormEnd(start, {}))
    assert (saved.tx, saved.label) == ("", "Acme")


def test_a_saved_note_ends_the_draft_of_its_record_alone(replica):
    with replica.edit("companies") as edit:
        owner, other = (Owner("company", edit.insert("company", {"name": name})) for name in ("Acme", "Popas"))
    for one in (owner, other):
        form = form_drafts.note_form(one)
        form_drafts.keep_draft(replica, FormDraft(form, "/companies", "Acme", "note.body", {"body": "Una."}), NOW_MS)
    writing.add_note(replica, say, NOW_MS, owner, "Una.")
    assert form_drafts.find_draft(replica, form_drafts.note_form(owner)) is None
    assert form_drafts.find_draft(replica, form_drafts.note_form(other)) is not None
