"""Wrong variants of the centre's half. Each function returns what must be replaced by what."""

from collections.abc import Iterator
from typing import Any

import orjson
import sqlalchemy as sa

from conflict import merge
from conflict.merge import Merged, Outcome
from shared_models.fields import ARCHIVED, Merge, Unit
from sync_server.db import feed, ledger, timeline
from sync_server.services import archiving, cards, codes, links, pull, push, reconcile
from sync_server.services.applying import Applying
from sync_server.services.workspace import Workspace
from tests.simulation.wrong_client import Patch

REFUSED = ("rejected", "deferred")


# -- who had seen what ---------------------------------------------------------------------------------------------------


def own_writer() -> list[Patch]:
    """A value is one's own when the last writer is this device."""

    def is_own(self: Applying, seq: int) -> bool:
        author = self.space.author(seq)
        return author is not None and author.device == self.actor.device_id

    return [(Applying, "is_own", is_own)]


def bv_any_epoch() -> list[Patch]:
    """Base versions of an older server epoch are compared as they are."""
    return [
        (Applying, "base_version", lambda _, op, unit: op.bvx.get(unit, op.bv)),
        (Applying, "row_version", lambda _, op: op.bv),
    ]


def pn_typed() -> list[Patch]:
    """A code that got a suffix no longer counts as the value that its author typed."""
    original = merge._is_same
    return [(merge, "_is_same", lambda typed, stored: original(typed, stored._replace(typed=None)))]


def insert_overwrites() -> list[Patch]:
    """An insert of an existing id replaces the row."""
    original = reconcile.update

    def update(work: Applying, found: Any, op: Any, values: Any) -> None:
        if op.op != "i":
            original(work, found, op, values)
            return
        found.row.update(values)
        work.space.touch(found, work.seq, work.actor.user_id, exact=True)

    return [(reconcile, "update", update)]


# -- policies ------------------------------------------------------------------------------------------------------------


def _decided(change: Any) -> list[Patch]:
    """Change an outcome; change: a function of policy, typed value and outcome."""
    original = merge.decide

    def decide(policy: Any, typed: Any, stored: Any, **more: Any) -> Any:
        return change(policy, typed, original(policy, typed, stored, **more))

    return [(reconcile, "decide", decide)]


def _taken(policy: Merge, when: Any) -> list[Patch]:
    """Store what was typed under a policy whenever a condition on the typed value and the outcome holds."""

    def change(met: Merge, typed: Any, merged: Any) -> Any:
        if met is not policy or not when(typed, merged):
            return merged
        return merged._replace(outcome=Outcome.APPLY, value=typed.value, asks_too=False)

    return _decided(change)


def lm_own() -> list[Patch]:
    """A line-merged text takes the own-predecessor rule, like any other field."""
    return _taken(Merge.LM, lambda typed, merged: typed.own)


def lm_last_wins() -> list[Patch]:
    """The last text wins."""
    return _taken(Merge.LM, lambda typed, merged: merged.outcome is Outcome.APPLY)


def ask_is_apply() -> list[Patch]:
    """What should be asked is applied."""
    return _taken(Merge.FM, lambda typed, merged: merged.outcome is Outcome.ASK)


def sm_direct() -> list[Patch]:
    """A state move is checked from the present state only."""

    def move(moves: Any, typed: Any, stored: Any) -> Merged:
        if typed.value in moves.get(stored.value, ()):
            return Merged(Outcome.APPLY, typed.value, replaced_unseen=True)
        return Merged(Outcome.ASK, stored.value)

    return [(merge, "_move", move)]


def group_split() -> list[Patch]:
    """The fields of a group are merged one by one."""
    original = cards.units_of

    def units_of(entity: Any, values: Any) -> list[Unit]:
        units = original(entity, values)
        groups = [unit for unit in units if unit.policy is Merge.GR]
        parts = [Unit(name, Merge.GR, (name,)) for unit in groups for name in unit.fields if name in values]
        return [unit for unit in units if unit not in groups] + parts

    return [(cards, "units_of", units_of)]


def le_raw_stamp() -> list[Patch]:
    """The stamp of an edit is not corrected: neither by the device's clock, nor by what its author had seen."""
    return [(push, "_clamped", lambda _request, _work, tx: tx.hlc)]


def lose_forgotten() -> list[Patch]:
    """A losing value is not kept."""
    original = Applying.remember

    def remember(self: Applying, entity: str, pk: str, unit: str, before: Any, after: Any, kind: str) -> None:
        if kind != "overwritten":
            original(self, entity, pk, unit, before, after, kind)

    return [(Applying, "remember", remember)]


# -- archived records, links, codes --------------------------------------------------------------------------------------


def archive_column() -> list[Patch]:
    """An archive compares only the archive flag's version, not the whole row's."""
    return [(archiving, "_unseen", lambda *_: [])]


def no_resurrect() -> list[Patch]:
    """An edit of a row that was archived meanwhile leaves it archived."""
    original = archiving.revive

    def revive(work: Applying, found: Any, version: int, done: Any) -> bool:
        return all(op.pk != found.pk for op in work.tx.ops) and original(work, found, version, done)

    return [(archiving, "revive", revive)]


def child_hidden() -> list[Patch]:
    """A child created under a parent that was archived meanwhile does not revive it."""
    original = archiving.revive

    def revive(work: Applying, found: Any, version: int, done: Any) -> bool:
        return any(op.pk == found.pk for op in work.tx.ops) and original(work, found, version, done)

    return [(archiving, "revive", revive)]


