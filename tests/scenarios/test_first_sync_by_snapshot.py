"""An empty device begins with a file that the server has ready; whatever happens on the way, it ends equal to the centre."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Timer

import pytest

from client.config import FirstSync
from client.replica import columns_file, integrity, takeover
from client.replica.driver import Connect, connect
from client.sync.bootstrap import STUCK
from client.sync.engine import SyncEngine
from client.sync.parcel import Parcel
from shared_models.errors import Busy, ProtocolFault, ReplicaError, ReplicaLocked, Unreachable
from shared_models.snapshot import SnapshotAnswer, SnapshotRequest
from sync_server.services.actor import Actor
from sync_server.services.local_transport import LocalTransport
from sync_server.services.snapshots import Policy, Snapshots
from tests.anomaly.test_killed_client import Fuse, Killed, mortal
from tests.keyring import KEY
from tests.world import Device, Network, World, make_world


@dataclass
class Way(Network):
    """A network that can spoil a snapshot, and counts its bytes."""

    cut_after: int | None = None
    """Bytes after which the stream breaks off, once."""
    spoil: Callable[[bytes], bytes] = lambda piece: piece
    answer: Callable[[SnapshotAnswer], SnapshotAnswer] = lambda answer: answer
    meanwhile: Callable[[], object] = lambda: None
    came: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)

    def snapshot(self, request: SnapshotRequest) -> SnapshotAnswer:
        return self.answer(super().snapshot(request))

    def snapshot_bytes(self, name: str, start: int) -> Iterator[bytes]:
        whole = b"".join(super().snapshot_bytes(name, start))
        self.starts.append(start)
        return self._pieces(whole)

    def _pieces(self, whole: bytes) -> Iterator[bytes]:
        self.meanwhile()
        limit, self.cut_after = self.cut_after, None
        for i in range(0, len(whole), 1000):
            if limit is not None and i >= limit:
                raise Unreachable(None, "the link is cut in this test")
            self.came.append(len(whole[i : i + 1000]))
            yield self.spoil(whole[i : i + 1000])


class Story:
    """A server with some companies, and devices that have not met it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.snapshots = Snapshots(
            world.server.central, world.folder / "snapshots", lambda build: build(), Policy(min_rows=5, refresh_after=3)
        )
        self.office = world.device("office")
        self.names = [f"Company {i}" for i in range(40)]
        self.ids = [self.office.save("company", name=name) for name in self.names]
        self.office.sync()

    def device(
        self, name: str = "new", connect: Connect = connect, link: FirstSync | None = None, way: Way | None = None
    ) -> Device:
        made = way or Way(LocalTransport(self.world.server.central, self.actor(name), self.snapshots))
        found = self.world.device(name, "dan", network=made, connect=connect)
        found.engine = SyncEngine(found.replica, made, random=found.engine.scheduler._random, first_sync=link)
        return found

    def actor(self, name: str) -> Actor:
        return Actor(self.world.users["dan"], f"device-{name}")

    def way(self, device: Device) -> Way:
        assert isinstance(device.network, Way)
        return device.network


@pytest.fixture
def story(tmp_path):
    world = make_world(tmp_path)
    yield Story(world)
    world.close()


def litter(device):
    return [path.name for path in device.file().parent.glob(f"{device.file().name}.*")]


def test_an_empty_device_is_filled_by_the_file_and_finds_everything(story):
    device = story.device()
    result = device.sync()
    assert result.error is None
    assert result.proof.equal
    assert result.rows >= 40
    assert story.way(device).starts == [0]
    assert [hit.title for hit in device.replica.search("company 17")] == ["Company 17"]
    device.edit("company", story.ids[17], name="Ștefan și fiii")  # the search follows edits: its triggers are there
    assert [hit.title for hit in device.replica.search("stefan")] == ["Ștefan și fiii"]
    assert device.replica.search("company 17") == []
    assert litter(device) == []
    story.world.rest()


def test_what_was_changed_since_the_file_was_made_comes_after_it(story):
    story.device("first").sync()
    story.office.edit("company", story.ids[3], name="Renamed since")
    story.office.sync()
    device = story.device("second")
    device.sync()
    assert device.get("company", story.ids[3])["name"] == "Renamed since"
    story.world.rest()


