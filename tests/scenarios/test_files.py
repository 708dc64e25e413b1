"""Files on records: attached offline, sent over a line that breaks, found by others, replaced by two people, gone with the rights."""

import hashlib
from dataclasses import dataclass
from random import Random

import pytest

from client.config import SyncTimes
from client.replica import blobs, file_purging, meta, settling
from client.replica.driver import can_encrypt
from client.replica.file_folder import AttachStopped
from client.sync.courier import Courier
from client.sync.engine import SyncEngine
from client.sync.http_transport import AccessToken, HttpTransport, make_client, sign_in
from client.usecases import documents
from client.usecases.answers import Owner
from shared_models.errors import ErrorCode, FileGone, FileTooLarge, FileUnreadable, Refused, ReplicaFull
from shared_models.ids import derived_id
from shared_models.protocol import SignInRequest
from shared_models.texts import Texts
from sync_server.services import file_marks
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.shipped_profiles import profile_id, shipped_profiles
from tests.bench.relay import counting
from tests.clients import Clock, make_replica
from tests.keyring import KEY
from tests.servers import EMAIL, PASSWORD, behind_socket, make_server

pytestmark = pytest.mark.functions(135)
SAY = Texts("en").t
NOW = 1_795_000_000_000
MIB = 1024 * 1024


def content_of(seed, size):
    return Random(seed).randbytes(size)


def file_of(folder, name, content):
    path = folder / name
    path.write_bytes(content)
    return path


def attach(device, company, path, now=NOW):
    return documents.attach(device.replica, SAY, now, Owner("company", company), path, path.name)


def shown(device, company):
    return documents.page(device.replica, Owner("company", company)).rows


def states(device, company):
    return [(one.newest.name, one.newest.state) for one in shown(device, company)]


def bytes_of(device, document):
    return b"".join(documents.read_pieces(device.replica, document))


def lies_in(device, word):
    """Return whether a word is in any file of the device."""
    files = [*device.file().parent.glob(f"{device.name}.db*"), *device.replica.files.path.rglob("*")]
    return [path for path in files if path.is_file() and word in path.read_bytes()]


@pytest.fixture
def ana(world):
    return world.device("ana-laptop", "ana")


@pytest.fixture
def dan(world, ana):
    return world.device("dan-laptop", "dan")


@pytest.fixture
def acme(ana, dan):
    pk = ana.save("company", name="Acme", responsible_id=dan.world.users["dan"])
    ana.sync()
    dan.sync()
    return pk


def test_a_file_that_was_attached_offline_is_found_by_the_other(ana, dan, acme, tmp_path):
    ana.network.is_up = False
    saved = attach(ana, acme, file_of(tmp_path, "offer.pdf", b"%PDF the offer"))
    assert states(ana, acme) == [("offer.pdf", "waiting_to_send")]
    assert documents.waiting(ana.replica).count == 1
    assert ana.move_files() == 0
    ana.network.is_up = True
    ana.sync()
    dan.sync()
    assert states(dan, acme) == [("offer.pdf", "not_sent_yet")], "the row waits for no byte"
    with ana.replica.write(durable=False) as writing:
        blobs.release(writing.connection, ("Unreachable",))
    assert ana.move_files() == 1
    assert (states(ana, acme), documents.waiting(ana.replica).count) == ([("offer.pdf", "here")], 0)
    assert dan.move_files() == 1
    assert states(dan, acme) == [("offer.pdf", "here")]
    assert bytes_of(dan, saved.id) == b"%PDF the offer"
    [one] = shown(dan, acme)
    assert (one.newest.by, one.newest.is_mine, one.newest.size, one.dot) == ("Ana Pop", False, 14, "sent")


