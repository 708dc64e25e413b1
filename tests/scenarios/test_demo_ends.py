"""However the demo ends, nothing that it started outlives it, so that the next one finds its ports free."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from argparse import Namespace
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest

from client.app import open_local
from client.demo import place_of, show
from client.demo_servers import DeviceProcess, ServerProcess, command, ended_by_signals, is_taken
from client.demo_watch import MOST, watch
from client.platform.profile import ProfileStore
from shared_models.__main__ import main
from tests.ports import free_port

AS_BACKGROUND_JOB = ("/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh")
"""How a script starts what it puts into the background: with SIGINT ignored."""
PATIENCE_S = 120
"""Of a process's end, on a machine that is busy with much else."""


def port_for_two():
    """Return a port that is free together with the next one, which the demo's device takes."""
    return free_port(following=1)


def started(folder, port, *more, by=()):
    """Return a demo that runs and what it said so far. by: what starts it."""
    demo = subprocess.Popen(
        [*by, *command("demo", "--no-browser", "--port", str(port), *more)], stdout=subprocess.PIPE, text=True,
        env={"PATH": "", "TMPDIR": str(folder), "HOME": str(folder)},
    )  # fmt: skip
    said = []
    for line in demo.stdout:
        said.append(line)
        if "Ctrl+C ends" in line:
            return demo, "".join(said)
    demo.stdout.close()
    demo.wait(timeout=PATIENCE_S)
    raise AssertionError("".join(said))


def wait_for_the_end_of(connection):
    with connection, suppress(ConnectionResetError):
        assert connection.recv(1) == b""


def wait_until_free(port):
    """Wait until nobody listens: a process that ends closes what it has one after the other."""
    for _ in range(300):
        if not is_taken(port):
            return
        time.sleep(0.1)
    raise AssertionError(f"somebody still listens at {port}")


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_ends_the_demo_with_its_server_and_its_device(tmp_path, how):
    port = port_for_two()
    demo, said = started(tmp_path, port, by=AS_BACKGROUND_JOB)
    try:
        children = [socket.create_connection(("127.0.0.1", one), timeout=PATIENCE_S) for one in (port, port + 1)]
        demo.send_signal(how)
        demo.wait(timeout=PATIENCE_S)
    finally:
        demo.kill()
        demo.stdout.close()
    for child in children:
        wait_for_the_end_of(child)
    wait_until_free(port)
    wait_until_free(port + 1)
    assert f"{tmp_path}/fieldfare-demo-" in said
    assert "thrown away when you end it; --folder DIR would keep it" in said
    if how != signal.SIGKILL:
        assert demo.returncode == 0
        assert list(tmp_path.glob("fieldfare-demo-*")) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_a_demo_under_nohup_outlives_its_terminal():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ended_by_signals():
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def ended(demo):
    """Return what a demo says when it is ended as Ctrl+C does."""
    demo.send_signal(signal.SIGINT)
    said = demo.stdout.read()
    assert demo.wait(timeout=PATIENCE_S) == 0
    demo.stdout.close()
    return said


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_a_named_folder_is_kept_and_the_next_demo_goes_on_from_it_at_any_port(tmp_path):
    folder = tmp_path / "demo"
    demo, said = started(tmp_path, port_for_two(), "--folder", str(folder))
    try:
        assert f"The data is in {folder} (kept: the same command goes on from it).\nMaking the demo company…\n" in said
        with pytest.raises(AssertionError, match="Another demo runs"):
            started(tmp_path, port_for_two(), "--folder", str(folder))
        assert f"Its data stays in {folder}" in ended(demo)
    finally:
        demo.kill()
    with closing(open_local(folder / "device")) as replica, replica.edit("a note for later") as edit:
        edit.insert("company", {"name": "Făcută cu o zi înainte"})
    port = port_for_two()
    demo, said = started(tmp_path, port, "--folder", str(folder))
    try:
        assert f"The data is in {folder} (" in said
        assert "Going on from the demo company there…\n" in said
        assert "work offline" in said
        assert ProfileStore(folder / "device").load().server_url == f"http://127.0.0.1:{port}"
    finally:
        ended(demo)
    with closing(open_local(folder / "device")) as replica:
        assert [hit.title for hit in replica.search("facuta cu o zi", entities=("company",))]


