"""Wrong variants of the real code, one by one: each must be found. A patch fails loudly when what it replaces is gone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace as changed
from typing import Any

from client.replica import change_log, settling
from conflict.merge import Outcome
from sync_server.services import archiving, codes, links, push, reconcile
from sync_server.services.applying import Applying

Patch = tuple[Any, str, Any]
"""(holder, name, replacement). Any: a module or class, and whatever it holds."""


def _own_writer() -> list[Patch]:
    def is_own(self: Applying, seq: int) -> bool:
        author = self.space.author(seq)
        return author is not None and author.device == self.actor.device_id

    return [(Applying, "is_own", is_own)]


def _no_resurrect() -> list[Patch]:
    return [(archiving, "revive", lambda *_: False)]


def _archive_column() -> list[Patch]:
    return [(archiving, "_has_news", lambda *_: False)]


def _su_noop_add() -> list[Patch]:
    original = links.add

    def add(work: Applying, found: Any, op: Any, *, is_new: bool) -> None:  # Any: as in `links`
        if is_new or found.row["archived_at"] is not None:
            original(work, found, op, is_new=is_new)

    return [(links, "add", add)]


def _su_last_writer() -> list[Patch]:
    original = links._saw

    def saw(work: Applying, origin: str, seq: int, limit: int) -> bool:
        author = work.space.author(seq)
        return original(work, origin, seq, limit) or (author is not None and author.device == work.actor.device_id)

    return [(links, "_saw", saw)]


def _code_reuse() -> list[Patch]:
    return [(codes, "confirm", lambda *_: True)]


def _lm_last_wins() -> list[Patch]:
    original = reconcile.decide

    def decide(policy: Any, typed: Any, stored: Any, **more: Any) -> Any:  # Any: as in `merge`
        merged = original(policy, typed, stored, **more)
        if policy.value == "LM" and merged.outcome is Outcome.APPLY:
            return changed(merged, value=typed.value)
        return merged

    return [(reconcile, "decide", decide)]


def _ask_is_apply() -> list[Patch]:
    original = reconcile.decide

    def decide(policy: Any, typed: Any, stored: Any, **more: Any) -> Any:  # Any: as in `merge`
        merged = original(policy, typed, stored, **more)
        if merged.outcome is Outcome.ASK and policy.value == "FM":
            return changed(merged, outcome=Outcome.APPLY, value=typed.value)
        return merged

    return [(reconcile, "decide", decide)]


def _no_ledger() -> list[Patch]:
    return [(push.ledger, "answered", lambda *_: {})]


def _echo_refused() -> list[Patch]:
    return [(push.Workspace, "send_all", lambda *_: None)]


def _after_empty() -> list[Patch]:
    return [(change_log, "after", lambda *_: [])]


def _early_settle() -> list[Patch]:
    original = settling.settle

    def settle(writing: Any, registry: Any, cursor: int, now_us: int) -> Any:  # Any: as in `settling`
        return original(writing, registry, 2**60, now_us)

    return [(settling, "settle", settle)]


WRONG = {
    "own_writer": _own_writer,
    "no_resurrect": _no_resurrect,
    "archive_column": _archive_column,
    "su_noop_add": _su_noop_add,
    "su_last_writer": _su_last_writer,
    "code_reuse": _code_reuse,
    "lm_last_wins": _lm_last_wins,
    "ask_is_apply": _ask_is_apply,
    "no_ledger": _no_ledger,
    "echo_refused": _echo_refused,
    "after_empty": _after_empty,
    "early_settle": _early_settle,
}


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Run with one wrong variant in place."""
    patches = WRONG[name]()
    saved = [(holder, attribute, getattr(holder, attribute)) for holder, attribute, _ in patches]
    for holder, attribute, value in patches:
        setattr(holder, attribute, value)
    try:
        yield
    finally:
        for holder, attribute, value in saved:
            setattr(holder, attribute, value)
