import json
from contextlib import nullcontext
from pathlib import Path

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from shared_models.__main__ import main
from shared_models.protocol import PATH
from sync_server.app import open_server
from sync_server.cli.devices import INCIDENTS_SHOWN
from sync_server.config import ServerConfig
from sync_server.db import feed, server_lock
from sync_server.services.shipped_profiles import profile_id
from sync_server.serving import log_missing_admin
from tests.servers import Caller, company_tx, in_process, record_id


@pytest.fixture
def password(tmp_path):
    file = tmp_path / "password"
    file.write_text("correct horse\n")
    return str(file)


@pytest.fixture
def data(tmp_path, password, capsys):
    folder = str(tmp_path / "data")
    assert server("init", "--data", folder, "--email", "ana@example.ro", "--name", "Ana Pop", "--password-file", password) == 0
    assert "Ready: ana@example.ro is the admin." in capsys.readouterr().out
    return folder


def server(*words: str) -> int:
    return main(["server", *words])


@pytest.mark.functions(35)
@pytest.mark.parametrize(("profile", "limited"), [([], False), (["--profile", "salesperson"], True)])
def test_a_person_without_a_profile_is_told_to_be_without_limits(data, password, capsys, profile, limited):
    add = ["user", "add", "--data", data, "dan@example.ro", "--name", "Dan Ilie", "--password-file", password]
    assert server(*add, *profile) == 0
    assert ("Nothing limits what they see" in capsys.readouterr().out) is not limited
    central = open_server(ServerConfig(Path(data))).central
    with central.store.read() as connection:
        users = central.tables.entities["user"]
        given = connection.execute(sa.select(users.c.profile_id).where(users.c.email == "dan@example.ro")).scalar_one()
    assert given == (profile_id("salesperson") if limited else None)


def test_a_profile_that_there_is_not_is_told_with_those_that_there_are(data, password, capsys):
    assert (
        server("user", "add", "--data", data, "d@example.ro", "--name", "Dan", "--password-file", password, "--profile", "boss")
        == 1
    )
    assert "There is no profile boss. Choose one of: admin, manager, salesperson" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [[], ["files", "clear"], ["init"], ["run"], ["user", "add"], ["device", "revoke"], ["device", "wipe"], ["status"]]
)
def test_every_command_explains_itself(capsys, words):
    with pytest.raises(SystemExit) as stop:
        server(*words, "--help")
    assert stop.value.code == 0
    assert f"usage: fieldfare server {' '.join(words)}".rstrip() in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["user"], ["device"], ["letter"]])
def test_a_group_of_commands_lists_them_as_commands(capsys, words):
    with pytest.raises(SystemExit):
        server(*words, "--help")
    said = capsys.readouterr().out
    assert "\ncommands:\n" in said
    assert "positional arguments" not in said


def test_a_server_is_made_and_its_admin_signs_in(data, tmp_path):
    made = open_server(ServerConfig(tmp_path / "data"))
    with in_process(made) as http:
        device = Caller(http)
        assert device.sign_in("ana@example.ro").status_code == 200
        assert device.hello().json()["action"] == "ok"
        assert b'"pick_list"' in device.pull(0).content
    assert made.accounts.is_admin(device.tokens["user_id"])


def test_making_it_again_changes_nothing(data, password, capsys):
    assert server("init", "--data", data, "--email", "eva@example.ro", "--password-file", password) == 0
    assert "nothing was changed" in capsys.readouterr().out
    server("user", "list", "--data", data)
    assert "eva@example.ro" not in capsys.readouterr().out


def test_a_first_password_that_is_too_short_can_be_given_again(tmp_path, password, capsys):
    short, folder = tmp_path / "short", str(tmp_path / "data")
    short.write_text("x")
    assert server("init", "--data", folder, "--email", "ana@example.ro", "--password-file", str(short)) == 1
    assert server("init", "--data", folder, "--email", "ana@example.ro", "--password-file", password) == 0
    assert "is the admin" in capsys.readouterr().out


@pytest.mark.parametrize("what", [["--email", "ana@example.ro"], ["--demo", "small"]])
def test_a_first_run_that_is_cut_short_can_be_repeated(tmp_path, password, capsys, monkeypatch, what):
    def cut_short(*_: object) -> None:
        raise KeyboardInterrupt

    words = ["init", "--data", str(tmp_path / "data"), *what, "--password-file", password]
    with monkeypatch.context() as patch:
        patch.setattr(feed, "write_history", cut_short)
        with pytest.raises(KeyboardInterrupt):
            server(*words)
    assert server(*words) == 0
    assert "nothing was changed" not in capsys.readouterr().out
    server("status", "--data", str(tmp_path / "data"))
    assert "sequence 2" in capsys.readouterr().out


