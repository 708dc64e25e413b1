"""Lists, pages, forms and small saves over a real replica, as a screen asks for them."""

import pytest

from client.replica import change_log
from client.sync.conversation import Progress
from client.sync.states import State
from client.sync.status import status_of
from client.usecases import findings, forms, lists, record_pages, sync_desk, timelines, writing
from client.usecases.answers import Label, Owner
from client.usecases.form_answers import FormEnd
from client.usecases.labels import saved_label
from client.usecases.list_answers import ListQuery
from shared_models.errors import RecordInvalid, Unreachable
from shared_models.protocol import HistoryEntry, HistoryPage
from shared_models.texts import Texts
from tests.clients import ANA

EN = Texts("en").t


@pytest.fixture
def hotel(replica):
    with replica.edit("a hotel") as edit:
        user = edit.insert("user", {"name": "Ana Pop", "email": "ana@carpati.example"})
        lists_id = edit.insert("pick_list", {"key": "company_type", "label_en": "Type", "label_ro": "Tip"})
        kind = edit.insert(
            "pick_list_item",
            {"list_id": lists_id, "key": "hotel", "label_en": "Hotel", "label_ro": "Hotel", "is_default": True},
        )
        pk = edit.insert(
            "company",
            {"name": "Hotel Șapte Brazi", "type_id": kind, "roles": ["customer"], "responsible_id": user, "fiscal_code": "RO14399840",
             "vat_country": "RO", "is_vat_payer": True, "trade_register_no": None},
        )  # fmt: skip
        edit.insert("address", {"company_id": pk, "city": "Predeal", "street": "Gării 1"})
        contact = edit.insert("contact", {"first_name": "Ioana", "last_name": "Știrbei", "job_title": "Achiziții"})
        edit.insert("company_contact", {"company_id": pk, "contact_id": contact, "is_primary": True})
        edit.insert(
            "contact_point",
            {"contact_id": contact, "kind": "mobile", "value": "0700 018 300", "value_normalised": "+40700018300"},
        )
    return pk


@pytest.mark.functions(1, 9, 38)
def test_a_list_row_says_kind_place_and_state(replica, hotel):
    page = lists.companies(replica, ListQuery(), None)
    [row] = page.rows
    assert (row.name, row.kind.en, row.place, row.state, page.total) == ("Hotel Șapte Brazi", "Hotel", "Predeal", "waiting", 1)


def test_the_record_that_was_used_last_is_a_live_one_of_its_kind(replica, hotel):
    contact = lists.contacts(replica, ListQuery(), None).rows[0].id
    assert lists.last_used(replica, "company") is None
    for entity, pk in (("company", hotel), ("contact", contact)):
        record_pages.record_page(replica, entity, pk)
    assert (lists.last_used(replica, "company"), lists.last_used(replica, "contact")) == (hotel, contact)
    with replica.edit("archived") as edit:
        edit.archive("company", hotel)
    assert lists.last_used(replica, "company") is None


@pytest.mark.functions(38)
def test_a_search_keeps_to_the_chips(replica, hotel):
    assert lists.companies(replica, ListQuery("predeal", role="customer"), None).total == 1
    assert lists.companies(replica, ListQuery("predeal", role="supplier"), None).total == 0
    assert lists.companies(replica, ListQuery("brazi", mine=True), None).total == 0
    assert [hit.title for hit in lists.search(replica, "018300")] == ["Ioana Știrbei"]


@pytest.mark.functions(16, 17, 24)
def test_a_contact_row_says_company_and_phone(replica, hotel):
    [row] = lists.contacts(replica, ListQuery(), None).rows
    assert (row.name, row.company, row.phone) == ("Ioana Știrbei", "Hotel Șapte Brazi", "0700 018 300")


@pytest.mark.functions(7, 13, 24)
def test_a_company_page_holds_what_belongs_to_it(replica, hotel):
    writing.add_note(replica, EN, 1_795_000_100_000, Owner("company", hotel), "Vrea mostre.")
    page = record_pages.record_page(replica, "company", hotel)
    [tie] = page.ties
    assert (page.title, page.place, page.waiting) == ("Hotel Șapte Brazi", "Predeal", 2)
    assert (tie.name, tie.phone, tie.is_primary) == ("Ioana Știrbei", "0700 018 300", True)
    assert page.last_note_at == 1_795_000_100_000_000
    assert [part.entity for part in page.parts] == ["address"]
    assert record_pages.record_page(replica, "company", "0000") is None


def test_a_contact_page_names_its_companies(replica, hotel):
    contact = lists.contacts(replica, ListQuery(), None).rows[0].id
    page = record_pages.record_page(replica, "contact", contact)
    assert [tie.name for tie in page.ties] == ["Hotel Șapte Brazi"]
    assert page.first("mobile").value == "0700 018 300"


