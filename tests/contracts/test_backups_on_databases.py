"""Backups on every engine: whole, proved, never half-made, and put back on any other."""

import shutil
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa

from shared_models.registry import CRM
from sync_server.app import Server, open_server
from sync_server.config import ServerConfig
from sync_server.db import backup_file, digests, migrate, putting_back, recounting, restore_list, timeline
from sync_server.db.backup_file import NoBackup
from sync_server.services import backups, first_run, restores
from tests.servers import Caller, ServerClock, company_tx, in_process, record_id

PASSWORD = "correct horse"


def quiet(step: str, done: int) -> None:
    """Hear nothing."""


def made(folder: Path, url: str = "") -> Server:
    """Return a server as `fieldfare server init` makes it, with an admin."""
    server = open_server(ServerConfig(folder=folder, database_url=url), ServerClock())
    first_run.prepare(server.central, server.config.url, server.ids.token)
    first_run.first_admin(server.accounts, "Ana Pop", "ana@example.ro", PASSWORD)
    return server


def save(server: Server, *numbers: int) -> None:
    """Have a device add companies."""
    with in_process(server) as http:
        device = Caller(http, install=f"install-{numbers}", device_epoch=f"epoch-{numbers}")
        device.sign_in()
        device.hello()
        txs = [company_tx(n, record_id(n), name=f"Șapte Brazi {n}") | {"tx": place} for place, n in enumerate(numbers, 1)]
        assert device.push(txs).status_code == 200


def back_up(server: Server, name: str = "one.backup") -> Path:
    """Write a backup."""
    file = server.config.folder / name
    backups.make(server.central, file, server.config.folder, quiet)
    return file


def restore(server: Server, file: Path, kept: Path | None = None) -> restores.Restored:
    """Go back to one."""
    with restores.prepared(server.central, file, server.config.folder, quiet) as ready:
        return restores.carry_out(ready, server.ids.token, kept)


def companies(server: Server) -> set[str]:
    """Return the names of the companies at the centre."""
    with server.central.store.read() as connection:
        return set(connection.execute(sa.select(server.central.tables.entities["company"].c.name)).scalars())


def clock(server: Server) -> timeline.Clock:
    """Return where its sequence stands."""
    with server.central.store.read() as connection:
        return timeline.read(connection, server.central.tables)


def is_sound(server: Server) -> bool:
    """Whether the kept digests are those of the rows."""
    with server.central.store.read() as connection:
        known, tables = digests.read(connection, server.central.tables), server.central.tables
        return all(
            known[e.entity_name] == recounting.total_of(recounting.counted(connection, tables, e.entity_name)) for e in CRM
        )


@pytest.mark.functions(148)
def test_a_backup_is_put_back_on_its_own_engine_as_it_was(tmp_path, central_url):
    server = made(tmp_path, central_url)
    save(server, 1, 2)
    was, file = clock(server), back_up(server)
    assert clock(server).safe_seq == was.seq, "devices may let go of what it holds"
    save(server, 3)
    done = restore(server, file)
    assert companies(server) == {"Șapte Brazi 1", "Șapte Brazi 2"}
    now = clock(server)
    assert (done.shared, now.epoch) == (was.seq, done.epoch)
    assert now.epoch != was.epoch
    assert is_sound(server)
    assert [one.restored_seq for one in restore_list.read(tmp_path)] == [0, was.seq]
    save(server, 4)
    assert "Șapte Brazi 4" in companies(server), "whoever signed in before signs in still"
    server.central.store.close()


@pytest.mark.parametrize(
    "kind", [pytest.param("postgresql", marks=pytest.mark.postgresql), pytest.param("mariadb", marks=pytest.mark.mariadb)]
)
def test_a_backup_moves_a_company_from_one_engine_to_another_and_back(request, tmp_path, kind):
    small = made(tmp_path / "small")
    save(small, 1, 2)
    url = request.getfixturevalue(f"{kind}_url")
    large = open_server(ServerConfig(folder=tmp_path / "large", database_url=url), ServerClock())
    restore(large, back_up(small))
    assert migrate.is_current(url)
    save(large, 3)
    assert companies(large) == {"Șapte Brazi 1", "Șapte Brazi 2", "Șapte Brazi 3"}
    assert is_sound(large)
    third = open_server(ServerConfig(folder=tmp_path / "third"), ServerClock())
    restore(third, back_up(large))
    assert companies(third) == companies(large)
    large.central.store.close()