def test_two_people_who_replace_one_file_both_find_their_version(world, ana, dan, acme, tmp_path):
    first = attach(ana, acme, file_of(tmp_path, "plan.txt", b"first")).id
    ana.move_files()
    dan.move_files()
    mine = documents.replace(ana.replica, SAY, NOW + 1, first, file_of(tmp_path, "plan.txt", b"by ana"), "plan.txt").id
    his = documents.replace(dan.replica, SAY, NOW + 2, first, file_of(tmp_path, "plan.txt", b"by dan"), "plan.txt").id
    for _ in range(2):
        for device in (ana, dan):
            device.move_files()
    world.rest()
    for device in (ana, dan):
        [one] = shown(device, acme)
        assert [version.id for version in one.heads] == [his, mine]
        assert [version.id for version in one.past] == [first]
        assert {bytes_of(device, version.id) for version in one.versions} == {b"first", b"by ana", b"by dan"}
    kept = documents.keep(ana.replica, SAY, mine)
    world.rest()
    assert [version.id for version in shown(dan, acme)[0].heads] == [mine]
    ana.replica.undo(kept.tx, "undo")
    world.rest()
    assert len(shown(dan, acme)[0].heads) == 2


def test_a_file_is_archived_though_its_bytes_have_come_to_the_centre_since_its_author_looked(world, ana, dan, acme, tmp_path):
    saved = attach(ana, acme, file_of(tmp_path, "wrong.txt", b"of another client"))
    ana.sync()
    assert ana.courier.run_once() == 1
    documents.put_away(ana.replica, SAY, saved.id)
    world.rest()
    assert ana.replica.cards() == []
    assert dan.get("document", saved.id)["archived_at"] is not None


def test_what_is_large_comes_when_it_is_asked_for_and_what_is_to_be_taken_along_by_itself(ana, dan, acme, tmp_path):
    documents.set_policy(dan.replica, auto=True, up_to_mb=1, metered=False)
    large = attach(ana, acme, file_of(tmp_path, "large.bin", content_of(1, 2 * MIB)), NOW + 1).id
    taken = attach(ana, acme, file_of(tmp_path, "taken.bin", content_of(2, 2 * MIB)), NOW).id
    attach(ana, acme, file_of(tmp_path, "small.bin", b"small"), NOW - 1)
    ana.edit("document", taken, take_along=True)
    assert ana.move_files() == 3
    assert dan.move_files() == 2
    assert states(dan, acme) == [("large.bin", "not_here"), ("taken.bin", "here"), ("small.bin", "here")]
    with pytest.raises(FileGone):
        bytes_of(dan, large)
    documents.fetch(dan.replica, large)
    assert states(dan, acme)[0] == ("large.bin", "fetching")
    assert dan.courier.run_once() == 1
    assert bytes_of(dan, large) == content_of(1, 2 * MIB)


def test_nothing_goes_by_itself_over_a_metered_connection_but_what_is_asked_for(ana, dan, acme, tmp_path):
    pk = attach(ana, acme, file_of(tmp_path, "photo.bin", b"photo")).id
    ana.courier._is_metered = lambda: True
    assert ana.move_files() == 0
    documents.again(ana.replica, pk)
    assert ana.move_files() == 1
    dan.courier._is_metered = lambda: True
    assert dan.move_files() == 0
    documents.set_policy(dan.replica, auto=True, up_to_mb=10, metered=True)
    assert dan.move_files() == 1


def test_a_fetch_that_was_stopped_waits_until_it_is_asked_for_again(ana, dan, acme, tmp_path):
    pk = attach(ana, acme, file_of(tmp_path, "photo.bin", b"photo")).id
    ana.move_files()
    dan.sync()
    documents.stop_fetching(dan.replica, pk)
    assert dan.move_files() == 0
    assert states(dan, acme) == [("photo.bin", "not_here")]
    documents.fetch(dan.replica, pk)
    assert dan.move_files() == 1


def test_nothing_goes_while_the_person_works_offline(ana, acme, tmp_path):
    attach(ana, acme, file_of(tmp_path, "photo.bin", b"photo"))
    ana.sync()
    ana.engine.scheduler.set_paused(True)
    assert not ana.courier.is_possible()
    assert ana.courier.run_once() == 0
    ana.engine.scheduler.set_paused(False)
    assert ana.courier.is_possible()


def test_bytes_that_were_damaged_on_the_way_are_not_taken_for_the_file(world, ana, dan, acme, tmp_path):
    pk = attach(ana, acme, file_of(tmp_path, "offer.txt", b"the offer")).id
    ana.move_files()
    sha256 = ana.get("document", pk)["sha256"]
    stored = world.server.config.folder / "files" / sha256[:2] / sha256
    stored.write_bytes(b"the offex")
    assert dan.move_files() == 0
    assert [(one.newest.state, one.newest.reason) for one in shown(dan, acme)] == [("gone_wrong", "P210")]
    assert not dan.replica.files.part(sha256).path.exists()
    stored.write_bytes(b"the offer")
    documents.again(dan.replica, pk)
    assert dan.move_files() == 1


