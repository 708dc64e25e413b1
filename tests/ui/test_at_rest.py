"""What a person reads of how the data lies on the disk, and what stands in place of the sign-in while it cannot be opened."""

from dataclasses import replace

import pytest

from client.ui.app import open_door
from client.usecases.answers import Person, Preferences
from shared_models.errors import ReplicaKeyLost, ReplicaSealed
from tests.ui.believable import NOW
from tests.ui.fake_crm import FakeDoor, believable_crm
from tests.ui.probe import Probe

KNOWN = ("https://crm.firma.ro", "ana@firma.ro")


async def at_the_door(door, width=1280):
    return await Probe.open(lambda page: open_door(page, door, lambda: NOW, Preferences()), width=width)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("standing", "words"),
    [
        ("encrypted", "the key is in the keyring of the system"),
        ("files_plain", "except for attached files"),
        ("token_plain", "stands in a file"),
        ("no_keyring", "the system has no keyring"),
        ("phone", "encrypts its storage itself"),
    ],
)
async def test_the_sign_in_settings_and_sync_say_how_the_data_lies(window, width, standing, words):
    ui = await at_the_door(FakeDoor(KNOWN, at_rest=standing), width)
    assert words in ui.keyed("at_rest").value
    await ui.close()
    crm = believable_crm()
    crm.person_ = Person("Ana", at_rest=standing)
    crm.status_ = replace(crm.status_, at_rest=standing)
    for place in ("/settings", "/sync"):
        ui = await window(place, crm, width=width)
        assert words in ui.keyed("at_rest").value


async def test_the_office_says_nothing_of_it(window):
    crm = believable_crm()
    crm.person_ = Person("Ana", is_office=True)
    crm.status_ = replace(crm.status_, at_rest=None)
    for place in ("/settings", "/sync"):
        assert not (await window(place, crm)).shows("ncrypted")


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_shut_keyring_is_told_in_place_of_the_sign_in_and_tried_again(width):
    door = FakeDoor(KNOWN, sealed=ReplicaSealed("x"))
    ui = await at_the_door(door, width)
    assert ui.shows("the keyring of the system did not give out its key")
    assert ui.shows("All that you saved is in the encrypted file.")
    assert not ui.has("sealed.ask")
    await ui.press("frame.copy")
    assert ui.shows("The details are copied")
    await ui.press("frame.again")
    assert ui.shows("What happened")
    door.sealed = None
    await ui.press("frame.again")
    assert ui.keyed("sign_in.email").value == "ana@firma.ro"
    await ui.close()


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_lost_key_is_told_and_the_file_is_set_aside_after_a_question(width):
    door = FakeDoor(KNOWN, sealed=ReplicaKeyLost("x"))
    ui = await at_the_door(door, width)
    assert ui.shows("its key is no longer in the keyring")
    await ui.press("sealed.ask")
    assert ui.shows("The file is not deleted")
    await ui.press("sealed.stay")
    assert not ui.shows("The file is not deleted")
    assert door.sealed is not None
    await ui.press("sealed.ask")
    await ui.press("sealed.aside")
    assert door.sealed is None
    assert ui.has("sign_in.enter")
    await ui.close()


async def test_while_the_data_is_encrypted_the_window_says_so():
    ui = await at_the_door(FakeDoor(KNOWN, encrypts=True))
    assert ui.shows("Encrypting the data on this computer…")
    assert ui.shows("This happens once.")
    assert not ui.has("sign_in.enter")
    await ui.close()
