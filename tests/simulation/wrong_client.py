"""Wrong variants of the device's half. Each function returns what must be replaced by what."""

from dataclasses import replace as changed
from typing import Any

from client.replica import accepting, apply_remote, change_log, display, epochs, mending, meta, rows, settling, standing
from client.replica.schema import quoted
from client.replica.seen import Seen
from client.replica.writing import Writer
from client.sync import hello, repair, verify
from client.sync import pull as client_pull
from client.sync import push as client_push
from shared_models.codec import dumps
from sync_server.db import timeline

Patch = tuple[Any, str, Any]
"""(holder, name, replacement). Any, here and below: a module or class, and whatever it holds and takes."""


# -- cursor and acks -----------------------------------------------------------------------------------------------------


def cursor_before_rows() -> list[Patch]:
    """The cursor is saved before the rows that it stands for."""
    original = client_pull.apply_page  # type: ignore[attr-defined]  # imported there by name

    def apply_page(replica: Any, page: Any) -> Any:
        here = replica.facts()["cursor"] == page.begin.from_seq and page.end.commit
        for cursor in (page.end.cursor, page.begin.from_seq) if here else ():
            with replica.write(durable=False) as writing:
                meta.put(writing.connection, {"cursor": cursor})
            for _ in range(20):  # as many statements as rows that were written one by one would be
                replica.facts()
        return original(replica, page)

    return [(client_pull, "apply_page", apply_page)]


def ack_before_stored() -> list[Patch]:
    """A tx is taken out of the log before its verdict is stored."""
    original = client_push._result

    def result(talk: Any, batch: Any, under_way: Any) -> Any:
        with talk.replica.write(durable=True) as writing:
            change_log.delete(writing.connection, batch.ns)
        return original(talk, batch, under_way)

    return [(client_push, "_result", result)]


def ack_moves_ver() -> list[Patch]:
    """The verdict's seq becomes the row's version although the row was not sent."""
    original = settling.take_verdict

    def take_verdict(writing: Any, n: int, verdict: str, seq: int, **more: Any) -> None:
        original(writing, n, verdict, seq, **more)
        for op in change_log.ops(writing.connection, n):
            writing.connection.execute(f"UPDATE {quoted(op.t)} SET _v = ? WHERE id = ?", (seq, op.pk))
            writing.connection.execute("UPDATE _sync_base SET ver = ? WHERE tbl = ? AND pk = ?", (seq, op.t, op.pk))

    return [(settling, "take_verdict", take_verdict)]


def early_settle() -> list[Patch]:
    """A verdict removes the overlay before the pull that holds its effect."""
    original = client_push._take_answer

    def take_answer(talk: Any, answer: Any) -> int:
        taken = original(talk, answer)
        with talk.replica.write(durable=True) as writing:
            settling.settle_and_lay(writing, talk.replica.registry, 2**60, talk.now_ms() * 1000)
        return taken

    return [(client_push, "_take_answer", take_answer)]


def ack_of_refused() -> list[Patch]:
    """An ack of a refused tx stands for its rows, as that of an applied one does."""
    original = accepting.take_acks

    def take_acks(writing: Any, acks: Any, unsent: bool, sent: Any) -> Any:
        return original(writing, [changed(ack, verdict="applied") for ack in acks], unsent, sent)

    return [(accepting, "take_acks", take_acks)]


def ack_by_number() -> list[Patch]:
    """A pull acknowledges by number, not by id. (The centre's half of it is in `wrong_server`.)"""
    original = accepting.take_acks

    def take_acks(writing: Any, acks: Any, unsent: bool, sent: Any) -> Any:
        where = "SELECT id FROM _sync_tx WHERE number = ? AND state <> 'settled'"
        found = [(ack, writing.connection.execute(where, (int(ack.tx_id),)).fetchone()) for ack in acks]
        return original(writing, [changed(ack, tx_id=row[0]) for ack, row in found if row], unsent, sent)

    return [(accepting, "take_acks", take_acks), (apply_remote, "_has_unknown", lambda *_: False)]


def echo_no_epoch() -> list[Patch]:
    """Acks of unknown txs are ignored: a restored device is not noticed by a pull."""
    return [(apply_remote, "_has_unknown", lambda *_: False)]


def stale_page() -> list[Patch]:
    """A page is applied although its start is not the device's cursor."""
    return [(apply_remote, "_is_from_here", lambda page, facts: page.begin.epoch == facts["server_epoch"])]


