"""How lines of history become the entries of a timeline."""

import pytest

from client.usecases import timelines
from client.usecases.answers import Label
from shared_models.protocol import HistoryEntry, HistoryPage
from tests.clients import ANA, DAN, bring, central_row, make_replica

PK = "018f0000-0000-7000-8000-000000000001"
TYPE = "018f0000-0000-7000-8000-000000000002"


@pytest.fixture
def replica(tmp_path):
    opened = make_replica(tmp_path)
    bring(
        opened,
        (5, "user", central_row("user", DAN, name="Dan Radu", email="dan@example.ro")),
        (5, "pick_list_item", central_row("pick_list_item", TYPE, key="hotel", label_en="Hotel", label_ro="Hotelul")),
        (5, "company", central_row("company", PK, name="Acme")),
        to=5,
    )
    yield opened
    opened.close()


def line(unit, before, after, *, seq=7, kind="applied", by=DAN, typed_at=5):
    return HistoryEntry(
        seq=seq, entity="company", record=PK, unit=unit, before=before, after=after, by=by, typed_at=typed_at, arrived_at=6,
        kind=kind,
    )  # fmt: skip


def entries(replica, *lines, more=False):
    return timelines.timeline(replica, lambda *_: HistoryPage(entries=list(lines), more=more), "company", PK, None)


def test_a_field_of_a_newer_version_is_left_out_and_the_others_are_told(replica):
    [entry] = entries(
        replica,
        line("name", {"name": "A"}, {"name": "B"}),
        line("colour", {"colour": None}, {"colour": "red"}),
    ).entries
    assert [change.field for change in entry.changes] == ["name"]


def test_what_is_derived_or_has_not_changed_is_no_change(replica):
    [entry] = entries(
        replica,
        line("fiscal", {"fiscal_code": "1", "vat_country": "RO"}, {"fiscal_code": "2", "vat_country": "RO"}),
        line("updated_at", {"updated_at": 1}, {"updated_at": 2}),
    ).entries
    assert [(change.field, change.before, change.after) for change in entry.changes] == [("fiscal_code", "1", "2")]


def test_an_item_of_a_list_is_told_by_its_label_and_a_missing_one_by_nothing(replica):
    [entry] = entries(replica, line("type_id", {"type_id": "gone"}, {"type_id": TYPE})).entries
    [change] = entry.changes
    assert (change.before_shown, change.after_shown) == (None, Label("Hotel", "Hotelul"))


@pytest.mark.parametrize(
    ("kinds", "told"),
    [(["applied", "merged"], "merged"), (["overwritten"], "overwritten"), (["overwritten", "applied"], "changed")],
)
def test_a_save_is_told_by_what_became_of_it(replica, kinds, told):
    units = ["name", "description", "language"]
    found = [
        line(unit, {unit: "a"}, {unit: "b"}, kind=kind)
        for unit, kind in zip(units, kinds, strict=False)
    ]  # fmt: skip
    assert [entry.kind for entry in entries(replica, *found).entries] == [told]


def test_archiving_and_bringing_back_are_told_apart(replica):
    found = entries(
        replica,
        line("archived_at", {"archived_at": 4}, {"archived_at": None}, seq=9, typed_at=9),
        line("archived_at", {"archived_at": None}, {"archived_at": 4}, seq=8, typed_at=8),
    )
    assert [entry.kind for entry in found.entries] == ["brought_back", "archived"]


def test_a_save_that_changed_nothing_a_person_reads_is_not_told(replica):
    found = entries(
        replica,
        line("name", {"name": "A"}, {"name": "A"}, seq=10),
        line("updated_at", {"updated_at": 1}, {"updated_at": 2}, seq=9),
        line("colour", {"colour": None}, {"colour": "red"}, seq=8),
        line("archived_at", {"archived_at": 4}, {"archived_at": 5}, seq=7),
    )
    assert found.entries == ()


def test_a_record_that_is_brought_back_with_nothing_else_that_a_person_reads_is_told_as_brought_back(replica):
    [entry] = entries(
        replica,
        line("archived_at", {"archived_at": 4}, {"archived_at": None}),
        line("name", {"name": "A"}, {"name": "A"}),
    ).entries
    assert (entry.kind, entry.changes) == ("brought_back", ())


def test_who_and_whether_it_was_the_reader_and_when_are_told(replica):
    mine = entries(replica, line("name", {"name": "A"}, {"name": "B"}, by=ANA, typed_at=0)).entries[0]
    theirs = entries(replica, line("name", {"name": "A"}, {"name": "B"})).entries[0]
    assert (theirs.by, theirs.is_mine, theirs.at) == ("Dan Radu", False, 5)
    assert (mine.is_mine, mine.at) == (True, 6), "without a time of typing, the arrival counts"


def test_the_next_page_goes_on_below_the_last_line(replica):
    asked = []

    def ask(entity, record, before):
        asked.append(before)
        return HistoryPage(entries=[line("name", {"name": "A"}, {"name": "B"}, seq=before - 1 if before else 40)], more=True)

    first = timelines.timeline(replica, ask, "company", PK, None)
    second = timelines.timeline(replica, ask, "company", PK, first.next)
    assert (asked, second.next) == ([None, 40], "39")
    assert entries(replica, more=False).next is None
