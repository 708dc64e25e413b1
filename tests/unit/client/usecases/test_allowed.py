"""What a device knows that its reader may not do is said before he types; where it cannot know, everything is offered."""

import pytest

from client.replica.rights import RuleBook
from client.usecases import decided, decisions, forms, lists, record_pages, writing
from client.usecases.allowed import NotAllowed, allowed
from client.usecases.answers import Label, Owner
from client.usecases.form_answers import FormEnd
from client.usecases.list_answers import ListQuery
from shared_models.registry import CRM
from shared_models.texts import LANGUAGES, Texts
from sync_server.services.shipped_profiles import profile_id, shipped_profiles
from tests.clients import ANA, DAN, EPOCH, START_MS, bring, central_row

EN = Texts("en").t
MINE, THEIRS, HIRED = ("018f0000-0000-7000-8000-0000000000" + end for end in ("c1", "c2", "c3"))
PERSON = "018f0000-0000-7000-8000-0000000000d1"


def arrive(replica, profile, *more, **me):
    """Bring a company of Ana, one of Dan with a person of his, and the rights of Ana."""
    people = [
        ("user", central_row("user", ANA, name="Ana", email="a@x", profile_id=profile and profile_id(profile), **me)),
        ("user", central_row("user", DAN, name="Dan", email="d@x")),
    ]
    records = [
        ("company", central_row("company", MINE, name="Mine", responsible_id=ANA)),
        ("company", central_row("company", THEIRS, name="Theirs", responsible_id=DAN)),
        ("contact", central_row("contact", PERSON, last_name="Pop", responsible_id=DAN)),
    ]
    rules = [(entity, central_row(entity, row["id"], **row)) for entity, row in shipped_profiles()]
    bring(replica, *[(1, entity, row) for entity, row in [*rules, *people, *records, *more]], to=1)


def save(replica, entity, pk, values, owner=None):
    opened = forms.OpenForms()
    start = forms.open_form(replica, opened, entity, pk, owner)
    return forms.save_form(replica, opened, EN, FormEnd(start, values))


@pytest.mark.functions(32, 35)
def test_a_salesperson_changes_his_own_company_and_only_looks_at_that_of_a_colleague(replica):
    arrive(replica, "salesperson")
    assert record_pages.record_page(replica, "company", MINE).denied == {"bank_account": "denied.confidential"}
    assert record_pages.record_page(replica, "company", THEIRS).denied == {
        "change": "denied.change.company",
        "archive": "denied.archive.company",
        "note": "denied.change.company",
        "contact_point": "denied.change.company",
        "address": "denied.change.company",
        "document": "denied.change.company",
        "bank_account": "denied.confidential",
    }


def test_what_cannot_be_saved_says_so_and_nothing_is_changed(replica):
    arrive(replica, "salesperson")
    for attempt, reason in (
        (lambda: save(replica, "company", THEIRS, {"name": "Other"}), "denied.change.company"),
        (lambda: save(replica, "address", None, {"city": "Sibiu"}, Owner("company", THEIRS)), "denied.change.company"),
        (lambda: writing.add_note(replica, EN, START_MS, Owner("company", THEIRS), "Heard"), "denied.change.company"),
        (lambda: writing.archive(replica, EN, "company", THEIRS), "denied.archive.company"),
        (lambda: writing.unarchive(replica, EN, "company", THEIRS), "denied.archive.company"),
    ):
        with pytest.raises(NotAllowed) as refused:
            attempt()
        assert refused.value.reason == reason
    assert replica.waiting() == []


def test_whose_a_new_company_may_be_is_said_of_its_field(replica):
    arrive(replica, "salesperson")
    with pytest.raises(NotAllowed) as refused:
        save(replica, "company", None, {"name": "New", "responsible_id": DAN})
    assert (refused.value.reason, refused.value.field) == ("denied.create_for", "responsible_id")
    assert save(replica, "company", None, {"name": "New"}).id


def test_who_may_add_nothing_sees_it_when_the_form_opens(replica):
    arrive(replica, "guest")
    opened = forms.open_form(replica, forms.OpenForms(), "company", None, None)
    assert opened.denied == "denied.create.company"
    assert opened.hidden == {"price_segment_id"}
    with pytest.raises(NotAllowed):
        save(replica, "company", None, {"name": "New"})


def test_a_confidential_field_is_refused_by_name(replica):
    share = central_row(
        "record_share", "s", record_type="company", record_id=THEIRS, user_id=ANA, level="change", ends_at=START_MS * 2000
    )
    arrive(replica, "guest", ("record_share", share))
    with pytest.raises(NotAllowed) as refused:
        save(replica, "company", THEIRS, {"price_segment_id": HIRED})
    assert (refused.value.reason, refused.value.field) == ("denied.confidential", "price_segment_id")
    assert save(replica, "company", THEIRS, {"description": "Helped out"}).id == THEIRS