def torn_stage() -> list[Patch]:
    """Staged pages are committed without the rows of the last one."""
    original = apply_remote._apply_checkpoint

    def apply_checkpoint(writing: Any, registry: Any, page: Any, facts: Any, now_us: int) -> None:
        if facts["stage_after"]:
            page.chunks.clear()
        original(writing, registry, page, facts, now_us)

    return [(apply_remote, "_apply_checkpoint", apply_checkpoint)]


# -- what was seen -------------------------------------------------------------------------------------------------------


def bv_moves() -> list[Patch]:
    """A second edit of a field with an unsettled own edit takes the row's newer version."""
    return [(change_log, "base_versions", lambda _c, _e, _pk, version, _u: {"*": version})]


def rebase_moves_bv() -> list[Patch]:
    """A pull moves the base versions of pending ops."""
    original = apply_remote.lay_all

    def lay_all(checkpoint: Any) -> None:
        original(checkpoint)
        connection = checkpoint.writing.connection
        for entity, pks in checkpoint.to_lay.items():
            for pk, (_, version) in display.bases_of(connection, checkpoint.registry.get(entity), pks).items():
                connection.execute(
                    "UPDATE _sync_op SET bv = ?, bvx = '{}' WHERE tbl = ? AND pk = ? AND n IN "
                    "(SELECT n FROM _sync_tx WHERE state = 'pending' AND sent = 0)",
                    (version, entity, pk),
                )

    return [(apply_remote, "lay_all", lay_all)]


def after_empty() -> list[Patch]:
    """`after` is empty."""
    return [(change_log, "after", lambda *_: [])]


def after_flat() -> list[Patch]:
    """`after` lists the unsettled txs only, not what those were built on."""

    def after(*places: Any) -> list[str]:
        return [origin for origin, _ in change_log._touching(*places)]

    return [(change_log, "after", after)]


def restore_blind() -> list[Patch]:
    """A restore is based on the row's present version, while the card shows an older value."""
    return [(Seen, "on_card", classmethod(lambda cls, connection, entity, card: cls.of(connection, entity, card["record_id"])))]


def form_after() -> list[Patch]:
    """A form does not keep what it stood on when it was drawn."""
    original = Seen.drawn.__func__  # type: ignore[attr-defined]  # of a class method

    def drawn(cls: Any, connection: Any, entity: Any, pk: str) -> Any:
        found = original(cls, connection, entity, pk)
        return found and changed(found, after=(), after_parts=())

    return [(Seen, "drawn", classmethod(drawn))]


def form_epoch() -> list[Patch]:
    """The versions of a form count in the timeline in which it is saved."""
    return [(Seen, "versions_now", lambda self, _: dict(self.versions))]


# -- issued again --------------------------------------------------------------------------------------------------------


def no_reissue() -> list[Patch]:
    """A deferred tx is not issued again when its rows are there."""
    return [(standing, "ready_to_reissue", lambda *_: [])]


def deferred_resend() -> list[Patch]:
    """A deferred tx is sent again under the same id."""
    original = standing.reissue

    def reissue(writing: Any, registry: Any, ids: Any, tx_id: str) -> bool:
        tx = change_log.find(writing.connection, tx_id)
        if tx is None or tx.verdict != "deferred":
            return original(writing, registry, ids, tx_id)
        epochs._offer_again(writing, registry, [tx.n])
        change_log.set_state(writing.connection, [tx.n], {"number": None})
        return True

    return [(standing, "reissue", reissue)]


def reissue_late() -> list[Patch]:
    """What is issued again claims to have seen the device's present log."""
    original = standing.reissue

    def reissue(writing: Any, registry: Any, ids: Any, tx_id: str) -> bool:
        connection = writing.connection
        old = change_log.find(connection, tx_id)
        pks = sorted({op.pk for op in change_log.ops(connection, old.n)}) if old else []
        done = original(writing, registry, ids, tx_id)
        newest = change_log.newest_place(connection)
        if done:
            after = change_log.after(connection, pks, [], newest)
            change_log.set_state(connection, [newest], {"after": dumps(after)})
        return done

    return [(standing, "reissue", reissue)]


def fix_is_origin() -> list[Patch]:
    """A corrected tx counts as the refused one that later ops were built on."""
    original = standing.close_draft

    def close_draft(connection: Any, tx_id: str, how: str) -> bool:
        if how == "corrected" and (old := change_log.find(connection, tx_id)) is not None:
            change_log.set_state(connection, [change_log.newest_place(connection)], {"origin": old.origin})
        return original(connection, tx_id, how)

    return [(standing, "close_draft", close_draft)]


