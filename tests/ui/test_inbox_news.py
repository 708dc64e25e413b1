"""Whoever decided a clash reads in the inbox that another decision holds, until he has read it; the badge counts the list."""

from dataclasses import replace

import pytest

from client.usecases.answers import Preferences
from client.usecases.sync_answers import Inbox, Side
from tests.ui.fake_crm import believable_crm, company_id

OTHER = {"job_title": "Administrator"}


def told(language="en", **changes):
    """Return a facade whose reader kept what was in use, until Dan decided otherwise."""
    crm = believable_crm(language)
    job = next(card for card in crm.inbox_.cards if card.kind == "value")
    news = replace(
        job, state="kept_theirs", since="put_back", how="put_back", since_by="Dan Rusu", now=job.mine, decided_by_me=True
    )
    news = replace(news, owner=("company", company_id(0)), **changes)
    crm.inbox_ = Inbox(news=(news,), solved=1)
    crm.status_ = replace(crm.status_, needs_you=1)
    return crm, news


@pytest.mark.functions(142)
@pytest.mark.parametrize("width", [1280, 390])
async def test_the_badge_counts_what_is_listed_and_each_of_it_opens(window, width):
    crm = believable_crm()
    _, news = told()
    crm.inbox_ = replace(crm.inbox_, news=(replace(news, id="n-1"), replace(news, id="n-2")))
    total = crm.inbox_.count
    ui = await window("/inbox", crm, width=width)
    assert str(total) in ui.texts()
    ids = [*(card.id for card in crm.inbox_.cards), *(one.tx for one in crm.inbox_.refused), "n-1", "n-2"]
    assert len(ids) == total
    for id in ids:
        await ui.go(f"/inbox/{id}")
        assert [one for one in ids if not ui.has(f"inbox.{one}") and one != id] == []
        assert ui.has("card.edit") or ui.has("card.kept_theirs") or ui.has("refused.retry") or ui.has("news.read")


@pytest.mark.parametrize("width", [1280, 390])
async def test_news_tell_who_decided_otherwise_what_holds_now_and_what_the_reader_had_kept(window, width):
    crm, _ = told()
    ui = await window("/companies", crm, width=width)
    await ui.press("nav.inbox")
    assert ui.shows("Dan Rusu has since put “Șef achiziții” back. You had kept “Director achiziții”.")
    assert {"Holds now", "You had kept", "1"} <= set(ui.texts())


async def test_the_next_of_the_news_is_told_without_the_words_of_an_open_card(window):
    crm, news = told()
    crm.inbox_ = replace(crm.inbox_, news=(news, replace(news, id="n-2", since_by="Maria Ilie")))
    ui = await window("/inbox", crm)
    assert ui.has("next.n-2")
    assert ui.shows("Maria Ilie decided otherwise")
    assert not ui.shows("in use now")


@pytest.mark.parametrize(
    ("changes", "said", "heads"),
    [
        ({"how": "changed", "now": Side(OTHER)}, "decided otherwise: “Administrator” holds now.", {"You had kept", "Not kept"}),
        ({"how": "first", "state": "restored_mine", "decided_by_me": False}, "before your decision arrived", {"Not kept"}),
        ({"how": "changed", "now": Side({"job_title": "x" * 200})}, "another value holds now", {"You had kept"}),
    ],
)
@pytest.mark.parametrize("width", [1280, 390])
async def test_each_reason_has_its_words(window, changes, said, heads, width):
    crm, _ = told(**changes)
    ui = await window("/inbox", crm, width=width)
    assert ui.shows(said)
    assert heads <= set(ui.texts())


@pytest.mark.parametrize(("width", "words"), [(1280, "{} of {}"), (390, "{} / {}")])
async def test_the_number_of_a_card_counts_all_that_the_next_one_leads_through(window, width, words):
    crm = believable_crm()
    _, news = told()
    crm.inbox_ = replace(crm.inbox_, cards=crm.inbox_.cards[:1], news=(replace(news, id="n-1"), replace(news, id="n-2")))
    total = crm.inbox_.count
    assert total > 3
    ui = await window("/inbox", crm, width=width)
    assert ui.shows(words.format(1, total))
    await ui.go("/inbox/n-2")
    assert ui.shows(words.format(total, total))


LOST = {"how": "lost", "state": "restored_mine", "decided_by_me": False, "since": None}


@pytest.mark.functions(142)
@pytest.mark.parametrize(
    ("language", "said", "heads"),
    [
        (
            "en",
            "Dan Rusu resolved the conflict. “Șef achiziții” holds now. You had typed “Director achiziții”.",
            {"Decided by others", "Resolved by Dan Rusu", "Holds now", "You had typed"},
        ),
        (
            "ro",
            "Dan Rusu a rezolvat conflictul. Acum e valabil „Șef achiziții”. Tu scriseseși „Director achiziții”.",
            {"Hotărât de alții", "Rezolvat de Dan Rusu", "Valabil acum", "Tu scriseseși"},
        ),
    ],
)
async def test_whose_value_lost_reads_who_resolved_the_clash_and_what_holds(window, language, said, heads):
    crm, job = told(language)
    mine, theirs = replace(job.mine, is_me=False), replace(job.theirs, is_me=True)
    crm.inbox_ = Inbox(news=(replace(job, mine=mine, theirs=theirs, now=mine, **LOST),), solved=1)
    crm.preferences_ = Preferences(language)
    ui = await window("/inbox", crm)
    assert ui.shows(said)
    assert heads <= set(ui.texts())
    assert "Not kept" not in ui.texts()


