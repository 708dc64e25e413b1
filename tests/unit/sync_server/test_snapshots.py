"""Snapshots as the server makes and keeps them."""

import gzip
import hashlib
import json
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
import zstandard
from structlog.testing import capture_logs

from shared_models.digest import Digest
from shared_models.errors import ErrorCode
from shared_models.evolution import Evolution
from shared_models.registry import CRM
from shared_models.replica_shape import fingerprint
from shared_models.snapshot import SnapshotRequest
from sync_server.db import columns_file, digests
from sync_server.services import snapshots as building
from sync_server.services.actor import Actor
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.refusals import Refusal
from sync_server.services.shipped_profiles import profile_id, shipped_profiles
from sync_server.services.snapshots import Policy, Snapshots
from tests.servers import ServerClock
from tests.unit.sync_server.centre import open_centre, pk

DAN, EVE = Actor("user-dan", "dan"), Actor("user-eve", "eve")
SHAPE = fingerprint(CRM)


def asked(epoch="epoch", shape=SHAPE, packings=("zstd", "gzip"), held=None):
    return SnapshotRequest(epoch, shape, packings, held)


def company(n, **values):
    return {"t": "company", "pk": pk(n), "op": "i", "set": {"name": f"Ștefan {n}", **values}}


@pytest.fixture
def clock():
    return ServerClock()


@pytest.fixture
def centre(tmp_path, clock):
    made = open_centre(tmp_path, clock)
    yield made
    made.central.store.close()


@pytest.fixture
def snapshots(centre, tmp_path):
    for n in range(20):
        centre.save("a", company(n))
    return Snapshots(centre.central, tmp_path / "snapshots", lambda build: build(), Policy(min_rows=5, refresh_after=3))


def fetched(snapshots, answer, start=0):
    return b"".join(snapshots.read(DAN, answer.name, start)[0])


def opened(snapshots, answer, tmp_path):
    packed = fetched(snapshots, answer)
    plain = zstandard.decompress(packed) if answer.packing == "zstd" else gzip.decompress(packed)
    (tmp_path / "plain.db").write_bytes(plain)
    return closing(sqlite3.connect(tmp_path / "plain.db"))


@pytest.mark.parametrize("packing", ["zstd", "gzip"])
def test_the_file_is_what_the_answer_says(snapshots, centre, tmp_path, packing):
    answer = snapshots.offer(DAN, asked(packings=(packing,)))
    packed = fetched(snapshots, answer)
    assert (hashlib.sha256(packed).hexdigest(), len(packed), answer.packing) == (answer.sha256, answer.packed_bytes, packing)
    with opened(snapshots, answer, tmp_path) as file:
        assert (tmp_path / "plain.db").stat().st_size == answer.bytes
        facts = dict(file.execute("SELECT k, v FROM _snapshot"))
        assert (facts["seq"], facts["epoch"], facts["shape"]) == (str(answer.at_seq), "epoch", SHAPE)
        assert file.execute("SELECT _v, _k, name FROM company ORDER BY id LIMIT 1").fetchone() == (1, "stefan 0", "Ștefan 0")
        with centre.central.store.read() as connection:
            central = {name: one for name, one in digests.read(connection, centre.central.tables).items() if one.rows}
        told = {name: Digest.parse(*wire) for name, wire in json.loads(facts["digests"]).items()}
        assert {name: one for name, one in told.items() if one.rows} == central
        assert answer.rows == sum(one.rows for one in central.values())
        assert file.execute("SELECT count(*) FROM _fts_company('stefan')").fetchone() == (20,)


@pytest.mark.parametrize("packing", ["zstdcolumns", "gzipcolumns"])
def test_columns_hold_what_the_answer_says(snapshots, centre, packing, monkeypatch):
    monkeypatch.setattr(columns_file, "COLUMN_ROWS", 15)
    answer = snapshots.offer(DAN, asked(packings=(packing,)))
    packed = fetched(snapshots, answer)
    assert (hashlib.sha256(packed).hexdigest(), len(packed), answer.packing) == (answer.sha256, answer.packed_bytes, packing)
    plain = zstandard.ZstdDecompressor().decompressobj().decompress(packed) if packing[0] == "z" else gzip.decompress(packed)
    assert len(plain) == answer.bytes
    *lines, end = [json.loads(line) for line in plain.splitlines()]
    assert {line["k"] for line in lines} == {"columns"}
    names = [name for line in lines if line["t"] == "company" for name in line["columns"][line["cols"].index("name")]]
    assert sorted(names) == sorted(f"Ștefan {n}" for n in range(20))
    assert answer.rows == sum(len(line["v"]) for line in lines)
    assert (end["k"], end["seq"], end["epoch"]) == ("end", str(answer.at_seq), "epoch")
    with centre.central.store.read() as connection:
        central = digests.read(connection, centre.central.tables)
    assert {name: Digest.parse(*wire) for name, wire in json.loads(end["digests"]).items()} == central


