"""What is typed in an open form stays on the device, with the person who typed it."""

import pytest

from client.replica import drafts
from client.replica.drafts import MAX_DRAFTS, FormDraft
from tests.clients import make_replica


def draft(form: str = "company:", at: int = 1, **typed: object) -> FormDraft:
    return FormDraft(
        form, "/companies?form=company", "", "form.new.company", typed, {"name": None}, {"team_id": {"en": "A"}}, at
    )


@pytest.fixture
def connection(tmp_path):
    opened = make_replica(tmp_path)
    with opened.write(durable=False) as writing:
        yield writing.connection
    opened.close()


def test_a_draft_comes_back_as_it_was_kept(connection):
    kept = draft(name="Țesături Șoimu", roles=["customer"], is_client=True, employees="12a")
    drafts.keep(connection, "ana", kept)
    assert drafts.draft_of(connection, "ana", "company:") == kept
    assert drafts.draft_of(connection, "ana", "contact:") is None


def test_a_form_has_one_draft_the_last(connection):
    drafts.keep(connection, "ana", draft(at=1, name="A"))
    drafts.keep(connection, "ana", draft(at=2, name="Al"))
    assert [(d.at, d.typed) for d in drafts.drafts_of(connection, "ana")] == [(2, {"name": "Al"})]


def test_a_draft_belongs_to_the_person_who_typed(connection):
    drafts.keep(connection, "ana", draft(name="Ana's"))
    drafts.keep(connection, "dan", draft(name="Dan's"))
    drafts.drop(connection, "dan", "company:")
    assert drafts.draft_of(connection, "dan", "company:") is None
    assert drafts.draft_of(connection, "ana", "company:") == draft(name="Ana's")


def test_the_oldest_drafts_go_when_there_are_too_many(connection):
    for n in range(MAX_DRAFTS + 2):
        drafts.keep(connection, "ana", draft(f"company:{n}", at=n))
    left = drafts.drafts_of(connection, "ana")
    assert (len(left), left[0].at, left[-1].at) == (MAX_DRAFTS, MAX_DRAFTS + 1, 2)
