"""The page of decided cards, and what a timeline tells of decisions and of long values."""

from dataclasses import replace

import pytest

from client.events import ChangeLogChanged
from client.usecases.answers import Preferences
from client.usecases.timeline_answers import Change, Outcome, TimelineEntry
from tests.ui.believable import ago
from tests.ui.fake_crm import believable_crm, company_id, contact_id
from tests.ui.test_inbox_words import account, duplicate

HOTEL = f"/companies/{company_id(0)}"
OLD, NEW = "Livrare prin curte. " * 12, "Livrare prin față, dar numai după ora zece. " * 12


def decided_crm():
    crm = believable_crm()
    card = crm.inbox_.cards[0]
    crm.decided_ = (
        replace(card, state="kept_theirs", decided_by="Maria Ilie", decided_at=ago(hours=3), can_restore=True, owner=("contact", contact_id(0))),
        replace(crm.inbox_.cards[1], state="restored_mine", decided_by="Ana Pop", decided_by_me=True, decided_at=ago(days=2)),
    )  # fmt: skip
    return crm


@pytest.mark.functions(142)
@pytest.mark.parametrize("width", [1280, 390])
async def test_what_was_resolved_opens_with_both_values_and_the_decision(window, width):
    ui = await window("/inbox", decided_crm(), width=width)
    await ui.press("inbox.resolved")
    assert ui.shows("Kept Maria Ilie's version, not yours · Maria Ilie · ")
    assert ui.shows("Took your version · You · ")
    for text in ("Șef achiziții", "Director achiziții", "Kept", "Not kept"):
        assert text in ui.texts()
    assert not any(ui.has(f"card.{one}") for one in ("kept_theirs", "restored_mine", "edit"))


@pytest.mark.functions(142)
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_value_that_was_not_kept_can_be_brought_back_from_there(window, width):
    crm = decided_crm()
    first, second = crm.decided_
    ui = await window("/inbox/resolved", crm, width=width)
    assert ui.shows("Bring “Șef achiziții” back")
    assert not ui.has(f"resolved.restore.{second.id}")
    await ui.press(f"resolved.restore.{first.id}")
    assert f"restore_lost {first.id}" in crm.calls
    assert ui.shows("Brought back: ")
    await ui.press(f"resolved.open.{first.id}")
    assert ui.shows("Ioana Știrbei")


async def test_a_value_too_long_for_a_button_of_a_phone_is_not_named_in_it(window):
    crm = decided_crm()
    first = crm.decided_[0]
    long = replace(first.mine, values={"job_title": "Șef achiziții și logistică"})
    crm.decided_ = (replace(first, mine=long),)
    wide = await window("/inbox/resolved", crm)
    assert wide.shows("Bring “Șef achiziții și logistică” back")
    phone = await window("/inbox/resolved", crm, width=390)
    assert phone.shows("Bring the other value back")


@pytest.mark.parametrize("width", [1280, 390])
async def test_what_was_only_looked_at_shows_what_there_was_to_see(window, width):
    crm = believable_crm()
    made = {"state": "kept_theirs", "decided_by": "Ana Pop", "decided_by_me": True, "decided_at": ago(hours=1)}
    crm.decided_ = (replace(duplicate(), **made), replace(account(), **made))
    ui = await window("/inbox/resolved", crm, width=width, height=1600)
    assert ui.shows("Said that it is another company · You")
    assert ui.shows("Code C-1")
    assert ui.shows("Checked the new account · You")
    texts = [text.replace("\u00a0", " ") for text in ui.texts()]
    assert "RO49 AAAA 1B31 0075 9384 0000" in texts
    assert "RO09 BCYP 0000 0012 3456 7890" in texts


async def test_the_way_from_a_decided_card_is_named_by_where_it_leads(window):
    ui = await window("/inbox/resolved", decided_crm())
    assert ui.shows("Open Ioana Știrbei")


async def test_the_keys_that_decide_do_nothing_on_the_page_of_what_is_decided(window):
    crm = decided_crm()
    ui = await window("/inbox/resolved", crm)
    await ui.key("1")
    assert crm.decided == []


async def test_the_way_to_what_was_resolved_is_there_when_nothing_needs_anyone(window):
    crm = decided_crm()
    crm.inbox_ = replace(crm.inbox_, cards=(), refused=(), solved=2)
    for width in (1280, 390):
        ui = await window("/inbox", crm, width=width)
        assert ui.has("inbox.resolved")


def entry(**more):
    made = TimelineEntry("e1", "changed", "company", ago(hours=1), "Maria Ilie")
    return replace(made, **more)


@pytest.mark.functions(142)
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_timeline_tells_a_decision_with_both_values_and_their_authors(window, width):
    crm = believable_crm()
    outcome = Outcome("kept_theirs", "Dan Rusu", "Maria Ilie")
    told = entry(kind="decided", changes=(Change("name", "Brazi O2", "Brazi F2"),), outcome=outcome)
    crm.notes.insert(0, (company_id(0), told))
    ui = await window(HOTEL, crm, width=width)
    assert ui.shows("Decided · Name")
    assert ui.shows("Kept Maria Ilie's version")
    assert ui.shows("Not kept: Brazi O2 · Dan Rusu")
    assert ui.shows("Kept: Brazi F2 · Maria Ilie")