def test_a_part_of_either_kind_is_gone_on_with(snapshots):
    file, columns = (snapshots.offer(DAN, asked(packings=(packing,))) for packing in ("zstd", "zstdcolumns"))
    both = ("zstd", "gzip", "zstdcolumns")
    assert snapshots.offer(DAN, asked(packings=both)) == file
    assert snapshots.offer(DAN, asked(packings=both, held=columns.sha256[:32])) == columns
    assert snapshots.offer(DAN, asked(packings=("zstd",), held=columns.sha256[:32])) == file


def test_it_is_made_of_one_moment(snapshots, centre, tmp_path, monkeypatch):
    from sync_server.services import pull

    usual = pull.row_lines

    def with_a_push_between(central, found):
        centre.save("b", company(900 + len(list(tmp_path.glob("pushed-*")))))
        (tmp_path / f"pushed-{len(list(tmp_path.glob('pushed-*')))}").touch()
        return usual(central, found)

    monkeypatch.setattr(pull, "row_lines", with_a_push_between)
    answer = snapshots.offer(DAN, asked())
    assert answer.at_seq == 20
    with opened(snapshots, answer, tmp_path) as file:
        assert file.execute("SELECT count(*), max(_v) FROM company").fetchone() == (20, 20)


def test_rows_that_do_not_have_the_central_digest_are_not_handed_out(snapshots, centre):
    with centre.central.store.write() as connection:
        connection.execute(sa.delete(centre.central.tables.row).where(centre.central.tables.row.c.pk == pk(3)))
    assert snapshots.offer(DAN, asked()).name is None


def test_a_few_records_need_none(centre, tmp_path):
    centre.save("a", company(1))
    assert Snapshots(centre.central, tmp_path / "s", lambda build: build()).offer(DAN, asked()).name is None


def test_another_shape_or_packing_gets_none_and_another_timeline_is_refused(snapshots):
    assert snapshots.offer(DAN, asked(shape="other")).name is None
    assert snapshots.offer(DAN, asked(packings=("lzma",))).name is None
    with pytest.raises(Refusal) as found:
        snapshots.offer(DAN, asked(epoch="other"))
    assert found.value.code is ErrorCode.P203


def test_an_older_one_is_handed_out_while_the_next_is_made(snapshots, centre):
    builds = []
    first = snapshots.offer(DAN, asked())
    snapshots._start = builds.append
    for n in range(100, 103):
        centre.save("a", company(n))
    assert snapshots.offer(DAN, asked()) == first
    assert builds == []  # three changes are not yet many
    centre.save("a", company(103))
    assert snapshots.offer(DAN, asked()) == first
    assert snapshots.offer(DAN, asked()) == first
    assert len(builds) == 1  # one at a time
    builds.pop()()
    newer = snapshots.offer(DAN, asked())
    assert newer.at_seq == first.at_seq + 4
    assert snapshots.offer(DAN, asked(held=first.sha256[:32])) == first


def test_only_the_two_newest_are_kept(snapshots, centre, tmp_path):
    made = []
    for n in range(3):
        made.append(snapshots.offer(DAN, asked()))
        for i in range(4):
            centre.save("a", company(100 + 10 * n + i))
        (tmp_path / "snapshots" / f"{made[-1].name.rpartition('-')[0]}-dead.db").touch()  # a build that died before its line
    made.append(snapshots.offer(DAN, asked()))
    kept = sorted(path.name for path in (tmp_path / "snapshots").iterdir())
    assert kept == sorted(f"{one.name}.{kind}" for one in made[-2:] for kind in ("db", "json"))
    with pytest.raises(Refusal) as found:
        snapshots.read(DAN, made[0].name, 0)
    assert (found.value.code, found.value.http_status) == (ErrorCode.P208, 404)


def test_a_place_behind_the_end_and_a_name_that_is_a_path_are_refused(snapshots, tmp_path):
    answer = snapshots.offer(DAN, asked())
    assert fetched(snapshots, answer, answer.packed_bytes - 7) == fetched(snapshots, answer)[-7:]
    with pytest.raises(Refusal) as found:
        snapshots.read(DAN, answer.name, answer.packed_bytes)
    assert (found.value.code, found.value.http_status) == (ErrorCode.P208, 416)
    (tmp_path / "secret.db").touch()
    for name in ("../secret", "..", "", f"../snapshots/{answer.name}"):
        with pytest.raises(Refusal):
            snapshots.read(DAN, name, 0)