def test_a_backup_is_readable_by_nobody_else_and_appears_whole(tmp_path):
    server = made(tmp_path)
    file = back_up(server)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(one.name for one in tmp_path.glob("*.part")) == []
    assert sorted(one.name for one in tmp_path.iterdir() if one.is_dir()) == []


@pytest.mark.parametrize("step", ["copy", "pack", "verify"])
def test_a_backup_that_is_ended_on_the_way_leaves_nothing_and_is_not_counted_on(tmp_path, step):
    server = made(tmp_path)
    save(server, 1)
    before = {one.name for one in tmp_path.iterdir()}

    def stop(now: str, done: int) -> None:
        if now == step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backups.make(server.central, tmp_path / "one.backup", tmp_path, stop)
    assert {one.name for one in tmp_path.iterdir()} <= before
    assert clock(server).safe_seq == 0


def broken_row(server: Server) -> None:
    with server.central.store.write() as connection:
        row = server.central.tables.row
        connection.execute(row.update().where(row.c.entity == "company").values(ver=row.c.ver - 1))


def lost_row(server: Server) -> None:
    with server.central.store.write() as connection:
        connection.execute(server.central.tables.entities["company"].delete())


@pytest.mark.parametrize("harm", [broken_row, lost_row])
def test_a_backup_of_records_that_are_not_what_their_figures_say_is_not_counted_on(tmp_path, harm):
    server = made(tmp_path)
    save(server, 1)
    harm(server)
    with pytest.raises(NoBackup, match=r"own figures say \(company\)"):
        back_up(server)
    assert not (tmp_path / "one.backup").exists()
    assert clock(server).safe_seq == 0


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-40])


