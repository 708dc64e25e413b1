"""What the server's commands say when something outside is not as it should be: a sentence, never a traceback."""

import getpass
import io
import socket
import sqlite3
import sys

import pytest
import sqlalchemy as sa

from shared_models.__main__ import main
from sync_server.app import open_server
from sync_server.config import ServerConfig
from sync_server.db import migrate
from sync_server.db.troubles import told
from tests.ports import free_port

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
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    return answers


@pytest.fixture
def piped(monkeypatch):
    """Give a command its standard input, with nobody at a terminal."""

    def give(text):
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))
        monkeypatch.setattr(getpass, "getpass", lambda _: pytest.fail("asked"))

    return give


def words_of(command, *more):
    return ["server", *command, *more]


@pytest.mark.parametrize("command", EVERY, ids=" ".join)
def test_a_folder_without_a_database_is_said_and_nothing_is_made(tmp_path, capsys, typed, command):
    typed += ["correct horse"] * 2
    assert main(words_of(command, "--data", str(tmp_path / "new"))) == 1
    said = capsys.readouterr().out
    assert f"There is no database in {tmp_path / 'new'}. Name the folder of yours with --data" in said
    assert f"fieldfare server init --data {tmp_path / 'new'}\n" in said
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
    said = capsys.readouterr().out
    assert "of another version" in said
    assert f"fieldfare server migrate --data {tmp_path}\n" in said
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


def people(folder, capsys):
    capsys.readouterr()
    assert main(words_of(["user", "list", "--data", str(folder)])) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["user", "add", "dan", "--name", "Dan"], "dan: this is no e-mail address, which has the form name@example.ro."),
        (["user", "add", "dan @b.ro", "--name", "Dan"], "dan @b.ro: this is no e-mail address"),
        (["user", "add", "dan@b.ro", "--name", " "], "a name is needed"),
        (["user", "add", "a@b.ro", "--name", "Dan"], "has an account already"),
        (["user", "password", "dan@b.ro"], "dan@b.ro: no such account. See: fieldfare server user list"),
    ],
)
def test_an_address_that_will_not_do_is_said_before_a_password_is_asked_for(tmp_path, capsys, typed, password, command, told):
    assert main(words_of(["init", "--data", str(tmp_path), "--email", "a@b.ro", "--password-file", password])) == 0
    typed += ["correct horse"]
    assert main(words_of([*command, "--data", str(tmp_path)])) == 1
    assert told in capsys.readouterr().out
    assert typed == ["correct horse"]


def test_a_first_admin_without_an_address_is_said_before_a_password_is_asked_for(tmp_path, capsys, typed):
    typed += ["ana", "correct horse"]
    assert main(words_of(["init", "--data", str(tmp_path)])) == 1
    assert "ana: this is no e-mail address" in capsys.readouterr().out
    assert typed == ["correct horse"]


def test_without_a_terminal_the_password_is_a_line_of_the_standard_input(tmp_path, capsys, piped):
    where = ["--data", str(tmp_path)]
    piped("ana@example.ro\ncorrect horse\n")
    assert main(words_of(["init", *where])) == 0
    piped("battery staple\r\nnot read\n")
    assert main(words_of(["user", "add", "dan@b.ro", "--name", "Dan", *where])) == 0
    accounts = open_server(ServerConfig(tmp_path)).accounts
    for email, password in (("ana@example.ro", "correct horse"), ("dan@b.ro", "battery staple")):
        assert accounts.open_session(email, password)
    piped("")
    assert main(words_of(["user", "add", "eva@b.ro", "--name", "Eva", *where])) == 1
    assert "There is nobody to ask here. Give --password-file, or the password as a line" in capsys.readouterr().out
    assert "eva@b.ro" not in people(tmp_path, capsys)


@pytest.mark.parametrize("command", [["init"], ["user", "add"], ["user", "password"]], ids=" ".join)
def test_the_help_says_where_a_password_comes_from(capsys, command):
    with pytest.raises(SystemExit):
        main(words_of([*command, "--help"]))
    assert "first line of the standard input" in " ".join(capsys.readouterr().out.split())


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


@pytest.mark.parametrize("any_free", [False, True])
def test_serving_is_what_run_does_at_last(tmp_path, capsys, monkeypatch, password, any_free):
    served, port = [], 0 if any_free else free_port()

    def serve(config, listening):
        served.append((config.office, listening.getsockname()[1]))
        return 0

    monkeypatch.setattr("sync_server.serving.serve", serve)
    main(words_of(["init", "--data", str(tmp_path), "--email", "a@b.ro", "--password-file", password]))
    assert main(words_of(["run", "--data", str(tmp_path), "--port", str(port), "--no-office"])) == 0
    [(has_office, at)] = served
    assert f"Serving http://127.0.0.1:{at}." in capsys.readouterr().out
    assert (has_office, at > 0, any_free or at == port) == (False, True, True)


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


@pytest.mark.parametrize(("content", "why"), [(None, "No such file"), (b"\x91\xff\xfe", "it is no text")])
def test_a_password_file_that_cannot_be_read_is_named(tmp_path, capsys, content, why):
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    given = ["--email", "a@b.ro", "--password-file", str(file)]
    assert main(words_of(["init", "--data", str(tmp_path / "data"), *given])) == 1
    said = capsys.readouterr().out
    assert f"The password file {file} cannot be read: {why}" in said
    assert "leave --password-file out" in said


def test_a_folder_that_is_a_file_is_said(tmp_path, capsys, password):
    for folder in (password, f"{password}/in"):
        assert main(words_of(["init", "--data", folder, "--email", "a@b.ro", "--password-file", password])) == 1
        assert f"The folder {folder} cannot be used: it is, or lies in, a file" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgresql+psycopg://a@h:abc/x", "its port is no number"),
        ("sqlite://", "names no file"),
        ("nonsense", "Write it as postgresql+psycopg://user@host/name"),
        ("postgresql+nothing://a@h/x", "Write it as"),
        ("sqlite:////nowhere/at/all/central.db", "Its folder must be there"),
    ],
)
def test_a_database_url_that_can_be_none_is_said_with_what_to_write(tmp_path, capsys, password, url, why):
    given = ["--email", "a@b.ro", "--password-file", password]
    assert main(words_of(["init", "--data", str(tmp_path), "--database", url, *given])) == 1
    assert why in capsys.readouterr().out


def test_a_certificate_that_is_none_is_said_before_anything_is_served(tmp_path, capsys, password):
    assert main(words_of(["run", "--data", str(tmp_path), "--certificate", password, "--key", password])) == 1
    said = capsys.readouterr().out
    assert f"The certificate {password} and the key {password} cannot be used" in said
    assert "Serving" not in said


def test_a_driver_that_is_not_ours_is_named_with_what_to_write():
    assert "does not use (MySQLdb)" in str(told(ModuleNotFoundError(name="MySQLdb")))
    assert "its extra mysql" in str(told(ModuleNotFoundError(name="pymysql")))
