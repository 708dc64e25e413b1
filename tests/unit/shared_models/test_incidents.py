import pytest

from shared_models.incidents import KINDS, in_words
from shared_models.texts import Texts


def test_an_incident_is_told_in_a_sentence_of_the_reader():
    ro = Texts("ro")
    said = [in_words(ro, "repaired", "company", rows) for rows in (1, 3, 20)]
    assert said == [
        "Firmă: un rând nu era ca la centru; a fost adus din nou",
        "Firmă: 3 rânduri nu erau ca la centru; au fost aduse din nou",
        "Firmă: 20 de rânduri nu erau ca la centru; au fost aduse din nou",
    ]
    assert in_words(Texts(), "unequal", "", 0) == "Everything: still not equal to the centre after the repair"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_words(kind):
    assert in_words(Texts(), kind, "note", 2).startswith("Note: ")
    assert "something" not in in_words(Texts(), kind, "note", 2)


def test_what_a_newer_device_tells_is_shown_as_it_is():
    assert in_words(Texts(), "melted", "spaceship", 0) == "spaceship: something was not as it should be (melted)"