def test_a_file_whose_own_bytes_were_lost_says_so(ana, acme, tmp_path):
    pk = attach(ana, acme, file_of(tmp_path, "offer.txt", b"the offer")).id
    ana.replica.files.file(ana.get("document", pk)["sha256"]).write_bytes(b"the offex")
    assert ana.move_files() == 0
    assert [(one.newest.state, one.newest.reason) for one in shown(ana, acme)] == [("gone_wrong", "D606")]


def test_a_file_is_too_large_cannot_be_read_is_stopped_or_finds_no_room(ana, acme, tmp_path, monkeypatch):
    path = file_of(tmp_path, "offer.txt", content_of(3, 3 * MIB))
    with pytest.raises(FileUnreadable):
        attach(ana, acme, tmp_path / "nowhere.txt")
    with pytest.raises(AttachStopped):
        documents.attach(ana.replica, SAY, NOW, Owner("company", acme), path, "offer.txt", lambda done: done < MIB)
    monkeypatch.setattr("client.replica.file_folder.SPARE_BYTES", 2**62)
    with pytest.raises(ReplicaFull):
        attach(ana, acme, path)
    monkeypatch.undo()
    with ana.replica.write(durable=False) as writing:
        meta.put(writing.connection, {"biggest_file": 1000})
    with pytest.raises(FileTooLarge):
        attach(ana, acme, path)
    assert shown(ana, acme) == ()
    assert [one for one in ana.replica.files.path.rglob("*") if one.is_file()] == []


def test_a_program_that_is_killed_while_it_attaches_leaves_no_row_without_its_file(ana, acme, tmp_path, monkeypatch):
    class Killed(BaseException):
        pass

    path, files = file_of(tmp_path, "offer.txt", b"the offer"), ana.replica.files
    for place in ("keep", "edit"):
        with monkeypatch.context() as patched:
            patched.setattr(documents, "_let_go", lambda *_: None)
            target = files if place == "keep" else ana.replica

            def die(*_):
                raise Killed

            patched.setattr(target, place, die)
            with pytest.raises(Killed):
                attach(ana, acme, path)
        assert shown(ana, acme) == ()
        assert [one for one in files.path.rglob("*") if one.is_file()] != []
        file_purging.begin(ana.replica)
        assert [one for one in files.path.rglob("*") if one.is_file()] == []
    attach(ana, acme, path)
    file_purging.begin(ana.replica)
    assert states(ana, acme) == [("offer.txt", "waiting_to_send")]


def test_the_bytes_leave_the_device_with_the_right_to_see_them(world, ana, dan, acme, tmp_path):
    north = derived_id("team", "north")
    with world.server.central.store.write() as connection:
        rows = [*shipped_profiles(), ("team", {"id": north, "name": "Nord"})]
        import_rows(connection, world.server.central, rows, ImportedBy(world.users["ana"], "setup"))
    ana.sync()
    ana.edit("user", world.users["dan"], profile_id=profile_id("salesperson"), team_id=north)
    ana.sync()
    word = b"confidential-margin"
    attach(ana, acme, file_of(tmp_path, "margins.txt", word))
    ana.move_files()
    assert dan.move_files() == 1
    own = attach(dan, acme, file_of(tmp_path, "unsent.txt", b"never sent")).id
    opened = dan.file().parent / "opened"
    opened.mkdir()
    (opened / "margins.txt").write_bytes(word)
    assert lies_in(dan, word)
    ana.edit("company", acme, responsible_id=world.users["ana"])
    ana.sync()
    dan.network.lost_answers.append("push")
    dan.engine.run_once()
    assert dan.replica.get("company", acme) is None
    assert lies_in(dan, word) == []
    assert not opened.exists()
    sha256 = hashlib.sha256(b"never sent").hexdigest()
    assert dan.replica.files.has(sha256), "what only this device has stays like an edit that was not sent"
    assert own