def device_of(said):
    """Return the process of the field device and the folder of the demo, as it told them."""
    return int(re.findall(r"kill -9 (\d+)|\(process (\d+)\)", said)[-1][0]), Path(re.search(r"/\S*fieldfare-demo-\w+", said)[0])


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_a_device_that_is_killed_comes_back_at_the_same_place_with_what_was_saved(tmp_path):
    port = port_for_two()
    demo, said = started(tmp_path, port)
    try:
        process, folder = device_of(said)
        with closing(open_local(folder / "device")) as replica, replica.edit("a note for later") as edit:
            edit.insert("company", {"name": "Scrisă înainte de kill"})
        os.kill(process, signal.SIGKILL)
        told = [demo.stdout.readline()]
        while told[-1] and "is back at" not in told[-1]:
            told.append(demo.stdout.readline())
        assert f"The field device has ended: killed by signal {signal.SIGKILL:d}.\n" in told
        assert f"http://127.0.0.1:{port + 1}/ with all that was saved" in told[-1]
        socket.create_connection(("127.0.0.1", port + 1), timeout=PATIENCE_S).close()
        with closing(open_local(folder / "device")) as replica:
            assert replica.search("scrisa inainte", entities=("company",))
        assert "Its folder is thrown away." in ended(demo)
        assert not folder.exists()
    finally:
        demo.kill()


def test_a_device_that_cannot_stay_open_ends_the_demo_and_leaves_its_data(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(DeviceProcess, "fate", lambda _: "exit code 1")
    monkeypatch.setattr(ServerProcess, "fate", lambda _: None)
    monkeypatch.setattr("client.demo.watch", partial(watch, rest=lambda _: None))
    said, starts = [], []
    for process in (ServerProcess, DeviceProcess):
        monkeypatch.setattr(process, "start", lambda self: starts.append(self.name))
    monkeypatch.setattr(ServerProcess, "prepare", lambda *_: "")
    monkeypatch.setattr("client.demo._is_signed_in", lambda *_: True)
    arguments = Namespace(port=port_for_two(), folder=None, database="", size="small", no_browser=True)
    assert show(arguments, said.append) == 1
    [folder] = tmp_path.iterdir()
    assert said[-1] == f"The demo ends. Its data stays in {folder}. Go on from it: fieldfare demo --folder {folder}"
    assert starts == ["server", *["field device"] * (1 + MOST)]


def test_a_device_that_does_not_open_is_ended_and_shows_its_log(tmp_path, monkeypatch):
    monkeypatch.setattr("client.demo_servers.START_S", 0.0)
    (tmp_path / "client.log").write_text("Traceback: what it said")
    device = DeviceProcess(tmp_path, "http://127.0.0.1:1", free_port())
    assert device.fate() == "it did not start"
    with pytest.raises(RuntimeError, match="Traceback: what it said"):
        device.start()
    assert device.fate()
    assert not is_taken(device.port)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_where_the_person_had_signed_out_the_demo_says_who_may_sign_in(tmp_path):
    folder = tmp_path / "demo"
    ended(started(tmp_path, port_for_two(), "--folder", str(folder))[0])
    ProfileStore(folder / "device").sign_out()
    demo, said = started(tmp_path, port_for_two(), "--folder", str(folder))
    ended(demo)
    assert "sign in as ana.pop@carpati.example, password carpati-demo" in said


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("Dear Ana")
    said = []
    with pytest.raises(RuntimeError, match="holds something else"), place_of(tmp_path, ""):
        said.append("entered")
    with pytest.raises(RuntimeError, match="cannot be used"), place_of(tmp_path / "letter.txt", ""):
        said.append("entered")
    assert said == []
    assert [one.name for one in tmp_path.iterdir()] == ["letter.txt"]


def test_a_database_of_its_own_is_said_to_keep_the_company(tmp_path):
    with place_of(tmp_path / "demo", "postgresql+psycopg://ana:secret@host/x") as place:
        assert "The database that --database names keeps the demo company." in place.farewell
        assert "secret" not in place.farewell
    with place_of(None, "") as place:
        assert place.farewell == "Its folder is thrown away."
        assert place.folder.is_dir()
    assert not place.folder.exists()


def test_the_story_without_a_screen_takes_no_folder(tmp_path, capsys):
    assert main(["demo", "--check", "--folder", str(tmp_path)]) == 1
    assert "leave out --folder" in capsys.readouterr().out
