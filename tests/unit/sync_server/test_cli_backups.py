"""`fieldfare server backup` and `restore`, as whoever types them meets them."""

import pytest

from shared_models.__main__ import main
from sync_server.app import open_server
from sync_server.config import ServerConfig
from sync_server.db import server_lock, timeline
from sync_server.services.accounts import NewUser


@pytest.fixture
def data(tmp_path):
    password = tmp_path / "password"
    password.write_text("correct horse\n")
    folder = str(tmp_path / "data")
    assert server("init", "--data", folder, "--email", "ana@example.ro", "--password-file", str(password)) == 0
    return folder


def server(*words: str) -> int:
    return main(["server", *words])


def seq_of(data: str) -> int:
    central = open_server(ServerConfig(tmp(data))).central
    with central.store.read() as connection:
        return timeline.read(connection, central.tables).seq


def tmp(data: str):
    from pathlib import Path

    return Path(data)


def add_dan(data: str) -> None:
    open_server(ServerConfig(tmp(data))).accounts.create_user(NewUser("Dan Marin", "dan@example.ro", "correct horse"))


@pytest.mark.functions(148)
def test_a_backup_says_what_it_holds_and_a_restore_what_becomes_of_the_rest(data, tmp_path, capsys):
    file = str(tmp_path / "one.backup")
    assert server("backup", file, "--data", data) == 0
    said = capsys.readouterr().out
    assert "Copying the database." in said
    assert "Reading it back and proving it." in said
    assert f"records up to number {seq_of(data)}" in said
    add_dan(data)
    assert server("restore", file, "--data", data, "--yes") == 0
    said = capsys.readouterr().out
    assert "The present database has come 1 numbers further." in said
    assert "dan@example.ro: added after the backup, and in again" in said
    assert "1 saves of the time since are known." in said
    [kept] = tmp(data).glob("before-restore-*.backup")
    assert str(kept) in said
    assert server("restore", str(kept), "--data", data, "--yes") == 0


def test_a_backup_into_a_folder_is_named_by_its_time_and_replaces_nothing(data, tmp_path, capsys):
    folder = tmp_path / "backups"
    folder.mkdir()
    assert server("backup", str(folder), "--data", data) == 0
    [file] = folder.iterdir()
    assert file.name.startswith("fieldfare-2")
    assert server("backup", str(file), "--data", data) == 1
    assert "is there already. Name another file, or say --replace." in capsys.readouterr().out
    assert server("backup", str(file), "--data", data, "--replace") == 0
    assert server("backup", str(tmp_path / "nowhere" / "x"), "--data", data) == 1
    assert "There is no folder" in capsys.readouterr().out


@pytest.mark.parametrize("answer", ["no", "", "y"])
def test_a_restore_asks_and_does_nothing_without_a_yes(data, tmp_path, capsys, monkeypatch, answer):
    file = str(tmp_path / "one.backup")
    assert server("backup", file, "--data", data) == 0
    add_dan(data)
    was = seq_of(data)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    assert server("restore", file, "--data", data) == 1
    assert "Nothing was changed." in capsys.readouterr().out
    assert seq_of(data) == was


def test_a_restore_is_refused_while_a_server_runs(data, tmp_path, capsys):
    file = str(tmp_path / "one.backup")
    assert server("backup", file, "--data", data) == 0
    with server_lock.acquire(ServerConfig(tmp(data)).url):
        assert server("restore", file, "--data", data, "--yes") == 1
    assert "A server runs on this database" in capsys.readouterr().out


def test_a_restore_of_what_is_no_backup_says_so(data, tmp_path, capsys):
    file = tmp_path / "notes.txt"
    assert server("restore", str(file), "--data", data, "--yes") == 1
    assert "There is no file" in capsys.readouterr().out
    file.write_text("no backup")
    assert server("restore", str(file), "--data", data, "--yes") == 1
    assert "cannot be used: it is no backup of Fieldfare, or it is damaged. Nothing was changed." in capsys.readouterr().out


def test_a_new_machine_is_set_up_from_a_backup(data, tmp_path, capsys):
    file = str(tmp_path / "one.backup")
    assert server("backup", file, "--data", data) == 0
    assert server("restore", file, "--data", str(tmp_path / "new"), "--yes") == 0
    said = capsys.readouterr().out
    assert "There is no present database that can be read" in said
    assert "is kept" not in said
    assert server("status", "--data", str(tmp_path / "new")) == 0


def test_a_damaged_database_is_replaced_and_kept(data, tmp_path, capsys):
    file = str(tmp_path / "one.backup")
    assert server("backup", file, "--data", data) == 0
    (tmp(data) / "central.db").write_bytes(b"nothing that can be read")
    assert server("restore", file, "--data", data, "--yes") == 0
    [kept] = tmp(data).glob("before-restore-*.db")
    assert f"What was there before is kept: {kept}" in capsys.readouterr().out
    assert server("status", "--data", data) == 0
