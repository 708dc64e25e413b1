"""After a decision nothing is out of reach: both values, who decided and when, the way back; and cards that a look settles."""

import pytest

from client.usecases.answers import FormEnd, Outcome, Owner
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
    assert (entry.by, entry.is_mine, entry.outcome) == ("Dan Radu", True, Outcome("kept_theirs", "Dan Radu", "Ana Pop"))
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
    await decide_otherwise(world, ana, dan, acme)
    dan.device.edit("company", acme, name="Acme SA")
    world.rest()
    assert (await ana.crm.inbox()).news == ()


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
