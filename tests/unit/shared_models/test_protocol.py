import pytest
from pydantic import ValidationError

from shared_models.protocol import AckLine, EndLine, PushRequest, Tx
from shared_models.transport import PullRequest, UpToDate


def test_a_message_with_an_unknown_part_is_refused():
    with pytest.raises(ValidationError):
        Tx.model_validate({"id": "a", "tx": 1, "hlc": 0, "ops": [{"t": "company", "pk": "1", "op": "i"}], "mood": "good"})


def test_a_tx_without_ops_is_refused():
    with pytest.raises(ValidationError):
        Tx.model_validate({"id": "a", "tx": 1, "hlc": 0, "ops": []})


def test_a_push_names_its_schema_as_the_wire_does():
    push = PushRequest.model_validate({"device_epoch": "d", "server_epoch": "s", "schema": 1, "txs": []})
    assert push.schema_version == 1
    assert push.model_dump(by_alias=True)["schema"] == 1


def test_lines_of_a_pull_are_told_apart_by_their_kind():
    assert AckLine(tx=[("id", "applied", 1, 2, None)]).k == "ack"
    assert EndLine(cursor=1, commit=True, more=False, safe_seq=0).k == "end"


def test_a_pull_begins_at_its_cursor():
    assert PullRequest(5, "server", "device").after is None
    assert UpToDate("0" * 16, 3).safe_seq == 3
