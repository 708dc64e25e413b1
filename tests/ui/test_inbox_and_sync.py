from dataclasses import replace

import flet as ft
import pytest

from client.events import IncidentLogged
from client.ui.colours import SETS
from client.ui.icons import ICONS
from client.ui.view_models.inbox import suggested
from client.usecases.sync_answers import Inbox, SyncStatus
from tests.ui.believable import ago
from tests.ui.believable_trouble import fill_mended
from tests.ui.fake_crm import believable_crm

HEADS = {
    "idle": "cloud-upload",
    "syncing": "refresh-cw",
    "offline": "cloud-off",
    "paused": "timer",
    "work_offline": "plane",
}
"""Sign at the head of the Sync page while changes wait, by the state of the conversation."""


def glyphs(ui, tone):
    """Return the names of the signs on the screen that are of a tone."""
    colour = getattr(SETS["light"], tone)
    drawn = {c.value for c in ui.controls() if isinstance(c, ft.Text) and c.style is not None and c.style.color == colour}
    return {name for name, letter in ICONS.items() if letter in drawn}


@pytest.mark.functions(16)
async def test_a_clash_is_told_as_a_sentence_with_both_values(window):
    ui = await window("/inbox")
    assert ui.shows("You wrote Șef achiziții on 17 Nov. Maria Ilie wrote Director achiziții on 16 Nov.")
    assert ui.shows("Ioana e acum șef achiziții")


async def test_keys_decide_and_the_next_card_takes_its_place(window):
    crm = believable_crm()
    first, second = crm.inbox_.cards[:2]
    ui = await window("/inbox", crm)
    await ui.key("2")
    assert crm.decided == [(first.id, "restored_mine")]
    assert not ui.has(f"inbox.{first.id}")
    await ui.key("3")
    assert crm.decided[-1] == (second.id, "kept_both")


async def test_both_is_not_offered_where_it_makes_no_sense(window):
    crm = believable_crm()
    ui = await window("/inbox", crm)
    assert not ui.has("card.kept_both")
    await ui.key("3")
    assert crm.decided == []


async def test_a_decision_can_be_undone(window):
    crm = believable_crm()
    card = crm.inbox_.cards[0]
    ui = await window("/inbox", crm)
    await ui.press("card.kept_theirs")
    await ui.press("snack.action")
    assert crm.undone == [f"decide:{card.id}"]


def test_the_sensible_answer_is_both_else_what_was_typed_last():
    later, text, _ = believable_crm().inbox_.cards
    assert suggested(text) == "kept_both"
    assert suggested(later) == "restored_mine"


async def test_a_refused_change_opens_with_what_was_typed(window):
    ui = await window("/inbox/tx-9")
    await ui.key("E")
    assert ui.keyed("field.fiscal_code").value == "RO 1234"


async def test_a_refused_change_says_which_field_is_wrong_and_what_helps(window):
    ui = await window("/inbox/tx-9")
    assert ui.shows("Fiscal code (CUI): This value does not fit here. Correct it and save again.")


async def test_a_refused_change_can_be_sent_again_or_given_up(window):
    crm = believable_crm()
    ui = await window("/inbox/tx-9", crm)
    await ui.press("refused.retry")
    await ui.go("/inbox/tx-10")
    await ui.press("refused.discard")
    assert crm.inbox_.refused == ()


async def test_an_empty_inbox_is_calm(window):
    crm = believable_crm()
    crm.inbox_ = Inbox()
    ui = await window("/inbox", crm)
    assert ui.shows("Nothing needs you")


