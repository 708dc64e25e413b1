"""`fieldfare server letter`: an admin at a terminal settles what was refused."""

import pytest

from sync_server.app import open_server
from sync_server.config import ServerConfig
from tests.servers import START_US, Caller, company_tx, in_process, record_id
from tests.unit.sync_server.test_cli import data, password, server  # noqa: F401  # fixtures


@pytest.fixture
def refused(data, tmp_path):  # noqa: F811
    """Have a change of a company that the centre does not know refused; return the id of its letter."""
    op = {"t": "company", "pk": record_id(7), "op": "u", "set": {"name": "Popas Nou"}, "base": {"name": "Popas"}, "bv": 1}
    with in_process(open_server(ServerConfig(tmp_path / "data"))) as http:
        device = Caller(http)
        device.sign_in("ana@example.ro")
        device.hello()
        answer = device.push([{"id": "tx-1", "tx": 1, "hlc": START_US // 1000 << 16, "ops": [op]}])
    assert answer.json()["verdicts"][0]["v"] == "deferred"
    return "tx-1"


def said(capsys, *words):
    capsys.readouterr()
    code = server(*words)
    return code, capsys.readouterr().out


def test_a_refused_change_is_listed_shown_and_discarded(data, refused, capsys):  # noqa: F811
    code, out = said(capsys, "letter", "list", "--data", data)
    assert code == 0
    assert refused in out
    assert "Ana Pop <ana@example.ro>, laptop" in out
    assert "company: The record is not at the centre yet. It is sent again when it is. [R304]" in out
    assert "1 refused change waits" in said(capsys, "status", "--data", data)[1]
    assert "name = Popas Nou" in said(capsys, "letter", "show", "--data", data, refused)[1]
    assert said(capsys, "letter", "discard", "--data", data, refused)[0] == 0
    assert said(capsys, "letter", "list", "--data", data) == (0, "Nothing was refused.\n")
    assert said(capsys, "letter", "discard", "--data", data, refused)[0] == 1
    assert "refused" not in said(capsys, "status", "--data", data)[1]


def test_a_refused_change_is_taken_in_by_an_admin_once_it_can_be(data, refused, tmp_path, capsys):  # noqa: F811
    take = "letter", "take", "--data", data, refused, "--as"
    assert said(capsys, *take, "ion@example.ro") == (1, "There is no such admin. See: fieldfare server user list\n")
    assert "refused again" in said(capsys, *take, "ana@example.ro")[1]
    with in_process(open_server(ServerConfig(tmp_path / "data"))) as http:
        device = Caller(http)
        device.sign_in("ana@example.ro")
        device.hello()
        device.push([company_tx(2, record_id(7), name="Popas")])
    assert said(capsys, *take, "ana@example.ro")[1] == "It is done.\n"
    assert "settled already" in said(capsys, *take, "ana@example.ro")[1]


@pytest.mark.parametrize("verb", [["show"], ["discard"], ["take", "--as", "ana@example.ro"]])
def test_an_unknown_letter_is_said_to_be_unknown(data, verb, capsys):  # noqa: F811
    code, out = said(capsys, "letter", verb[0], "--data", data, "tx-9", *verb[1:])
    assert (code, out) == (1, "There is no such entry, or it is settled already. See: fieldfare server letter list\n")


@pytest.mark.parametrize("number", ["nonsense", "0", "-3", "1.5", "१२", "9" * 30, ""])
def test_a_number_that_no_entry_has_is_told_with_what_to_write_instead(number, capsys):
    with pytest.raises(SystemExit) as ended:
        server("letter", "list", "--before", number)
    told = capsys.readouterr().err.split("error: ")[1]
    assert ended.value.code == 2
    assert told == (
        f"argument --before: {number} is not the number of an entry, which stands first in its line, for example --before 120; "
        "leave --before out to begin with the newest\n"
    )


def test_a_long_list_goes_on_where_it_stopped(data, refused, capsys, monkeypatch):  # noqa: F811
    monkeypatch.setattr("sync_server.services.letters.PAGE", 1)
    out = said(capsys, "letter", "list", "--data", data)[1].splitlines()
    number = out[-1].removeprefix("More: fieldfare server letter list --before ")
    assert said(capsys, "letter", "list", "--data", data, "--before", number) == (0, "No more.\n")
