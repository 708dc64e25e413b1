"""What moves files does about servers that refuse, answer wrongly or are not there; the server is a function of the test."""

import pytest

from client.replica import blobs, meta
from client.sync.courier import MOST_MS, TRIES, Courier
from client.usecases import documents
from client.usecases.answers import Owner
from shared_models.errors import Busy, ErrorCode, NeedsSignIn, ProtocolFault, Refused, Unreachable
from shared_models.texts import Texts
from shared_models.transport import FilePlace
from tests.clients import START_MS, bring, central_row, make_replica

pytestmark = pytest.mark.functions(135)
ACME = "018f0000-0000-7000-8000-000000000001"
CONTENT = b"what was seen"


class Server:
    """Answers as the test says."""

    def __init__(self, announce=None, send=None, fetch=None):
        self.announced, self.sent, self.fetched = 0, 0, 0
        self.announce, self.send, self.fetch = announce, send, fetch

    def announce_file(self, sha256, size):
        self.announced += 1
        return self.announce(sha256, size) if self.announce else FilePlace(0)

    def send_file(self, sha256, size, offset, piece):
        self.sent += 1
        return self.send(offset, piece)

    def file_bytes(self, sha256, start):
        self.fetched += 1
        yield from self.fetch(start)


@pytest.fixture
def replica(tmp_path):
    opened = make_replica(tmp_path)
    bring(opened, (1, "company", central_row("company", ACME, name="Acme")), to=1)
    with opened.write(durable=False) as writing:
        meta.put(writing.connection, {"last_success_at": 1})
    yield opened
    opened.close()


@pytest.fixture
def attached(replica, tmp_path):
    path = tmp_path / "visit.txt"
    path.write_bytes(CONTENT)
    pk = documents.attach(replica, Texts("en").t, START_MS, Owner("company", ACME), path, "visit.txt").id
    row = replica.get("document", pk)
    bring(
        replica, (2, "document", central_row("document", pk, **{k: row[k] for k in row if k not in ("id", "updated_at")})), to=2
    )
    return row["sha256"]


def told(replica, sha256):
    with replica.reading() as reader:
        return blobs.read(reader, [sha256])[sha256]


def raising(error):
    def answer(*_):
        raise error

    return answer


def test_a_server_that_always_finds_other_bytes_is_asked_a_few_times_and_later(replica, attached):
    server = Server(send=raising(Refused(ErrorCode.P210)))
    assert Courier(replica, server).run_once() == 0
    assert (server.sent, told(replica, attached).error) == (TRIES, "P210")


def test_a_place_that_is_never_right_is_not_asked_for_ever(replica, attached):
    server = Server(send=raising(Refused(ErrorCode.P209)))
    assert Courier(replica, server).run_once() == 0
    assert (server.sent, told(replica, attached).error) == (TRIES, "P209")
    [one] = documents.page(replica, Owner("company", ACME)).rows
    assert one.newest.state == "waiting_to_send", (
        "another process of the server has another part: nothing is wrong with the file"
    )
    courier = Courier(replica, server)
    assert courier.run_once() == 0
    courier.forgive()
    courier.run_once()
    assert server.sent == 2 * TRIES, "it goes on after the next round of sync"


def test_a_device_that_is_emptied_waits_for_a_file_that_another_process_has_a_part_of(replica, attached):
    with pytest.raises(Unreachable):
        Courier(replica, Server(send=raising(Refused(ErrorCode.P209)))).send_all()


def test_a_clock_that_was_set_back_holds_no_file_up(replica, attached):
    later = START_MS + 365 * blobs.DAY_MS

    def due():
        with replica.reading() as reader:
            assert blobs.next_at(reader, START_MS) is None
            return [one.sha256 for one in blobs.due(reader, blobs.Policy(), START_MS)]

    with replica.write(durable=False) as writing:
        blobs.note_failed(writing.connection, attached, "R309", later + blobs.LONGEST_MS)
    assert due() == [attached]
    with replica.write(durable=False) as writing:
        blobs.note_sent(writing.connection, attached, later)
    assert due() == [attached], "the centre says that it has no bytes of it"


