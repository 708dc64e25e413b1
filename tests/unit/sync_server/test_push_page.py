"""What is newer comes with the answer to a push, where it is one small page (PROTOCOL 6.8)."""

import json

import pytest

from shared_models.errors import ErrorCode
from shared_models.protocol import MAX_WITH_ANSWER
from shared_models.registry import SCHEMA_VERSION
from sync_server.services import push
from sync_server.services.actor import Actor
from sync_server.services.refusals import Refusal
from tests.unit.sync_server.centre import NOW_US, edit, new, open_centre
from tests.wire import with_origins


@pytest.fixture
def centre(tmp_path):
    return open_centre(tmp_path)


def sent(centre, number, *ops, cursor, **actor):
    """Push one tx of Ana's by the JSON that goes over the wire; returns the answer."""
    tx = {"id": f"ana-{number}", "tx": number, "hlc": NOW_US // 1000 << 16, "ops": list(ops)}
    body = {"device_epoch": "ana", "server_epoch": "epoch", "schema": SCHEMA_VERSION, "pull": cursor, **with_origins([tx])}
    return json.loads(push.accept_json(centre.central, Actor("user-ana", "ana", **actor), json.dumps(body).encode()))


def names(page):
    return sorted(
        row[line["cols"].index("name")]
        for line in page
        if line["k"] == "rows" and line["t"] == "company"
        for row in line["rows"]
    )


def test_it_is_what_a_pull_would_bring(centre):
    cursor = centre.save("ion", new(3)).seq
    centre.save("ion", new(1, name="Of Ion"))
    answer = sent(centre, 1, new(2, name="Of Ana"), cursor=cursor)
    assert answer["page"] == centre.pulled("ana", cursor)
    assert names(answer["page"]) == ["Of Ion"]
    assert [line["tx"][0][0] for line in answer["page"] if line["k"] == "ack"] == ["ana-1"]


def test_the_answer_in_process_has_it_too(centre):
    centre.save("ion", new(1, name="Of Ion"))
    body = {"device_epoch": "ana", "server_epoch": "epoch", "schema": SCHEMA_VERSION, "pull": 0, **with_origins(
        [{"id": "ana-1", "tx": 1, "hlc": 1, "ops": [new(2)]}]
    )}  # fmt: skip
    answer = push.accept(centre.central, Actor("user-ana", "ana"), json.dumps(body).encode())
    assert answer.page == centre.pulled("ana", 0)


def test_who_did_not_ask_gets_none(centre):
    assert "page" not in sent(centre, 1, new(1), cursor=None)


def test_a_lost_device_gets_none(centre):
    answer = sent(centre, 1, new(1), cursor=0, is_to_be_wiped=True)
    assert answer["verdicts"][0]["v"] == "applied"
    assert "page" not in answer


def test_one_that_is_far_behind_gets_none(centre):
    centre.send("ion", *({"ops": [new(n)]} for n in range(1, MAX_WITH_ANSWER + 1)))
    assert "page" not in sent(centre, 1, new(2000), cursor=0)
    assert "page" in sent(centre, 2, new(2001), cursor=2)


def test_many_rows_of_few_saves_are_a_pull_of_their_own(centre):
    centre.send("ion", *({"ops": [new(1000 * tx + n) for n in range(1, 300)]} for tx in range(2)))
    assert "page" not in sent(centre, 1, new(5000), cursor=0)


def test_a_repeated_push_gets_what_is_newer_by_now(centre):
    seq = sent(centre, 1, new(1), cursor=0)["verdicts"][0]["seq"]
    centre.save("ion", edit(1, seq, {"name": "Firma 1"}, name="By Ion"))
    assert names(sent(centre, 1, new(1), cursor=0)["page"]) == ["By Ion"]


def test_verdicts_are_answered_where_the_page_cannot_be_read(centre, monkeypatch):
    def busy(*_):
        raise Refusal(ErrorCode.S502, 503, "busy")

    monkeypatch.setattr(push, "open_page", busy)
    answer = sent(centre, 1, new(1), cursor=0)
    assert (answer["verdicts"][0]["v"], "page" in answer) == ("applied", False)
