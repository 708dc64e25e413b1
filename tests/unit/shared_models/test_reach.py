import pytest

from shared_models.entities.reach import CHANNELS, ContactPoint


@pytest.mark.functions(4)
def test_a_phone_and_a_mobile_share_one_number_space():
    owner, number = "o", "+40700018300"
    keys = {kind: ContactPoint.natural_key(owner, kind, number) for kind in CHANNELS}
    assert keys["phone"] == keys["mobile"] == keys["fax"]
    assert keys["email"] != keys["phone"]
