"""Child processes of the demo: the server, which is started by its command and never imported, and the field device."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from client.config import ENCRYPTION
from client.platform.profile import ProfileStore

START_S = 120.0
"""Seconds that a child gets to answer: a slow machine that does other things takes one of them."""
LOG_SHOWN = 2000
"""Letters of the end of a log that a person is shown."""
WANTED = (signal.SIGINT, signal.SIGTERM)
ENDINGS = (*WANTED, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))
"""What ends the demo: a person, a supervisor, the end of the terminal."""
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
    endings = [one for one in ENDINGS if one in WANTED or signal.getsignal(one) != signal.SIG_IGN]

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


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let a signal that ends the demo wait a moment. Raised inside `Popen.poll`, it could leave the child's lock taken for good."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def start_child(log: Path, *parts: str) -> "subprocess.Popen[bytes]":
    """Start a subcommand that ends when this process does. log: file that what it says is added to.

    A device of the demo lies in plain: what is thrown away with its folder would leave its key in the person's keyring.
    """
    environment = {**os.environ, ENCRYPTION: "off"}
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "client.demo_child", *parts],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
            env=environment,
        )


def wait_until(child: "subprocess.Popen[bytes]", answers: Callable[[], bool]) -> bool:
    """Wait until a child answers; returns False when it has ended, or takes too long."""
    ends = time.monotonic() + START_S
    while fate_of(child) is None and time.monotonic() < ends:
        if answers():
            return True
        time.sleep(0.1)
    return False


def fate_of(child: "subprocess.Popen[bytes] | None") -> str | None:
    """Return how a child has ended, or None while it runs."""
    if child is None:
        return "it did not start"
    with undisturbed():
        code = child.poll()
    if code is None:
        return None
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"


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


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-LOG_SHOWN:]


@dataclass
class ServerProcess:
    """A sync server of our own on this machine."""

    folder: Path
    port: int
    database: str = ""
    office: bool = False
    name: str = "server"
    _process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        """Return the address of the office web."""
        return f"{self.url}/app/"

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
        if not wait_until(self._process, self._answers):
            self.kill()
            raise RuntimeError(f"The server did not start: {_end_of(self.folder / 'server.log')}")

    @property
    def pid(self) -> int:
        """Return the number of its process, 0 before it was started."""
        return self._process.pid if self._process is not None else 0

    def fate(self) -> str | None:
        """Return how it has ended, or None while it runs."""
        return fate_of(self._process)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=1):
                return True
        except (urllib.error.URLError, OSError):
            return False

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


@dataclass
class DeviceProcess:
    """The client of the demo's field device, in the browser."""

    folder: Path
    server_url: str
    port: int
    name: str = "field device"
    _process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def address(self) -> str:
        """Return the address of its page."""
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Open it on its replica, without the door where somebody is in. Raises RuntimeError when it does not open."""
        words = ["client", "--web", "--no-browser", "--data", str(self.folder), "--port", str(self.port)]
        profile = ProfileStore(self.folder).load()
        more = ["--unlocked"] if profile is not None and profile.is_signed_in else []
        log = self.folder / "client.log"
        self._process = start_child(log, *words, "--server", self.server_url, *more)
        if not wait_until(self._process, self._answers):
            self.stop()
            raise RuntimeError(f"The field device did not open. {_end_of(log)}")

    @property
    def pid(self) -> int:
        """Return the number of its process, 0 before it was started."""
        return self._process.pid if self._process is not None else 0

    def fate(self) -> str | None:
        """Return how it has ended, or None while it runs."""
        return fate_of(self._process)

    def stop(self) -> None:
        """End it in order."""
        if self._process is not None:
            end_child(self._process)

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True
