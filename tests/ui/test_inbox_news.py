"""Whoever decided a clash reads in the inbox that somebody put the other value back, until he has read it."""

from dataclasses import replace

import pytest

from client.usecases.answers import Preferences
from client.usecases.sync_answers import Inbox
from tests.ui.fake_crm import believable_crm, company_id


def told(language="en", **changes):
    """Return a facade whose reader decided a clash that Dan decided otherwise since."""
    crm = believable_crm(language)
    job = next(card for card in crm.inbox_.cards if card.kind == "value")
    news = replace(job, state="kept_theirs", since="put_back", since_by="Dan Rusu", owner=("company", company_id(0)), **changes)
    crm.inbox_ = Inbox(news=(news,), solved=1)
    return crm, news


async def test_the_inbox_tells_who_put_which_value_back_and_counts_it(window):
    crm, news = told()
    ui = await window("/companies", crm)
    await ui.press("nav.inbox")
    words = ui.keyed(f"news.{news.id}").value
    assert "Dan Rusu has since put" in words
    assert "1" in ui.texts()


async def test_the_record_is_one_press_away_and_the_news_is_read_then(window):
    crm, news = told()
    ui = await window("/inbox", crm)
    await ui.press(f"news.open.{news.id}")
    assert ui.page.route == f"/companies/{company_id(0)}"
    assert crm.inbox_.news == ()


async def test_news_that_was_closed_is_gone_and_no_longer_counted(window):
    crm, news = told()
    ui = await window("/inbox", crm)
    await ui.press(f"news.{news.id}.close")
    assert not ui.has(f"news.open.{news.id}")
    assert ui.shows("Nothing needs you")
    assert "1" not in ui.texts()


@pytest.mark.parametrize(("language", "who"), [("en", "someone"), ("ro", "cineva")])
async def test_who_is_not_known_is_not_named(window, language, who):
    crm, news = told(language)
    crm.preferences_ = Preferences(language)
    crm.inbox_ = Inbox(news=(replace(news, since_by=""),))
    ui = await window("/inbox", crm, width=390, height=844)
    assert who in ui.keyed(f"news.{news.id}").value


async def test_a_long_value_stays_in_its_card(window):
    crm, news = told()
    long = replace(news, mine=replace(news.mine, values={news.unit: "x" * 200}))
    crm.inbox_ = Inbox(news=(long,))
    ui = await window("/inbox", crm)
    assert "xxx" not in ui.keyed(f"news.{news.id}").value
