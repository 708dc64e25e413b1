"""`fieldfare demo`: a server with the demo company, the office web, and one field device, until Ctrl+C."""

import argparse
import shutil
import subprocess
import tempfile
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path

from client.app import make_account, open_local
from client.config import SyncTimes
from client.demo_servers import ServerProcess, end_child, is_taken, start_child, wait_for_port

OFFICE_EMAIL, FIELD_EMAIL = "maria.stan@carpati.example", "ana.pop@carpati.example"
PASSWORD = "carpati-demo"  # printed on purpose: the demo holds nothing real
Say = Callable[[str], None]


def show(arguments: argparse.Namespace, say: Say) -> int:
    """Run the demo until Ctrl+C; returns the exit code. Everything is in a temporary folder that goes with it."""
    for port in (arguments.port, arguments.port + 1):
        if is_taken(port):
            say(f"Port {port} of this machine is taken. Choose another with --port.")
            return 1
    folder = Path(tempfile.mkdtemp(prefix="fieldfare-demo-"))
    server = ServerProcess(folder / "server", arguments.port, arguments.database, office=True)
    server.folder.mkdir()
    device: subprocess.Popen[bytes] | None = None
    try:
        say("Making the demo company…")
        server.prepare(arguments.size)
        server.start()
        device = _start_device(folder / "device", server.url, arguments.port + 1)
        wait_for_port(device, arguments.port + 1)
        _tell(say, server.url, arguments.port + 1)
        if not arguments.no_browser:
            webbrowser.open(f"{server.url}/app/")
            webbrowser.open(f"http://127.0.0.1:{arguments.port + 1}/")
        while device.poll() is None:
            time.sleep(0.5)
        say(f"The field device has ended. {(folder / 'device' / 'client.log').read_text(encoding='utf-8')[-2000:]}")
        return 1
    except KeyboardInterrupt:
        say("\nThe demo ends; nothing of it stays on this machine.")
        return 0
    except RuntimeError as error:
        say(str(error))
        return 1
    finally:
        if device is not None:
            end_child(device)
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _start_device(folder: Path, server_url: str, port: int) -> "subprocess.Popen[bytes]":
    """Sign a field device in and start its client as a process of its own."""
    replica = open_local(folder)
    make_account(folder, SyncTimes()).sign_in(replica, server_url, FIELD_EMAIL, PASSWORD, "Ana's laptop")
    replica.close()
    words = (
        "client",
        "--web",
        "--no-browser",
        "--unlocked",
        "--data",
        str(folder),
        "--port",
        str(port),
        "--server",
        server_url,
    )
    return start_child(folder / "client.log", *words)


def _tell(say: Say, server_url: str, device_port: int) -> None:
    say("")
    say("Fieldfare is running.")
    say(f"  Office         {server_url}/app/           sign in as {OFFICE_EMAIL}, password {PASSWORD}")
    say(f"  Field device   http://127.0.0.1:{device_port}/   Ana's laptop; Sync has the switch “work offline”")
    say("")
    say("Try it: open Hotel Șapte Brazi in both, switch the device to work offline, change its description or name in both,")
    say("switch it on again, and look at the Inbox. Ctrl+C ends the demo.")
