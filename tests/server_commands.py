"""The server's commands as processes of their own, as an admin starts them."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e import driver
from tests.ports import free_port

EMAIL, PASSWORD = "ana@example.ro", "correct horse"


def command(*words: object) -> list[str]:
    """Return a command line of `fieldfare server`."""
    return [sys.executable, "-m", "shared_models", "server", *map(str, words)]


def init(folder: Path, url: str) -> None:
    """Make the central database and its admin, Ana. url: empty for the SQLite file of the folder."""
    (password := folder.parent / "password").write_text(PASSWORD)
    words = "init", "--data", folder, "--name", "Ana Pop", "--email", EMAIL, "--password-file", password
    subprocess.run(command(*words, *database(url)), check=True, stdout=subprocess.DEVNULL)


def database(url: str) -> tuple[str, ...]:
    """Return the words that name a central database."""
    return ("--database", url) if url else ()


def start(folder: Path, url: str, port: int, log: Path | None = None) -> "subprocess.Popen[bytes]":
    """Start a server without the office, at the head of a process group; returns when it answers. log: gets all that it says."""
    words = command("run", "--data", folder, *database(url), "--port", port, "--no-office")
    with (log or Path("/dev/null")).open("ab") as out:
        server = subprocess.Popen(words, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
    driver.wait_for(f"http://127.0.0.1:{port}/health", server)
    return server


@contextmanager
def serving(folder: Path, url: str) -> Iterator[str]:
    """Yield the address of a server process of its own."""
    port = free_port()
    server = start(folder, url, port)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        driver.end(server, signal.SIGINT)