def owed(world, ana, dan, acme, folder):
    """Have Dan, a salesperson, save a file whose row is at the centre, and whose bytes he has yet to send; returns what was saved."""
    with world.server.central.store.write() as connection:
        import_rows(connection, world.server.central, [*shipped_profiles()], ImportedBy(world.users["ana"], "setup"))
    ana.sync()
    ana.edit("user", world.users["dan"], profile_id=profile_id("salesperson"))
    ana.sync()
    dan.sync()
    saved = attach(dan, acme, file_of(folder, "visit.txt", b"what I saw"))
    dan.sync()
    ana.sync()
    return saved


def test_bytes_that_are_owed_to_the_centre_are_sent_although_their_author_sees_the_row_no_more(world, ana, dan, acme, tmp_path):
    saved = owed(world, ana, dan, acme, tmp_path)
    ana.edit("company", acme, responsible_id=world.users["ana"])
    ana.sync()
    dan.sync()
    assert dan.replica.get("document", saved.id) is None
    assert dan.replica.files.has(hashlib.sha256(b"what I saw").hexdigest())
    assert dan.courier.run_once() == 1
    assert not dan.replica.files.has(hashlib.sha256(b"what I saw").hexdigest())
    assert ana.move_files() == 1
    assert bytes_of(ana, saved.id) == b"what I saw"


def test_a_clock_that_jumps_by_years_removes_no_archived_file_before_its_time(world, ana, dan, acme, tmp_path):
    saved = attach(ana, acme, file_of(tmp_path, "offer.txt", b"the offer"))
    ana.move_files()
    assert dan.move_files() == 1
    ana.sync()
    documents.put_away(ana.replica, SAY, saved.id)
    ana.sync()
    sha256 = hashlib.sha256(b"the offer").hexdigest()
    world.clock.forward(days=5 * 365)
    dan.sync()
    assert dan.get("document", saved.id)["archived_at"] is not None
    file_purging.begin(dan.replica)
    assert dan.replica.files.has(sha256), "whoever brings it back finds it here"
    dan = dan.restart()
    dan.sync()
    assert dan.replica.files.has(sha256), "the centre has said how late it is"
    world.server.central.now_us.forward(days=31)
    dan.restart().sync()
    assert not dan.replica.files.has(sha256)


def test_owed_bytes_are_not_forgotten_with_the_save_that_a_backup_holds(world, ana, dan, acme, tmp_path):
    saved = owed(world, ana, dan, acme, tmp_path)
    ana.edit("company", acme, responsible_id=world.users["ana"])
    ana.sync()
    dan.sync()
    world.clock.forward(days=8)
    with dan.replica.write(durable=False) as writing:
        settling.forget(writing, 10**9, dan.replica.ids.now_ms() * 1000)
    file_purging.purge(dan.replica)
    assert dan.courier.run_once() == 1
    assert ana.move_files() == 1
    assert bytes_of(ana, saved.id) == b"what I saw"


def test_owed_bytes_of_a_row_that_was_archived_meanwhile_are_sent_and_leave_the_device(world, ana, dan, acme, tmp_path):
    saved = owed(world, ana, dan, acme, tmp_path)
    documents.put_away(ana.replica, SAY, saved.id)
    ana.edit("company", acme, responsible_id=world.users["ana"])
    ana.sync()
    dan.sync()
    assert dan.courier.run_once() == 1
    assert not dan.replica.files.has(hashlib.sha256(b"what I saw").hexdigest()), "nobody keeps what he may not see"
    ana.sync()
    assert ana.get("document", saved.id)["state"] == "stored"


@pytest.mark.parametrize("is_there_already", [True, False], ids=["announced", "sent"])
def test_bytes_that_another_process_clears_away_at_the_moment_they_are_taken_in_are_kept(
    world, ana, dan, acme, tmp_path, monkeypatch, is_there_already
):
    files, content, marked = world.server.files, b"what both saw", file_marks.mark_stored
    sha256 = hashlib.sha256(content).hexdigest()
    if is_there_already:
        attach(ana, acme, file_of(tmp_path, "hers.txt", content))
        ana.move_files()
    attach(dan, acme, file_of(tmp_path, "his.txt", content))
    dan.sync()

    def cleared_away_and_marked(*given):
        monkeypatch.setattr(file_marks, "mark_stored", marked)
        files.store.remove(sha256)
        marked(*given)

    monkeypatch.setattr(file_marks, "mark_stored", cleared_away_and_marked)
    assert dan.courier.run_once() == 1
    assert files.store.size_of(sha256) == len(content)
    ana.move_files()
    assert [state for _, state in states(ana, acme)] == ["here"] * (2 if is_there_already else 1)


