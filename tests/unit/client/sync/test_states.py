"""Every event is specified in every state, and the protocol document says the same as the code."""

from pathlib import Path

import pytest

import sync_server
from client.sync.states import RESTING, RUNNING, TABLE, Action, Event, State, step

PROTOCOL = Path(sync_server.__file__).parent / "PROTOCOL.md"


def rendered() -> list[str]:
    """The table of the protocol document: an event a line, a state a column, `action > next state`, or the action if it stays."""
    states = list(State)
    lines = ["| | " + " | ".join(states) + " |", "|---" * (len(states) + 1) + "|"]
    for event in Event:
        cells = []
        for state in states:
            found = step(state, event)
            cells.append(found.action if found.state is state else f"{found.action} > {found.state}")
        lines.append(f"| {event} | " + " | ".join(cells) + " |")
    return lines


def test_every_pair_is_specified():
    assert set(TABLE) == {(state, event) for state in State for event in Event}
    assert set(State) == {*RESTING, *RUNNING}


def test_protocol_document_holds_the_same_table():
    text = PROTOCOL.read_text(encoding="utf-8")
    assert "\n".join(rendered()) in text


def test_a_kill_at_any_moment_is_followed_by_a_hello():
    assert {step(state, Event.START).state for state in State} == {State.HELLO}


def test_no_resting_state_but_those_that_need_a_person_is_left_without_an_attempt():
    for state in RUNNING:
        for event in (Event.UNREACHABLE, Event.BUSY, Event.FAULT, Event.MISMATCH):
            found = step(state, event)
            assert found.action in (Action.NEXT, Action.ARM_BACKOFF, Action.ARM_POLL), (state, event)
    for state in (State.IDLE, State.OFFLINE, State.QUARANTINED):
        assert step(state, Event.TIMER).action is Action.RUN


@pytest.mark.parametrize("event", [Event.LOCAL_COMMIT, Event.POKE, Event.SYNC_NOW, Event.NETWORK_UP])
def test_news_during_a_round_is_remembered(event):
    assert {step(state, event).action for state in RUNNING} == {Action.AGAIN}


if __name__ == "__main__":
    print("\n".join(rendered()))  # noqa: T201  # what to paste into the protocol document
