"""The eye in the password's field of the sign-in page: what is typed can be read, and is hidden again when it is sent."""

from client.ui.app import open_door
from tests.ui.believable import NOW
from tests.ui.fake_crm import FakeDoor
from tests.ui.probe import Probe


async def test_the_eye_shows_what_is_typed_and_hides_it_again():
    ui = await Probe.open(lambda page: open_door(page, FakeDoor(("https://crm.firma.ro", "ana@firma.ro")), lambda: NOW))
    await ui.type("sign_in.password", "nope")
    assert ui.keyed("sign_in.password").password
    await ui.press("sign_in.password.eye")
    assert not ui.keyed("sign_in.password").password
    assert ui.keyed("sign_in.password").value == "nope"
    await ui.press("sign_in.password.eye")
    assert ui.keyed("sign_in.password").password
    await ui.press("sign_in.password.eye")
    await ui.press("sign_in.enter")
    assert ui.keyed("sign_in.password").password
    await ui.close()