def flipped(file: Path) -> None:
    body = bytearray(file.read_bytes())
    body[len(body) // 2] ^= 0xFF
    file.write_bytes(bytes(body))


def something_else(file: Path) -> None:
    file.write_text("no backup\n")


def another_database(file: Path) -> None:
    plain = file.with_name("other.db")
    migrate.upgrade(f"sqlite:///{plain}")
    backup_file.pack(plain, file, lambda _: None)


def a_newer_version(file: Path) -> None:
    plain = file.with_name("newer.db")
    backup_file.unpack(file, plain, lambda _: None)
    with backup_file.opened(plain) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    backup_file.pack(plain, file, lambda _: None)


@pytest.mark.parametrize("harm", [cut, flipped, something_else, another_database, a_newer_version])
def test_a_file_that_cannot_be_relied_on_changes_nothing(tmp_path, harm):
    server = made(tmp_path)
    file = back_up(server)
    save(server, 1)
    harm(file)
    was = clock(server)
    with pytest.raises(NoBackup):
        restore(server, file)
    assert (clock(server), companies(server)) == (was, {"Șapte Brazi 1"})
    assert restore_list.read(tmp_path) == []


def test_a_backup_of_an_older_version_is_brought_to_todays_tables(tmp_path):
    server = made(tmp_path)
    save(server, 1)
    file, plain = back_up(server), tmp_path / "plain.db"
    backup_file.unpack(file, plain, lambda _: None)
    migrate.downgrade(f"sqlite:///{plain}", "0008")
    backup_file.pack(plain, file, lambda _: None)
    restore(server, file)
    assert migrate.differences(server.config.url) == []
    assert companies(server) == {"Șapte Brazi 1"}


def test_the_database_is_there_whole_when_putting_back_fails(tmp_path, monkeypatch):
    server = made(tmp_path)
    file = back_up(server)
    save(server, 1)

    def full(self, target):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        with pytest.raises(OSError, match="No space"):
            restore(server, file)
    assert companies(server) == {"Șapte Brazi 1"}


def test_a_damaged_database_is_kept_as_it_is_and_replaced(tmp_path):
    server = made(tmp_path)
    file = back_up(server)
    server.central.store.close()
    (tmp_path / "central.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    again = open_server(ServerConfig(folder=tmp_path), ServerClock())
    with restores.prepared(again.central, file, tmp_path, quiet) as ready:
        assert ready.present is None
        restores.carry_out(ready, again.ids.token, tmp_path / "kept.db")
    assert is_sound(again)
    assert (tmp_path / "kept.db").stat().st_size == 5016


@pytest.mark.functions(148)
def test_going_back_to_what_was_before_a_restore_counts_what_the_timelines_share(tmp_path):
    """At seq 100 of the first timeline, after a restore to 50, the second shares 50 with it: 60 of the second is lost, not known."""
    server = made(tmp_path)
    save(server, 1)
    early, first = back_up(server, "early"), clock(server)
    save(server, 2, 3, 4)
    late, late_at = back_up(server, "late"), clock(server)
    restore(server, early)
    second = clock(server)
    save(server, 5)
    restore(server, late)
    with server.central.store.read() as connection:
        shared = {
            epoch: timeline.restored_seq(connection, server.central.tables, epoch) for epoch in (first.epoch, second.epoch)
        }
    assert shared == {first.epoch: first.seq, second.epoch: first.seq}
    assert clock(server).seq == late_at.seq


def test_the_list_outside_is_used_where_the_database_is_gone(tmp_path):
    server = made(tmp_path)
    early, first = back_up(server, "early"), clock(server)
    save(server, 1, 2)
    late = back_up(server, "late")
    restore(server, early)
    second = clock(server)
    server.central.store.close()
    (tmp_path / "central.db").unlink()
    again = open_server(ServerConfig(folder=tmp_path), ServerClock())
    restore(again, late)
    with again.central.store.read() as connection:
        assert timeline.restored_seq(connection, again.central.tables, second.epoch) == first.seq


def test_a_list_of_another_company_does_not_count(tmp_path):
    server, other = made(tmp_path / "one"), made(tmp_path / "other")
    file = back_up(other)
    restore(server, back_up(server))
    shutil.copy(file, tmp_path / "moved")
    mine = {one.epoch for one in restore_list.read(tmp_path / "one")}
    done = restore(server, tmp_path / "moved")
    assert done.shared == clock(other).seq
    assert not mine & {one.epoch for one in restore_list.read(tmp_path / "one")}


@pytest.mark.functions(148)
def test_who_may_come_in_is_as_it_was_just_before_the_restore(tmp_path):
    from sync_server.services.accounts import NewUser

    server = made(tmp_path)
    with in_process(server) as http:
        old, new = Caller(http, install="old"), Caller(http, install="new")
        old.sign_in()
        file = back_up(server)
        new.sign_in()
        server.accounts.revoke_device(old.tokens["device_id"])
    server.accounts.create_user(NewUser("Dan Marin", "dan@example.ro", PASSWORD))
    done = restore(server, file)
    assert done.came_since == ["dan@example.ro"]
    with in_process(server) as http:
        assert http.post("/auth/token", json={"device_token": new.tokens["device_token"]}).status_code == 200
        refused = http.post("/auth/token", json={"device_token": old.tokens["device_token"]})
        assert refused.json()["code"] == "A104", "a stolen laptop is not let in again"
        assert Caller(http, install="dans").sign_in("dan@example.ro").status_code == 200
        assert http.get("/health", headers={"authorization": f"Bearer {new.tokens['access_token']}"}).status_code == 200
    assert is_sound(server)


def test_another_connection_is_seen(tmp_path, central_url):
    server = made(tmp_path, central_url)
    assert putting_back.others(server.central.store) == 0
    if server.central.store.is_sqlite:  # its file is locked instead: tests/unit/sync_server/test_cli_backups.py
        return
    running = open_server(ServerConfig(folder=tmp_path / "other", database_url=central_url))
    with running.central.store.read():
        assert putting_back.others(server.central.store) >= 1
    running.central.store.close()
    assert putting_back.others(server.central.store) == 0
    server.central.store.close()
