"""What the server's commands say when something outside is not as it should be: a sentence, never a traceback."""

import getpass
import socket
import sqlite3

import pytest
import sqlalchemy as sa

from client.demo_servers import free_port
from shared_models.__main__ import main
from sync_server.db import migrate
from sync_server.db.troubles import told

NO_TABLES = "run `fieldfare server init`"
EVERY = [
    ["run"], ["status"], ["user", "list"], ["user", "add", "a@b.ro", "--name", "A"], ["user", "password", "a@b.ro"],
    ["device", "list"], ["device", "revoke", "x"],
]  # fmt: skip


@pytest.fixture
def password(tmp_path):
    file = tmp_path / "password"
    file.write_text("correct horse\n")
    return str(file)


@pytest.fixture
def typed(monkeypatch):
    """Answers that a person types at the terminal, in order."""
    answers = []
    monkeypatch.setattr("builtins.input", lambda _: answers.pop(0))
    monkeypatch.setattr(getpass, "getpass", lambda _: answers.pop(0))
    return answers


def words_of(command, *more):
    return ["server", *command, *more]


@pytest.mark.parametrize("command", EVERY, ids=" ".join)
def test_a_folder_without_a_database_is_said_and_nothing_is_made(tmp_path, capsys, typed, command):
    typed += ["correct horse"] * 2
    assert main(words_of(command, "--data", str(tmp_path / "new"))) == 1
    assert NO_TABLES in capsys.readouterr().out
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("command", EVERY, ids=" ".join)
def test_a_file_that_is_no_database_is_said_and_left_as_it_is(tmp_path, capsys, typed, command):
    typed += ["correct horse"] * 2
    file = tmp_path / "central.db"
    file.write_bytes(b"not a database" * 100)
    assert main(words_of(command, "--data", str(tmp_path))) == 1
    assert "file is not a database" in capsys.readouterr().out
    assert file.read_bytes() == b"not a database" * 100


@pytest.mark.parametrize("command", [["init", "--email", "a@b.ro"], ["migrate"], *EVERY], ids=" ".join)
@pytest.mark.parametrize("url", ["nonsense", "foo://x", "sqlite:////nowhere/at/all/central.db"])
def test_a_database_that_cannot_be_opened_is_said(tmp_path, capsys, typed, command, url):
    typed += ["correct horse"] * 2
    assert main(words_of(command, "--data", str(tmp_path), "--database", url)) == 1
    said = capsys.readouterr().out
    assert said.startswith("The database ")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://nobody:secret@127.0.0.1:1/x", "mysql+pymysql://nobody:secret@127.0.0.1:1/x"]
)
def test_a_server_that_does_not_answer_is_said_without_the_password(tmp_path, capsys, url):
    for command in (["init", "--email", "a@b.ro"], ["migrate"], ["status"], ["run"]):
        assert main(words_of(command, "--data", str(tmp_path), "--database", url)) == 1
        said = capsys.readouterr().out
        assert said.startswith("The database does not answer: ")
        assert "secret" not in said


def test_an_older_database_must_be_migrated_first(tmp_path, capsys):
    url = f"sqlite:///{tmp_path / 'central.db'}"
    migrate.upgrade(url, "0001")
    assert main(words_of(["status"], "--data", str(tmp_path))) == 1
    assert "`migrate` after an update" in capsys.readouterr().out
    assert main(words_of(["migrate"], "--data", str(tmp_path))) == 0
    assert migrate.is_current(url)


def test_a_missing_password_file_is_named(tmp_path, capsys, password):
    main(words_of(["init", "--data", str(tmp_path), "--email", "a@b.ro", "--password-file", password]))
    missing = str(tmp_path / "missing")
    add = ["user", "add", "b@b.ro", "--name", "B", "--password-file", missing, "--data", str(tmp_path)]
    assert main(words_of(add)) == 1
    assert missing in capsys.readouterr().out


@pytest.mark.parametrize("which", ["--certificate", "--key"])
def test_a_missing_certificate_is_named_before_the_server_starts(tmp_path, capsys, which):
    there, missing = tmp_path / "there.pem", tmp_path / "missing.pem"
    there.touch()
    files = {"--certificate": there, "--key": there, which: missing}
    assert main(words_of(["run", "--data", str(tmp_path)], *(str(word) for pair in files.items() for word in pair))) == 1
    assert str(missing) in capsys.readouterr().out


def test_what_was_not_given_is_asked_for(tmp_path, capsys, typed):
    typed += ["ana@example.ro", "correct horse"]
    assert main(words_of(["init", "--data", str(tmp_path)])) == 0
    assert "ana@example.ro is the admin" in capsys.readouterr().out
    assert typed == []
    main(words_of(["user", "list", "--data", str(tmp_path)]))
    assert "ana@example.ro" in capsys.readouterr().out


def test_a_driver_that_is_not_installed_is_named():
    assert "psycopg" in (told(ModuleNotFoundError("No module named 'psycopg'", name="psycopg")) or "")


def test_a_mistake_of_ours_is_not_explained_away(tmp_path, monkeypatch):
    assert told(ZeroDivisionError()) is None
    error = sa.exc.OperationalError("SELECT 1", {}, sqlite3.OperationalError("disk I/O error"))
    assert told(error) == "The database does not answer: disk I/O error"

    def wrong(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(migrate, "upgrade", wrong)
    with pytest.raises(ZeroDivisionError):
        main(words_of(["migrate"], "--data", str(tmp_path)))


def test_serving_is_what_run_does_at_last(tmp_path, capsys, monkeypatch, password):
    served, port = [], free_port()

    def serve(config, listening):
        served.append((config.office, listening.getsockname()[1]))
        return 0

    monkeypatch.setattr("sync_server.serving.serve", serve)
    main(words_of(["init", "--data", str(tmp_path), "--email", "a@b.ro", "--password-file", password]))
    assert main(words_of(["run", "--data", str(tmp_path), "--port", str(port), "--no-office"])) == 0
    assert f"Serving http://127.0.0.1:{port}." in capsys.readouterr().out
    assert served == [(False, port)]


def test_a_first_run_with_nobody_to_ask_names_what_to_give(tmp_path, capsys, monkeypatch):
    def nobody(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    assert main(["server", "init", "--data", str(tmp_path)]) == 1
    assert capsys.readouterr().out == "There is nobody to ask here. Give --email.\n"


def test_a_server_that_cannot_listen_does_not_say_that_it_serves(tmp_path, capsys, monkeypatch):
    password = tmp_path / "password"
    password.write_text("correct horse")
    where = ["--data", str(tmp_path / "data")]
    assert main(["server", "init", *where, "--email", "ana@carpati.example", "--password-file", str(password)]) == 0
    with socket.create_server(("127.0.0.1", 0)) as listening:
        assert main(["server", "run", *where, "--port", str(listening.getsockname()[1])]) == 1
    said = capsys.readouterr().out
    assert "cannot listen on 127.0.0.1 port" in said
    assert "Serving" not in said
