"""What went wrong day by day, for an administrator: three charts that are read out in words, and the incidents page by page."""

from dataclasses import replace
from datetime import timedelta

import pytest

from client.ui.view_models.incidents import IncidentsModel
from client.usecases.answers import Preferences
from shared_models.errors import Unreachable
from tests.ui.believable import NOW, ago
from tests.ui.fake_crm import believable_crm
from tests.ui.fake_devices import fill_devices
from tests.ui.fake_incidents import FakeIncidents, fill_incidents
from tests.ui.probe import hurried

pytestmark = pytest.mark.functions(148)
WIDTHS = pytest.mark.parametrize("width", [1280, 800, 390])
MENDED = "incident.device-iași – elitebook"


def admin(language="en"):
    crm = believable_crm()
    crm.person_ = replace(crm.person_, is_admin=True)
    crm.preferences_ = Preferences(language=language)
    fill_devices(crm.devices)
    fill_incidents(crm.incidents)
    return crm


def named(ui, start):
    return next(one for one in ui.ids() if one.startswith(start))


@WIDTHS
async def test_how_many_there_were_is_told_over_the_devices_and_leads_to_them(window, width):
    ui = await window("/devices", admin(), width=width)
    assert "4 incidents in 30 days" in ui.texts_of("devices.incidents")
    await ui.press("devices.incidents")
    said = " | ".join(ui.texts_of(named(ui, MENDED)))
    assert "Iași – EliteBook" in said
    assert "Company: 3 rows were not what the centre has; they were fetched again" in said
    assert "Dan Mureșan" in said


@WIDTHS
async def test_an_incident_leads_to_its_device(window, width):
    ui = await window("/devices/incidents", admin(), width=width)
    await ui.press(named(ui, "incident.device-dan"))
    assert ui.has("device.resync")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Conflicts: 37 in 30 days, at most 7 on ", "Changes refused: 5 in 30 days", "Incidents: 4 in 30 days")),
        (
            "ro",
            (
                "Conflicte: 37 în 30 de zile, cel mult 7 pe ",
                "Modificări refuzate: 5 în 30 de zile",
                "Incidente: 4 în 30 de zile",
            ),
        ),
    ],
)
async def test_each_chart_is_read_out_in_words(window, language, words):
    ui = await window("/devices/incidents", admin(language))
    for name, told in zip(("conflicts", "letters", "incidents"), words, strict=True):
        assert ui.label_of(f"incidents.chart.{name}").startswith(told)


async def test_a_month_without_anything_says_so(window):
    crm = admin()
    crm.incidents = FakeIncidents()
    ui = await window("/devices/incidents", crm)
    assert ui.label_of("incidents.chart.conflicts") == "Conflicts: none in 30 days"
    assert ui.shows("No device found anything wrong in 30 days.")


async def test_without_an_answer_it_is_not_said_that_there_is_none(window):
    crm = admin()
    crm.incidents = FakeIncidents(old_at=ago(minutes=75))
    ui = await window("/devices", crm)
    assert "Incidents" in ui.texts_of("devices.incidents")


async def test_many_come_page_by_page(window):
    crm = admin()
    crm.incidents.page_size = 3
    ui = await window("/devices/incidents", crm)
    assert not any(one.startswith("incident.device-tech") for one in ui.ids())
    await ui.press("incidents.more")
    assert named(ui, "incident.device-tech")
    assert not ui.has("incidents.more")


async def test_without_a_connection_they_are_shown_as_of_then_and_before_the_first_answer_it_says_what_failed(window):
    crm = admin()
    crm.incidents.old_at = ago(minutes=75)
    ui = await window("/devices/incidents", crm)
    assert ui.keyed("incidents.old").value.startswith("The centre")
    crm.incidents.fail = Unreachable(None, "no network in this test")
    ui = await window("/devices/incidents", crm)
    assert "Incidents" in ui.texts_of("devices.incidents")
    crm.incidents.fail, crm.incidents.old_at = None, None
    await ui.press("incidents.again")
    assert named(ui, MENDED)


async def test_they_are_asked_for_again_once_a_minute():
    incidents = FakeIncidents()
    model = IncidentsModel(incidents, hurried)
    await model.tick(NOW)
    await model.start()
    for seconds in (30, 60, 90, 119, 120):
        await model.tick(NOW + timedelta(seconds=seconds))
    assert incidents.asked == [0, 0, 0]


async def test_the_panel_closes_by_its_button_and_by_its_line(window):
    ui = await window("/devices/incidents", admin())
    await ui.press("incidents.close")
    assert not ui.has("incidents.chart.conflicts")
    await ui.press("devices.incidents")
    await ui.press("devices.incidents")
    assert not ui.has("incidents.chart.conflicts")
