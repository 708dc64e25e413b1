"""What becomes of a push when a save in it breaks the server, when the database refuses a value, or cannot work at all."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from shared_models.errors import ErrorCode
from shared_models.fields import units
from sync_server.db import ledger, rows, timeline
from sync_server.db.engine import Contended, StoreDown, Unstorable
from sync_server.services import reconcile
from sync_server.services.push import ATTEMPTS
from sync_server.services.refusals import Refusal
from tests.unit.sync_server.centre import Centre, edit, new, open_centre, pk


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = open_centre(tmp_path)
    yield made
    made.central.store.close()


def tx(number, *ops, tx_id=""):
    return {"id": tx_id or f"tx-{number}", "tx": number, "hlc": number, "ops": list(ops)}


def names(centre):
    return sorted(row["name"] for row in centre.rows("company"))


@pytest.fixture
def fault(monkeypatch):
    """A mistake of ours: every save of a company called BAD breaks the rules of reconciling."""
    real = reconcile.apply

    def apply(work, checked):
        if any(op.set.get("name") == "BAD" for op in work.tx.ops):
            raise ZeroDivisionError
        return real(work, checked)

    monkeypatch.setattr(reconcile, "apply", apply)


@pytest.fixture
def full_column(monkeypatch):
    """A database that takes no company called BAD, whatever the checks said."""
    real = rows.insert

    def insert(connection, tables, entity, found):
        if any(row.get("name") == "BAD" for row in found):
            raise Unstorable("DataError")
        real(connection, tables, entity, found)

    monkeypatch.setattr(rows, "insert", insert)


def fail(monkeypatch, error, times=10_000):
    """Let the next reads of the timeline fail."""
    real, left = timeline.read, [times]

    def read(*given):
        if left[0]:
            left[0] -= 1
            raise error
        return real(*given)

    monkeypatch.setattr(timeline, "read", read)
    return left


def test_a_save_that_breaks_the_server_is_refused_alone_and_kept_for_the_admin(centre, fault):
    answer = centre.send_raw("ana", [tx(1, new(1)), tx(2, new(2, name="BAD")), tx(3, new(3))])
    assert [(v.v, v.error and v.error.code) for v in answer.verdicts] == [
        ("applied", None), ("rejected", ErrorCode.S501), ("applied", None),
    ]  # fmt: skip
    assert names(centre) == ["Firma 1", "Firma 3"]
    [letter] = centre.rows("deadletter")
    assert (letter["tx_id"], letter["verdict"], letter["state"]) == ("tx-2", "rejected", "open")
    assert "BAD" in letter["body"]


def test_two_saves_that_break_the_server_are_refused_in_one_request(centre, fault):
    answer = centre.send_raw("ana", [tx(1, new(1, name="BAD")), tx(2, new(2, name="BAD")), tx(3, new(3))])
    assert [v.v for v in answer.verdicts] == ["rejected", "rejected", "applied"]
    assert names(centre) == ["Firma 3"]


def test_a_refusal_stays_after_the_mistake_was_mended(centre, monkeypatch, fault):
    sent = [tx(1, new(1, name="BAD"))]
    first = centre.send_raw("ana", sent)
    monkeypatch.undo()
    assert centre.send_raw("ana", sent).verdicts == first.verdicts
    assert names(centre) == []


def test_a_value_that_the_database_refuses_costs_only_its_own_save(centre, full_column):
    answer = centre.send_raw("ana", [tx(1, new(1)), tx(2, new(2, name="BAD")), tx(3, new(3))])
    assert [(v.v, v.error and v.error.code) for v in answer.verdicts] == [
        ("applied", None), ("rejected", ErrorCode.S501), ("applied", None),
    ]  # fmt: skip
    assert names(centre) == ["Firma 1", "Firma 3"]
    assert [verdict.seq for verdict in answer.verdicts] == [1, 2, 3]


def test_a_push_with_a_refused_value_that_is_repeated_gets_the_same_verdicts(centre, full_column):
    sent = [tx(1, new(1)), tx(2, new(2, name="BAD"))]
    assert centre.send_raw("ana", sent).verdicts == centre.send_raw("ana", sent).verdicts
    assert len(centre.rows("deadletter")) == 1


def test_what_follows_a_gap_is_not_taken_when_saves_are_taken_one_by_one(centre, full_column):
    answer = centre.send_raw("ana", [tx(1, new(1, name="BAD")), tx(3, new(3)), tx(4, new(4))])
    assert ([v.id for v in answer.verdicts], answer.expected_tx) == (["tx-1"], 2)
    assert names(centre) == []


def test_a_number_that_is_used_already_answers_nothing_when_saves_are_taken_one_by_one(centre, full_column):
    centre.send_raw("ana", [tx(1, new(1))])
    answer = centre.send_raw("ana", [tx(2, new(2, name="BAD")), tx(1, new(3), tx_id="another"), tx(3, new(4))])
    assert (answer.reused, answer.verdicts) == (True, [])
    assert names(centre) == ["Firma 1"]


def test_a_save_of_which_not_even_a_refusal_can_be_stored_waits_on_its_device(centre, monkeypatch):
    def write(*_):
        raise Unstorable("DataError")

    monkeypatch.setattr(ledger, "write", write)
    with pytest.raises(Refusal) as refused:
        centre.send_raw("ana", [tx(1, new(1))])
    assert (refused.value.code, refused.value.retry_after_s) == (ErrorCode.S502, 60)
    assert names(centre) == []


def test_other_writers_are_waited_for_a_few_times(centre, monkeypatch):
    fail(monkeypatch, Contended("locked"), times=ATTEMPTS - 1)
    assert centre.send_raw("ana", [tx(1, new(1))]).verdicts[0].v == "applied"
    left = fail(monkeypatch, Contended("locked"), times=ATTEMPTS)
    with pytest.raises(Refusal) as refused:
        centre.send_raw("ana", [tx(2, new(2))])
    assert (refused.value.code, left) == (ErrorCode.S502, [0])
    assert centre.send_raw("ana", [tx(2, new(2))]).verdicts[0].v == "applied"


def test_a_database_that_is_down_asks_the_device_to_come_back(centre, monkeypatch):
    fail(monkeypatch, StoreDown("OperationalError"), times=1)
    with pytest.raises(Refusal) as refused:
        centre.send_raw("ana", [tx(1, new(1))])
    assert (refused.value.code, refused.value.http_status) == (ErrorCode.S502, 503)
    assert str(refused.value) == "S502: OperationalError"


def test_a_database_that_goes_down_among_saves_taken_one_by_one_keeps_what_is_done(centre, monkeypatch, full_column):
    sent = [tx(1, new(1)), tx(2, new(2, name="BAD"))]
    real, reads = timeline.read, [0]

    def read(*given):
        reads[0] += 1
        if reads[0] == 3:  # the whole request, the first save alone, the second one
            raise StoreDown("OperationalError")
        return real(*given)

    monkeypatch.setattr(timeline, "read", read)
    with pytest.raises(Refusal):
        centre.send_raw("ana", sent)
    assert names(centre) == ["Firma 1"]
    assert [v.v for v in centre.send_raw("ana", sent).verdicts] == ["applied", "rejected"]


def test_one_fiscal_code_at_two_companies_is_a_card_once_a_pair(centre):
    fiscal: dict[str, Any] = {
        "fiscal_code": "RO 14399840",
        "vat_country": None,
        "is_vat_payer": None,
        "trade_register_no": None,
    }
    first = centre.save("ana", new(1, **fiscal)).seq
    centre.save("ion", new(2, **{**fiscal, "fiscal_code": "14399840"}))
    [card] = centre.cards()
    assert card["kind"] == "duplicate"
    decided = {"t": "sync_conflict", "pk": card["id"], "op": "u", "set": {"state": "kept_theirs"}, "base": {"state": "open"}}
    assert centre.save("ion", {**decided, "bv": 2}).v == "applied"
    centre.save("ana", edit(1, first, fiscal, **{**fiscal, "fiscal_code": "ro14399840"}))
    assert [card["state"] for card in centre.cards()] == ["kept_theirs"]


def test_a_company_that_has_corrected_its_fiscal_code_is_no_suspect_any_more(centre):
    fiscal: dict[str, Any] = {"fiscal_code": "RO14399840", "vat_country": None, "is_vat_payer": None, "trade_register_no": None}
    seq = centre.save("ana", new(1, **fiscal)).seq
    centre.save("ana", edit(1, seq, fiscal, **{**fiscal, "fiscal_code": "RO18547290"}))
    centre.save("ion", new(2, **fiscal))
    assert centre.cards() == []


@pytest.mark.parametrize("code", ["-", " ", "./"])
def test_a_fiscal_code_that_says_nothing_makes_nobody_a_suspect(centre, code):
    centre.save("ana", new(1, fiscal_code=code))
    centre.save("ion", new(2, fiscal_code=code))
    assert centre.cards() == []


@pytest.mark.functions(6)
def test_a_changed_bank_account_is_shown_to_whoever_is_responsible(centre):
    fields = units(centre.central.registry.get("bank_account"))["account"].fields
    values = {**dict.fromkeys(fields), "iban": "RO49AAAA1B31007593840000"}
    op = {"t": "bank_account", "pk": pk(9), "op": "i", "set": {"company_id": pk(1), **values}}
    seq = centre.save("ana", new(1, responsible_id=pk(77)), op).seq
    changed = {**values, "iban": "RO09BCYP0000001234567890"}
    centre.save("ion", edit(9, seq, values, "bank_account", **changed))
    [card] = centre.cards(kind="bank_account")
    assert pk(77) in card["for_users"]
    assert values["iban"] in card["before"]
    assert changed["iban"] in card["mine"]


def test_a_file_that_another_program_holds_asks_the_device_to_come_back(centre):
    with centre.central.store.write() as connection:
        path = connection.exec_driver_sql("PRAGMA database_list").first()[2]
    with centre.central.store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 20")  # kept by the pool's one connection
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Refusal) as refused:
            centre.send_raw("ana", [tx(1, new(1))])
    assert (refused.value.code, refused.value.http_status) == (ErrorCode.S502, 503)
    assert centre.send_raw("ana", [tx(1, new(1))]).verdicts[0].v == "applied"
