"""Moves of a state machine: which chain, and which need a person."""

from collections.abc import Mapping

Moves = Mapping[str, frozenset[str]]
"""State -> states that it may move to directly, forward."""


def reaches(moves: Moves, start: str, end: str) -> bool:
    """Return whether forward moves lead from one state to the other; a state reaches itself."""
    seen, todo = {start}, [start]
    while todo:
        for following in moves.get(todo.pop(), frozenset()) - seen:
            seen.add(following)
            todo.append(following)
    return end in seen