def limit(centre, profile: str) -> None:
    """Give Dan a profile."""
    user = {"id": DAN.user_id, "name": "Dan", "email": "dan@example.ro", "language": "ro", "time_zone": "UTC"}
    rows = [*shipped_profiles(), ("user", {**user, "profile_id": profile_id(profile)})]
    with centre.central.store.write() as connection:
        import_rows(connection, centre.central, rows, ImportedBy("setup", "setup"))


def test_those_who_do_not_see_everything_get_neither_name_nor_bytes(snapshots, centre):
    answer = snapshots.offer(DAN, asked())
    limit(centre, "guest")
    with pytest.raises(Refusal) as found:
        snapshots.read(DAN, answer.name, 0)
    assert found.value.code is ErrorCode.P208
    assert snapshots.offer(DAN, asked()).name is None
    assert snapshots.read(EVE, answer.name, 0)[1] == answer.packed_bytes


def test_a_large_view_has_a_file_of_its_own_without_what_is_hidden(centre, tmp_path):
    limit(centre, "guest")
    for n in range(20):
        centre.save("dan" if n % 2 else "a", company(n, price_segment_id=pk(77)), admin=True)
    snapshots = Snapshots(centre.central, tmp_path / "s", lambda build: build(), Policy(min_rows=1, min_rows_in_view=5))
    answer = snapshots.offer(DAN, asked())
    with opened(snapshots, answer, tmp_path) as file:
        assert file.execute("SELECT count(*), max(price_segment_id) FROM company").fetchone() == (10, None)
        told = {
            name: tuple(wire)
            for name, wire in json.loads(file.execute("SELECT v FROM _snapshot WHERE k = 'digests'").fetchone()[0]).items()
        }
    assert centre.pulled("dan", answer.at_seq) == []
    centre.save("dan", company(20), admin=True)
    (end,) = [one for one in centre.pulled("dan", answer.at_seq) if one["k"] == "end"]
    assert end["digest"]["company"][0] == told["company"][0] + 1
    with pytest.raises(Refusal):
        snapshots.read(EVE, str(answer.name), 0)


def test_a_file_from_before_a_person_saw_what_he_sees_now_is_not_for_him(snapshots, centre):
    old = snapshots.offer(DAN, asked())
    limit(centre, "guest")
    snapshots.offer(DAN, asked())
    centre.save("root", {"t": "user", "pk": DAN.user_id, "op": "u", "set": {"profile_id": None}, "bv": 99}, admin=True)
    new = snapshots.offer(DAN, asked())
    assert new.name not in (None, old.name)
    assert new.at_seq > old.at_seq


def set_back(centre, **values):
    """Make the database the copy of an older day."""
    with centre.central.store.write() as connection:
        connection.execute(sa.update(centre.central.tables.clock).values(**values))


@pytest.mark.parametrize("restored", [{"seq": 7}, {"epoch": "second"}], ids=str)
def test_those_of_a_timeline_that_a_restore_ended_are_removed_at_the_start(snapshots, centre, tmp_path, restored):
    answer = snapshots.offer(DAN, asked())
    set_back(centre, **restored)
    with pytest.raises(Refusal) as found:
        snapshots.read(DAN, answer.name, 0)
    assert (found.value.code, found.value.http_status) == (ErrorCode.P208, 404)
    again = Snapshots(centre.central, tmp_path / "snapshots", lambda _: None, Policy(min_rows=5))
    again.warm()
    assert list((tmp_path / "snapshots").iterdir()) == []


def test_one_from_ahead_of_a_database_that_was_set_back_under_a_running_server_is_never_taken_for_a_later_one(
    snapshots, centre
):
    ahead = snapshots.offer(DAN, asked())
    set_back(centre, seq=7)
    snapshots._start = lambda _: None
    assert snapshots.offer(DAN, asked()).name is None
    set_back(centre, seq=ahead.at_seq + 1)
    assert snapshots.offer(DAN, asked()).name is None
    with pytest.raises(Refusal):
        snapshots.read(DAN, ahead.name, 0)


def names(tmp_path):
    return {path.stem for path in (tmp_path / "snapshots").iterdir()}


def test_those_of_another_version_of_the_program_are_removed_at_the_start(snapshots, centre, tmp_path):
    snapshots.offer(DAN, asked())
    registry = centre.central.registry
    newer = replace(centre.central, registry=replace(registry, evolution=Evolution(registry.evolution.newest + 1)))
    Snapshots(newer, tmp_path / "snapshots", lambda _: None, Policy(min_rows=5)).warm()
    assert names(tmp_path) == set()