def test_people_are_added_and_listed(data, password, capsys):
    add = ["user", "add", "--data", data, "dan@example.ro", "--name", "Dan Ilie", "--password-file", password]
    assert server(*add) == 0
    assert server(*add) == 1
    capsys.readouterr()
    server("user", "list", "--data", data)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["ana@example.ro", "dan@example.ro", "2"]
    assert lines[0].endswith("admin")


def test_a_new_password_replaces_the_old_one(data, tmp_path, capsys):
    file = tmp_path / "new"
    file.write_text("battery staple")
    assert server("user", "password", "--data", data, "ana@example.ro", "--password-file", str(file)) == 0
    assert server("user", "password", "--data", data, "nobody@example.ro", "--password-file", str(file)) == 1
    with in_process(open_server(ServerConfig(tmp_path / "data"))) as http:
        assert Caller(http).sign_in("ana@example.ro", "correct horse").status_code == 401
        assert Caller(http).sign_in("ana@example.ro", "battery staple").status_code == 200


@pytest.mark.functions(148)
def test_what_waits_on_a_device_is_right_after_a_push(data, tmp_path, capsys):
    def listed() -> str:
        capsys.readouterr()
        server("device", "list", "--data", data)
        return str(capsys.readouterr().out).splitlines()[0]

    with in_process(open_server(ServerConfig(tmp_path / "data"))) as http:
        device = Caller(http)
        device.sign_in("ana@example.ro")
        device.hello(pending={"n": 3})
        device.push([company_tx(1, record_id(1))], left={"n": 5, "oldest": 1})  # two were saved since the hello
        assert "5 waiting" in listed()
        device.push([company_tx(2, record_id(2)), company_tx(4, record_id(4))], left={"n": 0})
        assert "1 waiting" in listed()  # the second is behind a gap
        device.push([company_tx(3, record_id(3)), company_tx(4, record_id(4))])  # an older version does not say
        assert "1 waiting" in listed()
        device.push([company_tx(5, record_id(5))], left={"n": 0})
        assert "0 waiting" in listed()


@pytest.mark.functions(148)
def test_devices_are_listed_and_revoked(data, tmp_path, capsys):
    with in_process(open_server(ServerConfig(tmp_path / "data"))) as http:
        device = Caller(http)
        device.sign_in("ana@example.ro")
        device.hello(pending={"n": 3})
        server("device", "list", "--data", data)
        listed = capsys.readouterr().out
        assert device.tokens["device_id"] in listed
        assert "3 waiting" in listed
        assert "ana@example.ro" in listed
        assert listed.endswith("\n1 device\n")
        assert server("device", "revoke", "--data", data, device.tokens["device_id"]) == 0
        assert device.hello().status_code == 401
    assert server("device", "revoke", "--data", data, device.tokens["device_id"]) == 1


@pytest.mark.functions(148)
def test_a_device_is_paused_resumed_resynced_and_signed_out_from_the_terminal(data, tmp_path, capsys):
    with in_process(open_server(ServerConfig(tmp_path / "data"))) as http:
        device = Caller(http)
        device.sign_in("ana@example.ro")
        device.hello()
        id = device.tokens["device_id"]
        assert server("device", "pause", "--data", data, id) == 0
        assert device.pull(0).json()["code"] == "S503"
        assert device.hello().json()["action"] == "wait"
        assert server("device", "resume", "--data", data, id) == 0
        assert device.hello().json()["action"] == "ok"
        assert server("device", "resync", "--data", data, id) == 0
        assert device.pull(1).json()["code"] == "P206"
        assert device.pull(0).status_code == 200
        assert device.pull(1).status_code in (200, 204)
        assert server("device", "sign-out", "--data", data, id) == 0
        assert device.pull(0).status_code == 401
    capsys.readouterr()
    for order in ("pause", "resume", "resync", "sign-out", "diagnose"):
        assert server("device", order, "--data", data, "nobodys") == 1
    assert capsys.readouterr().out.count("No such device") == 5


