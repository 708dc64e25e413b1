"""The bytes of files with rows on every database: sent, marked, cleared away and sent again."""

import os

import pytest

from sync_server.services.file_clearing import Cleared, clear
from tests.file_calls import ACME, CONTENT, OFFER, announce, digest, document_op, fetch, send, state_of, tx
from tests.servers import Caller, ServerClock, company_tx, in_process, make_server


@pytest.mark.functions(135)
def test_a_file_is_stored_cleared_away_and_sent_again_on_every_database(tmp_path, central_url):
    clock = ServerClock()
    server = make_server(tmp_path, central_url, clock)
    with in_process(server) as http:
        ana = Caller(http)
        ana.sign_in()
        ana.hello()
        verdicts = ana.push([company_tx(1, ACME), tx(2, document_op())]).json()["verdicts"]
        assert [one["v"] for one in verdicts] == ["applied", "applied"]
        announce(ana)
        assert send(ana, CONTENT, 0).headers["upload-complete"] == "?1"
        assert state_of(ana)
        ana.push([tx(3, {"t": "document", "pk": OFFER, "op": "d", "bv": 2**50})])
        kept = server.config.folder / "files" / digest(CONTENT)[:2] / digest(CONTENT)
        clock.now = int(os.stat(kept).st_mtime * 1e6)
        clock.forward(days=40)
        assert clear(server.files, 30) == Cleared(1, 0, 0)
        ana.sign_in()
        assert not state_of(ana)
        ana.push([tx(4, {"t": "document", "pk": OFFER, "op": "u", "set": {"archived_at": None}, "bv": 2**50})])
        announce(ana)
        assert send(ana, CONTENT, 0).headers["upload-complete"] == "?1"
        assert fetch(ana).content == CONTENT
