"""Alarms, for an administrator: how many last is seen from everywhere, each leads to its device, and the rules are his."""

from dataclasses import replace

import pytest

from client.ui.view_models.alarms import AlarmsModel
from client.ui.view_models.shell import LOOK_S, Shell
from client.usecases.sync_answers import Inbox
from shared_models.alarms import AlarmRule
from shared_models.errors import Unreachable
from tests.ui.believable import NOW, ago
from tests.ui.fake_alarms import fill_alarms
from tests.ui.fake_crm import believable_crm
from tests.ui.fake_devices import fill_devices
from tests.ui.probe import hurried

pytestmark = pytest.mark.functions(148)
WIDTHS = pytest.mark.parametrize("width", [1280, 800, 390])


def admin():
    crm = believable_crm()
    crm.person_ = replace(crm.person_, is_admin=True)
    fill_devices(crm.devices)
    fill_alarms(crm.alarms)
    return crm


@WIDTHS
async def test_how_many_last_is_told_over_the_devices_and_leads_to_them(window, width):
    ui = await window("/devices", admin(), width=width)
    assert "2 alarms" in ui.texts_of("devices.alarms")
    await ui.press("devices.alarms")
    said = " | ".join(ui.texts_of("alarm.queue-Dan – Galaxy A55"))
    assert "Changes have waited there for 27 hours" in said
    assert "Dan Mureșan · since" in said
    assert "over since" in " | ".join(ui.texts_of("alarm.unequal-Iași – EliteBook"))


@WIDTHS
async def test_an_alarm_leads_to_its_device(window, width):
    ui = await window("/devices/alarms", admin(), width=width)
    await ui.press("alarm.queue-Dan – Galaxy A55")
    assert ui.has("device.resync")
    assert ui.keyed("device.why").value == "1 change refused"


async def test_the_way_to_the_devices_counts_them_and_who_administers_nothing_is_not_asked(window):
    ui = await window("/companies", admin())
    assert "2" in ui.texts_of("nav.devices")
    crm = believable_crm()
    await window("/companies", crm)
    assert crm.alarms.asked == 0


@pytest.mark.parametrize("width", [1280, 390])
async def test_the_inbox_counts_them_and_leads_to_them(window, width):
    crm = admin()
    crm.inbox_ = Inbox()
    ui = await window("/inbox", crm, width=width)
    assert "2" in ui.texts_of("nav.inbox")
    assert ui.shows("Nothing else needs you")
    await ui.press("inbox.alarms")
    assert ui.has("alarm.queue-Dan – Galaxy A55")
    crm.alarms.lines.clear()
    assert not (await window("/inbox", crm, width=width)).has("inbox.alarms")


async def test_on_the_phone_the_further_places_count_them(window):
    ui = await window("/more", admin(), width=390)
    assert "2" in ui.texts_of("more.devices")


async def test_without_one_the_screen_says_so(window):
    crm = admin()
    crm.alarms.lines.clear()
    ui = await window("/devices/alarms", crm)
    assert ui.shows("No alarm now")


@WIDTHS
async def test_without_an_answer_it_is_not_said_that_there_is_none(window, width):
    crm = admin()
    crm.alarms.lines.clear()
    crm.alarms.old_at = ago(minutes=75)
    ui = await window("/devices/alarms", crm, width=width)
    assert not ui.shows("No alarm now")
    assert ui.shows("Whether there are alarms now is not known")
    ui = await window("/devices", crm, width=width)
    assert "Alarms" in ui.texts_of("devices.alarms")


@WIDTHS
async def test_a_rule_is_switched_off_and_its_threshold_changed(window, width):
    crm = admin()
    ui = await window("/devices/alarms", crm, width=width)
    await ui.press("alarms.rule.unequal")
    assert crm.alarms.rules["unequal"] == AlarmRule(kind="unequal", is_on=False, threshold=0)
    assert not ui.has("alarms.threshold.unequal")
    await ui.type("alarms.threshold.silent", "5")
    await ui.submit("alarms.threshold.silent")
    assert crm.alarms.rules["silent"].threshold == 5
    assert ui.shows("The rule is changed")


@pytest.mark.parametrize("typed", ["0", "400", "soon", "", "-1", "2.5", "²"])
async def test_what_can_be_no_threshold_is_told_and_not_stored(typed):
    crm = admin()
    model = AlarmsModel(crm.alarms, hurried)
    await model.start()
    model.type("silent", typed)
    assert model.state.is_wrong("silent")
    assert not await model.keep("silent")
    assert crm.alarms.rules["silent"].threshold == 3
    assert model.state.shown("silent") == typed, "what was typed stays"


async def test_the_limits_are_told(window):
    ui = await window("/devices/alarms", admin())
    await ui.type("alarms.threshold.silent", "400")
    assert ui.shows("From 1 to 365")


async def test_what_was_typed_stays_where_the_centre_does_not_answer():
    crm = admin()
    model = AlarmsModel(crm.alarms, hurried)
    await model.start()
    model.type("queue", "48")
    crm.alarms.fail = Unreachable(None, "no network in this test")
    with pytest.raises(Unreachable):
        await model.keep("queue")
    assert (model.state.shown("queue"), model.state.busy) == ("48", None)


async def test_without_a_connection_they_are_shown_as_of_then(window):
    crm = admin()
    crm.alarms.old_at = ago(minutes=75)
    ui = await window("/devices/alarms", crm)
    assert ui.keyed("alarms.old").value.startswith("The centre")
    assert ui.has("alarm.queue-Dan – Galaxy A55")


async def test_a_centre_that_never_answered_is_told_with_a_way_to_try_again(window):
    crm = admin()
    crm.alarms.fail = Unreachable(None, "no network in this test")
    ui = await window("/devices/alarms", crm)
    assert ui.shows("The devices cannot be shown") or ui.has("alarms.again") or ui.shows("Try again")


async def test_the_frame_looks_again_every_five_minutes():
    from datetime import timedelta

    crm = admin()
    shell = Shell(crm, hurried)
    await shell.start()
    for seconds in (0, LOOK_S - 1, LOOK_S + 1, LOOK_S + 2):
        await shell.look_for_alarms(NOW + timedelta(seconds=seconds))
    assert crm.alarms.asked == 2
    crm.alarms.fail = Unreachable(None, "no network in this test")
    await shell.look_for_alarms(NOW + timedelta(seconds=3 * LOOK_S))
    assert shell.state.alarms == 2, "what is not told now stays as it was"


async def test_in_romanian(window):
    from client.usecases.answers import Preferences

    crm = admin()
    crm.preferences_ = Preferences(language="ro")
    ui = await window("/devices/alarms", crm)
    assert ui.shows("Nu a mai fost văzut de 9 zile")
    assert ui.shows("Administratorii sunt anunțați și prin e-mail.")