@pytest.mark.functions(148)
def test_what_a_device_told_of_itself_is_shown_at_the_terminal_and_written_to_a_file(data, tmp_path, capsys):
    file = tmp_path / "told.json"
    with in_process(open_server(ServerConfig(tmp_path / "data"))) as http:
        device = Caller(http)
        device.sign_in("ana@example.ro")
        id = device.tokens["device_id"]
        assert server("diagnostics", "--data", data, id) == 1
        assert "fieldfare server device diagnose DEVICE" in capsys.readouterr().out
        assert server("device", "diagnose", "--data", data, id) == 0
        assert device.hello().json()["diagnose"] is True
        told = {"made_at": 7, "versions": {"app": "0.1.0"}, "sizes": {"file": 500}}
        assert http.post(f"{PATH}/diagnostics", json=told, headers=device.headers).status_code == 204
    capsys.readouterr()
    assert server("diagnostics", "--data", data, id) == 0
    assert json.loads(capsys.readouterr().out) == told
    assert server("diagnostics", "--data", data, id, "-o", str(file)) == 0
    assert json.loads(file.read_text()) == told
    assert server("diagnostics", "--data", data, id, "-o", str(tmp_path / "no" / "folder.json")) == 1
    assert "cannot be used" in capsys.readouterr().out


@pytest.mark.functions(148)
def test_the_admin_sees_on_which_device_the_copy_was_wrong_and_when(data, tmp_path, capsys):
    made = open_server(ServerConfig(tmp_path / "data"))
    told = [
        {"at": 1_795_000_000_000_000 + n, "kind": "repaired", "entity": "company", "rows": n}
        for n in range(INCIDENTS_SHOWN + 1)
    ]
    with in_process(made) as http:
        device = Caller(http)
        device.sign_in("ana@example.ro")
        server("status", "--data", data)
        assert "wrong" not in capsys.readouterr().out
        device.hello(incidents=told)
    server("status", "--data", data)
    assert "copies found wrong in the last 30 days: on 1 device" in capsys.readouterr().out
    server("device", "list", "--data", data)
    said = capsys.readouterr().out
    newest = "2026-11-18 11:06 UTC  Company: 3 rows were not what the centre has; they were fetched again"
    assert [line.strip() for line in said.splitlines()][1] == newest
    assert said.count("were fetched again") + said.count("was fetched again") == INCIDENTS_SHOWN
    assert "and 1 more" in said


@pytest.mark.functions(148)
def test_the_status_tells_why_every_device_is_behind(data, tmp_path, capsys):
    made = open_server(ServerConfig(tmp_path / "data"))
    with in_process(made) as http:
        phone, laptop = Caller(http, install="phone"), Caller(http, install="laptop")
        for device in (phone, laptop):
            device.sign_in("ana@example.ro")
        clock = made.central.now_us() // 1000
        phone.hello(clock=clock + 20 * 60_000 + 30_000, pending={"n": 3}, report={"works_offline": True})
        laptop.hello(clock=clock)
        http.post("/auth/sign-out", headers=laptop.headers)
    server("status", "--data", data)
    said = capsys.readouterr().out.splitlines()
    start = said.index("devices: 1 need somebody, 1 out of use")
    head, first, second = (line.split() for line in said[start + 1 : start + 4])
    assert head == ["device", "person", "last", "seen", "to", "send", "to", "fetch", "why"]
    assert first[:2] == ["laptop", "ana@example.ro"]
    assert " ".join(first).endswith("3 - clock 20 minutes fast; set to work offline")
    assert second[-4:] == ["0", "-", "signed", "out"]


def test_the_status_names_the_sequence_and_the_rows(data, capsys):
    assert server("status", "--data", data) == 0
    said = capsys.readouterr().out
    assert "sequence 2" in said
    assert "  User " in said
    assert "_" not in said.partition("\n")[2], "people read labels, not identifiers"


def test_it_does_not_serve_a_database_without_tables(tmp_path, capsys):
    assert server("run", "--data", str(tmp_path)) == 1
    assert "fieldfare server init" in capsys.readouterr().out


def test_it_does_not_serve_tables_without_a_sequence(tmp_path, capsys):
    assert server("migrate", "--data", str(tmp_path)) == 0
    capsys.readouterr()
    for command in ("run", "status"):
        assert server(command, "--data", str(tmp_path)) == 1
        assert "fieldfare server init" in capsys.readouterr().out


@pytest.fixture
def begun(tmp_path, password):
    """A database whose first run stopped before there was an admin, in a folder with a space in its name."""
    folder = str(tmp_path / "our data")
    no_address = ["--email", "nobody", "--password-file", password]
    assert server("init", "--data", folder, *no_address) == 1
    return folder


def test_a_database_without_accounts_says_how_to_make_the_first_admin(begun, serving, capsys):
    capsys.readouterr()
    for command in ("run", "status"):
        assert server(command, "--data", begun) == 0
        assert f"fieldfare server init --data '{begun}'" in capsys.readouterr().out
    with capture_logs() as logs:
        log_missing_admin(open_server(ServerConfig(Path(begun))))
    assert [(line["event"], line["log_level"]) for line in logs] == [("no_administrator", "warning")]