@pytest.mark.parametrize(
    ("error", "code"),
    [(Refused(ErrorCode.L404), "L404"), (Refused(ErrorCode.R309), "R309"), (ProtocolFault(None, "odd"), "ProtocolFault")],
    ids=str,
)
def test_a_refusal_is_told_and_tried_again_much_later(replica, attached, error, code):
    server = Server(announce=raising(error))
    courier = Courier(replica, server)
    assert courier.run_once() == 0
    assert courier.run_once() == 0
    assert (server.announced, told(replica, attached).error) == (1, code)
    [one] = documents.page(replica, Owner("company", ACME)).rows
    assert (one.newest.state, one.newest.reason) == ("gone_wrong", code)
    courier.forgive()
    courier.run_once()
    assert server.announced == 1, "a refusal does not pass with the network"
    documents.again(replica, one.id)
    courier.run_once()
    assert server.announced == 2


@pytest.mark.parametrize("error", [Unreachable(None, "x"), Busy(ErrorCode.S502, "x", 7.0)], ids=str)
def test_a_network_that_is_gone_is_waited_for_longer_and_longer_and_not_told_of_a_file(replica, attached, error):
    server, waits = Server(announce=raising(error)), []
    courier = Courier(replica, server)
    for _ in range(12):
        courier.run_once()
        at = told(replica, attached).next_at
        waits.append(at - replica.ids.now_ms())
        assert courier.next_at() == at
        with replica.write(durable=False) as writing:
            writing.connection.execute("UPDATE _blob SET next_at = 0")
    assert server.announced == 12
    assert max(waits) <= MOST_MS
    [one] = documents.page(replica, Owner("company", ACME)).rows
    assert (one.newest.state, one.newest.reason) == ("waiting_to_send", "")
    courier.run_once()
    courier.forgive()
    courier.run_once()
    assert server.announced == 14


def test_a_device_that_has_to_sign_in_keeps_what_waits(replica, attached):
    assert Courier(replica, Server(announce=raising(NeedsSignIn(ErrorCode.A101)))).run_once() == 0
    assert documents.waiting(replica).count == 1


def test_nothing_is_asked_while_silence_is_wanted_or_after_the_end(replica, attached):
    server = Server()
    silent = Courier(replica, server, lambda: True)
    assert silent.run_once() == 0
    with pytest.raises(Unreachable):  # a device that says goodbye asks all the same
        Courier(replica, Server(announce=raising(Unreachable(None, "x"))), lambda: True).send_all()
    ended = Courier(replica, server)
    ended.stop()
    assert ended.run_once() == 0
    assert server.announced == 0


def test_what_was_asked_for_meanwhile_comes_first(replica, attached):
    def send(offset, piece):
        if server.sent == 1:
            courier.look_again()
            return FilePlace(1)
        return FilePlace(len(CONTENT), is_whole=True)

    server = Server(send=send)
    courier = Courier(replica, server)
    assert courier.run_once() == 1
    assert server.announced == 2


@pytest.fixture
def theirs(replica):
    pk, sha256 = "018f0000-0000-7000-8000-000000000009", "ab" * 32
    values = {"company_id": ACME, "name": "x.txt", "mime": "text/plain", "size": 10, "sha256": sha256, "added_at": 1}
    bring(replica, (3, "document", central_row("document", pk, state="stored", **values)), to=3)
    return pk, sha256


@pytest.mark.parametrize(
    ("pieces", "code"), [([b"0123456789"], "P210"), ([b"0123456789", b"more"], "ProtocolFault"), ([b"0123"], "Unreachable")]
)
def test_what_is_not_the_file_is_not_taken(replica, theirs, pieces, code):
    courier = Courier(replica, Server(fetch=lambda start: iter(pieces if not start else [])))
    assert courier.run_once() == 0
    assert told(replica, theirs[1]).error == code
    assert not replica.files.has(theirs[1])


def test_a_disk_that_is_full_says_so(replica, theirs, monkeypatch):
    monkeypatch.setattr("client.replica.file_folder.SPARE_BYTES", 2**62)
    courier = Courier(replica, Server(fetch=lambda start: iter([b"0123456789"])))
    assert courier.run_once() == 0
    assert told(replica, theirs[1]).error == "D601"
