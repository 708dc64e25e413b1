"""The story that the product is for, on real parts: two processes of clients, a server process, HTTP, a real database."""

import subprocess
import sys

import pytest

from client.demo_servers import ServerProcess
from shared_models.__main__ import main


@pytest.mark.slow
@pytest.mark.functions(14, 141, 142, 145, 146)
def test_two_people_edit_one_company_offline_and_nothing_is_lost(central_url):
    done = subprocess.run(
        [sys.executable, "-m", "shared_models", "demo", "--check", "--database", central_url],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAIL" not in done.stdout
    assert done.stdout.count("  ok  ") >= 20


@pytest.mark.functions(146)
@pytest.mark.parametrize(
    ("url", "why"),
    [("nonsense", "The database URL cannot be used: "), ("sqlite:////dev/null/no/central.db", "The database ")],
)
def test_a_database_that_can_be_none_is_told_with_what_to_do_instead(url, why, capfd):
    assert main(["demo", "--check", "--database", url]) == 1
    told = capfd.readouterr().out.splitlines()
    assert told[-2].startswith(why)
    assert told[-1] == (
        "Nothing was checked. Give another database with --database, or leave it out: the story then plays on an SQLite file of its own."
    )
    assert not any(word in line for word in ("Error", "FAIL") for line in told)


@pytest.mark.functions(146)
def test_a_server_that_does_not_start_on_a_file_of_its_own_is_told_without_a_word_of_a_database(monkeypatch, capsys):
    def fail(_self, _size):
        raise RuntimeError("The disk is full.")

    monkeypatch.setattr(ServerProcess, "prepare", fail)
    assert main(["demo", "--check"]) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == ["The disk is full.", "Nothing was checked."]
