"""Wrong variants of the real code, one by one: each must be found. A patch fails loudly when what it replaces is gone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace as changed
from typing import Any

import sqlalchemy as sa

from client.replica import apply_remote, change_log, display, meta, settling, standing
from client.replica.schema import quoted
from client.replica.seen import Seen
from client.sync import pull as client_pull
from client.sync import push as client_push
from conflict import merge
from conflict.merge import Merged, Outcome
from sync_server.db import feed, ledger
from sync_server.services import archiving, codes, links, push, reconcile
from sync_server.services.applying import Applying
from sync_server.services.workspace import Workspace

Patch = tuple[Any, str, Any]
"""(holder, name, replacement). Any: a module or class, and whatever it holds."""


class Missing(LookupError):
    """A wrong variant replaces something that the code no longer has."""


# -- the three planted bugs ------------------------------------------------------------------------------------------


def _cursor_by_clock() -> list[Patch]:
    original = feed.changed

    def changed_since(connection: Any, tables: Any, after: int, upto: int) -> Iterator[Any]:  # Any: as in `feed`
        log = tables.push
        limit = connection.execute(sa.select(sa.func.max(log.c.hlc)).where(log.c.seq <= after)).scalar() or 0
        stamps = dict(connection.execute(sa.select(log.c.seq, log.c.hlc)).tuples().all())
        yield from (one for one in original(connection, tables, after, upto) if stamps.get(one.ver, 0) > limit)

    return [(feed, "changed", changed_since)]


def _cursor_before_rows() -> list[Patch]:
    original = client_pull.apply_page  # type: ignore[attr-defined]  # imported there by name

    def apply_page(replica: Any, page: Any) -> Any:  # Any: as in `apply_remote`
        here = replica.facts()["cursor"] == page.begin.from_seq and page.end.commit
        for cursor in (page.end.cursor, page.begin.from_seq) if here else ():
            with replica.write(durable=False) as writing:
                meta.put(writing.connection, {"cursor": cursor})
            for _ in range(20):  # as many statements as rows that were written one by one would be
                replica.facts()
        return original(replica, page)

    return [(client_pull, "apply_page", apply_page)]


def _ack_before_stored() -> list[Patch]:
    original = client_push._result

    def result(talk: Any, batch: Any, under_way: Any) -> Any:  # Any: as in `push`
        with talk.replica.write(durable=True) as writing:
            change_log.delete(writing.connection, batch.ns)
        return original(talk, batch, under_way)

    return [(client_push, "_result", result)]


# -- wrong variants of the model's list --------------------------------------------------------------------------------


def _bv_moves() -> list[Patch]:
    return [(change_log, "base_versions", lambda _c, _e, _pk, version, _u: {"*": version})]


def _rebase_moves_bv() -> list[Patch]:
    original = apply_remote._lay_all

    def lay_all(checkpoint: Any) -> None:  # Any: as in `apply_remote`
        connection = checkpoint.writing.connection
        for entity, pk in ((entity, pk) for entity, pks in checkpoint.to_lay.items() for pk in pks):
            _, version = display.base_of(connection, checkpoint.registry.get(entity), pk)
            connection.execute(
                "UPDATE _sync_op SET bv = ?, bvx = '{}' WHERE tbl = ? AND pk = ? AND n IN "
                "(SELECT n FROM _sync_tx WHERE state = 'pending' AND sent = 0)",
                (version, entity, pk),
            )
        original(checkpoint)

    return [(apply_remote, "_lay_all", lay_all)]


def _ack_moves_ver() -> list[Patch]:
    original = settling.take_verdict

    def take_verdict(writing: Any, n: int, verdict: str, seq: int, **more: Any) -> None:  # Any: as in `settling`
        original(writing, n, verdict, seq, **more)
        for op in change_log.ops(writing.connection, n):
            writing.connection.execute(f"UPDATE {quoted(op.t)} SET _v = ? WHERE id = ?", (seq, op.pk))
            writing.connection.execute("UPDATE _sync_base SET ver = ? WHERE tbl = ? AND pk = ?", (seq, op.t, op.pk))

    return [(settling, "take_verdict", take_verdict)]


def _lm_own() -> list[Patch]:
    return _decided(lambda policy, typed, merged: changed(merged, outcome=Outcome.APPLY, value=typed.value)
                    if policy.value == "LM" and typed.own else merged)  # fmt: skip


def _child_hidden() -> list[Patch]:
    original = archiving.revive

    def revive(work: Applying, found: Any, version: int) -> bool:  # Any: as in `archiving`
        return any(op.pk == found.pk for op in work.tx.ops) and original(work, found, version)

    return [(archiving, "revive", revive)]


def _after_flat() -> list[Patch]:
    def after(connection: Any, rows: Any, archived: Any, before_n: int) -> list[str]:  # Any: as in `change_log`
        return [tx.origin for tx in change_log._touching(connection, rows, archived, before_n)]

    return [(change_log, "after", after)]


def _no_reissue() -> list[Patch]:
    return [(standing, "ready_to_reissue", lambda *_: [])]


def _echo_by_device() -> list[Patch]:
    def held(connection: Any, tables: Any, device: str, _epoch: str, after: int) -> set[tuple[str, str]]:  # Any: as in `feed`
        change = tables.change
        query = sa.select(change.c.entity, change.c.pk).where(change.c.seq > after, change.c.device == device)
        return {(one.entity, one.pk) for one in connection.execute(query)}

    return [(feed, "held_exactly", held)]


def _echo_no_epoch() -> list[Patch]:
    return [(apply_remote, "_has_unknown", lambda *_: False)]


def _bv_any_epoch() -> list[Patch]:
    return [
        (Applying, "base_version", lambda _, op, unit: op.bvx.get(unit, op.bv)),
        (Applying, "row_version", lambda _, op: op.bv),
    ]


def _old_answer() -> list[Patch]:
    original = client_push._take_answer

    def take_answer(talk: Any, answer: Any) -> int:  # Any: as in `push`
        facts = talk.replica.facts()
        mine = {"server_epoch": facts["server_epoch"], "device_epoch": facts["device_epoch"]}
        return original(talk, answer.model_copy(update=mine))

    return [(client_push, "_take_answer", take_answer)]


def _stale_page() -> list[Patch]:
    return [(apply_remote, "_is_from_here", lambda page, facts: page.begin.epoch == facts["server_epoch"])]


def _torn_stage() -> list[Patch]:
    original = apply_remote._apply_checkpoint

    def apply_checkpoint(writing: Any, registry: Any, page: Any, facts: Any, now_us: int) -> None:  # Any: as in `apply_remote`
        if facts["stage_after"]:
            page.chunks.clear()
        original(writing, registry, page, facts, now_us)

    return [(apply_remote, "_apply_checkpoint", apply_checkpoint)]


def _insert_overwrites() -> list[Patch]:
    original = reconcile.update

    def update(work: Applying, found: Any, op: Any, values: Any) -> None:  # Any: as in `reconcile`
        if op.op != "i":
            original(work, found, op, values)
            return
        found.row.update(values)
        work.space.touch(found, work.seq, work.actor.user_id, exact=True)

    return [(reconcile, "update", update)]


def _restore_blind() -> list[Patch]:
    return [(Seen, "on_card", classmethod(lambda cls, connection, entity, card: cls.of(connection, entity, card["record_id"])))]


def _sm_direct() -> list[Patch]:
    def move(moves: Any, typed: Any, stored: Any) -> Merged:  # Any: as in `merge`
        if typed.value in moves.get(stored.value, ()):
            return Merged(Outcome.APPLY, typed.value, replaced_unseen=True)
        return Merged(Outcome.ASK, stored.value)

    return [(merge, "_move", move)]


def _le_raw_stamp() -> list[Patch]:
    return [(push, "_clamped", lambda _request, _work, tx: tx.hlc)]


def _lose_forgotten() -> list[Patch]:
    original = Applying.remember

    def remember(self: Applying, entity: str, pk: str, unit: str, before: Any, after: Any, kind: str) -> None:  # Any: a row
        if kind != "overwritten":
            original(self, entity, pk, unit, before, after, kind)

    return [(Applying, "remember", remember)]


def _decided(change: Any) -> list[Patch]:  # Any: a function of policy, typed value and outcome
    original = merge.decide

    def decide(policy: Any, typed: Any, stored: Any, **more: Any) -> Any:  # Any: as in `merge`
        return change(policy, typed, original(policy, typed, stored, **more))

    return [(reconcile, "decide", decide)]


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
    return _decided(lambda policy, typed, merged: changed(merged, value=typed.value)
                    if policy.value == "LM" and merged.outcome is Outcome.APPLY else merged)  # fmt: skip


def _ask_is_apply() -> list[Patch]:
    return _decided(lambda policy, typed, merged: changed(merged, outcome=Outcome.APPLY, value=typed.value)
                    if policy.value == "FM" and merged.outcome is Outcome.ASK else merged)  # fmt: skip


def _no_ledger() -> list[Patch]:
    return [(ledger, "answered", lambda *_: {})]


def _echo_refused() -> list[Patch]:
    return [(Workspace, "send_all", lambda *_: None)]


def _after_empty() -> list[Patch]:
    return [(change_log, "after", lambda *_: [])]


def _early_settle() -> list[Patch]:
    original = settling.settle

    def settle(writing: Any, cursor: int, now_us: int) -> Any:  # Any: as in `settling`
        return original(writing, 2**60, now_us)

    return [(settling, "settle", settle)]


WRONG = {
    "cursor_by_clock": _cursor_by_clock,
    "cursor_before_rows": _cursor_before_rows,
    "ack_before_stored": _ack_before_stored,
    "bv_moves": _bv_moves,
    "rebase_moves_bv": _rebase_moves_bv,
    "ack_moves_ver": _ack_moves_ver,
    "lm_own": _lm_own,
    "child_hidden": _child_hidden,
    "after_flat": _after_flat,
    "no_reissue": _no_reissue,
    "echo_by_device": _echo_by_device,
    "echo_no_epoch": _echo_no_epoch,
    "bv_any_epoch": _bv_any_epoch,
    "old_answer": _old_answer,
    "stale_page": _stale_page,
    "torn_stage": _torn_stage,
    "insert_overwrites": _insert_overwrites,
    "restore_blind": _restore_blind,
    "sm_direct": _sm_direct,
    "le_raw_stamp": _le_raw_stamp,
    "lose_forgotten": _lose_forgotten,
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
    for holder, attribute, _ in patches:
        if not hasattr(holder, attribute):
            raise Missing(f"{name}: {holder.__name__} has no {attribute}")
    saved = [(holder, attribute, holder.__dict__[attribute]) for holder, attribute, _ in patches]
    for holder, attribute, value in patches:
        setattr(holder, attribute, value)
    try:
        yield
    finally:
        for holder, attribute, value in saved:
            setattr(holder, attribute, value)
