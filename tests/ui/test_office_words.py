"""The office speaks of the server, and not of a device, when the data of a person cannot be had."""

from dataclasses import replace

import pytest

from client.browser_files import BrowserFiles
from client.office import Desks, Office
from client.usecases.answers import Preferences
from client.usecases.sync_answers import SyncStatus
from shared_models.errors import ReplicaDamaged, ReplicaFull
from shared_models.registry import CRM
from shared_models.texts import LANGUAGES, load
from shared_models.transport import LiveTransport
from tests.ui.believable import ago
from tests.ui.believable_records import fill_records
from tests.ui.believable_trouble import fill_trouble
from tests.ui.fake_crm import FakeCrm
from tests.ui.probe import Probe


class OfficeCrm(FakeCrm):
    """The believable facade, kept by the server."""

    async def person(self):
        return replace(await super().person(), is_office=True)


ELSEWHERE = ("cli.", "sign_in.", "sign_out.", "unlock.", "error.", "office.", "sync_conflict.")
"""Beginnings of the keys whose texts no window of the office shows, or whose own words it has."""
DEVICE = {"en": "this device", "ro": "acest dispozitiv"}


@pytest.mark.parametrize("fault", [ReplicaDamaged("x"), ReplicaFull("x")])
async def test_a_fault_of_the_data_leads_to_the_admin_of_the_server(window, fault):
    crm = OfficeCrm()
    crm.fail = fault
    ui = await window("/companies", crm)
    assert ui.shows("admin")
    assert not ui.shows("device")


async def test_on_a_device_the_same_fault_is_helped_on_the_device(window):
    crm = FakeCrm()
    crm.fail = ReplicaDamaged("x")
    ui = await window("/companies", crm)
    assert ui.shows("on this device, replica.db, is damaged")


async def test_a_tab_whose_data_cannot_be_opened_says_why_in_both_languages(tmp_path):
    folder = tmp_path / "office" / "127.0.0.1"
    folder.mkdir(parents=True)
    (folder / "replica.db").write_bytes(b"not a database" * 100)
    ui = await Probe.open(lambda page: None)
    ui.page.client_ip = "127.0.0.1"

    def no_way(user: str) -> LiveTransport:
        raise AssertionError("the server is not asked")

    await Office(Desks(no_way, tmp_path / "office"), BrowserFiles(tmp_path / "uploads")).main(ui.page)
    await ui.settle()
    assert ui.shows("Your copy of the data on the server, replica.db, is damaged.")
    assert ui.shows("Copia de pe server a datelor tale, replica.db, este deteriorată.")
    await ui.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_speaks_of_this_device_has_other_words_in_the_office(language):
    def says(text):
        return DEVICE[language] in " ".join(text.values() if isinstance(text, dict) else [text]).lower()

    texts = load(language)
    spoken = [key for key, text in texts.items() if says(text) and not key.startswith(ELSEWHERE)]
    assert "card.here" in spoken
    assert [key for key in spoken if says(texts.get(f"office.{key}", texts[key]))] == []


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(("language", "here"), [("en", "in the office"), ("ro", "la birou")])
async def test_a_value_that_was_typed_in_the_office_is_said_to_be_from_there(window, language, here, width):
    crm = OfficeCrm({e.entity_name: {} for e in CRM}, status_=SyncStatus(last_ok_at=ago()))
    fill_records(crm)
    fill_trouble(crm, language)
    crm.preferences_ = Preferences(language)
    ui = await window("/inbox", crm, width=width)
    assert ui.shows(here)
    assert not ui.shows(DEVICE[language])
    sync = await window("/sync", crm, width=width)
    assert not sync.shows(DEVICE[language])
    assert not sync.shows(DEVICE[language].capitalize())