def test_saves_of_a_device_that_has_met_nobody_survive(story):
    device = story.device()
    mine = device.save("company", name="Made before the first sync")
    child = device.save("note", company_id=mine, body="and its note", written_at=1)
    undone = device.save("company", name="Taken back")
    device.replica.undo(device.replica.waiting()[-1].tx_id, "Undo")
    device.network.is_up = False
    device.sync()
    device.network.is_up = True
    device.network.lost_answers = ["push"]
    assert device.sync().proof.equal  # the push did not go through, the first load did
    assert device.get("company", mine)["name"] == "Made before the first sync"
    assert device.get("note", child)["body"] == "and its note"
    assert device.replica.get("company", undone) is None
    assert [hit.title for hit in device.replica.search("made before")] == ["Made before the first sync"]
    assert len(device.replica.waiting()) == 2
    device.save("company", name="Made after it")
    story.world.rest()
    assert story.office.get("company", mine)["name"] == "Made before the first sync"


def test_a_save_while_the_file_comes_is_in_it(story):
    device = story.device()
    story.way(device).meanwhile = lambda: device.save("company", name="Typed meanwhile")
    device.sync()
    assert [hit.title for hit in device.replica.search("typed")] == ["Typed meanwhile"]
    story.world.rest()


def test_a_cut_file_is_gone_on_with_and_no_byte_comes_twice(story):
    device = story.device()
    story.way(device).cut_after = 3000
    assert isinstance(device.sync().error, Unreachable)
    device = device.restart()
    device.engine = SyncEngine(device.replica, device.network, random=device.engine.scheduler._random)
    assert device.sync().error is None
    way = story.way(device)
    assert way.starts == [0, 3000]
    assert sum(way.came) == next(story.world.folder.glob("snapshots/*.db")).stat().st_size
    story.world.rest()


def test_a_part_is_kept_and_gone_on_with_when_the_link_gives_nothing_for_a_while(story):
    device = story.device()
    way, file = story.way(device), story.world.folder / "snapshots"
    way.cut_after = 3000
    device.sync()
    for _ in range(STUCK - 1):
        way.cut_after = 0
        assert isinstance(device.sync().error, Unreachable)
    assert device.sync().proof.equal
    assert way.starts == [0, *[3000] * STUCK]
    assert sum(way.came) == next(file.glob("*.db")).stat().st_size
    assert litter(device) == []
    story.world.rest()


def test_a_part_is_kept_while_neither_file_nor_pages_come(story, monkeypatch):
    device = story.device()
    way = story.way(device)
    way.cut_after = 3000
    device.sync()
    for _ in range(STUCK):
        way.cut_after = 0
        way.lost_answers = ["pull"]
        assert isinstance(device.sync().error, Unreachable)
    assert way.calls.count("pull") == 1
    way.lost_answers = []
    assert device.sync().proof.equal
    assert way.starts[-1] == 3000
    assert sum(way.came) == next(story.world.folder.glob("snapshots/*.db")).stat().st_size


def test_a_file_that_never_comes_whole_gives_way_to_pages(story):
    device = story.device()
    way = story.way(device)
    way.cut_after = 3000
    device.sync()
    for _ in range(STUCK):
        way.cut_after = 0
        result = device.sync()
    assert result.proof.equal
    assert litter(device) == []
    story.world.rest()


def test_a_part_of_an_older_file_is_finished_while_the_server_keeps_it(story):
    device = story.device()
    story.way(device).cut_after = 3000
    device.sync()
    for i in range(5):
        story.office.edit("company", story.ids[i], name=f"Newer {i}")
    story.office.sync()
    story.device("another").sync()  # the server makes a newer one
    device.sync()
    assert story.way(device).starts == [0, 3000]
    story.world.rest()


def test_a_part_whose_file_is_gone_is_thrown_away(story):
    device = story.device()
    story.way(device).cut_after = 3000
    device.sync()
    for path in story.world.folder.glob("snapshots/*"):
        path.unlink()
    story.office.edit("company", story.ids[0], name="Newer")
    story.office.sync()
    device.sync()
    assert story.way(device).starts == [0, 0]
    assert litter(device) == []
    story.world.rest()


def test_a_turned_bit_is_seen_and_pages_bring_everything(story):
    device = story.device()
    story.way(device).spoil = lambda piece: piece[:-1] + bytes((piece[-1] ^ 1,))
    result = device.sync()
    assert result.error is None
    assert result.proof.equal
    assert story.way(device).starts == [0, 0]  # once more, then pages
    assert litter(device) == []
    story.world.rest()


