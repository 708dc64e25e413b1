"""What a timeline tells of the parts of a record, and of own saves that wait or were sent."""

import pytest

from client.replica import settling
from client.usecases import timelines
from client.usecases.allowed import Allowed
from shared_models.errors import Unreachable
from shared_models.natural_ids import natural_id
from shared_models.protocol import HistoryEntry, HistoryPage
from shared_models.registry import CRM
from tests.clients import ANA, DAN, bring, central_row, make_replica

pytestmark = pytest.mark.functions(13, 24)
FIRM, PERSON = (f"018f0000-0000-7000-8000-00000000000{n}" for n in (1, 2))
TIE = str(natural_id(CRM.get("company_contact"), {"company_id": FIRM, "contact_id": PERSON}))
OLD, NEW, STREET, IBAN, NOTE, GONE = (f"018f0000-0000-7000-8000-0000000000{n}" for n in range(10, 16))


@pytest.fixture
def replica(tmp_path):
    opened = make_replica(tmp_path)
    point = {"company_id": FIRM, "validity": "ok"}
    bring(
        opened,
        (5, "user", central_row("user", DAN, name="Dan Radu", email="dan@example.ro")),
        (5, "company", central_row("company", FIRM, name="Acme")),
        (5, "contact", central_row("contact", PERSON, first_name="Ioana", last_name="Pop")),
        (5, "company_contact", central_row("company_contact", TIE, company_id=FIRM, contact_id=PERSON)),
        (5, "contact_point", central_row("contact_point", OLD, kind="mobile", value="0722", value_normalised="1", archived_at=7, **point)),
        (5, "contact_point", central_row("contact_point", NEW, kind="phone", value="0733", value_normalised="2", **point)),
        (5, "address", central_row("address", STREET, company_id=FIRM, street="Scurtă 3", city="Iași")),
        (5, "bank_account", central_row("bank_account", IBAN, company_id=FIRM, iban="RO49AAAA")),
        (5, "note", central_row("note", NOTE, company_id=FIRM, body="Sună luni", written_at=3, is_pinned=True)),
        to=5,
    )  # fmt: skip
    yield opened
    opened.close()


def line(entity, record, unit, before, after, *, seq=7, kind="applied", by=DAN, tx="t"):
    return HistoryEntry(seq=seq, entity=entity, record=record, unit=unit, before=before, after=after, by=by, tx=tx, typed_at=seq,
                        arrived_at=seq, kind=kind)  # fmt: skip


def removed(entity, record, seq=7):
    return line(entity, record, "archived_at", {"archived_at": None}, {"archived_at": 7}, seq=seq)


def told(replica, *lines, entity="company", pk=FIRM):
    found = timelines.timeline(replica, lambda *_: HistoryPage(entries=list(lines), more=False), entity, pk, None)
    return [entry for entry in found.entries if entry.kind != "note"]


def offline(replica, entity="company", pk=FIRM):
    def unreachable(*_):
        raise Unreachable

    return [one for one in timelines.timeline(replica, unreachable, entity, pk, None).entries if one.kind != "note"]


def of_parts(entry):
    """Return what became of each part, by the values that tell it."""
    names = ("value", "street", "iban", "name", "body", "contact_id", "alias")

    def name(part):
        return next((part.values[name] for name in names if part.values.get(name)), None) if part else None

    return [(one.verb, name(one.old), name(one.new), [change.field for change in one.changes]) for one in entry.parts]


def test_a_number_in_the_place_of_another_is_one_change(replica):
    made = {"kind": "phone", "value": "0733", "company_id": FIRM}
    [entry] = told(replica, line("contact_point", NEW, "*", None, made), removed("contact_point", OLD))
    assert (entry.kind, entry.entity, entry.by) == ("changed", "company", "Dan Radu")
    assert of_parts(entry) == [("changed", "0722", "0733", [])]
    assert (entry.parts[0].old.values["kind"], entry.parts[0].new.values["kind"]) == ("mobile", "phone")


def test_a_number_that_somebody_else_had_replaced_already_is_told_with_what_it_was_meant_for(replica):
    made = {"kind": "phone", "value": "0733", "company_id": FIRM}
    gone = line("contact_point", OLD, "archived_at", {"archived_at": 5}, {"archived_at": 5}, kind="merged")
    [entry] = told(replica, gone, line("contact_point", NEW, "*", None, made))
    assert (entry.kind, of_parts(entry)) == ("merged", [("changed", "0722", "0733", [])])
    assert entry.parts[0].is_beside


def test_what_was_gone_already_and_what_came_of_another_kind_have_nothing_to_do_with_each_other(replica):
    made = {"kind": "email", "value": "a@b.ro", "company_id": FIRM}
    gone = line("contact_point", OLD, "archived_at", {"archived_at": 5}, {"archived_at": 5}, kind="merged")
    unknown = line("contact_point", PERSON, "archived_at", {"archived_at": 5}, {"archived_at": 5}, kind="merged")
    [entry] = told(replica, gone, unknown, line("contact_point", GONE, "*", None, made))
    assert (of_parts(entry), entry.parts[0].is_beside) == ([("added", None, "a@b.ro", [])], False)
    assert told(replica, gone) == []