@pytest.mark.functions(26, 136)
def test_the_timeline_has_notes_offline_and_says_that_the_history_is_missing(replica, hotel):
    def unreachable(*_):
        raise Unreachable

    writing.add_note(replica, EN, 1, Owner("company", hotel), "Una.")
    found = timelines.timeline(replica, unreachable, "company", hotel, None)
    assert (found.has_history, [entry.body for entry in found.entries if entry.kind == "note"]) == (False, ["Una."])
    assert [(entry.kind, entry.state) for entry in found.entries if entry.kind != "note"] == [("created", "waiting")]


def test_the_timeline_puts_the_changes_of_one_save_together(replica, hotel):
    def line(unit, before, after, seq=7, kind="applied"):
        return HistoryEntry(
            seq=seq,
            entity="company",
            record=hotel,
            unit=unit,
            before=before,
            after=after,
            by=ANA,
            typed_at=5,
            arrived_at=6,
            kind=kind,
        )

    def ask(entity, record, before):
        return HistoryPage(
            entries=[
                line("name", {"name": "A"}, {"name": "B"}), line("language", {"language": None}, {"language": "ro"}),
                line("archived_at", {"archived_at": None}, {"archived_at": 9}, seq=6), line("*", None, {"name": "A"}, seq=5),
            ],
            more=True,
        )  # fmt: skip

    found = timelines.timeline(replica, ask, "company", hotel, None)
    assert [(e.kind, [c.field for c in e.changes]) for e in found.entries if e.state == "sent"] == [
        ("changed", ["name", "language"]), ("archived", []), ("created", []),
    ]  # fmt: skip
    assert found.next == "5"


def test_an_empty_note_is_refused_where_it_is_typed(replica, hotel):
    with pytest.raises(RecordInvalid):
        writing.add_note(replica, EN, 1, Owner("company", hotel), "  ")


@pytest.mark.functions(3)
def test_a_form_saves_only_what_was_changed_and_undo_takes_it_back(replica, hotel):
    opened = forms.OpenForms()
    start = forms.open_form(replica, opened, "company", hotel, None)
    saved = forms.save_form(replica, opened, EN, FormEnd(start, {"name": "  Hotel 7 Brazi "}))
    assert replica.get("company", hotel)["name"] == "Hotel 7 Brazi"
    assert saved.label == "Hotel 7 Brazi: Name"
    assert writing.undo(replica, EN, saved.tx)
    assert replica.get("company", hotel)["name"] == "Hotel Șapte Brazi"


def test_an_archived_record_says_since_when_and_comes_back_by_one_save_that_can_be_taken_back(replica, hotel):
    def archived_at():
        return record_pages.record_page(replica, "company", hotel).archived_at

    assert archived_at() is None
    writing.archive(replica, EN, "company", hotel)
    assert archived_at() == replica.get("company", hotel)["archived_at"] is not None
    saved = writing.unarchive(replica, EN, "company", hotel)
    assert archived_at() is None
    with replica.reading() as reader:
        [op] = change_log.ops(reader, change_log.find(reader, saved.tx).n)
    assert (saved.label, op.op, op.set) == ("Brought back: Hotel Șapte Brazi", "u", {"archived_at": None})
    assert not writing.unarchive(replica, EN, "company", hotel).tx
    assert writing.undo(replica, EN, saved.tx)
    assert archived_at() is not None


def test_what_was_taken_back_after_it_was_sent_is_named_among_what_was_sent(replica, hotel):
    saved = writing.archive(replica, EN, "company", hotel)
    assert saved.label == "Archived: Hotel Șapte Brazi"
    with replica.edit("on it") as edit:
        edit.update("company", hotel, {"legal_name": "Hotel SRL"})
    assert writing.undo(replica, EN, saved.tx)
    assert replica.waiting()[-1].label == "Taken back · Archived: Hotel Șapte Brazi"
    assert not writing.undo(replica, EN, "unknown")


def test_a_new_record_begins_with_its_defaults_and_its_responsible(replica, hotel):
    start = forms.open_form(replica, forms.OpenForms(), "company", None, None)
    assert start.values["responsible_id"] == ANA
    assert [choice.label.en for choice in start.choices["type_id"]] == ["Hotel"]
    assert start.values["type_id"] == start.choices["type_id"][0].id


def test_a_new_record_without_a_name_says_so_and_saves_nothing(replica):
    opened = forms.OpenForms()
    start = forms.open_form(replica, opened, "company", None, None)
    with pytest.raises(RecordInvalid) as refused:
        forms.save_form(replica, opened, EN, FormEnd(start, {"name": " "}))
    assert [(p.field, p.reason) for p in refused.value.problems] == [("name", "problem.required")]
    assert replica.count("company") == 0


