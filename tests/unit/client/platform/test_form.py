import pytest

from client.platform.form import form


@pytest.mark.parametrize(
    ("platform", "wanted"), [("android", "phone"), ("ios", "phone"), ("linux", "desktop"), ("win32", "desktop")]
)
def test_a_device_is_a_phone_or_a_desktop_computer(platform, wanted):
    assert form(platform) == wanted
