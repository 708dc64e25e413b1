"""The story that the product is for, on real parts: two processes of clients, a server process, HTTP, a real database."""

import subprocess
import sys

import pytest


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
