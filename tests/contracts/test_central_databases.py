import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from tests import databases


def test_a_central_database_starts_empty_and_keeps_what_is_committed(central_url):
    engine = create_engine(central_url)
    assert inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (name VARCHAR(40))"))
        connection.execute(text("INSERT INTO t VALUES ('Ștefan cel Mare – €')"))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT name FROM t")) == "Ștefan cel Mare – €"
    engine.dispose()


@pytest.mark.parametrize(
    "kind",
    [pytest.param("postgresql", marks=pytest.mark.postgresql), pytest.param("mariadb", marks=pytest.mark.mariadb)],
)
def test_a_database_is_dropped_under_a_transaction_that_a_test_left_open(kind, request):
    with request.getfixturevalue(f"{kind}_server").empty_database() as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE t (name VARCHAR(40))"))
        left_open = engine.connect()
        left_open.execute(text("INSERT INTO t VALUES ('held')"))
    with pytest.raises(DBAPIError):
        left_open.execute(text("SELECT name FROM t"))
    left_open.invalidate()
    left_open.close()
    engine.dispose()


@pytest.mark.postgresql
@pytest.mark.mariadb
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_server_ends_when_its_tests_are_killed(kind, request):
    request.getfixturevalue(f"{kind}_server")  # skips where there is none
    code = (
        "import time\nfrom tests import databases\n"
        f"with databases.{kind}_server() as server:\n    print(server.url_of('x'), flush=True)\n    time.sleep(60)"
    )
    root = Path(databases.__file__).parents[1]
    tests = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=root)
    assert tests.stdout
    with tests.stdout as output:
        assert output.readline().startswith(("postgresql", "mysql"))
    [server] = [pid for pid in running_pids() if parent_of(pid) == tests.pid]
    works_in = Path(f"/proc/{server}/cwd").resolve()
    [folder] = [path for path in (works_in, *works_in.parents) if path.name.startswith("fieldfare-")]
    tests.send_signal(signal.SIGKILL)
    tests.wait()
    ends_at = time.monotonic() + 20
    while server in running_pids() and time.monotonic() < ends_at:
        time.sleep(0.05)
    assert server not in running_pids()
    shutil.rmtree(folder)  # a killed run leaves it behind


def running_pids():
    return {int(name) for name in os.listdir("/proc") if name.isdigit() and parent_of(int(name)) is not None}


def parent_of(pid):
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return None
    return None if state == "Z" else int(parent)