def test_numbers_of_two_kinds_are_two_changes(replica):
    made = {"kind": "email", "value": "a@b.ro", "company_id": FIRM}
    [entry] = told(
        replica, line("contact_point", GONE, "*", None, made), removed("contact_point", OLD), removed("address", STREET)
    )
    assert entry.kind == "changed"
    assert of_parts(entry) == [
        ("added", None, "a@b.ro", []), ("removed", "0722", None, []), ("removed", "Scurtă 3", None, []),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "kind", "parts"),
    [
        ([line("bank_account", IBAN, "*", None, {"iban": "RO49AAAA"})], "added", [("added", None, "RO49AAAA", [])]),
        ([removed("bank_account", IBAN)], "removed", [("removed", "RO49AAAA", None, [])]),
        ([line("address", STREET, "archived_at", {"archived_at": 4}, {"archived_at": None})], "brought_back",
         [("brought_back", None, "Scurtă 3", [])]),
        ([line("address", STREET, "address", {"street": "Lungă 5"}, {"street": "Scurtă 3"})], "changed",
         [("changed", "Lungă 5", "Scurtă 3", [])]),
        ([line("company_contact", TIE, "is_primary", {"is_primary": False}, {"is_primary": True}, kind="overwritten")], "overwritten",
         [("changed", PERSON, PERSON, ["is_primary"])]),
        ([line("note", NOTE, "is_pinned", {"is_pinned": False}, {"is_pinned": True})], "changed",
         [("changed", "Sună luni", "Sună luni", ["is_pinned"])]),
        ([removed("note", NOTE)], "removed", [("removed", "Sună luni", None, [])]),
    ],
)  # fmt: skip
def test_a_part_is_told_by_what_became_of_it(replica, lines, kind, parts):
    [entry] = told(replica, *lines)
    assert (entry.kind, of_parts(entry)) == (kind, parts)


def test_a_save_of_the_record_and_its_parts_is_one_entry(replica):
    [entry] = told(
        replica,
        line("company", FIRM, "name", {"name": "A"}, {"name": "B"}),
        line("address", STREET, "opening_hours", {"opening_hours": None}, {"opening_hours": "9-17"}),
    )
    assert ([change.field for change in entry.changes], of_parts(entry)) == (
        ["name"], [("changed", "Scurtă 3", "Scurtă 3", ["opening_hours"])],
    )  # fmt: skip


def test_a_part_that_is_not_here_is_called_as_it_began(replica):
    found = told(replica, removed("address", GONE, 9), line("address", GONE, "*", None, {"street": "Veche 1"}, seq=8))
    assert [(entry.kind, of_parts(entry)) for entry in found] == [
        ("removed", [("removed", "Veche 1", None, [])]), ("added", [("added", None, "Veche 1", [])]),
    ]  # fmt: skip


def test_a_new_note_has_its_own_entry_and_what_nobody_reads_has_none(replica):
    assert told(
        replica,
        line("note", NOTE, "*", None, {"body": "Sună luni"}, seq=11),
        line("contact_point", NEW, "updated_at", {"updated_at": 1}, {"updated_at": 2}, seq=10),
        line("drone", GONE, "*", None, {"name": "x"}, seq=9),
    ) == []  # fmt: skip


def save(replica):
    """Change a street, add an e-mail, take away an account and write a note, in one save; returns its id."""
    with replica.edit("Acme: all of it") as edit:
        edit.update("company", FIRM, {"roles": ["supplier"]})
        edit.update("address", STREET, {"street": "Nouă 9"})
        edit.insert("contact_point", {"company_id": FIRM, "kind": "email", "value": "a@b.ro", "value_normalised": "a@b.ro"})
        edit.archive("bank_account", IBAN)
        edit.insert("note", {"company_id": FIRM, "body": "Vrea mostre.", "written_at": 9})
    return edit.tx_id


def test_own_saves_that_wait_are_told_in_the_same_form(replica):
    save(replica)
    [entry] = offline(replica)
    assert (entry.state, entry.is_mine, entry.kind) == ("waiting", True, "changed")
    assert [(change.field, change.before, change.after) for change in entry.changes] == [("roles", [], ["supplier"])]
    assert of_parts(entry) == [
        ("changed", "Scurtă 3", "Nouă 9", []), ("added", None, "a@b.ro", []), ("removed", "RO49AAAA", None, []),
    ]  # fmt: skip
    assert offline(replica, "contact", PERSON) == []


def test_a_save_that_the_centre_tells_is_not_told_twice(replica):
    tx = save(replica)
    again = line("company", FIRM, "roles", {"roles": []}, {"roles": ["supplier"]}, by=ANA, tx=tx)
    assert [entry.state for entry in told(replica, again)] == ["sent"]
    other = line("company", FIRM, "name", {"name": "A"}, {"name": "B"}, tx="other")
    assert sorted(entry.state for entry in told(replica, other)) == ["sent", "waiting"]