@pytest.mark.functions(142)
@pytest.mark.parametrize(
    ("decision", "mine", "language", "words"),
    [
        (
            "restored_mine",
            (True, False),
            "en",
            ("Took your version", "Kept: Brazi O2 · You", "Not kept: Brazi F2 · Maria Ilie"),
        ),
        ("restored_mine", (False, True), "en", ("Took Dan Rusu's version, not yours", "Not kept: Brazi F2 · You")),
        ("restored_mine", (False, False), "en", ("Took Dan Rusu's version",)),
        ("restored_mine", (True, True), "en", ("Took your other version",)),
        ("kept_theirs", (True, False), "en", ("Kept Maria Ilie's version, not yours",)),
        ("kept_theirs", (False, True), "en", ("Kept your version",)),
        ("kept_theirs", (True, True), "en", ("Kept what was in use",)),
        ("restored_mine", (True, False), "ro", ("S-a ales varianta ta", "Păstrat: Brazi O2 · Tu")),
        ("restored_mine", (False, True), "ro", ("S-a ales varianta de la Dan Rusu, nu a ta",)),
    ],
)
async def test_a_decision_is_told_from_the_side_of_its_reader(window, decision, mine, language, words):
    crm = believable_crm()
    crm.preferences_ = Preferences(language, "light")
    outcome = Outcome(decision, "Dan Rusu", "Maria Ilie", *mine)
    told = entry(kind="decided", changes=(Change("name", "Brazi O2", "Brazi F2"),), outcome=outcome)
    crm.notes.insert(0, (company_id(0), told))
    ui = await window(HOTEL, crm)
    for text in words:
        assert ui.shows(text), (text, ui.texts())


@pytest.mark.functions(142)
@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("kept_theirs", "Since then your version was put back."),
        ("restored_mine", "Since then Maria Ilie's version was put back."),
    ],
)
async def test_a_value_that_was_put_back_since_is_told_by_whose_it_is(window, state, words):
    crm = decided_crm()
    crm.decided_ = (replace(crm.decided_[0], state=state, since="put_back"),)
    ui = await window("/inbox/resolved", crm)
    assert ui.shows(words)


@pytest.mark.functions(142)
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_timeline_tells_who_decided_otherwise_what_was_typed_instead_and_what_holds_now(window, width):
    crm = believable_crm()
    both = (Change("name", "Brazi O2", "Brazi F2"),)
    again = Outcome("restored_mine", "Dan Rusu", "Maria Ilie", is_again=True, now=(Change("name", None, "Brazi SA"),))
    third = Outcome("edited", "Dan Rusu", "Maria Ilie", chosen=(Change("name", None, "Brazi X"),))
    for n, outcome in enumerate((again, third)):
        told = entry(id=f"e-{n}", kind="decided", changes=both, outcome=outcome, at=ago(hours=n + 1))
        crm.notes.insert(0, (company_id(0), told))
    ui = await window(HOTEL, crm, width=width, height=1600)
    for words in ("Decided otherwise", "Kept: Brazi O2 · Dan Rusu", "Not kept: Brazi F2 · Maria Ilie", "Holds now: Brazi SA"):
        assert ui.shows(words)
    assert ui.shows("Wrote a third value")
    assert ui.shows("Kept: Brazi X · Maria Ilie")


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_long_new_value_is_never_pushed_out_by_the_old_one_and_unfolds(window, width):
    crm = believable_crm()
    crm.notes.insert(0, (company_id(0), entry(changes=(Change("description", OLD, NEW),))))
    ui = await window(HOTEL, crm, width=width)
    assert ui.shows("Maria Ilie")
    assert any("Livrare prin față" in text for text in ui.texts())
    assert not any(NEW.strip() in text for text in ui.texts())
    await ui.press("timeline.unfold.e1")
    assert any(NEW.strip() in text for text in ui.texts())
    assert any(OLD.strip() in text for text in ui.texts())
    await ui.press("timeline.unfold.e1")
    assert not any(NEW.strip() in text for text in ui.texts())


async def test_on_a_phone_an_entry_names_its_author_and_puts_the_new_value_on_a_line_of_its_own(window):
    crm = believable_crm()
    crm.notes.insert(0, (company_id(0), entry(by="Ion Autor", changes=(Change("name", "Vechi", "Nou"),))))
    ui = await window(HOTEL, crm, width=390)
    texts = ui.texts()
    assert "Ion Autor" in texts
    assert "Vechi" in texts
    assert "→ Nou" in texts


@pytest.mark.functions(142)
@pytest.mark.parametrize("width", [1280, 390])
async def test_many_resolved_cards_come_page_by_page_and_stay_when_something_changes(window, width):
    crm = decided_crm()
    crm.decided_ = tuple(replace(crm.decided_[1], id=f"c-{n}", decided_at=ago(hours=n + 1)) for n in range(120))
    ui = await window("/inbox/resolved", crm, width=width)
    wanted = {f"resolved.open.c-{n}" for n in range(120)}
    assert (len(wanted.intersection(ui.ids())), ui.has("resolved.more")) == (50, True)
    await ui.press("resolved.more")
    await ui.press("resolved.more")
    assert wanted <= set(ui.ids())
    assert not ui.has("resolved.more")
    crm.decided_ = (replace(crm.decided_[0], id="c-new"), *crm.decided_)
    crm.tell(ChangeLogChanged())
    await ui.settle()
    assert ui.has("resolved.open.c-new")
    assert ui.has("resolved.open.c-99")


@pytest.mark.parametrize("width", [1280, 800, 390])
async def test_the_button_of_the_inbox_leads_to_what_is_to_be_decided_and_not_back_to_what_was(window, width):
    ui = await window("/inbox", decided_crm(), width=width)
    await ui.press("inbox.resolved")
    await ui.press("nav.companies")
    await ui.press("nav.inbox")
    assert ui.page.route == "/inbox"
    await ui.press("inbox.resolved")
    await ui.press("nav.inbox")
    assert ui.page.route == "/inbox"