def test_a_file_that_cannot_be_removed_now_is_noted_and_removed_later(snapshots, centre, clock, tmp_path, monkeypatch):
    first = snapshots.offer(DAN, asked())
    usual = Path.unlink

    def in_use(path, missing_ok=False):
        if path.suffix == ".db":
            raise PermissionError(13, "used by another process")
        usual(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", in_use)
    with capture_logs() as logs:
        for n in range(3):
            for i in range(4):
                centre.save("a", company(100 + 10 * n + i))
            newest = snapshots.offer(DAN, asked())
    assert (newest.at_seq, newest.sha256 != first.sha256) == (32, True)
    assert {(one["event"], one["kind"]) for one in logs} == {("snapshot file stays", "PermissionError")}
    assert first.name in names(tmp_path)
    monkeypatch.undo()
    clock.forward(seconds=3700)
    assert snapshots.offer(DAN, asked()) == newest
    assert len(names(tmp_path)) == 2


def test_a_line_whose_bytes_are_gone_is_no_promise(snapshots, tmp_path):
    answer = snapshots.offer(DAN, asked())
    (tmp_path / "snapshots" / f"{answer.name}.db").unlink()
    assert fetched(snapshots, snapshots.offer(DAN, asked()))


def test_after_a_build_that_failed_nobody_begins_another_for_ten_minutes(snapshots, clock, monkeypatch):
    tries = []

    def fails(*_):
        tries.append(1)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(building, "_fill", fails)
    for _ in range(20):
        assert snapshots.offer(DAN, asked()).name is None
        clock.forward(seconds=29)
    assert len(tries) == 1
    clock.forward(seconds=30)
    assert snapshots.offer(DAN, asked()).name is None
    assert len(tries) == 2
    monkeypatch.undo()
    clock.forward(seconds=601)
    assert snapshots.offer(DAN, asked()).name is not None


def test_after_the_clock_was_set_back_by_years_a_build_that_failed_puts_off_no_other(snapshots, clock, monkeypatch):
    def fails(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(building, "_fill", fails)
    assert snapshots.offer(DAN, asked()).name is None
    monkeypatch.undo()
    clock.forward(seconds=-5 * 365 * 86_400)
    assert snapshots.offer(DAN, asked()).name is not None


def test_a_build_that_cannot_be_started_is_one_that_failed(snapshots, clock):
    tries = []

    def no_thread(build):
        tries.append(build)
        if len(tries) == 1:
            raise RuntimeError("can't start new thread")
        build()

    snapshots._start = no_thread
    for _ in range(3):
        assert snapshots.offer(DAN, asked()).name is None
    assert len(tries) == 1
    clock.forward(seconds=601)
    assert snapshots.offer(DAN, asked()).name is not None


def test_two_kinds_are_not_built_at_a_time(snapshots):
    builds = []
    snapshots._start = builds.append
    assert snapshots.offer(DAN, asked()).name is None
    assert snapshots.offer(DAN, asked(packings=("gzip",))).name is None
    assert len(builds) == 1
    builds.pop()()
    assert snapshots.offer(DAN, asked()).name is not None
    snapshots.offer(DAN, asked(packings=("gzip",)))
    assert len(builds) == 1


def test_half_a_line_beside_a_file_is_passed_over(snapshots, tmp_path):
    answer = snapshots.offer(DAN, asked())
    (tmp_path / "snapshots" / f"{answer.name}.json").write_text('{"name": "')
    again = snapshots.offer(DAN, asked())
    assert again.name is not None
    assert fetched(snapshots, again)


def test_one_is_made_ready_at_the_start_and_not_again(centre, tmp_path):
    for n in range(6):
        centre.save("a", company(n))
    builds = []
    made = Snapshots(centre.central, tmp_path / "s", builds.append, Policy(min_rows=5))
    made.warm()
    made.warm()
    assert len(builds) == 1
    builds.pop()()
    made.warm()
    assert builds == []
    assert made.offer(DAN, asked()).name is not None


def test_by_itself_a_build_runs_beside_the_requests(centre, tmp_path):
    for n in range(6):
        centre.save("a", company(n))
    made = Snapshots(centre.central, tmp_path / "s", policy=Policy(min_rows=5))
    assert made.offer(DAN, asked()).name is None
    (build,) = [thread for thread in threading.enumerate() if thread.name == "fieldfare-snapshot"]
    build.join(30)
    assert made.offer(DAN, asked()).name is not None