@pytest.mark.parametrize(
    "wrong",
    [
        {"sha256": "0" * 64},
        {"epoch": "another"},
        {"bytes": 10},
        {"packed_bytes": 10},
        {"packing": "lzma"},
        {"bytes": 2**60},
        {"name": "gone"},
    ],
    ids=str,
)
def test_a_file_that_is_not_what_was_said_is_not_believed(story, wrong):
    device = story.device()
    story.way(device).answer = lambda answer: answer.model_copy(update=wrong)
    assert device.sync().proof.equal
    assert litter(device) == []
    if "sha256" in wrong:
        assert story.way(device).starts == [0, 0]
    story.world.rest()


def test_the_file_of_an_older_timeline_is_of_no_use(story, monkeypatch):
    backup = story.world.back_up()
    lost = story.office.save("company", name="Not in the backup")
    story.office.sync()
    story.device("first").sync()
    shelf = story.snapshots._shelf
    old = SnapshotAnswer.model_validate_json(next(story.world.folder.glob("snapshots/*.json")).read_text())
    story.world.restore(backup, "second-timeline")
    device = story.device()
    # a server that hands it out all the same, and says that it is of today
    story.way(device).answer = lambda _: old.model_copy(update={"epoch": "second-timeline"})
    shelf.fit = lambda kind, now: [old]
    story.snapshots._follow = lambda now: None
    taken = []
    monkeypatch.setattr(takeover, "_put_in_place", lambda *_: taken.append(1))
    assert device.sync().proof.equal
    assert (story.way(device).starts, taken) == ([0], [])
    assert device.replica.get("company", lost) is None
    story.world.rest()


def test_a_device_is_loaded_anew_from_a_file_after_the_server_was_restored(story):
    device = story.device()
    device.sync()
    backup = story.world.back_up()
    device.edit("company", story.ids[0], name="Lost by the server")
    device.sync()
    device.save("company", name="Not sent yet")
    story.world.restore(backup, "second-timeline")
    story.way(device).starts.clear()
    device.network.lost_answers = ["push"]
    device.sync()
    device.sync()
    assert story.way(device).starts == [0]
    assert device.get("company", story.ids[0])["name"] == "Lost by the server"
    story.world.rest()


def packings(story):
    return {path.name.split("-")[1] for path in story.world.folder.glob("snapshots/*.db")}


def test_a_metered_link_takes_columns_and_finds_everything(story):
    mine = story.office.save("company", name="Ștefan", roles=["customer", "supplier"], do_not_contact=True)
    story.office.sync()
    device = story.device(link=FirstSync(by_snapshot=False))
    device.save("company", name="Typed before the first sync")
    result = device.sync()
    assert result.error is None
    assert result.proof.equal
    assert result.rows >= 40
    assert packings(story) == {"zstdcolumns"}
    assert device.get("company", mine) == story.office.get("company", mine)
    assert [hit.title for hit in device.replica.search("stefan")] == ["Ștefan"]
    assert [hit.title for hit in device.replica.search("typed before")] == ["Typed before the first sync"]
    device.edit("company", story.ids[17], name="Renamed")
    assert device.replica.search("company 17") == []
    assert integrity.check(device.replica) == []
    assert litter(device) == []
    story.world.rest()


def test_a_link_that_wants_pages_gets_pages(story):
    device = story.device(link=FirstSync(by_snapshot=False, by_columns=False))
    assert device.sync().proof.equal
    assert "snapshot" not in device.network.calls


def test_a_slow_link_turns_to_columns(story):
    device = story.device(link=FirstSync(column_row_bytes=1, column_rows_s=10**9))
    story.way(device).meanwhile = lambda: story.world.clock.forward(hours=1)
    assert device.sync().proof.equal
    assert packings(story) == {"zstd", "zstdcolumns"}
    assert story.way(device).starts == [0, 0]
    assert litter(device) == []
    story.world.rest()


def test_columns_that_a_slow_link_began_are_gone_on_with_whatever_the_link_is_now(story):
    device = story.device(link=FirstSync(by_snapshot=False))
    story.way(device).cut_after = 1000
    assert isinstance(device.sync().error, Unreachable)
    device = device.restart()
    device.engine = SyncEngine(device.replica, device.network, random=device.engine.scheduler._random)
    assert device.sync().proof.equal
    assert story.way(device).starts == [0, 1000]
    assert packings(story) == {"zstdcolumns"}
    story.world.rest()


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [{"k": "columns", "t": "starship", "cols": ["id"], "v": [1], "columns": [["a"]]}],
        [{"k": "columns", "t": "company", "cols": ["id"], "v": [1], "columns": [["a"]]}],
        [{"k": "columns", "t": "company"}],
        [{"k": "end", "seq": "1"}],
        [{}],
    ],
    ids=str,
)
def test_columns_in_another_shape_are_refused(story, lines):
    device = story.device()
    with pytest.raises(ProtocolFault):
        columns_file.make(device.replica, story.world.folder / "made.db", lines)


