"""Adding a device: an administrator has a code made for a person; whoever has it signs in by it, typed or as the camera read it."""

from dataclasses import replace

import pytest
import segno

from client.ui.app import open_door
from client.ui.view_models.add_device import server_of
from client.ui.view_models.sign_in import SignIn
from client.ui.widgets.qr import runs
from client.usecases.answers import Preferences
from shared_models.device_code import scanned
from shared_models.errors import Unreachable
from tests.ui.believable import NOW
from tests.ui.fake_crm import FakeDoor, believable_crm
from tests.ui.fake_devices import fill_devices
from tests.ui.fake_rights import fill_rights, person_id
from tests.ui.probe import Probe, hurried

pytestmark = pytest.mark.functions(148)
WIDTHS = pytest.mark.parametrize("width", [1280, 800, 390])
DAN, GONE = person_id("Dan Rusu"), person_id("Sorin Munteanu")


def admin():
    crm = believable_crm()
    crm.person_ = replace(crm.person_, is_admin=True)
    fill_rights(crm, crm.rights)
    fill_devices(crm.devices)
    return crm


@WIDTHS
async def test_an_administrator_chooses_a_person_and_gets_a_code_to_be_scanned_or_typed(window, width):
    crm = admin()
    ui = await window("/devices", crm, width=width)
    await ui.press("devices.add")
    assert ui.shows("Whose device is it?")
    assert not ui.has(f"add_device.{GONE}"), "who may not sign in gets none"
    await ui.press(f"add_device.{DAN}")
    assert crm.devices.coded == [DAN]
    assert ui.keyed("add_device.name").value == "A device for Dan Rusu"
    assert ui.keyed("add_device.fact.code").value == "K7QF2-9XWRM"
    assert "for 15 minutes, and once" in ui.keyed("add_device.until").value
    await ui.press("add_device.new")
    assert ui.keyed("add_device.fact.code").value == "A2B3C-4D5E6"
    await ui.press("add_device.back")
    assert ui.has(f"add_device.{DAN}")


async def test_the_people_can_be_searched(window):
    ui = await window("/devices/add", admin())
    await ui.type("add_device.search", "rusu")
    assert [one for one in ui.ids() if one.startswith("add_device.") and one.endswith(DAN[-12:])] == [f"add_device.{DAN}"]
    assert not ui.has(f"add_device.{person_id('Maria Ilie')}")


async def test_without_a_connection_there_is_no_code_and_the_people_stay(window):
    crm = admin()
    crm.devices.fail = None
    ui = await window("/devices/add", crm)
    crm.devices.fail = Unreachable()
    await ui.press(f"add_device.{DAN}")
    assert ui.has(f"add_device.{DAN}")
    assert ui.has("snack") or ui.shows("connection")


@pytest.mark.parametrize(
    ("known", "page", "address"),
    [
        ("https://crm.firma.ro", "ws://127.0.0.1:8400", "https://crm.firma.ro"),
        ("", "ws://127.0.0.1:8400/app", "http://127.0.0.1:8400"),
        ("", "ws://crm.firma.ro/app", "https://crm.firma.ro"),
        ("", "wss://crm.firma.ro:8443/app", "https://crm.firma.ro:8443"),
    ],
)
def test_the_device_is_told_the_address_by_which_the_server_is_reached(known, page, address):
    assert server_of(known, page) == address


@pytest.mark.parametrize("text", [scanned("https://crm.firma.ro", "K7QF29XWRM"), scanned("https://" + "x" * 150, "K7QF29XWRM")])
def test_the_code_that_is_drawn_is_the_whole_code(text):
    matrix = segno.make(text, error="m", micro=False).matrix
    drawn = [[0] * len(matrix) for _ in matrix]
    for y, row in enumerate(runs(text)):
        for start, length in row:
            drawn[y][start : start + length] = [1] * length
    assert drawn == [list(row) for row in matrix]


@WIDTHS
async def test_the_sign_in_page_takes_a_code_in_place_of_address_and_password(window, width):
    ui = await Probe.open(lambda page: open_door(page, FakeDoor(), lambda: NOW, Preferences()), width=width)
    await ui.press("sign_in.by_code")
    assert not ui.has("sign_in.password")
    await ui.press("sign_in.by_password")
    assert ui.has("sign_in.password")
    await ui.type("sign_in.server", scanned("https://crm.firma.ro", "K7QF29XWRM"))
    assert (ui.keyed("sign_in.server").value, ui.keyed("sign_in.code").value) == ("https://crm.firma.ro", "K7QF2-9XWRM")
    await ui.press("sign_in.enter")
    assert ui.has("nav.companies")
    await ui.close()


async def test_a_device_whose_person_is_known_asks_for_the_password_alone(window):
    door = FakeDoor(("https://crm.firma.ro", "ana@firma.ro"))
    ui = await Probe.open(lambda page: open_door(page, door, lambda: NOW, Preferences()))
    assert not ui.has("sign_in.by_code")
    await ui.close()


async def entering(server, code, turn=True):
    model = SignIn(FakeDoor(), hurried)
    await model.start()
    if turn:
        model.turn(by_code=True)
    model.type("server", server)
    if code:
        model.type("code", code)
    return model, await model.enter()


async def test_whoever_has_a_code_signs_in_by_it():
    model, crm = await entering("crm.firma.ro", "k7qf2-9xwrm")
    assert (crm is not None, model.state.message) == (True, "")


async def test_a_code_that_is_not_good_is_told_and_stays_in_its_field():
    model, crm = await entering("crm.firma.ro", "AAAAA-AAAAA")
    assert (crm, model.state.message, model.state.code) == (None, "error.S513", "AAAAA-AAAAA")


async def test_what_the_camera_read_fills_both_fields_wherever_it_is_pasted():
    model, crm = await entering(scanned("https://crm.firma.ro", "K7QF29XWRM"), "", turn=False)
    assert (model.state.server, model.state.code, model.state.is_by_code) == ("https://crm.firma.ro", "K7QF2-9XWRM", True)
    assert crm is not None
    model.turn(by_code=False)
    model.type("code", scanned("https://other.ro", "A2B3C4D5E6"))
    assert (model.state.server, model.state.code) == ("https://other.ro", "A2B3C-4D5E6")


async def test_without_a_code_the_field_says_so():
    model, _ = await entering("crm.firma.ro", "")
    assert [(one.field, one.reason) for one in model.state.problems] == [("code", "problem.required")]