def test_a_database_without_an_admin_says_how_to_add_one(begun, password, serving, capsys):
    add = ["user", "add", "--data", begun, "--password-file", password, "--name", "Dan Ilie"]
    assert server(*add, "dan@example.ro") == 0
    for command in (["run"], ["status"], ["init"]):
        capsys.readouterr()
        assert server(*command, "--data", begun) == 0
        assert f"user add E-MAIL --name NAME --admin --data '{begun}'" in capsys.readouterr().out
    assert server(*add, "ana@example.ro", "--admin") == 0
    capsys.readouterr()
    with capture_logs() as logs:
        log_missing_admin(open_server(ServerConfig(Path(begun))))
    assert logs == []
    for command in (["run"], ["status"], ["init"]):
        assert server(*command, "--data", begun) == 0
    assert "Warning" not in capsys.readouterr().out


def test_the_advice_does_not_repeat_the_url_of_a_database(begun, serving, capsys):
    url = f"sqlite:///{begun}/central.db"
    assert server("run", "--data", begun, "--database", url) == 0
    assert f"init --data '{begun}' --database URL" in capsys.readouterr().out


def test_a_certificate_needs_its_key(data, capsys):
    assert server("run", "--data", data, "--certificate", "crm.pem") == 1
    assert "go together" in capsys.readouterr().out


def test_the_environment_stands_in_for_the_options(data, monkeypatch, capsys):
    monkeypatch.setenv("FIELDFARE_DATA", data)
    assert server("status") == 0
    assert "sequence 2" in capsys.readouterr().out


@pytest.fixture
def serving(monkeypatch):
    """The command as far as its last word before it serves; nothing is listened on."""
    monkeypatch.setattr("sync_server.serving.listen", lambda config: nullcontext())
    monkeypatch.setattr("sync_server.serving.serve", lambda config, listening: 0)
    monkeypatch.setattr("sync_server.cli.serve._check_certificate", lambda config: None)


def test_a_second_server_on_a_folder_ends_and_says_what_to_do(data, tmp_path, serving, capsys):
    with server_lock.acquire(ServerConfig(Path(data)).url):
        assert server("run", "--data", data) == 1
        said = capsys.readouterr().out
        assert f"A server runs on {tmp_path / 'data' / 'central.db'} already" in said
        assert "--data" in said
        assert "Serving" not in said
        assert server("status", "--data", data) == 0
    assert server("run", "--data", data) == 0


@pytest.mark.parametrize(
    ("words", "is_warned"),
    [
        ([], False),
        (["--host", "::1"], False),
        (["--host", "0.0.0.0"], True),
        (["--host", "crm.example.ro"], True),
        (["--host", "0.0.0.0", "--behind-proxy"], False),
        (["--host", "0.0.0.0", "--certificate", "PEM", "--key", "PEM"], False),
    ],
)
def test_a_server_that_others_cannot_reach_says_so_and_what_to_do(data, password, serving, capsys, words, is_warned):
    assert server("run", "--data", data, *(password if word == "PEM" else word for word in words)) == 0
    said = capsys.readouterr().out
    assert all((words in said) is is_warned for words in ("Warning", "without TLS", "--certificate", "--key", "--behind-proxy"))


@pytest.mark.functions(35, 148)
def test_a_lost_device_is_listed_until_it_says_that_it_is_empty(data, tmp_path, capsys):
    with in_process(open_server(ServerConfig(tmp_path / "data"))) as http:
        device = Caller(http)
        device.sign_in("ana@example.ro")
        device.hello(pending={"n": 3})
        assert server("device", "wipe", "--data", data, device.tokens["device_id"]) == 0
        capsys.readouterr()
        server("device", "list", "--data", data)
        assert "to be wiped, 3 waiting" in capsys.readouterr().out
        assert device.pull(0).json()["code"] == "A107"
        assert device.hello().json()["action"] == "wipe"
        assert device.hello(wiped=True).json()["action"] == "wipe"
        assert device.hello().status_code == 401
        assert device.http.post("/auth/token", json={"device_token": device.tokens["device_token"]}).status_code == 401
    server("device", "list", "--data", data)
    assert "wiped 20" in capsys.readouterr().out
    assert server("device", "wipe", "--data", data, device.tokens["device_id"]) == 1
    assert server("device", "wipe", "--data", data, "unknown") == 1