@pytest.mark.functions(136)
async def test_the_sync_page_tells_what_waits_since_when_why_and_the_next_attempt(window):
    crm = believable_crm()
    crm.inbox_, crm.status_ = Inbox(), replace(crm.status_, needs_you=0)
    ui = await window("/sync", crm)
    assert ui.keyed("sync.title").value == "3 changes wait on this device"
    assert ui.shows("No connection since 09:58")
    assert ui.shows("Next attempt in 0:42")
    assert ui.shows("since 09:12 · no connection")
    assert ui.keyed("proof").value == "Equal to the centre"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Found by the comparison", "Company: a row was not what the centre has; it was fetched again", "23 rows")),
        ("ro", ("Găsite la comparare", "Firmă: un rând nu era ca la centru; a fost adus din nou", "23 de rânduri")),
    ],
)
async def test_the_sync_page_tells_what_was_found_wrong_and_what_became_of_it(window, language, said):
    crm = believable_crm(language)
    crm.preferences_ = replace(crm.preferences_, language=language)
    ui = await window("/sync", crm)
    assert not ui.has("found.0")
    fill_mended(crm)
    crm.tell(IncidentLogged("repaired", "company 1"))
    await ui.settle()
    assert [words for words in said if not ui.shows(words)] == []


@pytest.mark.functions(136)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("link", ["idle", "syncing", "offline", "paused", "work_offline"])
@pytest.mark.parametrize(
    ("waiting", "needs", "said", "tone"),
    [(2, 1, "1 thing needs you", "need"), (0, 1, "1 thing needs you", "need"), (2, 0, "2 changes wait", "wait")],
)
async def test_the_head_of_the_sync_page_says_the_worst_of_what_is_so(window, link, waiting, needs, said, tone, width):
    crm = believable_crm()
    crm.inbox_ = Inbox(crm.inbox_.cards[:needs])
    crm.status_ = SyncStatus(link, waiting, needs, ago(hours=1), offline_since=ago(hours=1), proof=crm.status_.proof)
    ui = await window("/sync", crm, width=width)
    assert ui.keyed("sync.title").value.startswith(said)
    assert not ui.shows("Everything is sent")
    sign = "inbox" if needs else HEADS[link]
    assert sign in glyphs(ui, "ink2" if sign == "refresh-cw" else tone)
    assert glyphs(ui, "ok") <= {"check"}, "only what was sent has a green sign"


@pytest.mark.parametrize(("waiting", "said"), [(2, "2 changes wait"), (0, "All sent")])
async def test_below_what_needs_a_person_stands_whether_the_rest_was_sent(window, waiting, said):
    crm = believable_crm()
    crm.status_ = SyncStatus("idle", waiting, 5, ago(hours=1))
    ui = await window("/sync", crm)
    assert ui.keyed("sync.sent").value.startswith(said)


async def test_where_all_is_sent_the_head_of_the_sync_page_is_green(window):
    crm = believable_crm()
    crm.inbox_, crm.status_ = Inbox(), SyncStatus(last_ok_at=ago())
    ui = await window("/sync", crm)
    assert ui.keyed("sync.title").value == "Everything is sent"
    assert "cloud-check" in glyphs(ui, "ok")


@pytest.mark.functions(141)
@pytest.mark.parametrize(
    ("language", "is_live", "said"),
    [
        ("en", True, "What others change appears here at once"),
        ("ro", True, "Ce modifică alții apare aici imediat"),
        ("en", False, "Next look at"),
    ],
)
async def test_a_device_that_is_told_at_once_says_so_and_another_when_it_looks_next(window, language, is_live, said):
    crm = believable_crm()
    crm.status_ = SyncStatus(last_ok_at=ago(), next_attempt_at=ago(-15), is_live=is_live)
    crm.preferences_ = replace(crm.preferences_, language=language)
    ui = await window("/sync", crm)
    assert ui.shows(said)


@pytest.mark.parametrize(("link", "said"), [("needs_sign_in", "Sign in again"), ("quarantined", "Sending stopped")])
@pytest.mark.parametrize("width", [1280, 800, 390])
async def test_a_pill_of_what_has_stopped_leads_to_where_it_goes_on(window, link, said, width):
    crm = believable_crm()
    crm.status_ = SyncStatus(link, 2, 5, ago(hours=1))
    ui = await window("/companies", crm, width=width)
    assert width == 800 or ui.shows(said)
    await ui.press("sync.pill")
    assert ui.page.route == "/sync"


