"""The office speaks of the server, and not of a device, when the data of a person cannot be had."""

from dataclasses import replace

import pytest

from client.office import Desks, Office
from shared_models.errors import ReplicaDamaged, ReplicaFull
from shared_models.transport import Transport
from tests.ui.fake_crm import FakeCrm
from tests.ui.probe import Probe


class OfficeCrm(FakeCrm):
    """The believable facade, kept by the server."""

    async def person(self):
        return replace(await super().person(), is_office=True)


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

    def no_way(user: str) -> Transport:
        raise AssertionError("the server is not asked")

    await Office(Desks(no_way, tmp_path / "office")).main(ui.page)
    await ui.settle()
    assert ui.shows("Your copy of the data on the server, replica.db, is damaged.")
    assert ui.shows("Copia de pe server a datelor tale, replica.db, este deteriorată.")
    await ui.close()