def test_a_name_that_is_cleared_with_blanks_is_missing_as_that_of_a_new_record(replica, hotel):
    opened = forms.OpenForms()
    start = forms.open_form(replica, opened, "company", hotel, None)
    with pytest.raises(RecordInvalid) as refused:
        forms.save_form(replica, opened, EN, FormEnd(start, {"name": "   "}))
    assert [(p.field, p.reason) for p in refused.value.problems] == [("name", "problem.required")]
    assert replica.get("company", hotel)["name"] == "Hotel Șapte Brazi"


def test_the_label_of_a_save_names_a_record_as_it_is_stored(replica):
    opened = forms.OpenForms()
    start = forms.open_form(replica, opened, "company", None, None)
    saved = forms.save_form(replica, opened, EN, FormEnd(start, {"name": "\u202eHotel\u2066 Alpin"}))
    assert replica.get("company", saved.id)["name"] == "Hotel Alpin"
    assert saved.label == replica.waiting()[-1].label == "New: Hotel Alpin"


@pytest.mark.functions(4, 19)
def test_a_changed_phone_is_a_new_row_and_the_old_one_is_removed(replica, hotel):
    opened = forms.OpenForms()
    start = forms.open_form(replica, opened, "contact_point", None, Owner("company", hotel))
    first = forms.save_form(replica, opened, EN, FormEnd(start, {"kind": "phone", "value": "0722 000 001"}))
    assert replica.get("contact_point", first.id)["value_normalised"] == "+40722000001"
    again = forms.open_form(replica, opened, "contact_point", first.id, None)
    second = forms.save_form(replica, opened, EN, FormEnd(again, {"value": "0722 000 002"}))
    assert second.id != first.id
    assert [row["value"] for row in replica.children_of("contact_point", "company_id", hotel)] == ["0722 000 002"]


def test_pickers_offer_what_the_search_finds(replica, hotel):
    assert [choice.label for choice in forms.find_choices(replica, "company", "brazi")] == ["Hotel Șapte Brazi"]
    assert [choice.label for choice in forms.find_choices(replica, "user", "ana")] == ["Ana Pop"]


@pytest.mark.functions(3, 5)
def test_a_company_that_looks_like_one_that_is_here_is_mentioned(replica, hotel):
    found = findings.check(replica, "company", {"name": "HOTEL ȘAPTE BRAZI S.R.L.", "fiscal_code": "14399840"})
    assert {(f.field, f.reason, f.severity) for f in found} == {
        ("name", "hint.already_here", "hint"),
        ("fiscal_code", "warning.same_fiscal_code", "warning"),
    }


def test_what_cannot_be_stored_is_an_error(replica):
    [found] = findings.check(replica, "company", {"visit_every_days": 0})
    assert (found.field, found.severity) == ("visit_every_days", "error")


def test_a_label_is_never_longer_than_the_log_takes(replica):
    assert len(saved_label(EN, "company", "x" * 300, ("name",), verb="edit")) == 120


def test_the_size_on_the_device_counts_rows_that_stand_in_the_log_of_sqlite_only(replica, hotel):
    log = replica.path.with_name(replica.path.name + "-wal")
    assert log.stat().st_size > 0
    size = sync_desk.status(replica, status_of(replica, State.IDLE, Progress()), is_paused=False).size_bytes
    assert size == replica.path.stat().st_size + log.stat().st_size


@pytest.mark.functions(19)
def test_a_changed_address_is_checked_by_the_kind_that_the_record_has(replica, hotel):
    opened = forms.OpenForms()
    start = forms.open_form(replica, opened, "contact_point", None, Owner("company", hotel))
    saved = forms.save_form(replica, opened, EN, FormEnd(start, {"kind": "email", "value": "a@carpati.example"}))
    assert findings.check(replica, "contact_point", {"value": "b@carpati.example"}, saved.id) == ()


@pytest.mark.functions(1)
def test_a_status_is_told_unless_it_is_the_one_that_a_record_begins_with(replica, hotel):
    with replica.edit("statuses") as edit:
        states = edit.insert("pick_list", {"key": "company_status", "label_en": "Status", "label_ro": "Stare"})
        active, inactive = (
            edit.insert(
                "pick_list_item",
                {"list_id": states, "key": en.lower(), "label_en": en, "label_ro": ro, "is_default": en == "Active"},
            )
            for en, ro in (("Active", "Activă"), ("Inactive", "Inactivă"))
        )
    told = []
    for status in (None, active, inactive):
        with replica.edit("a status") as edit:
            edit.update("company", hotel, {"status_id": status})
        page = record_pages.record_page(replica, "company", hotel)
        [row] = lists.companies(replica, ListQuery(), None).rows
        assert row.status == page.status
        told.append(row.status)
    assert told == [None, None, Label("Inactive", "Inactivă")]