def test_a_share_that_has_ended_by_the_clock_of_the_centre_gives_nothing(replica):
    share = central_row(
        "record_share", "s", record_type="company", record_id=THEIRS, user_id=ANA, level="change", ends_at=START_MS * 1000 + 1
    )
    arrive(replica, "salesperson", ("record_share", share))
    assert allowed(replica).change("company", THEIRS) == "denied.change.company"
    with replica.reading() as reader:
        assert RuleBook().at(reader, CRM, START_MS).at == START_MS * 1000


def test_rights_that_come_change_or_go_count_at_once(replica):
    arrive(replica, "guest")
    assert allowed(replica).create("company") == "denied.create.company"
    right = central_row("user_right", "r", user_id=ANA, record_type="company", create_reach="own")
    bring(replica, (2, "user_right", right), to=2)
    assert allowed(replica).create("company") == ""
    bring(replica, (3, "user_right", {**right, "create_reach": "none"}), to=3)
    assert allowed(replica).create("company") == "denied.create.company"
    bring(replica, (4, "user_right", right), to=4)
    assert allowed(replica).create("company") == ""
    bring(replica, to=5, leaves=(("user_right", "r"),))
    assert allowed(replica).create("company") == "denied.create.company"
    with replica.edit("an admin's own, not sent yet") as edit:
        edit.insert("user_right", {"user_id": ANA, "record_type": "company", "create_reach": "own"})
    assert allowed(replica).create("company") == ""


@pytest.mark.parametrize(("profile", "is_admin"), [(None, False), ("salesperson", True)])
def test_nobody_is_held_back_who_has_no_profile_or_administers(replica, profile, is_admin):
    arrive(replica, profile, is_admin=is_admin)
    for entity, pk in (("company", THEIRS), ("contact", PERSON)):
        assert record_pages.record_page(replica, entity, pk).denied == {}
    assert save(replica, "company", THEIRS, {"name": "Other"}).id == THEIRS


def test_everything_is_offered_before_the_rights_are_here(replica):
    with replica.edit("before the first sync") as edit:
        pk = edit.insert("company", {"name": "Early", "responsible_id": DAN})
    assert record_pages.record_page(replica, "company", pk).denied == {}
    bring(replica, (1, "user", central_row("user", ANA, name="Ana", email="a@x", profile_id=profile_id("guest"))), to=1)
    assert allowed(replica).create("company") == ""  # the profile is not here


def test_what_was_made_here_and_not_sent_yet_stays_open_to_its_author(replica):
    arrive(replica, "salesperson")
    pk = save(replica, "company", None, {"name": "Fresh"}).id
    with replica.edit("given away") as edit:
        edit.update("company", pk, {"responsible_id": DAN})
        edit.update("company", MINE, {"responsible_id": DAN})
    for given in (pk, MINE):
        assert "change" not in record_pages.record_page(replica, "company", given).denied


def test_a_tie_is_open_to_whoever_may_change_one_of_its_ends(replica):
    tie = central_row("company_contact", "t", company_id=MINE, contact_id=PERSON)
    other = central_row("company_contact", "u", company_id=THEIRS, contact_id=PERSON)
    arrive(replica, "salesperson", ("company_contact", tie), ("company_contact", other))
    denied = {one.link_id: one.denied for one in record_pages.record_page(replica, "contact", PERSON).ties}
    assert denied == {"t": "", "u": "denied.change.company"}
    assert allowed(replica).part("company_contact", {"company_id": THEIRS}) == ""  # whom it will tie is not picked yet


LENT = central_row(
    "record_share", "s", record_type="company", record_id=THEIRS, user_id=ANA, level="see", ends_at=START_MS * 2000
)


def lent_person(ends_at=START_MS * 2000, level="change"):
    lent = {"record_type": "contact", "record_id": PERSON, "user_id": ANA, "level": level, "ends_at": ends_at}
    return "record_share", central_row("record_share", "p", **lent)


@pytest.mark.functions(32, 34)
@pytest.mark.parametrize(
    ("profile", "sees_all", "denied"),
    [("guest", False, "denied.change.company"), ("salesperson", False, ""), ("accountant", True, ""), (None, True, "")],
)
def test_a_page_knows_whether_people_may_be_kept_from_its_reader_and_whether_he_may_add_one(replica, profile, sees_all, denied):
    arrive(replica, profile, ("record_share", LENT))
    page = record_pages.record_page(replica, "company", THEIRS)
    assert (page.sees_all_ties, page.denied.get("tie", "")) == (sees_all, denied)


