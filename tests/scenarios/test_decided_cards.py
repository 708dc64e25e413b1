"""After a decision nothing is out of reach: both values, who decided and when, the way back; and cards that a look settles."""

import pytest

from client.usecases.answers import Owner
from client.usecases.form_answers import FormEnd
from client.usecases.timeline_answers import Outcome
from tests.scenarios.test_inbox_decisions import acme, ana, clash, dan, sync

__all__ = ["acme", "ana", "dan"]  # fixtures


async def decide(ana, dan, acme, decision, mine="Acme by Dan", theirs="Acme by Ana"):
    clash(ana, dan, "company", acme, {"name": mine}, {"name": theirs})
    [card] = (await dan.crm.inbox()).cards
    await dan.crm.decide(card.id, decision)
    return card


def decisions_of(timeline):
    return [entry for entry in timeline.entries if entry.kind == "decided"]


@pytest.mark.functions(142)
async def test_the_timeline_tells_the_losing_value_and_who_decided_also_without_the_centre(world, ana, dan, acme):
    await decide(ana, dan, acme, "kept_theirs")
    dan.device.network.is_up = False
    [entry] = decisions_of(await dan.crm.timeline("company", acme))
    assert (entry.by, entry.is_mine, entry.outcome) == (
        "Dan Radu",
        True,
        Outcome("kept_theirs", "Dan Radu", "Ana Pop", lost_by_me=True),
    )
    assert [(one.field, one.before, one.after) for one in entry.changes] == [("name", "Acme by Dan", "Acme by Ana")]
    assert entry.at
    dan.device.network.is_up = True
    world.rest()
    [there] = decisions_of(await ana.crm.timeline("company", acme))
    assert (there.by, there.is_mine, there.at > 0) == ("Dan Radu", False, True)


async def test_a_clash_on_a_part_is_told_on_the_page_of_its_company(ana, dan, acme):
    form = await ana.crm.open_form("address", None, Owner("company", acme))
    place = (await ana.crm.save(FormEnd(form, {"street": "Lungă 1", "city": "Brașov"}))).id
    sync(ana, dan)
    clash(ana, dan, "address", place, {"street": "Lungă 2"}, {"street": "Lungă 3"})
    [card] = (await dan.crm.inbox()).cards
    await dan.crm.decide(card.id, "restored_mine")
    [entry] = decisions_of(await dan.crm.timeline("company", acme))
    assert (entry.entity, entry.outcome.decision) == ("address", "restored_mine")