def test_what_waits_of_a_tie_is_told_at_both_ends_and_bringing_back_is_told(replica):
    with replica.edit("no tie") as edit:
        edit.archive("company_contact", TIE)
        edit.archive("company", FIRM)
    with replica.edit("a tie again") as edit:
        edit.unarchive("company_contact", TIE)
        edit.unarchive("company", FIRM)
    assert [(entry.kind, of_parts(entry)) for entry in offline(replica, "contact", PERSON)] == [
        ("brought_back", [("brought_back", None, PERSON, [])]), ("removed", [("removed", PERSON, None, [])]),
    ]  # fmt: skip
    assert [entry.kind for entry in offline(replica)] == ["brought_back", "archived"]


def settle(replica, verdict="applied", seq=8):
    """Let the centre have answered every save that waits, and the replica hold the answer."""
    with replica.write(durable=False) as writing:
        for (n,) in writing.connection.execute("SELECT n FROM _sync_tx WHERE state <> 'settled'").fetchall():
            settling.take_verdict(writing, n, verdict, seq)
        settling.settle(writing, seq, 9)


@pytest.mark.parametrize("verdict", ["applied", "merged"])
def test_an_own_save_that_was_sent_is_told_from_this_device_until_the_centre_answers(replica, verdict):
    tx = save(replica)
    [waiting] = offline(replica)
    settle(replica, verdict)
    [sent] = offline(replica)
    assert (sent.id, sent.state, sent.is_mine) == (f"{FIRM}/8", "sent", True), "the id that the centre's answer gives it"
    assert (sent.changes, of_parts(sent)) == (waiting.changes, of_parts(waiting))
    assert offline(replica, "contact", PERSON) == []
    again = line("company", FIRM, "roles", {"roles": []}, {"roles": ["supplier"]}, by=ANA, tx=tx, seq=8)
    assert [entry.id for entry in told(replica, again)] == [sent.id]
    assert told(replica) == [], "the centre answers, and tells of nothing"


@pytest.mark.parametrize("verdict", ["conflict", "rejected", "deferred"])
def test_an_own_save_that_was_not_taken_as_it_is_stays_with_its_card_or_refusal(replica, verdict):
    save(replica)
    settle(replica, verdict)
    assert offline(replica) == []


def test_of_an_own_save_that_was_sent_nothing_is_told_that_the_reader_may_not_see_any_more(replica, monkeypatch):
    with replica.edit("Acme: price and account") as edit:
        edit.update("company", FIRM, {"price_segment_id": GONE, "name": "Acme 2"})
        edit.update("bank_account", IBAN, {"iban": "RO50BBBB"})
    settle(replica)
    bring(replica, to=20, leaves=(("bank_account", IBAN),))
    monkeypatch.setattr(Allowed, "hidden_fields", lambda _self, entity: {"price_segment_id"} if entity == "company" else set())
    [entry] = offline(replica)
    assert ([change.field for change in entry.changes], entry.parts) == (["name"], ())


@pytest.mark.parametrize("look", ["open_at", "settled_at"])
def test_own_saves_are_found_by_record(replica, look):
    """A replica may hold thousands of saves: those of a record are looked up, never looked for."""
    with replica.reading() as reader:
        said = []
        reader.set_trace_callback(said.append)
        replica.open_at(FIRM) if look == "open_at" else replica.settled_at("company", FIRM)
        reader.set_trace_callback(None)
        [query] = [one for one in said if "_sync_t" in one]
        plan = " ".join(row[3] for row in reader.execute(f"EXPLAIN QUERY PLAN {query}"))
    if look == "open_at":
        assert "SEARCH k USING PRIMARY KEY (row=?)" in plan
        assert "SEARCH t USING INTEGER PRIMARY KEY" in plan
    else:
        assert "SEARCH _sync_op USING COVERING INDEX _i_sync_op_pk (pk=?)" in plan
        assert "SEARCH _sync_tx USING INTEGER PRIMARY KEY" in plan


@pytest.mark.functions(135)
def test_a_file_is_called_by_its_name_and_its_way_to_the_centre_is_no_change(replica):
    made = {
        "company_id": FIRM,
        "name": "Oferta.pdf",
        "mime": "application/pdf",
        "size": 3,
        "sha256": "0" * 64,
        "state": "pending",
    }
    [entry] = told(replica, line("document", GONE, "*", None, made), line("document", GONE, "state", {"state": "pending"}, {"state": "stored"}, seq=8))  # fmt: skip
    assert (entry.kind, of_parts(entry)) == ("added", [("added", None, "Oferta.pdf", [])])
    [entry] = told(replica, line("document", GONE, "name", {"name": "Oferta.pdf"}, {"name": "Oferta 2026.pdf"}))
    assert (entry.kind, of_parts(entry)) == ("changed", [("changed", "Oferta.pdf", "Oferta 2026.pdf", [])])