async def test_sync_now_empties_the_queue_on_the_screen(window):
    crm = believable_crm()
    crm.inbox_, crm.status_ = Inbox(), replace(crm.status_, needs_you=0)
    ui = await window("/sync", crm)
    await ui.press("sync.now")
    assert ui.keyed("sync.title").value == "Everything is sent"


async def test_working_offline_is_a_switch_that_says_so(window):
    ui = await window("/sync")
    await ui.press("sync.work_offline")
    assert ui.keyed("sync.connection").value == "Working offline"
    assert not ui.has("sync.now")
    await ui.press("sync.work_offline")
    assert ui.has("sync.now")


@pytest.mark.parametrize("link", ["idle", "syncing", "loading", "paused", "needs_sign_in", "needs_upgrade", "quarantined"])
async def test_every_state_of_the_conversation_has_its_words(window, link):
    crm = believable_crm()
    crm.status_ = SyncStatus(link, 2, 0, ago(hours=1), loaded_rows=1200, total_rows=5000)
    for width in (1280, 390):
        ui = await window("/sync", crm, width=width)
        assert ui.keyed("sync.title").value


async def test_the_pill_puts_a_person_first_then_what_waits(window):
    crm = believable_crm()
    ui = await window("/companies", crm)
    assert ui.shows("5 need you")
    crm.status_ = SyncStatus(waiting=1)
    crm.inbox_ = Inbox()
    other = await window("/companies", crm)
    assert other.shows("1 waiting")


@pytest.mark.functions(136)
@pytest.mark.parametrize("width", [1280, 1000, 800, 390])
async def test_that_all_is_sent_and_that_there_is_no_connection_are_told_together(window, width):
    crm = believable_crm()
    crm.inbox_ = Inbox()
    crm.status_ = SyncStatus("offline", 0, 0, ago(hours=1), offline_since=ago(hours=1))
    ui = await window("/companies", crm, width=width)
    if width == 800:
        assert ui.keyed("sync.pill").tooltip == "All sent · No connection since 09:42"
    else:
        pill = ui.keyed("sync.pill").content.controls[-1]
        assert [line.value for line in pill.controls] == ["All sent", "No connection since 09:42"]
    sync = await window("/sync", crm, width=width)
    assert sync.keyed("sync.title").value == "Everything is sent"
    assert sync.keyed("sync.connection").value == "No connection since 09:42"


@pytest.mark.functions(136)
async def test_a_cause_that_is_known_does_not_hide_since_when_there_is_no_connection(window):
    crm = believable_crm()
    crm.status_ = SyncStatus("offline", 2, 0, ago(hours=1), offline_since=ago(hours=1), cause="S502")
    ui = await window("/sync", crm)
    assert ui.shows("The server is busy.")
    assert ui.shows("Nothing is lost")
    assert ui.keyed("sync.connection").value == "No connection since 09:42"


async def test_a_connection_that_is_well_is_not_talked_about(window):
    crm = believable_crm()
    crm.inbox_, crm.status_ = Inbox(), SyncStatus(last_ok_at=ago())
    ui = await window("/sync", crm)
    assert ui.shows("All sent 10:42")
    with pytest.raises(LookupError):
        ui.keyed("sync.connection")


async def test_a_device_whose_sending_has_stopped_says_why_and_is_let_go_by_one_press(window):
    crm = believable_crm()
    crm.inbox_ = Inbox()
    crm.status_ = SyncStatus("quarantined", 2, 0, ago(hours=1))
    ui = await window("/sync", crm)
    assert ui.shows("Sending stopped")
    assert ui.shows("Tell the admin")
    assert ui.shows("not written twice")
    assert not ui.has("sync.now")
    await ui.press("sync.lift")
    assert "lift_quarantine" in crm.calls
    assert not ui.has("sync.lift")