# -- numbers and timelines -----------------------------------------------------------------------------------------------


def number_acked() -> list[Patch]:
    """A new device epoch also numbers txs that have their verdict."""
    original = epochs.renumber

    def renumber(writing: Any, ids: Any) -> None:
        original(writing, ids)
        acked = change_log.select(writing.connection, "state = 'acked'")
        for number, tx in enumerate(acked, 1):
            change_log.set_state(writing.connection, [tx.n], {"number": number})
        meta.put(writing.connection, {"next_number": len(acked) + 1})

    return [(epochs, "renumber", renumber)]


def old_answer() -> list[Patch]:
    """A push answer of an older server epoch is believed."""
    original = client_push._take_answer

    def take_answer(talk: Any, answer: Any) -> int:
        facts = talk.replica.facts()
        mine = {"server_epoch": facts["server_epoch"], "device_epoch": facts["device_epoch"]}
        return original(talk, answer.model_copy(update=mine))

    return [(client_push, "_take_answer", take_answer)]


def old_numbers() -> list[Patch]:
    """A push answer of an older device epoch is believed; and a gap that it leaves in the new numbers is not noticed."""
    original = client_push._take_answer

    def take_answer(talk: Any, answer: Any) -> int:
        return original(talk, answer.model_copy(update={"device_epoch": talk.replica.facts()["device_epoch"]}))

    return [(client_push, "_take_answer", take_answer), (client_push, "_has_gap", lambda *_: False)]


def reoffer_if_ahead() -> list[Patch]:
    """After a server restore only devices whose cursor is ahead of the server send again."""
    original = epochs._offer_again
    ahead: list[bool] = []

    def note(talk: Any, answer: Any, at_ms: int) -> None:
        central = talk.transport.inner.central
        with central.store.read() as connection:
            ahead[:] = [talk.replica.facts()["cursor"] > timeline.read(connection, central.tables).seq]
        original_note(talk, answer, at_ms)

    def offer_again(writing: Any, registry: Any, ns: list[int]) -> None:
        original(writing, registry, ns if ahead == [True] else [])

    original_note = hello._note
    return [(hello, "_note", note), (epochs, "_offer_again", offer_again)]


def rewind_only() -> list[Patch]:
    """After a server restore the device only lowers its cursor."""
    original = epochs.load_anew

    def server_restored(writing: Any, registry: Any, ids: Any, epoch: str, restored_seq: int) -> None:
        cursor = meta.get(writing.connection, "cursor")
        restored(writing, registry, ids, epoch, restored_seq)
        meta.put(writing.connection, {"cursor": min(cursor, restored_seq), "rows_epoch": epoch})

    def load_anew(writing: Any) -> None:
        if meta.get(writing.connection, "rows_epoch") == meta.get(writing.connection, "server_epoch"):
            original(writing)

    restored = epochs.server_restored
    return [(epochs, "server_restored", server_restored), (epochs, "load_anew", load_anew)]


# -- power ---------------------------------------------------------------------------------------------------------------


def save_unsynced() -> list[Patch]:
    """A person's save is not on the medium when it is said to be done, and goes to the centre all the same (trap 22)."""
    original = Writer._set_level
    return [(Writer, "_set_level", lambda self, _level: original(self, self._relaxed))]


def pull_unsafe() -> list[Patch]:
    """Pulled pages are written without any order on the medium."""
    original = Writer._set_level
    return [(Writer, "_set_level", lambda self, level: original(self, level if level == self._full else "OFF"))]


# -- proof and repair ----------------------------------------------------------------------------------------------------


def repair_over_edit() -> list[Patch]:
    """Rows that are fetched again are written over what waits."""
    original = mending.put_right

    def put_right(replica: Any, at: Any, found: Any, entity: str, gone: Any) -> int:
        mended = original(replica, at, found, entity, gone)
        kind = replica.registry.get(entity)
        with replica.write(durable=False) as writing:
            for chunk in found:
                values = rows.bulk_values(kind, chunk.cols, chunk.rows, chunk.versions)
                writing.connection.executemany(rows.upsert_sql(kind), values)
        return mended

    return [(mending, "put_right", put_right)]


def digest_adopted() -> list[Patch]:
    """The centre's figures are taken over in place of a repair: a hole stays for ever (trap 20)."""
    return [(verify, "_differing", lambda *_: None), (repair, "mend", lambda *_: 0)]