def test_whatever_is_wrong_with_columns_pages_bring_everything(story, monkeypatch):
    device = story.device(link=FirstSync(by_snapshot=False))
    monkeypatch.setattr(Parcel, "lines", lambda _: iter([b"no JSON"]))
    assert device.sync().proof.equal
    assert device.replica.count("company") == 40
    assert litter(device) == []
    story.world.rest()


def test_a_dead_link_does_not_ask_for_the_file_for_ever(story):
    device = story.device()
    story.way(device).cut_after = 0
    assert device.sync().proof.equal


def test_what_another_process_saves_at_the_last_moment_is_not_lost(story, monkeypatch):
    device = story.device()
    usual = takeover._prepare

    def saved_behind_our_back(replica, *others):
        seq = usual(replica, *others)
        other = replica.beside(replica.path)
        other.execute("INSERT INTO _recent (entity, pk, used_at) VALUES ('company', 'x', 1)")
        other.close()
        return seq

    monkeypatch.setattr(takeover, "_prepare", saved_behind_our_back)
    assert isinstance(device.sync().error, ReplicaLocked)
    monkeypatch.undo()
    assert device.sync().proof.equal
    with device.replica.reading() as reader:
        assert reader.execute("SELECT pk FROM _recent").fetchall() == [("x",)]
    assert story.way(device).starts == [0]  # the file is still there
    story.world.rest()