def su_noop_add() -> list[Patch]:
    """Adding a link that is already there leaves no trace."""
    original = links.add

    def add(work: Applying, found: Any, op: Any, *, is_new: bool) -> None:
        if is_new or found.row[ARCHIVED] is not None:
            original(work, found, op, is_new=is_new)

    return [(links, "add", add)]


def su_last_writer() -> list[Patch]:
    """A remove clears the link when the last add came from the same device."""
    original = links._saw

    def saw(work: Applying, origin: str, seq: int, limit: int) -> bool:
        author = work.space.author(seq)
        return original(work, origin, seq, limit) or (author is not None and author.device == work.actor.device_id)

    return [(links, "_saw", saw)]


def code_reuse() -> list[Patch]:
    """Codes are unique among live rows only."""
    original = Workspace.code_owner

    def code_owner(self: Workspace, entity: str, code: str) -> str | None:
        owner = original(self, entity, code)
        found = self.get(entity, owner) if owner is not None else None
        return owner if found is not None and found.row[ARCHIVED] is None else None

    return [(Workspace, "code_owner", code_owner)]


def code_unchecked() -> list[Patch]:
    """Codes are not unique at all."""
    return [(codes, "confirm", lambda *_: True)]


# -- ledger, feed, timelines ---------------------------------------------------------------------------------------------


def cursor_by_clock() -> list[Patch]:
    """The cursor is a wall clock: a pull sends what was stamped later than the last that it sent."""
    original = feed.changed

    def changed_since(connection: Any, tables: Any, after: int, upto: int) -> Iterator[Any]:
        log = tables.push
        limit = connection.execute(sa.select(sa.func.max(log.c.hlc)).where(log.c.seq <= after)).scalar() or 0
        stamps = {row.seq: row.hlc for row in connection.execute(sa.select(log.c.seq, log.c.hlc))}
        yield from (one for one in original(connection, tables, after, upto) if stamps.get(one.ver, 0) > limit)

    return [(feed, "changed", changed_since)]


def no_ledger() -> list[Patch]:
    """A repeated tx is processed again."""
    return [(ledger, "answered", lambda *_: {})]


def ledger_by_number() -> list[Patch]:
    """The ledger is keyed by device and number."""
    original = push._carry_out
    request: list[Any] = []

    def carry_out(central: Any, actor: Any, asked: Any, *more: Any) -> Any:
        request[:] = [actor.device_id, asked, more[0]]
        return original(central, actor, asked, *more)

    def answered(connection: Any, tables: Any, _tx_ids: Any) -> dict[str, ledger.Answered]:
        device, asked, shapes = request
        log = tables.push
        numbers = {tx.tx: tx for tx in asked.txs}
        query = sa.select(log).where(log.c.device == device, log.c.number.in_(list(numbers))).order_by(log.c.seq)
        found = {}
        for row in connection.execute(query):
            tx = numbers[row.number]
            verdict = orjson.dumps({**orjson.loads(row.verdict), "id": tx.id}).decode()
            found[tx.id] = ledger.Answered(shapes[tx.id].hash, verdict, row.seq)
        return found

    return [(push, "_carry_out", carry_out), (ledger, "answered", answered)]


def acks_by_number() -> list[Patch]:
    """The centre's half of `ack_by_number`."""
    original = pull._final
    asked: list[Any] = []

    def final(page: Any, held: Any) -> Any:
        asked[:] = [page.connection, page.central.tables.push]
        return original(page, held)

    def ack(tx_id: str, verdict: str, seq: int, at: int) -> list[object]:
        connection, log = asked
        parts = orjson.loads(verdict)
        number = connection.execute(sa.select(log.c.number).where(log.c.tx_id == tx_id)).scalar_one()
        return [str(number), parts["v"], seq, at, (parts.get("error") or {}).get("code")]

    return [(pull, "_final", final), (pull, "_ack", ack)]


def silent_verdict() -> list[Patch]:
    """A refusal takes no seq of its own: the device is told the one before. (The ledger's key forbids that at the centre.)"""
    real, ack = push._told, pull._ack

    def told(verdict: Any) -> Any:
        return {**verdict, "seq": verdict["seq"] - 1} if verdict["v"] in REFUSED else verdict

    def told_by_pull(*parts: Any) -> list[Any]:
        found: list[Any] = ack(*parts)
        return [*found[:2], found[2] - 1, *found[3:]] if found[1] in REFUSED else found

    return [(push, "_told", lambda decided, before: told(real(decided, before))), (pull, "_ack", told_by_pull)]


def echo_by_device() -> list[Patch]:
    """A pull skips every row whose last writer is this device."""

    def held(connection: Any, tables: Any, device: str, _epoch: str, after: int) -> set[tuple[str, str]]:
        change = tables.change
        query = sa.select(change.c.entity, change.c.pk).where(change.c.seq > after, change.c.device == device)
        return {(one.entity, one.pk) for one in connection.execute(query)}

    return [(feed, "held_exactly", held)]


def echo_refused() -> list[Patch]:
    """An ack stands for the rows of a tx that was not taken as sent."""
    return [(Workspace, "send_all", lambda *_: None)]


def last_restore() -> list[Patch]:
    """After two restores a device goes back to the point of the last one only."""

    def restored_seq(connection: Any, tables: Any, epoch: str) -> int:
        restore = tables.restore
        found = connection.execute(sa.select(restore).order_by(restore.c.place.desc())).first()
        return int(found.restored_seq) if found is not None and found.epoch != epoch else 0

    return [(timeline, "restored_seq", restored_seq)]
