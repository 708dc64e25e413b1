"""The client's commands: what they open, and what they say when they cannot."""

import socket
from pathlib import Path

import pytest

from client import app, cli
from client.platform.lock_file import LockFile
from shared_models.__main__ import main
from tests.ports import free_port


@pytest.fixture
def opened(monkeypatch):
    """Windows that were asked for, as (folder, address, in the browser, port)."""
    windows = []

    def run_window(window, tell, *, web, port=0, show=True):
        windows.append((window.config.folder, window.server_url, web, port))

    monkeypatch.setattr(app, "run_window", run_window)
    return windows


@pytest.mark.parametrize(("installed", "words", "web"), [(True, [], False), (True, ["--web"], True), (False, [], True)])
def test_the_client_opens_in_a_window_where_there_is_one_else_in_the_browser(
    monkeypatch, tmp_path, opened, capsys, installed, words, web
):
    monkeypatch.setattr(cli, "_has_window", lambda: installed)
    folder = str(tmp_path / "device")
    assert main(["client", "--data", folder, "--server", "https://crm.example", "--port", "5000", *words]) == 0
    assert opened == [(Path(folder), "https://crm.example", web, 5000)]
    assert ("not installed here" in capsys.readouterr().out) is not installed


def test_a_device_that_nobody_signed_in_on_does_not_open_without_its_door(tmp_path, opened):
    with pytest.raises(LookupError):
        main(["client", "--data", str(tmp_path), "--unlocked"])
    assert opened == []


@pytest.mark.parametrize(("language", "says"), [("C", "is open on {} already"), ("ro_RO.UTF-8", "este deja deschis pe {}")])
def test_a_folder_that_is_open_already_is_told_before_a_page_is_served(tmp_path, opened, capsys, monkeypatch, language, says):
    monkeypatch.setenv("LC_ALL", language)
    with LockFile(tmp_path / "sync.lock"):
        assert main(["client", "--data", str(tmp_path), "--web"]) == 1
    assert f"Fieldfare {says.format(tmp_path)}" in capsys.readouterr().out
    assert opened == []
    assert main(["client", "--data", str(tmp_path), "--web"]) == 0


def test_an_address_that_is_none_of_a_server_is_told_before_anything_opens(tmp_path, opened, capsys):
    assert main(["client", "--data", str(tmp_path), "--server", "ftp://crm.firma.ro"]) == 1
    assert "ftp://crm.firma.ro is no address of a server" in capsys.readouterr().out
    assert opened == []


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("ftp://crm.firma.ro", "ftp://crm.firma.ro is no address of a server. Give it as https://crm.firma.ro\n"),
        ("http://crm.firma.ro", "http://crm.firma.ro would show everything to whoever is on the way. Give an address"),
    ],
)
@pytest.mark.parametrize("command", ["client", "sync"])
def test_an_address_that_cannot_be_used_is_told_in_one_line(tmp_path, opened, capsys, monkeypatch, command, typed, says):
    monkeypatch.setenv("LC_ALL", "C")
    assert main([command, "--data", str(tmp_path), "--server", typed]) == 1
    said = capsys.readouterr().out
    assert said.startswith(says)
    assert said.count("\n") == 1
    assert opened == []


def test_an_address_is_taken_without_its_scheme(tmp_path, opened):
    assert main(["client", "--data", str(tmp_path), "--server", "crm.firma.ro/", "--web"]) == 0
    assert opened[0][1] == "https://crm.firma.ro"


@pytest.mark.parametrize("port", ["0", "65535"])
def test_the_demo_refuses_a_port_that_cannot_serve_two_at_once(monkeypatch, tmp_path, capsys, port):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(SystemExit) as stop:
        main(["demo", "--no-browser", "--port", port])
    assert stop.value.code == 2
    assert f"argument --port: {port} cannot be used: a number from 1 to 65534" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("which", [0, 1])
def test_the_demo_names_the_port_that_is_taken_before_it_makes_anything(monkeypatch, tmp_path, capsys, which):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    port = free_port(following=2) + 1
    with socket.create_server(("127.0.0.1", port)):
        assert main(["demo", "--no-browser", "--port", str(port - which)]) == 1
    assert f"Port {port} of this machine is taken" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
