"""CI's share of the simulation: sixty weeks from a fixed seed, the seeds that once broke, and proof that planted bugs are found."""

import os
import subprocess
import sys

import pytest

from tests.simulation.corpus import SEEDS
from tests.simulation.run import Run
from tests.simulation.wrong import WRONG, Missing, planted

RUNS = int(os.environ.get("FIELDFARE_SIMULATED_RUNS", "60"))
QUICKLY_FOUND = ("cursor_by_clock", "cursor_before_rows", "ack_before_stored")


def simulate(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does, in a process of its own: the seed fixes the order of sets, too."""
    command = [sys.executable, "-m", "tests.simulation", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=1500)


@pytest.mark.slow
def test_every_promise_holds_in_simulated_weeks_of_four_devices():
    done = simulate("--runs", str(RUNS), "--seed", "1")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]


@pytest.mark.parametrize("seed", SEEDS)
def test_week_that_once_broke_a_promise_keeps_it(seed, tmp_path):
    assert Run(tmp_path / "run", seed).play() > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICKLY_FOUND)
def test_planted_bug_is_found(name):
    done = simulate("--runs", "80", "--seed", "1", "--wrong", name, "--no-shrink")
    assert done.returncode == 1, f"{name} was not found: {done.stdout[-500:]}"


@pytest.mark.parametrize("name", WRONG)
def test_wrong_variant_replaces_something_that_exists(name):
    with planted(name):
        pass


def test_wrong_variant_of_something_that_is_gone_fails_loudly(monkeypatch):
    monkeypatch.setitem(WRONG, "gone", lambda: [(Run, "no_such_function", None)])
    with pytest.raises(Missing), planted("gone"):
        pass
