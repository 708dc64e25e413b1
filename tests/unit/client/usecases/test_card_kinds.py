"""To archive a record and to bring it back are one kind of card at the centre, and two for a person."""

import pytest

from client.usecases import decisions
from shared_models.texts import Texts
from tests.clients import ANA, START_MS, bring, central_row

EN = Texts("en").t
PK, CARD = "018f0000-0000-7000-8000-000000000001", "018f0000-0000-7000-8000-000000000002"


@pytest.mark.functions(142)
@pytest.mark.parametrize(
    ("archived", "kind", "label", "stays"),
    [(None, "unarchived", "Brought back: Acme", None), (START_MS, "archived", "Archived: Acme", "archived")],
)
def test_a_card_about_bringing_a_record_back_is_named_and_answered_as_such(replica, archived, kind, label, stays):
    card = {
        "kind": "archived", "record_type": "company", "record_id": PK, "unit": "archived_at", "policy": "FM", "state": "open",
        "mine": f'{{"archived_at": {archived or "null"}}}', "theirs": f'{{"archived_at": {"null" if archived else START_MS}}}',
        "mine_by": ANA, "for_users": [ANA], "server_epoch": "e", "transaction_id": "t",
    }  # fmt: skip
    held = central_row("company", PK, name="Acme", archived_at=None if archived else START_MS)
    bring(replica, (5, "company", held), (5, "sync_conflict", central_row("sync_conflict", CARD, **card)), to=5)
    [shown] = decisions.inbox(replica, START_MS).cards
    assert shown.kind == kind
    assert decisions.decide(replica, EN, CARD, "restored_mine").label == label
    assert (replica.get("company", PK)["archived_at"] is not None) == bool(stays)
