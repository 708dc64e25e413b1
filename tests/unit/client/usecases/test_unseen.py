"""Pages and forms over a replica that a record has left while somebody worked on it."""

import pytest

from client.replica.remote_page import Ack
from client.usecases import decisions, form_drafts, forms, record_pages
from client.usecases.form_answers import FormEnd
from client.usecases.form_drafts import FormDraft
from shared_models.texts import Texts
from tests.clients import START_MS, bring, central_row

pytestmark = pytest.mark.functions(35)

EN = Texts("en").t
ACME, ION = "018f0000-0000-7000-8000-000000000001", "018f0000-0000-7000-8000-000000000002"


@pytest.fixture
def both(replica):
    """A company and a contact, whom an unsent save ties together."""
    bring(
        replica,
        (1, "company", central_row("company", ACME, name="Acme")),
        (2, "contact", central_row("contact", ION, last_name="Pop")),
        to=5,
    )
    with replica.edit("Tie") as edit:
        edit.insert("company_contact", {"company_id": ACME, "contact_id": ION})
    return replica


def test_a_tie_that_was_made_here_stays_on_the_page_and_does_not_name_who_left(both):
    bring(both, to=6, leaves=(("contact", ION),))
    (tie,) = record_pages.record_page(both, "company", ACME).ties
    assert (tie.name, tie.phone, tie.state) == ("", "", "waiting")


def test_a_form_that_was_open_still_saves_and_what_was_typed_comes_back_when_it_is_refused(both):
    open_forms = forms.OpenForms()
    start = forms.open_form(both, open_forms, "company", ACME, None)
    bring(both, to=6, leaves=(("company", ACME),))
    assert record_pages.record_page(both, "company", ACME) is None
    saved = forms.save_form(both, open_forms, EN, FormEnd(start, {"name": "Acme, as heard"}))
    bring(both, to=8, acks=(Ack(saved.tx, "rejected", 7, 1, "R305"),))
    (refused,) = [one for one in decisions.inbox(both, START_MS).refused if one.tx == saved.tx]
    assert [(change.field, change.before, change.after) for change in refused.changes] == [("name", None, "Acme, as heard")]
    assert not refused.is_here


def test_what_is_typed_on_goes_into_the_draft_without_what_stood_in_the_record(both):
    bring(both, to=6, leaves=(("company", ACME),))
    late = FormDraft(f"company:{ACME}", "/a", "Acme", "form.edit.company", {"name": "A"}, {"name": "Acme"})
    form_drafts.keep_draft(both, late, START_MS)
    kept = form_drafts.find_draft(both, f"company:{ACME}")
    assert (kept.typed, kept.title, kept.base) == ({"name": "A"}, "", {})
