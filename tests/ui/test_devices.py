"""Devices, for an administrator: who is behind and why in words, what may be ordered, and what is shown without a connection."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import flet as ft
import pytest

from client.ui.picking import have_diagnostics
from client.ui.view_models.devices import DevicesModel
from client.usecases.answers import Preferences
from shared_models.device_desk import Cause, Reason
from shared_models.device_words import cause_in_words
from shared_models.errors import Busy, ErrorCode, Unreachable
from shared_models.texts import Texts
from tests.ui.believable import NOW, ago
from tests.ui.fake_crm import believable_crm
from tests.ui.fake_devices import FakeDevices, because, device, fill_devices
from tests.ui.probe import hurried

pytestmark = pytest.mark.functions(148)
PHONE, RADU = "device-dan – galaxy a55", "device-radu – iphone 15"
WIDTHS = pytest.mark.parametrize("width", [1280, 800, 390])


def admin(**person):
    crm = believable_crm()
    crm.person_ = replace(crm.person_, is_admin=True, **person)
    fill_devices(crm.devices)
    return crm


@WIDTHS
async def test_only_an_administrator_finds_the_way_and_an_address_that_was_typed_says_why(window, width):
    ui = await window("/more" if width == 390 else "/companies", width=width)
    way = "more.devices" if width == 390 else "nav.devices"
    assert not ui.has(way)
    await ui.go("/devices")
    assert ui.shows("For administrators")
    assert not ui.has(f"device.{PHONE}")
    ui = await window("/more" if width == 390 else "/companies", admin(), width=width)
    await ui.press(way)
    assert ui.has(f"device.{PHONE}")


@WIDTHS
async def test_a_row_tells_whose_a_device_is_when_it_was_seen_and_why_it_is_behind(window, width):
    ui = await window("/devices", admin(), width=width)
    said = " | ".join(ui.texts_of(f"device.{PHONE}"))
    for words in ("Dan – Galaxy A55", "Dan Mureșan", "2 h ago", "14", "1 change refused"):
        assert words in said
    assert "in step" not in " | ".join(ui.texts_of("device.device-birou 1")), "what is well needs no words in its row"


async def test_the_figures_over_the_list_say_how_many_stand_how(window):
    ui = await window("/devices", admin())
    assert [ui.texts(ui.keyed(f"devices.stand.{name}")) for name in ("well", "behind", "need", "out")] == [
        ["7  in step"],
        ["3  behind"],
        ["3  need you"],
        ["1  out of use"],
    ], "they add up to all"
    assert {"All 14", "Behind 3", "Need you 3"} <= set(ui.texts())


async def test_of_devices_that_are_out_of_use_nothing_is_said_where_there_are_none(window):
    crm = admin()
    crm.devices.lines = [one for one in crm.devices.lines if one.standing != "out"]
    ui = await window("/devices", crm)
    assert not ui.shows("out of use")
    assert "All 13" in ui.texts()


@WIDTHS
async def test_those_that_need_somebody_can_be_shown_alone(window, width):
    ui = await window("/devices", admin(), width=width)
    await ui.press("devices.filter.need")
    assert ui.has(f"device.{PHONE}")
    assert not ui.has(f"device.{RADU}")
    await ui.press("devices.filter.behind")
    assert ui.has(f"device.{RADU}")


@WIDTHS
async def test_the_search_finds_a_device_by_its_person(window, width):
    ui = await window("/devices", admin(), width=width)
    await ui.type("devices.search", "serban")
    assert ui.has(f"device.{RADU}")
    assert not ui.has(f"device.{PHONE}")
    await ui.type("devices.search", "nobody at all")
    assert ui.shows("Nothing found")


@WIDTHS
async def test_a_device_says_what_is_wrong_what_to_do_and_its_figures(window, width):
    ui = await window("/devices", admin(), width=width)
    await ui.press(f"device.{PHONE}")
    assert ui.keyed("device.why").value == "1 change refused"
    assert "The centre did not take them." in ui.keyed("device.advice").value
    assert ui.shows("Clock 7 minutes fast"), "what else is wrong stands below"
    facts = {key: ui.keyed(f"device.fact.{key}").value for key in ("to_fetch", "version", "clock", "size", "equal")}
    assert facts["to_fetch"] == "312 rows"
    assert facts["version"] == "1.4.2"
    assert facts["clock"] == "clock 7 minutes fast"
    assert facts["size"] == "18\u00a0MB"
    assert facts["equal"].startswith(("today", "2"))


async def test_the_panel_closes_and_the_keys_go_from_one_device_to_the_next(window):
    ui = await window("/devices", admin())
    await ui.key("J")
    assert ui.keyed("device.name").value == "Dan – Galaxy A55"
    await ui.key("J")
    assert ui.keyed("device.name").value == "Elena – Tab S9"
    await ui.press("device.close")
    assert not ui.has("device.resync")
    await ui.key("J")
    await ui.key("Escape")
    assert not ui.has("device.resync")


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_device_is_paused_let_on_and_told_to_load_anew(window, width):
    crm = admin()
    ui = await window(f"/devices/{PHONE}", crm, width=width)
    await ui.press("device.pause")
    assert ui.keyed("device.why").value == "Paused by an administrator"
    assert ui.shows("The device is paused")
    await ui.press("device.resume")
    await ui.press("device.resync")
    assert crm.devices.ordered == [(PHONE, "pause"), (PHONE, "resume"), (PHONE, "resync")]


async def test_signing_a_device_out_is_asked_first(window):
    crm = admin()
    ui = await window(f"/devices/{PHONE}", crm)
    await ui.press("device.sign_out")
    assert ui.shows("Dan Mureșan then needs a connection")
    await ui.press("device.keep")
    assert crm.devices.ordered == []
    await ui.press("device.sign_out")
    await ui.press("device.sign_out")
    assert crm.devices.ordered == [(PHONE, "sign_out")]
    assert not ui.has("device.sign_out")


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_device_is_emptied_only_by_whoever_types_its_name(window, width):
    crm = admin()
    ui = await window(f"/devices/{PHONE}", crm, width=width)
    await ui.press("device.wipe")
    assert ui.keyed("device.wipe_now").disabled
    await ui.type("device.wipe_name", "Dan – Galaxy")
    assert ui.keyed("device.wipe_now").disabled
    await ui.type("device.wipe_name", " dan – galaxy a55")
    await ui.press("device.wipe_now")
    assert crm.devices.ordered == [(PHONE, "wipe")]
    assert ui.keyed("device.why").value == "Waits to be emptied"
    assert not ui.has("device.wipe")


@WIDTHS
async def test_diagnostics_are_ordered_said_to_be_on_their_way_and_handed_over(window, width):
    crm = admin()
    ui = await window(f"/devices/{PHONE}", crm, width=width)
    assert not ui.has("device.diagnostics")
    await ui.press("device.diagnose")
    assert crm.devices.ordered == [(PHONE, "diagnose")]
    assert ui.keyed("device.diagnose_asked").value.startswith("Asked for today")
    crm.devices.lines[0] = crm.devices.lines[0].model_copy(update={"diagnose_at": None, "diagnosed_at": ago(minutes=2)})
    ui = await window(f"/devices/{PHONE}", crm, width=width)
    assert not ui.has("device.diagnose_asked")
    assert ui.shows("Diagnostics came today")
    await ui.press("device.diagnostics")
    assert crm.devices.opened == [crm.devices.told]


@pytest.mark.parametrize("platform", [None, ft.PagePlatform.ANDROID])
async def test_a_browser_saves_diagnostics_and_a_phone_shares_them(monkeypatch, tmp_path, platform):
    done, crm, offered = [], admin(), []
    crm.devices.told = tmp_path / "diagnostics.json"
    crm.devices.told.write_bytes(b"{}")

    def offer(who, content, name):
        offered.append((who, b"".join(content.pieces()), content.size, content.path, name))
        return "/files/token"

    async def launched(self, url, **_):
        done.append(url)

    async def shared(self, files, **_):
        done.extend(file.path for file in files)

    monkeypatch.setattr(ft.UrlLauncher, "launch_url", launched)
    monkeypatch.setattr(ft.Share, "share_files", shared)
    page = SimpleNamespace(web=platform is None, client_ip="ana", platform=platform)
    exchange = SimpleNamespace(offer=offer)
    desk = SimpleNamespace(page=page, crm=crm, exchange=exchange)
    await have_diagnostics(desk, PHONE)  # type: ignore[arg-type]  # what it needs of a desk
    if platform is None:
        assert offered == [("ana", b"{}", 2, crm.devices.told, "diagnostics.json")]
        assert done == ["/files/token"]
    else:
        assert (offered, done) == ([], [str(crm.devices.told)])
    assert crm.devices.opened == []


async def test_another_device_is_not_asked_about_what_was_asked_of_the_one_before(window):
    ui = await window(f"/devices/{PHONE}", admin())
    await ui.press("device.wipe")
    await ui.press(f"device.{RADU}")
    assert ui.has("device.wipe")


async def test_a_replica_of_the_office_can_be_signed_out_only(window):
    ui = await window("/devices/device-birou 1", admin())
    assert ui.has("device.sign_out")
    assert not {"device.wipe", "device.pause", "device.resync", "device.diagnose"} & set(ui.ids())


@WIDTHS
async def test_without_an_answer_it_shows_the_last_one_and_says_of_when(window, width):
    crm = admin()
    crm.devices.old_at = ago(minutes=75)
    ui = await window("/devices", crm, width=width)
    assert ui.shows("The centre does not answer. This is how the devices stood at ")
    assert ui.has(f"device.{PHONE}")
    crm.devices.old_at = None
    await ui.press("devices.ask")
    assert not ui.shows("does not answer")


async def test_before_the_first_answer_it_says_what_failed_and_tries_again(window):
    crm = admin()
    crm.devices.fail = Busy(ErrorCode.S502, "test")
    ui = await window("/devices", crm)
    assert ui.shows("The devices cannot be shown")
    crm.devices.fail = None
    await ui.press("devices.again")
    assert ui.has(f"device.{PHONE}")


async def test_an_order_that_does_not_arrive_is_told_and_can_be_given_again(window):
    crm = admin()
    ui = await window(f"/devices/{PHONE}", crm)
    crm.devices.fail = Unreachable()
    await ui.press("device.pause")
    assert ui.keyed("device.why").value == "1 change refused"
    assert ui.has("snack") or ui.shows("connection")
    crm.devices.fail = None
    await ui.press("device.pause")
    assert crm.devices.ordered == [(PHONE, "pause")]


async def test_the_list_is_asked_for_again_once_a_minute():
    devices = FakeDevices()
    model = DevicesModel(devices, hurried)
    await model.tick(NOW)
    await model.start()
    for seconds in (30, 60, 90, 119, 120):
        await model.tick(NOW + timedelta(seconds=seconds))
    assert len(devices.asked) == 3


async def test_a_minute_without_an_answer_leaves_what_is_shown(window):
    crm = admin()
    model = DevicesModel(crm.devices, hurried)
    await model.tick(NOW)
    await model.start()
    crm.devices.old_at = ago(minutes=1)
    await model.tick(NOW + timedelta(seconds=60))
    assert (model.state.is_old, len(model.state.rows)) == (True, len(crm.devices.lines))


async def test_many_devices_come_page_by_page(window):
    crm = admin()
    crm.devices.page_size = 5
    ui = await window("/devices", crm)
    assert not ui.has("device.device-birou 1")
    await ui.press("devices.more")
    assert ui.has("device.device-birou 1")
    assert ui.has(f"device.{PHONE}")


async def test_a_company_without_devices_says_so(window):
    crm = admin()
    crm.devices.lines = []
    ui = await window("/devices", crm)
    assert ui.shows("No device yet")


@pytest.mark.parametrize("language", ["en", "ro"])
@pytest.mark.parametrize("cause", [one for one in Cause if one is not Cause.WELL])
async def test_every_cause_stands_in_words_in_its_row_and_in_its_panel(window, language, cause):
    crm = admin()
    crm.preferences_ = Preferences(language, "light")
    reasons = because(cause, 3, "S501")
    crm.devices.lines = [device("Telefon", "Dan", standing="need", reasons=reasons)]
    ui = await window("/devices/device-telefon", crm)
    words = cause_in_words(Texts(language), Reason(cause=cause, n=3, code="S501"))
    assert words in ui.texts_of("device.device-telefon")
    assert ui.keyed("device.why").value == words[:1].upper() + words[1:]
