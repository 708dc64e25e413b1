"""The driver leaves nothing running."""

import signal
import subprocess
import sys

import psutil
import pytest

from tests.e2e import driver

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid, flush=True)
time.sleep(600)
"""
GONE = STUBBORN.replace("time.sleep(600)\n", "")
"""Ends by itself and forgets its child."""


@pytest.mark.parametrize("program", [STUBBORN, GONE])
def test_what_a_server_started_ends_with_it_also_when_the_server_does_not_obey_or_is_gone(program):
    server = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, start_new_session=True)
    assert server.stdout is not None
    child = psutil.Process(int(server.stdout.readline()))
    driver.end(server, signal.SIGINT, patience_s=0)
    server.stdout.close()
    assert psutil.wait_procs([child], timeout=20)[1] == []
    assert server.returncode is not None
