"""How a push sends one batch while it stores the answer to the one before: at once, or on a thread of its own."""

import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

T = TypeVar("T")
SWITCH_S = 0.0005
"""Longest that the thread which sends waits for the one that computes; 5 ms by default, and a request waits several times."""


class Start(Protocol):
    """Starts a call; the future holds its result, or what it raised."""

    def __call__(self, call: Callable[[], T], /) -> "Future[T]":
        """Start it."""
        ...


def at_once(call: Callable[[], T], /) -> "Future[T]":
    """Make the call here and now: for a server in the same process, and for runs that must repeat exactly."""
    made: Future[T] = Future()
    try:
        made.set_result(call())
    except Exception as error:  # noqa: BLE001  # handed to whoever asks for the result
        made.set_exception(error)
    return made


def in_background(call: Callable[[], T], /) -> "Future[T]":
    """Make the call on a thread, so that this one works on while the server does. The thread ends with the call."""
    sys.setswitchinterval(SWITCH_S)
    made: Future[T] = Future()

    def run() -> None:
        try:
            made.set_result(call())
        except BaseException as error:  # noqa: BLE001  # handed to whoever asks for the result
            made.set_exception(error)

    threading.Thread(target=run, name="fieldfare-push", daemon=True).start()
    return made
