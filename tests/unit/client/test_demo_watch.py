"""What the demo does about a process of its own that has ended, and what it says while something takes long."""

import threading
from dataclasses import dataclass, field
from itertools import count

import pytest

from client.demo_steps import LINE_S, Steps
from client.demo_watch import MOST, WITHIN_S, watch


class Ended(Exception):
    """The test has seen enough."""


@dataclass
class Part:
    """A process that ends as the test says. fates: what each look finds; failing: starts that do not succeed."""

    name: str
    fates: list[str | None]
    failing: int = 0
    starts: int = 0
    address: str = "http://127.0.0.1:8401/"
    pid: int = 4711

    def fate(self):
        """Take the next fate; it runs once there is none left."""
        return self.fates.pop(0) if self.fates else None

    def start(self):
        """Count it."""
        self.starts += 1
        if self.starts <= self.failing:
            raise RuntimeError("The field device did not open. Traceback")


@dataclass
class Desk:
    """Whoever looks at the terminal, with a clock that goes on at each rest."""

    said: list[str] = field(default_factory=list)
    now: float = 0.0
    rests: int = 3
    rest_s: float = 0.5

    def rest(self, _seconds):
        """Let time go by, until the test has seen enough."""
        self.now += self.rest_s
        self.rests -= 1
        if self.rests < 0:
            raise Ended

    def watch(self, *parts):
        """Watch until the demo gives up (False) or the test has seen enough (True)."""
        try:
            watch(parts, Steps(self.said.append), self.rest, lambda: self.now)
        except Ended:
            return True
        return False


def test_a_part_that_was_killed_is_started_again_and_the_person_is_told():
    desk, device, server = Desk(), Part("field device", [None, "killed by signal 9"]), Part("server", [])
    assert desk.watch(device, server)
    assert desk.said == [
        "\nThe field device has ended: killed by signal 9.",
        "Starting the field device again on the data that it left…",
        "The field device is back at http://127.0.0.1:8401/ with all that was saved (process 4711).",
    ]
    assert (device.starts, server.starts) == (1, 0)


def test_a_start_that_fails_is_tried_again():
    desk, device = Desk(), Part("field device", ["killed by signal 9", "exit code 1"], failing=1)
    assert desk.watch(device)
    assert "The field device did not open. Traceback" in desk.said
    assert device.starts == 2
    assert desk.said[-1].startswith("The field device is back")


def test_what_always_ends_at_once_is_given_up():
    desk, device = Desk(rests=100), Part("field device", ["exit code 1"] * 100)
    assert not desk.watch(device)
    assert device.starts == MOST
    assert desk.said[-1] == "It has ended 6 times within a minute and is not started again."


def test_what_ends_now_and_then_is_started_as_often_as_it_ends():
    desk, device = Desk(rests=40, rest_s=WITHIN_S / MOST), Part("field device", ["killed by signal 9"] * 30)
    assert desk.watch(device)
    assert device.starts == 30


def counted(steps, has_said):
    """Run a step until something was said."""
    with steps.step("Making the demo company"):
        assert has_said.wait(60)


def test_a_long_step_says_every_ten_seconds_that_it_goes_on():
    said, enough = [], threading.Event()

    def say(text):
        said.append(text)
        if len(said) == 3:
            enough.set()

    counted(Steps(say, tick_s=0.0, clock=count(0, LINE_S / 2).__next__), enough)
    assert said[:3] == ["Making the demo company…", "  still at it, 10 s", "  still at it, 20 s"]


def test_at_a_terminal_the_seconds_are_counted_in_one_line():
    written, enough = [], threading.Event()

    def write(text):
        written.append(text)
        if len(written) == 3:
            enough.set()

    counted(Steps(lambda _: pytest.fail("a line"), write, tick_s=0.0, clock=count().__next__), enough)
    assert written[:3] == ["Making the demo company…", "\rMaking the demo company… 1 s", "\rMaking the demo company… 2 s"]
    assert written[-1] == "\n"


def test_a_step_that_fails_ends_its_counter():
    with pytest.raises(RuntimeError), Steps(lambda _: None).step("Making the demo company"):
        raise RuntimeError
    assert "counter" not in {thread.name for thread in threading.enumerate()}