@pytest.mark.functions(34)
@pytest.mark.parametrize(("profile", "told"), [("salesperson", (True, False)), ("accountant", (True, True))])
def test_a_list_knows_of_which_companies_talks_may_be_kept_from_its_reader(replica, profile, told):
    arrive(replica, profile)
    page = lists.companies(replica, ListQuery(), None)
    assert [(one.id, one.is_told_empty) for one in page.rows] == list(zip((MINE, THEIRS), told, strict=True))


@pytest.mark.functions(34)
def test_a_page_knows_whether_the_record_is_its_readers_own_or_was_just_made_by_him(replica):
    arrive(replica, "salesperson", ("record_share", LENT))
    given = save(replica, "company", None, {"name": "Fresh"}).id
    with replica.edit("given away") as edit:
        edit.update("company", given, {"responsible_id": DAN})
    told = {pk: record_pages.record_page(replica, "company", pk) for pk in (MINE, THEIRS, given)}
    assert {pk: page.is_own for pk, page in told.items()} == {MINE: True, THEIRS: False, given: True}
    assert {pk: page.is_told_empty for pk, page in told.items()} == {MINE: True, THEIRS: False, given: True}


@pytest.mark.parametrize(
    ("share", "denied"),
    [
        (lent_person(), ""),
        (lent_person(level="see"), "denied.change.company"),
        (lent_person(ends_at=START_MS * 1000), "denied.change.company"),
    ],
)
def test_a_person_who_is_lent_to_be_changed_may_be_tied_to_a_company_that_is_only_seen(replica, share, denied):
    arrive(replica, "guest", ("record_share", LENT), share)
    assert allowed(replica).tie("company", THEIRS, "contact") == denied


def test_a_card_whose_value_the_reader_may_not_bring_back_says_so_and_stays_open(replica):
    card = central_row(
        "sync_conflict", "k", kind="value", record_type="company", record_id=THEIRS, unit="name", policy="FM", state="open",
        mine='{"name":"Mine"}', theirs='{"name":"Theirs"}', before="{}", for_users=[ANA], theirs_version=1, server_epoch=EPOCH,
    )  # fmt: skip
    arrive(replica, "salesperson", ("sync_conflict", card))
    with pytest.raises(NotAllowed):
        decisions.decide(replica, EN, "k", "restored_mine")
    assert (replica.waiting(), len(replica.cards())) == ([], 1)
    decisions.decide(replica, EN, "k", "kept_theirs")  # a card is closed by whoever it is for
    assert replica.cards() == []
    with pytest.raises(NotAllowed):
        decided.restore_lost(replica, EN, "k")
    assert len(replica.waiting()) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words(language):
    texts = Texts(language)
    named = {f"denied.{action}.{root}" for action in ("create", "change", "archive") for root in ("company", "contact")}
    assert all(texts.has(key) for key in named | {"denied.confidential", "denied.create_for"})


@pytest.mark.functions(35)
def test_a_page_names_the_rule_by_which_its_reader_may_do_what_he_may(replica):
    arrive(replica, "accountant")
    see, change, archive = record_pages.record_page(replica, "company", THEIRS).access
    assert [(one.action, one.is_allowed, one.rule) for one in (see, change, archive)] == [
        ("see", True, "why.all"),
        ("change", True, "why.all"),
        ("archive", False, "why.none"),
    ]
    assert change.words["profile"] == Label("Accountant", "Contabil")


def test_a_rule_about_one_s_own_records_names_whose_they_are(replica):
    arrive(replica, "salesperson")
    mine = record_pages.record_page(replica, "company", MINE).access
    assert {(one.is_allowed, one.rule, one.words["owner"]) for one in mine} == {(True, "why.own", "Ana")}
    theirs = record_pages.record_page(replica, "company", THEIRS).access
    assert {(one.is_allowed, one.rule) for one in theirs} == {(False, "why.none")}


def test_a_share_names_who_gave_it_and_until_when(replica):
    until = (START_MS + 86_400_000) * 1000
    share = {
        "record_type": "company",
        "record_id": THEIRS,
        "user_id": ANA,
        "level": "change",
        "ends_at": until,
        "created_by": DAN,
    }
    arrive(replica, "salesperson", ("record_share", central_row("record_share", PERSON[:-1] + "9", **share)))
    change = record_pages.record_page(replica, "company", THEIRS).access[1]
    assert (change.is_allowed, change.rule, change.words["by"], change.words["until"]) == (True, "why.share", "Dan", str(until))


def test_a_device_that_does_not_know_the_rules_tells_none(replica):
    bring(replica, (1, "company", central_row("company", MINE, name="Mine")), to=1)
    assert record_pages.record_page(replica, "company", MINE).access == ()