def test_what_another_process_is_saving_while_the_file_is_put_in_place_is_not_lost(story, monkeypatch):
    device = story.device()
    usual = takeover._put_in_place

    def saving_behind_our_back(replica, made, live, *others):
        other = sqlite3.connect(replica.path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO _recent (entity, pk, used_at) VALUES ('company', 'x', 1)")
        live.connection.execute("PRAGMA busy_timeout = 20")
        done = Timer(0.4, other.execute, ("COMMIT",))  # longer than the replica waits for its turn
        done.start()
        try:
            usual(replica, made, live, *others)
        finally:
            done.join()
            other.close()

    monkeypatch.setattr(takeover, "_put_in_place", saving_behind_our_back)
    assert isinstance(device.sync().error, ReplicaLocked)
    monkeypatch.undo()
    assert device.sync().proof.equal
    with device.replica.reading() as reader:
        assert reader.execute("SELECT pk FROM _recent").fetchall() == [("x",)]
    story.world.rest()


@pytest.mark.parametrize(
    "trouble", [ReplicaError("disk I/O error"), KeyError("epoch"), ValueError("no JSON"), Busy(None, "too large")]
)
def test_whatever_is_wrong_with_a_file_pages_bring_everything(story, monkeypatch, trouble):
    device = story.device()

    def fails(*_):
        raise trouble

    monkeypatch.setattr(takeover, "take_over", fails)
    assert device.sync().proof.equal
    story.world.rest()


def test_progress_is_told_in_rows_and_bytes(story):
    device = story.device()
    seen = []
    device.replica.events.subscribe(lambda _: seen.append(device.engine.status().loading))
    device.sync()
    last = next(one for one in reversed(seen) if one.total_bytes)
    assert (last.bytes, last.rows) == (last.total_bytes, last.total_rows)
    assert last.total_rows >= 40
    assert any(0 < one.bytes < one.total_bytes for one in seen if one.total_bytes)


def test_an_open_reader_sees_the_old_rows_or_the_new_ones(story):
    device = story.device()
    held = device.replica.beside(device.file())
    held.execute("BEGIN")
    assert held.execute("SELECT count(*) FROM company").fetchone() == (0,)
    device.sync()
    assert held.execute("SELECT count(*) FROM company").fetchone() == (0,)
    held.execute("ROLLBACK")
    assert held.execute("SELECT count(*) FROM company").fetchone() == (40,)
    held.close()


def test_killed_at_any_statement_it_keeps_what_was_typed_and_ends_equal(story):
    fuse = Fuse()
    whole = story.device("whole", connect=mortal(fuse))
    whole.save("company", name="Typed")
    start = fuse.count
    whole.sync()
    for step in range(0, fuse.count - start, 3):
        fuse.left = None
        device = story.device(f"killed-{step}", connect=mortal(fuse))
        mine = device.save("company", name=f"Typed {step}")
        fuse.left = step
        with suppress(Killed):
            device.sync()
        fuse.left = None
        way = story.way(device)
        device = device.restart()
        assert device.get("company", mine)["name"] == f"Typed {step}"
        assert integrity.check(device.replica) == [], step
        assert device.sync().error is None
        assert device.sync().proof.equal
        assert way.starts in ([0], [0, 0])
        device.replica.close()
        del story.world.devices[device.name]
    story.world.rest()


def test_a_file_that_sqlite_finds_unsound_is_thrown_away(story, monkeypatch):
    from client.sync.parcel import Parcel

    usual = Parcel.unpack

    def damaged(self):
        path = usual(self)
        content = bytearray(path.read_bytes())
        content[4096 : 4096 + 200] = bytes(200)
        path.write_bytes(content)
        return path

    monkeypatch.setattr(Parcel, "unpack", damaged)
    device = story.device()
    assert device.sync().proof.equal
    assert litter(device) == []
    story.world.rest()


def test_gzip_does_where_zstd_is_not_installed(story, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "zstandard", None)
    device = story.device()
    assert device.sync().proof.equal
    assert story.device("metered", link=FirstSync(by_snapshot=False)).sync().proof.equal
    assert packings(story) == {"gzip", "gzipcolumns"}
    story.world.rest()


def test_an_encrypted_device_begins_so_too_and_nothing_that_comes_is_readable_beside_it(story):
    pytest.importorskip("sqlcipher3")
    device, looks = story.device("sealed", connect=KEY), []
    way = story.way(device)

    def look(piece):
        files = [path for path in story.world.folder.glob("sealed.db*") if path.is_file()]
        looks.append([path.name for path in files if any(plain in path.read_bytes() for plain in (b"Company 17", piece[:64]))])
        return piece

    way.spoil, way.cut_after = look, 1000
    mine = device.save("company", name="Typed before")
    assert isinstance(device.sync().error, Unreachable)
    assert [name.endswith(".part") for name in litter(device)].count(True) == 1
    device = device.restart(connect=KEY)
    device.engine = SyncEngine(device.replica, way, random=device.engine.scheduler._random)
    look(b"never in any file")
    assert device.sync().proof.equal
    look(b"never in any file")
    assert way.starts == [0, 1000]
    assert looks
    assert not any(looks), looks
    assert litter(device) == []
    assert [hit.title for hit in device.replica.search("company 17")] == ["Company 17"]
    assert device.get("company", mine)["name"] == "Typed before"
    assert integrity.check(device.replica) == []


def test_an_encrypted_part_that_a_power_cut_damaged_is_fetched_anew(story):
    pytest.importorskip("sqlcipher3")
    device = story.device("sealed", connect=KEY)
    way = story.way(device)
    way.cut_after = 1000
    device.sync()
    [part] = story.world.folder.glob("sealed.db.*.part")
    content = bytearray(part.read_bytes())
    content[-2000:] = bytes(2000)
    part.write_bytes(content)
    assert device.sync().proof.equal
    assert way.starts == [0, 0]


def test_killed_at_any_statement_an_encrypted_device_ends_equal_too(story):
    cipher = pytest.importorskip("sqlcipher3.dbapi2")
    fuse = Fuse()

    class Mortal(cipher.Connection):  # type: ignore[misc, name-defined]  # the library has no types
        def execute(self, sql, *values):
            fuse.burn(sql)
            return super().execute(sql, *values)

        def executemany(self, sql, *values):
            fuse.burn(sql)
            return super().executemany(sql, *values)

    def mortal_one(path):
        made = cipher.connect(str(path), isolation_level=None, check_same_thread=False, factory=Mortal)
        made.execute(f'PRAGMA key = "{KEY.literal}"')
        return made

    whole = story.device("whole", connect=mortal_one)
    start = fuse.count
    whole.sync()
    for step in range(0, fuse.count - start, 25):
        fuse.left = None
        device = story.device(f"killed-{step}", connect=mortal_one)
        mine = device.save("company", name=f"Typed {step}")
        fuse.left = step
        with suppress(Killed):
            device.sync()
        fuse.left = None
        device = device.restart(connect=KEY)
        assert device.get("company", mine)["name"] == f"Typed {step}"
        assert device.sync().error is None
        assert device.sync().proof.equal
        device.replica.close()
        del story.world.devices[device.name]
