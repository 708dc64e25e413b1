"""Child processes of the demo: the server half is started by its command, never imported."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

START_S = 30.0
END_S = 15.0
"""Seconds that a child gets to end in order."""


def is_taken(port: int) -> bool:
    """Whether something listens on a port of this machine."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return True
    return False


def free_port() -> int:
    """Return a port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(*parts: str) -> list[str]:
    """Return the command line of a subcommand of this installation."""
    return [sys.executable, "-m", "shared_models", *parts]


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let SIGINT, SIGTERM and the end of the terminal end what runs inside: once, so that tidying up is not cut off.

    A script's background job is started with SIGINT ignored; here it ends the job again. Under `nohup` the terminal may end.
    """
    endings = [signal.SIGINT, signal.SIGTERM]
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        endings.append(signal.SIGHUP)

    def end(_number: int, _frame: FrameType | None) -> None:
        for one in endings:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {one: signal.signal(one, end) for one in endings}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def start_child(log: Path, *parts: str) -> "subprocess.Popen[bytes]":
    """Start a subcommand that ends when this process does. log: file that what it says is added to."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "client.demo_child", *parts], stdin=subprocess.PIPE, stdout=out, stderr=out
        )


def wait_for_port(child: "subprocess.Popen[bytes]", port: int) -> None:
    """Wait until a child listens at its port, or has ended, or takes too long."""
    ends = time.monotonic() + START_S
    while child.poll() is None and time.monotonic() < ends:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return


def end_child(child: "subprocess.Popen[bytes]", how: signal.Signals = signal.SIGTERM) -> None:
    """End a child, in order unless another signal is wanted, and at once when it does not hear."""
    child.send_signal(how)
    try:
        child.wait(timeout=END_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdin is not None:
        child.stdin.close()


@dataclass
class ServerProcess:
    """A sync server of our own on this machine."""

    folder: Path
    port: int
    database: str = ""
    office: bool = False
    _process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"

    def prepare(self, size: str) -> str:
        """Make the database with the demo company; returns what the command said. Raises RuntimeError when it fails."""
        done = subprocess.run(
            command("server", "init", "--demo", size, *self._where()), capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError((done.stderr.strip() or done.stdout.strip())[-2000:])
        return done.stdout.strip()

    def start(self) -> None:
        """Start it and wait until it answers. Raises RuntimeError when it does not."""
        more = () if self.office else ("--no-office",)
        words = ("server", "run", "--port", str(self.port), *more, *self._where())
        self._process = start_child(self.folder / "server.log", *words)
        ends = time.monotonic() + START_S
        while time.monotonic() < ends:
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=1):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise RuntimeError(f"the server did not start: {(self.folder / 'server.log').read_text(encoding='utf-8')[-2000:]}")

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._end(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)

    def stop(self) -> None:
        """End it in order."""
        self._end(signal.SIGTERM)

    def send(self, what: signal.Signals) -> None:
        """Send it a signal, for example to freeze it for a moment."""
        if self._process is not None:
            self._process.send_signal(what)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            end_child(self._process, how)
        self._process = None

    def _where(self) -> tuple[str, ...]:
        where = ("--data", str(self.folder))
        return (*where, "--database", self.database) if self.database else where