async def test_a_save_that_was_set_aside_can_be_sent_again(window):
    crm = believable_crm()
    first = crm.queue_.waiting[0]
    crm.queue_ = replace(crm.queue_, waiting=(replace(first, state="isolated"), *crm.queue_.waiting[1:]))
    ui = await window("/sync", crm)
    await ui.press(f"waiting.retry.{first.tx}")
    assert f"retry {first.tx}" in crm.calls


async def test_a_long_queue_shows_its_beginning_and_further_ones_on_request(window):
    crm = believable_crm()
    one = crm.queue_.waiting[0]
    crm.queue_ = replace(crm.queue_, waiting=tuple(replace(one, tx=f"tx-{i}", label=f"Note {i}.") for i in range(120)))
    ui = await window("/sync", crm)
    assert ui.shows("Note 49.")
    assert not ui.shows("Note 50.")
    await ui.press("sync.more")
    assert ui.shows("Note 99.")
    await ui.press("sync.more")
    assert ui.shows("Note 119.")
    assert not ui.has("sync.more")


async def test_a_wide_inbox_shows_the_next_thing_below_the_open_one(window):
    crm = believable_crm()
    ui = await window("/inbox", crm)
    first, second = crm.inbox_.cards[:2]
    assert ui.has(f"next.{second.id}")
    await ui.press(f"next.{second.id}")
    assert ui.page.route == f"/inbox/{second.id}"
    assert first.id not in ui.page.route
    last = crm.inbox_.refused[-1].tx
    await ui.go(f"/inbox/{last}")
    assert not [i for i in ui.ids() if i.startswith("next.")]


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_full_inbox_lists_its_beginning_and_further_things_on_request(window, width):
    crm = believable_crm()
    one = crm.inbox_.cards[0]
    refused = crm.inbox_.refused[0]
    cards = tuple(replace(one, id=f"card-{i}", title=f"Firma {i}.") for i in range(60))
    crm.inbox_ = Inbox(cards, tuple(replace(refused, tx=f"tx-{i}") for i in range(3)))
    ui = await window("/inbox", crm, width=width)
    assert ui.has("inbox.card-49")
    assert not ui.has("inbox.card-50")
    await ui.press("inbox.more")
    assert ui.has("inbox.card-59")
    assert ui.has("inbox.tx-2")
    assert not ui.has("inbox.more")


async def test_walking_on_by_keys_lists_what_it_comes_to(window):
    crm = believable_crm()
    one = crm.inbox_.cards[0]
    crm.inbox_ = Inbox(tuple(replace(one, id=f"card-{i}", title=f"Firma {i}.") for i in range(60)))
    ui = await window("/inbox/card-49", crm)
    assert not ui.has("inbox.card-50")
    await ui.key("J")
    assert ui.has("inbox.card-50")


@pytest.mark.parametrize(
    ("link", "cause", "said"),
    [
        ("offline", None, "no connection"),
        ("needs_sign_in", "A108", "after the account is on again"),
        ("needs_sign_in", "A104", "this device is locked out"),
        ("needs_sign_in", "A101", "sign in again"),
        ("work_offline", None, "you work offline"),
        ("syncing", None, "being sent"),
        ("idle", None, "being sent"),
    ],
)
async def test_what_was_under_way_when_the_conversation_ended_says_why_it_waits(window, link, cause, said):
    crm = believable_crm()
    crm.status_ = replace(crm.status_, link=link, cause=cause)
    first = replace(crm.queue_.waiting[0], state="inflight")
    crm.queue_ = replace(crm.queue_, waiting=(first,))
    ui = await window("/sync", crm)
    assert any(text.startswith("since ") and text.endswith(f" · {said}") for text in ui.texts())