def test_the_files_of_a_lost_device_are_sent_before_they_are_removed(world, ana, dan, acme, tmp_path):
    saved = attach(dan, acme, file_of(tmp_path, "visit.txt", b"what I saw"))
    world.server.accounts.wipe_device("device-dan-laptop")
    dan = dan.restart()
    dan.network.is_up = True
    assert dan.sync().error is not None
    assert dan.replica.facts()["wiped_at"]
    assert not dan.replica.files.path.exists()
    assert ana.move_files() == 1
    assert bytes_of(ana, saved.id) == b"what I saw"


def test_a_lost_device_tries_once_more_what_was_refused_before_and_is_missing_at_the_centre(world, ana, dan, acme, tmp_path):
    saved = attach(dan, acme, file_of(tmp_path, "visit.txt", b"what I saw"))
    dan.move_files()
    sha256, files = hashlib.sha256(b"what I saw").hexdigest(), world.server.files
    file_marks.mark_gone(files.central, [sha256], world.users["ana"])
    files.store.remove(sha256)
    dan.sync()
    with dan.replica.write(durable=False) as writing:
        blobs.note_failed(writing.connection, sha256, "R309", dan.replica.ids.now_ms() + blobs.LONGEST_MS)
    world.clock.forward(hours=0.5)
    world.server.accounts.wipe_device("device-dan-laptop")
    dan = dan.restart()
    dan.sync()
    assert dan.replica.facts()["wiped_at"] is not None
    ana.move_files()
    assert bytes_of(ana, saved.id) == b"what I saw"


def test_a_lost_device_also_sends_a_file_that_was_archived_on_it(world, ana, dan, acme, tmp_path):
    saved = attach(dan, acme, file_of(tmp_path, "visit.txt", b"what I saw"))
    dan.sync()
    ana.sync()
    ana.edit("document", saved.id, description="of the first visit")
    ana.sync()
    documents.put_away(dan.replica, SAY, saved.id)
    world.server.accounts.wipe_device("device-dan-laptop")
    dan = dan.restart()
    for _ in range(2):
        dan.sync()
    assert dan.replica.facts()["wiped_at"] is not None
    ana.move_files()
    assert ana.get("document", saved.id)["archived_at"] is None, "its author had not seen what was typed about it"
    assert bytes_of(ana, saved.id) == b"what I saw"


def test_the_files_that_nobody_may_see_are_no_different_from_those_that_are_not_there(world, ana, dan, acme, tmp_path):
    with world.server.central.store.write() as connection:
        import_rows(connection, world.server.central, [*shipped_profiles()], ImportedBy(world.users["ana"], "setup"))
    ana.sync()
    secret = ana.save("company", name="Secret", responsible_id=world.users["ana"])
    ana.edit("user", world.users["dan"], profile_id=profile_id("salesperson"))
    attach(ana, secret, file_of(tmp_path, "secret.txt", b"the secret"))
    ana.move_files()
    dan.sync()
    sha256 = hashlib.sha256(b"the secret").hexdigest()
    for ask in (lambda: dan.network.announce_file(sha256, 10), lambda: list(dan.network.file_bytes(sha256, 0))):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.code is ErrorCode.R309
    own = dan.save("company", name="Own")
    row = {"company_id": own, "name": "x", "mime": "text/plain", "size": 10, "sha256": sha256, "added_at": 1}
    dan.save("document", **row)
    dan.sync()
    assert dan.network.announce_file(sha256, 10).offset == 0, (
        "a row alone opens nothing, and does not tell that the file is there"
    )
    with pytest.raises(Refused):
        list(dan.network.file_bytes(sha256, 0))
    assert dan.network.send_file(sha256, 10, 0, b"the secret").is_whole
    assert b"".join(dan.network.file_bytes(sha256, 0)) == b"the secret"