@pytest.mark.functions(142)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("language", "said", "heads"),
    [
        (
            "en",
            "Dan Rusu resolved the conflict and kept “Șef achiziții”. It was changed again since: “Administrator” holds now. "
            "You had typed “Director achiziții”.",
            {"Holds now", "Kept then", "You had typed"},
        ),
        (
            "ro",
            "Dan Rusu a rezolvat conflictul și a păstrat „Șef achiziții”. Între timp s-a schimbat din nou: acum e valabil "
            "„Administrator”. Tu scriseseși „Director achiziții”.",
            {"Valabil acum", "Păstrat atunci", "Tu scriseseși"},
        ),
    ],
)
async def test_whoever_resolved_a_clash_is_not_said_to_have_kept_what_came_later(window, language, said, heads, width):
    crm, job = told(language)
    mine, theirs = replace(job.mine, is_me=False), replace(job.theirs, is_me=True)
    one = replace(job, mine=mine, theirs=theirs, **{**LOST, "since": "changed"}, now=Side(OTHER))
    crm.inbox_ = Inbox(news=(one,), solved=1)
    crm.preferences_ = Preferences(language)
    ui = await window("/inbox", crm, width=width)
    assert ui.shows(said)
    assert heads <= set(ui.texts())
    assert not {"Not kept", "Nepăstrat"} & set(ui.texts())


async def test_a_value_that_was_typed_instead_of_both_is_not_guessed_once_another_one_holds(window):
    crm, job = told(**{**LOST, "state": "edited", "since": "changed"})
    mine, theirs = replace(job.mine, is_me=True), replace(job.theirs, is_me=False)
    crm.inbox_ = Inbox(news=(replace(job, mine=mine, theirs=theirs, now=Side({"job_title": "x" * 200})),), solved=1)
    ui = await window("/inbox", crm)
    assert ui.shows("Dan Rusu resolved the conflict. It was changed again since: another value holds now.")


async def test_of_a_third_value_both_who_typed_are_told_apart(window):
    crm, job = told(**LOST)
    crm.inbox_ = Inbox(news=(replace(job, state="edited", now=Side(OTHER)),), solved=1)
    ui = await window("/inbox", crm, width=390)
    assert {"Holds now", "Not kept", "You had typed"} <= set(ui.texts())
    assert ui.shows("“Administrator” holds now. You had typed")


async def test_the_record_is_one_press_away_and_the_news_is_read_then(window):
    crm, _ = told()
    ui = await window("/inbox", crm)
    await ui.press("news.open")
    assert ui.page.route == f"/companies/{company_id(0)}"
    assert crm.inbox_.news == ()


@pytest.mark.parametrize("by_key", [True, False])
async def test_news_that_was_read_is_gone_and_no_longer_counted(window, by_key):
    crm, news = told()
    ui = await window("/inbox", crm)
    await (ui.key("1") if by_key else ui.press("news.read"))
    assert not ui.has(f"inbox.{news.id}")
    assert ui.shows("Nothing needs you")
    assert "1" not in ui.texts()
    assert not ui.shows("1 needs you")


async def test_the_keys_that_decide_do_nothing_to_news(window):
    crm, news = told()
    ui = await window("/inbox", crm)
    for key in ("2", "3", "E"):
        await ui.key(key)
    assert (crm.decided, crm.inbox_.news, ui.page.route) == ([], (news,), "/inbox")


@pytest.mark.parametrize(("language", "who"), [("en", "Someone"), ("ro", "cineva")])
async def test_who_is_not_known_is_not_named(window, language, who):
    crm, _ = told(language, since_by="")
    crm.preferences_ = Preferences(language)
    ui = await window("/inbox", crm, width=390, height=844)
    assert ui.shows(f"{who} ")


async def test_the_sync_page_names_what_waits_in_the_inbox(window):
    crm = believable_crm()
    _, news = told()
    crm.inbox_ = replace(crm.inbox_, news=(news,))
    ui = await window("/sync", crm)
    assert ui.shows("3 to decide · 2 not taken by the centre · 1 to read")


@pytest.mark.functions(142)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("how", "archived_at", "words"),
    [
        ("put_back", 1, "Dan Rusu has decided otherwise: Hotel Brazi is archived. You had kept it in use."),
        ("put_back", None, "Dan Rusu has decided otherwise: Hotel Brazi is in use. You had decided to archive it."),
        ("first", 1, "Dan Rusu had decided before your decision arrived: Hotel Brazi is archived."),
        ("first", None, "Dan Rusu had decided before your decision arrived: Hotel Brazi is in use."),
    ],
)
async def test_news_of_an_archive_say_whether_the_record_is_in_use_now(window, width, how, archived_at, words):
    now = Side({"archived_at": archived_at})
    crm, _ = told(kind="revived", entity="company", title="Hotel Brazi", unit="archived_at", how=how, now=now)
    ui = await window("/inbox", crm, width=width)
    assert ui.shows(words)
    assert not {"Holds now", "You had kept", "empty", "Hotel Brazi is back"} & set(ui.texts())
    await ui.press("news.read")


@pytest.mark.parametrize(("archived_at", "words"), [(1, "Archived since then"), (None, "In use again since then")])
async def test_a_decided_archive_of_which_the_contrary_holds_says_so_among_the_decided(window, archived_at, words):
    crm, one = told(kind="revived", unit="archived_at", how=None, now=Side({"archived_at": archived_at}))
    crm.decided_ = (replace(one, decided_at=one.at),)
    ui = await window("/inbox/resolved", crm)
    assert ui.shows(words)