@pytest.mark.functions(142)
async def test_decided_cards_stay_readable_with_both_values(world, ana, dan, acme):
    card = await decide(ana, dan, acme, "kept_theirs")
    [here] = (await dan.crm.decided_cards()).rows
    assert (await dan.crm.inbox()).solved == 1
    assert (here.id, here.state, here.decided_by, here.decided_by_me) == (card.id, "kept_theirs", "Dan Radu", True)
    assert (here.mine.values, here.theirs.values) == ({"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    world.rest()
    [there] = (await ana.crm.decided_cards()).rows
    assert (there.decided_by, there.decided_by_me, there.can_restore) == ("Dan Radu", False, True)
    assert there.decided_at


@pytest.mark.functions(142)
@pytest.mark.parametrize(
    ("decision", "kept", "lost"),
    [("kept_theirs", "Acme by Ana", "Acme by Dan"), ("restored_mine", "Acme by Dan", "Acme by Ana")],
)
async def test_the_losing_value_can_be_brought_back_later_as_a_new_edit(world, ana, dan, acme, decision, kept, lost):
    card = await decide(ana, dan, acme, decision)
    world.rest()
    assert ana.device.get("company", acme)["name"] == kept
    saved = await dan.crm.restore_lost(card.id)
    assert saved.label == f"Brought back: {lost}"
    world.rest()
    assert ana.device.get("company", acme)["name"] == lost
    assert ana.device.get("sync_conflict", card.id)["state"] == decision
    assert (await ana.crm.inbox()).count == 0
    assert not (await dan.crm.decided_cards()).rows[0].can_restore
    with pytest.raises(KeyError):
        await dan.crm.restore_lost(card.id)


@pytest.mark.functions(142)
async def test_of_two_who_decide_a_clash_in_different_ways_both_are_told_which_value_holds(world, ana, dan, acme):
    clash(ana, dan, "company", acme, {"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    [card] = (await dan.crm.inbox()).cards
    sync(ana, dan)
    dan.device.network.is_up = False
    await dan.crm.decide(card.id, "restored_mine")
    await ana.crm.decide(card.id, "kept_theirs")
    sync(ana)
    assert (await ana.crm.decided_cards()).rows[0].since is None
    dan.device.network.is_up = True
    world.rest()
    for person in (ana, dan):
        [told] = (await person.crm.decided_cards()).rows
        assert person.device.get("company", acme)["name"] == "Acme by Dan"
        assert (told.state, told.decided_by, told.since) == ("kept_theirs", "Ana Pop", "put_back")
    with ana.device.replica.edit("Renamed") as edit:
        edit.update("company", acme, {"name": "Acme SA"})
    assert (await ana.crm.decided_cards()).rows[0].since == "changed"


async def decide_otherwise(world, ana, dan, acme):
    """Ana keeps her name first; Dan, out of reach, puts his back."""
    clash(ana, dan, "company", acme, {"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    [card] = (await dan.crm.inbox()).cards
    sync(ana, dan)
    dan.device.network.is_up = False
    await dan.crm.decide(card.id, "restored_mine")
    await ana.crm.decide(card.id, "kept_theirs")
    sync(ana)
    dan.device.network.is_up = True
    world.rest()
    return card.id


@pytest.mark.functions(142)
async def test_who_decided_first_is_told_once_that_and_by_whom_the_other_value_was_put_back(world, ana, dan, acme):
    card = await decide_otherwise(world, ana, dan, acme)
    inbox = await ana.crm.inbox()
    [told] = inbox.news
    assert (told.id, told.owner, told.since_by, inbox.count) == (card, ("company", acme), "Dan Radu", 1)
    assert (told.mine.values, told.theirs.values) == ({"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    assert (await dan.crm.inbox()).news == ()
    await ana.crm.read_news(card)
    assert (await ana.crm.inbox()).count == 0


@pytest.mark.functions(142)
@pytest.mark.parametrize(("decision", "holds"), [("restored_mine", "Acme by Dan"), ("Acme by both", "Acme by both")])
async def test_whose_card_a_colleague_decided_reads_once_who_did_and_what_holds(world, ana, dan, acme, decision, holds):
    world.server.central.now_us.forward(seconds=60)
    clash(ana, dan, "company", acme, {"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    sync(ana, dan, ana)
    [card] = (await ana.crm.inbox()).cards
    await answer(dan, card.id, decision)
    world.rest()
    inbox = await ana.crm.inbox()
    [told] = inbox.news
    assert (told.id, told.how, told.since_by, told.now.values) == (card.id, "lost", "Dan Radu", {"name": holds})
    assert (inbox.count, (await ana.crm.status()).needs_you, (await dan.crm.inbox()).count) == (1, 1, 0)
    await ana.crm.read_news(card.id)
    assert (await ana.crm.inbox()).count == (await ana.crm.status()).needs_you == 0


async def test_whose_value_a_colleague_kept_reads_nothing(world, ana, dan, acme):
    world.server.central.now_us.forward(seconds=60)
    await decide(ana, dan, acme, "kept_theirs")
    world.rest()
    assert (await ana.crm.inbox()).count == 0


KEEP = {"revived": "restored_mine", "archived": "kept_theirs"}
ARCHIVE = {"revived": "kept_theirs", "archived": "restored_mine"}


@pytest.mark.functions(142)
@pytest.mark.parametrize("kind", ["revived", "archived"])
@pytest.mark.parametrize("how", ["put_back", "first"])
async def test_who_kept_a_record_in_use_is_told_that_another_decision_archived_it(world, ana, dan, acme, kind, how):
    if kind == "revived":
        await ana.crm.archive("company", acme)
        dan.device.edit("company", acme, name="Acme by Dan")
    else:
        ana.device.edit("company", acme, name="Acme by Ana")
        await dan.crm.archive("company", acme)
    sync(ana, dan, ana)
    [card] = (await ana.crm.inbox()).cards
    assert card.kind == kind
    keeps, archives = (ana, dan) if how == "put_back" else (dan, ana)
    dan.device.network.is_up = False  # his decision comes later
    await keeps.crm.decide(card.id, KEEP[kind])
    await archives.crm.decide(card.id, ARCHIVE[kind])
    sync(ana)
    assert (await ana.crm.inbox()).count == 0
    dan.device.network.is_up = True
    world.rest()
    assert ana.device.get("company", acme)["archived_at"] is not None
    [told] = (await keeps.crm.inbox()).news
    assert (told.id, told.how, told.since_by) == (card.id, how, "Dan Radu" if how == "put_back" else "Ana Pop")
    assert told.now.values["archived_at"] is not None
    assert (await archives.crm.inbox()).news == ()
    await keeps.crm.read_news(card.id)
    assert (await keeps.crm.inbox()).count == 0


async def test_an_ordinary_later_archive_of_what_was_kept_is_no_news_and_is_told_among_the_decided(world, ana, dan, acme):
    await ana.crm.archive("company", acme)
    dan.device.edit("company", acme, name="Acme by Dan")
    sync(ana, dan, ana)
    [card] = (await ana.crm.inbox()).cards
    await ana.crm.decide(card.id, "restored_mine")
    world.rest()
    await dan.crm.archive("company", acme)
    world.rest()
    assert ana.device.get("company", acme)["archived_at"] is not None
    assert (await ana.crm.inbox()).news == ()
    assert [one.since for one in (await ana.crm.decided_cards()).rows] == ["put_back"]


async def test_who_put_a_value_back_himself_is_not_told_of_it(world, ana, dan, acme):
    card = await decide(ana, dan, acme, "restored_mine")
    world.rest()
    await dan.crm.restore_lost(card.id)
    assert (await dan.crm.inbox()).news == ()
    world.rest()
    ana.device.edit("company", acme, legal_name="Acme SRL")
    world.rest()
    assert [one.since for one in (await dan.crm.decided_cards()).rows] == ["put_back"]
    assert (await dan.crm.inbox()).news == ()


async def test_a_value_that_a_third_edit_replaced_is_no_news(world, ana, dan, acme):
    await decide(ana, dan, acme, "restored_mine")
    world.rest()
    ana.device.edit("company", acme, name="Acme SA")
    world.rest()
    assert (await dan.crm.inbox()).news == ()


async def answer(person, card, decision):
    """Decide a card, or type a value by hand as the answer."""
    if decision in ("kept_theirs", "restored_mine"):
        await person.crm.decide(card, decision)
    else:
        await person.crm.save(FormEnd(await person.crm.decide_by_edit(card), {"name": decision}))


def kept_of(entry):
    """Return the value that an entry of a decision says to be kept."""
    if entry.outcome.chosen:
        return entry.outcome.chosen[0].after
    return entry.changes[0].after if entry.outcome.decision == "kept_theirs" else entry.changes[0].before


OTHERWISE = [
    ("kept_theirs", "restored_mine", "Acme by Dan", "put_back"),
    ("kept_theirs", "Acme by Dan", "Acme by Dan", "put_back"),
    ("kept_theirs", "Acme by both", "Acme by both", "changed"),
]
"""What Ana decides, what Dan, the name that holds then, and why she is told."""


@pytest.mark.functions(142)
@pytest.mark.parametrize(("hers", "his", "holds", "how"), OTHERWISE)
async def test_who_decided_first_is_told_that_it_was_decided_otherwise_also_by_hand(
    world, ana, dan, acme, hers, his, holds, how
):
    clash(ana, dan, "company", acme, {"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    [card] = (await dan.crm.inbox()).cards
    dan.device.network.is_up = False
    await answer(dan, card.id, his)
    await answer(ana, card.id, hers)
    sync(ana)
    assert (await ana.crm.inbox()).count == 0
    dan.device.network.is_up = True
    world.rest()
    for person in (ana, dan):
        newest, first = decisions_of(await person.crm.timeline("company", acme))
        assert (newest.by, kept_of(newest), newest.outcome.now) == ("Dan Radu", holds, ())
        assert (first.by, kept_of(first), first.outcome.now) == ("Ana Pop", "Acme by Ana", ())
        assert newest.at >= first.at
        person.device.network.is_up = False
        [newest] = decisions_of(await person.crm.timeline("company", acme))
        assert (kept_of(newest), [one.after for one in newest.outcome.now]) == ("Acme by Ana", [holds])
        person.device.network.is_up = True
    for person, told in ((ana, [(card.id, how, "Dan Radu", {"name": holds})]), (dan, [])):
        inbox = await person.crm.inbox()
        assert person.device.get("company", acme)["name"] == holds
        assert [(one.id, one.how, one.since_by, one.now.values) for one in inbox.news] == told
        assert (await person.crm.status()).needs_you == inbox.count == len(told)


@pytest.mark.functions(142)
@pytest.mark.parametrize("his", ["restored_mine", "Acme by Dan", "Acme by both"])
async def test_who_decided_when_it_was_decided_already_is_told_what_holds(world, ana, dan, acme, his):
    clash(ana, dan, "company", acme, {"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    [card] = (await dan.crm.inbox()).cards
    ana.device.network.is_up = False
    await answer(ana, card.id, "kept_theirs")
    assert (await ana.crm.inbox()).count == 0
    await answer(dan, card.id, his)
    sync(dan)
    ana.device.network.is_up = True
    world.rest()
    holds = "Acme by Dan" if his == "restored_mine" else his
    [told] = (await ana.crm.inbox()).news
    assert (told.how, told.since_by, told.decided_by, told.now.values) == ("first", "Dan Radu", "Dan Radu", {"name": holds})
    assert (await dan.crm.inbox()).news == ()
    await ana.crm.read_news(card.id)
    assert (await ana.crm.inbox()).count == (await ana.crm.status()).needs_you == 0


async def test_what_is_brought_back_later_is_told_as_a_decision_and_what_comes_after_as_what_holds_now(world, ana, dan, acme):
    card = await decide(ana, dan, acme, "kept_theirs")
    world.rest()
    await dan.crm.restore_lost(card.id)
    world.rest()
    newest, first = decisions_of(await ana.crm.timeline("company", acme))
    assert (newest.by, newest.outcome.is_again, kept_of(newest)) == ("Dan Radu", True, "Acme by Dan")
    assert (kept_of(first), first.outcome.is_again) == ("Acme by Ana", False)
    ana.device.edit("company", acme, name="Acme SA")
    sync(ana)
    newest, first = decisions_of(await ana.crm.timeline("company", acme))
    assert ([one.after for one in newest.outcome.now], first.outcome.now) == (["Acme SA"], ())


async def test_a_third_value_is_told_as_what_was_kept(world, ana, dan, acme):
    clash(ana, dan, "company", acme, {"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    [card] = (await dan.crm.inbox()).cards
    await answer(dan, card.id, "Acme by both")
    world.rest()
    [entry] = decisions_of(await ana.crm.timeline("company", acme))
    assert (entry.outcome.decision, kept_of(entry), entry.outcome.now) == ("edited", "Acme by both", ())


async def test_of_two_who_decide_alike_nobody_is_told_anything(world, ana, dan, acme):
    clash(ana, dan, "company", acme, {"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    [card] = (await dan.crm.inbox()).cards
    await answer(dan, card.id, "restored_mine")
    await answer(ana, card.id, "restored_mine")
    world.rest()
    assert [(await person.crm.inbox()).count for person in (ana, dan)] == [0, 0]


async def test_one_of_the_two_values_that_is_typed_by_hand_as_the_answer_is_the_answer_that_keeps_it(world, ana, dan, acme):
    clash(ana, dan, "company", acme, {"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    [card] = (await dan.crm.inbox()).cards
    await answer(dan, card.id, "Acme by Dan")
    world.rest()
    assert ana.device.get("sync_conflict", card.id)["state"] == "restored_mine"


async def test_to_keep_a_value_that_was_typed_over_puts_it_back(world, ana, dan, acme):
    clash(ana, dan, "company", acme, {"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    [card] = (await ana.crm.inbox()).cards
    dan.device.edit("company", acme, name="Acme by Dan")
    sync(dan, ana)
    await ana.crm.decide(card.id, "kept_theirs")
    world.rest()
    assert dan.device.get("company", acme)["name"] == "Acme by Ana"
    assert [one.since for one in (await ana.crm.decided_cards()).rows] == [None]


@pytest.mark.functions(142)
@pytest.mark.parametrize("decision", ["kept_theirs", "restored_mine"])
async def test_of_two_who_decide_a_clash_alike_the_timeline_tells_one_change_and_no_empty_one(world, ana, dan, acme, decision):
    clash(ana, dan, "company", acme, {"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    [card] = (await dan.crm.inbox()).cards
    sync(ana)
    dan.device.network.is_up = False
    await dan.crm.decide(card.id, decision)
    await ana.crm.decide(card.id, decision)
    sync(ana)
    dan.device.network.is_up = True
    world.rest()
    told = [entry for entry in (await ana.crm.timeline("company", acme)).entries if entry.kind not in ("created", "decided")]
    assert all(entry.changes for entry in told)
    assert len(told) == (2 if decision == "restored_mine" else 1)


async def test_nothing_is_brought_back_into_an_archived_record(world, ana, dan, acme):
    await decide(ana, dan, acme, "kept_theirs")
    await dan.crm.archive("company", acme)
    assert not (await dan.crm.decided_cards()).rows[0].can_restore
    world.rest()


@pytest.mark.functions(142)
async def test_a_company_that_is_here_twice_is_shown_beside_the_other_and_closed_by_saying_that_it_is_another(world, ana, dan):
    first = ana.device.save("company", name="Acme", code="A1", fiscal_code="RO 99000018")
    ana.device.save("address", company_id=first, city="Brașov")
    sync(ana)
    second = dan.device.save("company", name="Acme Nord", fiscal_code="99000018")
    sync(dan, ana)
    [card] = (await dan.crm.inbox()).cards
    assert card.kind == "duplicate"
    assert [(one.id, one.name, one.code, one.town, one.by, one.is_me) for one in card.twins] == [
        (first, "Acme", "A1", "Brașov", "Ana Pop", False),
        (second, "Acme Nord", "", "", "Dan Radu", True),
    ]
    assert all(one.at for one in card.twins)
    saved = await dan.crm.decide(card.id, "kept_theirs")
    assert saved.label == "Another company: Acme Nord"
    world.rest()
    assert (await dan.crm.inbox()).count == 0


@pytest.mark.functions(142)
async def test_a_changed_account_leads_to_its_company_and_is_settled_by_a_look(world, ana, dan, acme):
    form = await ana.crm.open_form("bank_account", None, Owner("company", acme))
    account = (await ana.crm.save(FormEnd(form, {"iban": "RO49AAAA1B31007593840000"}))).id
    sync(ana, dan)
    dan.device.edit("bank_account", account, iban="RO09BCYP0000001234567890")
    sync(dan)
    [card] = (await dan.crm.inbox()).cards
    assert (card.kind, card.about, card.owner) == ("bank_account", "Acme", ("company", acme))
    await dan.crm.decide(card.id, "restored_mine")
    world.rest()
    assert ana.device.get("bank_account", account)["iban"] == "RO09BCYP0000001234567890"