# -- over a socket ---------------------------------------------------------------------------------------------------------


@dataclass
class Line:
    """A device on a relay whose connections break."""

    replica: object
    engine: SyncEngine
    courier: Courier
    sent: list

    def sync(self):
        return self.engine.run_once()


def device_at(address, folder, name, sent, connect=None):
    client = make_client(address, SyncTimes(read_s=10))
    answer = sign_in(client, SignInRequest(email=EMAIL, password=PASSWORD, device_name=name, install=name))

    class Counting(HttpTransport):
        def send_file(self, sha256, size, offset, piece):
            sent.append(len(piece))
            return super().send_file(sha256, size, offset, piece)

    transport = Counting(client, AccessToken(client, lambda: answer.device_token))
    replica = make_replica(folder, name=name, user=answer.user_id, clock=Clock(), met=False, connect=connect)
    return Line(replica, SyncEngine(replica, transport, random=Random(1)), Courier(replica, transport), sent), client


def test_a_file_of_20_mib_over_a_line_that_is_cut_ten_times_is_verified_with_5_percent_sent_again_at_most(tmp_path):
    content, sent = content_of(7, 20 * MIB), []
    server = make_server(tmp_path / "server")
    with behind_socket(server) as target, counting(target) as (address, counted):
        line, client = device_at(address, tmp_path, "laptop", sent)
        line.sync()
        with line.replica.edit("New") as edit:
            company = edit.insert("company", {"name": "Acme"})
        path = file_of(tmp_path, "film.bin", content)
        saved = documents.attach(line.replica, SAY, NOW, Owner("company", company), path, "film.bin")
        assert line.sync().error is None
        cuts, chance = [], Random(3)

        def cut():
            cuts.append(counted.both())
            if len(cuts) < 10:
                counted.cut_at = counted.both() + chance.randrange(MIB, 2 * MIB)
            counted.hang_up()

        counted.cut, counted.cut_at = cut, counted.both() + MIB
        before = counted.up
        for _ in range(30):
            line.courier.forgive()
            if line.courier.run_once():
                break
        assert len(cuts) == 10
        assert sum(sent) <= 1.05 * len(content), (sum(sent) - len(content)) / len(content)
        assert counted.up - before <= 1.05 * len(content)
        line.sync()
        assert line.replica.get("document", saved.id)["state"] == "stored"
        other, second = device_at(address, tmp_path, "encrypted", [], KEY if can_encrypt() else None)
        other.sync()
        documents.fetch(other.replica, saved.id)
        down, cuts[:] = counted.down, cuts[:0]
        counted.cut_at = counted.both() + MIB
        for _ in range(30):
            other.courier.forgive()
            if other.courier.run_once():
                break
        assert len(cuts) == 10
        assert b"".join(documents.read_pieces(other.replica, saved.id)) == content
        assert counted.down - down <= 1.05 * len(content)
        for one in (line, other):
            one.replica.close()
        client.close()
        second.close()
    server.central.store.close()


def test_a_server_that_is_killed_in_the_middle_of_a_file_goes_on_from_there(tmp_path):
    content, sent = content_of(8, 3 * MIB), []
    server = make_server(tmp_path / "server")
    with behind_socket(server) as target, counting(target) as (address, counted):
        line, client = device_at(address, tmp_path, "laptop", sent)
        line.sync()
        with line.replica.edit("New") as edit:
            company = edit.insert("company", {"name": "Acme"})
        saved = documents.attach(
            line.replica, SAY, NOW, Owner("company", company), file_of(tmp_path, "film.bin", content), "film.bin"
        )
        line.sync()

        def fall():
            counted.target = "http://127.0.0.1:9"
            counted.hang_up()

        counted.cut, counted.cut_at = fall, counted.both() + MIB
        assert line.courier.run_once() == 0
        vars(server).pop("files", None)  # what it had in memory is gone, as after a kill
        counted.target = target
        line.courier.forgive()
        assert line.courier.run_once() == 1
        assert sum(sent) <= len(content) + 2 * 64 * 1024
        line.sync()
        assert line.replica.get("document", saved.id)["state"] == "stored"
        line.replica.close()
        client.close()
    server.central.store.close()
