"""The bytes of files at the server: resumable, verified, to those who may, and cleared away when nobody needs them."""

import os
from dataclasses import replace

import pytest

from sync_server.services.file_clearing import Cleared, clear
from tests.file_calls import ACME, CONTENT, OFFER, announce, digest, document_op, fetch, place, send, state_of, tx
from tests.servers import Caller, ServerClock, company_tx, in_process, make_server, record_id

pytestmark = pytest.mark.functions(135)


@pytest.fixture
def clock():
    return ServerClock()


@pytest.fixture
def server(tmp_path, clock):
    made = make_server(tmp_path, clock=clock)
    yield made
    made.central.store.close()


@pytest.fixture
def ana(server):
    with in_process(server) as http:
        caller = Caller(http)
        caller.sign_in()
        caller.hello()
        assert [v["v"] for v in caller.push([company_tx(1, ACME), tx(2, document_op())]).json()["verdicts"]] == ["applied"] * 2
        yield caller


def test_a_file_is_sent_in_pieces_and_fetched_from_any_place(ana):
    announced = announce(ana)
    assert (announced.status_code, announced.headers["upload-offset"], announced.headers["upload-complete"]) == (201, "0", "?0")
    assert send(ana, CONTENT[:1000], 0).headers["upload-offset"] == "1000"
    assert fetch(ana).json()["code"] == "R309"
    assert place(ana).headers["upload-offset"] == "1000"
    assert send(ana, CONTENT[1000:], 1000).headers["upload-complete"] == "?1"
    assert state_of(ana)
    whole = fetch(ana)
    assert (whole.content, whole.headers["etag"]) == (CONTENT, f'"{digest(CONTENT)}"')
    part = fetch(ana, range="bytes=9000-")
    assert (part.status_code, part.content) == (206, CONTENT[9000:])
    assert part.headers["content-range"] == f"bytes 9000-{len(CONTENT) - 1}/{len(CONTENT)}"
    assert fetch(ana, **{"if-none-match": whole.headers["etag"]}).status_code == 304
    assert fetch(ana, range=f"bytes={len(CONTENT)}-").status_code == 416
    again = announce(ana)
    assert (again.status_code, again.headers["upload-complete"]) == (200, "?1")


def test_a_piece_that_does_not_follow_what_came_says_where_to_go_on(ana):
    announce(ana)
    send(ana, CONTENT[:100], 0)
    answer = send(ana, CONTENT[:200], 50)
    assert (answer.status_code, answer.json()["code"], answer.headers["upload-offset"]) == (409, "P209", "100")
    assert send(ana, CONTENT[100:], 100).headers["upload-complete"] == "?1"
    assert send(ana, CONTENT[:100], 0).headers["upload-offset"] == str(len(CONTENT))


def test_bytes_of_another_digest_are_thrown_away(ana):
    announce(ana)
    answer = send(ana, CONTENT[:-1] + b"?", 0)
    assert (answer.status_code, answer.json()["code"]) == (422, "P210")
    assert place(ana).headers["upload-offset"] == "0"
    assert not state_of(ana)
    assert send(ana, CONTENT, 0).headers["upload-complete"] == "?1"


def test_no_more_is_taken_than_the_row_names_and_no_file_that_is_too_large(ana, server):
    assert announce(ana, length=5).json()["code"] == "P201"
    announce(ana)
    assert send(ana, CONTENT + b"more", 0).json()["code"] == "P201"
    server.files.central = replace(server.central, biggest_file=1000)
    assert announce(ana).json()["code"] == "L404"
    assert send(ana, CONTENT, 0).json()["code"] == "L404"


def test_an_empty_file_is_whole_once_it_is_announced(ana):
    assert ana.push([tx(3, document_op(record_id(3), b""))]).json()["verdicts"][0]["v"] == "applied"
    assert announce(ana, b"").headers["upload-complete"] == "?1"
    assert fetch(ana, b"").content == b""
    assert state_of(ana, record_id(3))


def test_nobody_sends_a_file_that_no_row_of_his_names(ana):
    for ask in (announce, place, fetch):
        assert ask(ana, b"something else").status_code == 404
    assert send(ana, b"some", 0, b"something else").json()["code"] == "R309"


def test_what_had_come_is_gone_on_with_after_the_server_was_killed(tmp_path, clock, ana, server):
    announce(ana)
    send(ana, CONTENT[:3000], 0)
    vars(server).pop("files")
    assert place(ana).headers["upload-offset"] == "3000"
    assert send(ana, CONTENT[3000:], 3000).headers["upload-complete"] == "?1"


def test_a_file_that_was_whole_when_the_server_was_killed_is_taken_at_the_next_word(ana, server):
    announce(ana)
    part = server.files.parts.part(server.central.store.read and _user(server), digest(CONTENT))
    part.append(part.begin(), 0, CONTENT)
    assert announce(ana).headers["upload-complete"] == "?1"
    assert fetch(ana).content == CONTENT


def _user(server):
    with server.central.store.read() as connection:
        return connection.exec_driver_sql('SELECT id FROM "user"').scalar_one()


def test_a_later_request_takes_the_turn_of_one_that_still_sends(ana, server):
    announce(ana)
    part = server.files.parts.part(_user(server), digest(CONTENT))
    older = part.begin()
    part.append(older, 0, CONTENT[:10])
    assert place(ana).headers["upload-offset"] == "10"
    with pytest.raises(Exception, match="10"):
        part.append(older, 10, CONTENT[10:20])
    assert part.size == 10


def test_a_file_without_a_row_is_cleared_away_after_its_grace(ana, server, clock):
    announce(ana)
    send(ana, CONTENT, 0)
    clock.now = int(os.stat(server.config.folder / "files" / digest(CONTENT)[:2] / digest(CONTENT)).st_mtime * 1e6)
    clock.forward(days=40)
    assert clear(server.files, 30) == Cleared(0, 0, 1)
    ana.sign_in()
    ana.push([tx(3, {"t": "document", "pk": OFFER, "op": "d", "bv": 2**50})])
    clock.forward(days=29)
    assert clear(server.files, 30).files == 0
    clock.forward(days=2)
    assert clear(server.files, 30) == Cleared(1, 0, 0)
    assert not list((server.config.folder / "files").glob("*/*"))
    ana.sign_in()
    assert not state_of(ana)
    assert fetch(ana).json()["code"] == "R309"
    ana.push([tx(4, {"t": "document", "pk": OFFER, "op": "u", "set": {"archived_at": None}, "bv": 2**50})])
    assert announce(ana).headers["upload-offset"] == "0"
    assert send(ana, CONTENT, 0).headers["upload-complete"] == "?1"
    assert state_of(ana)


def test_bytes_that_the_store_lost_are_sent_again_by_whoever_has_them(ana, server):
    announce(ana)
    send(ana, CONTENT, 0)
    server.files.store.remove(digest(CONTENT))
    assert fetch(ana).json()["code"] == "R309"
    assert not state_of(ana)
    assert announce(ana).headers["upload-offset"] == "0"
    assert send(ana, CONTENT, 0).headers["upload-complete"] == "?1"
    assert fetch(ana).content == CONTENT


def test_a_part_that_nobody_goes_on_with_is_removed_after_a_week(ana, server):
    announce(ana)
    send(ana, CONTENT[:10], 0)
    part = server.files.parts.part(_user(server), digest(CONTENT))
    now = part.path.stat().st_mtime
    assert server.files.parts.sweep(now + 6 * 86_400) == 0
    assert server.files.parts.sweep(now + 8 * 86_400) == 1
    assert place(ana).headers["upload-offset"] == "0"
