"""How the reader wants to see the product: from a small file, else from the person's own record."""

import json
from contextlib import closing
from errno import EACCES, ENOSPC

import pytest

from client.usecases import preferences
from client.usecases.answers import Preferences
from shared_models.errors import ReplicaDamaged, ReplicaFull
from shared_models.texts import Texts
from tests.clients import ANA, bring, central_row, make_replica

RO = Texts("ro").t


@pytest.fixture
def path(tmp_path):
    return tmp_path / "preferences.json"


def ana(**values):
    return central_row("user", ANA, name="Ana Pop", email="ana@example.ro", **values)


def test_before_anything_is_known_the_device_is_english_and_at_home(replica, path):
    assert preferences.load(path, replica) == Preferences("en", "system", "Europe/Bucharest")


def test_a_new_device_speaks_the_persons_language_in_the_persons_zone(replica, path):
    bring(replica, (5, "user", ana(language="ro", time_zone="Europe/Chisinau")), to=5)
    assert preferences.load(path, replica) == Preferences("ro", "system", "Europe/Chisinau")


def test_what_was_chosen_on_the_device_comes_first(replica, path):
    bring(replica, (5, "user", ana(language="ro")), to=5)
    path.write_text(json.dumps({"language": "en", "theme": "dark"}), encoding="utf-8")
    assert preferences.load(path, replica) == Preferences("en", "dark", "Europe/Bucharest")


@pytest.mark.parametrize("zone", ["Mars/Phobos", "", "../etc/passwd", "Europe", "/", 7, ["UTC"], None, "\x00", "x" * 5000])
def test_a_zone_that_this_machine_does_not_know_is_not_used(replica, path, zone):
    path.write_text(json.dumps({"time_zone": zone, "theme": "dark"}), encoding="utf-8")
    assert preferences.load(path, replica) == Preferences("en", "dark", "Europe/Bucharest")


def test_a_zone_of_the_person_that_this_machine_does_not_know_is_not_used(replica, path):
    bring(replica, (5, "user", ana(time_zone="Mars/Phobos")), to=5)
    assert preferences.load(path, replica).time_zone == "Europe/Bucharest"


@pytest.mark.functions(135)
def test_when_files_come_by_themselves_is_kept_on_the_device(replica, path):
    wanted = Preferences(files="asked", files_up_to_mb=25, files_metered=True)
    preferences.save(path, replica, RO, wanted)
    assert preferences.load(path, replica) == wanted


@pytest.mark.functions(135)
@pytest.mark.parametrize(
    "stored", [{"files": "never"}, {"files_up_to_mb": 7}, {"files_up_to_mb": True}, {"files_metered": 1}, {"files": None}]
)
def test_a_wish_for_files_that_nobody_can_have_is_not_used(replica, path, stored):
    path.write_text(json.dumps(stored), encoding="utf-8")
    assert preferences.load(path, replica) == Preferences()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1]", b'"x"', b"\xff\xfe", b'{"language": ["ro"], "theme": "neon", "colour": 1}']
)
def test_a_damaged_file_counts_as_none(replica, path, content):
    path.write_bytes(content)
    assert preferences.load(path, replica) == Preferences()


def test_language_and_zone_go_to_the_person_as_an_ordinary_edit_and_the_theme_stays_here(replica, path):
    bring(replica, (5, "user", ana()), to=5)
    preferences.save(path, replica, RO, Preferences("ro", "dark", "UTC"))
    assert preferences.load(path, replica) == Preferences("ro", "dark", "UTC")
    assert [(one.label, one.records) for one in replica.waiting()] == [(RO("saved.preferences"), (("user", ANA),))]
    row = replica.get("user", ANA)
    assert (row["language"], row["time_zone"]) == ("ro", "UTC")


@pytest.mark.parametrize(("number", "told"), [(ENOSPC, ReplicaFull), (EACCES, OSError)])
def test_a_disk_that_takes_nothing_leaves_the_preferences_as_they_were(replica, path, monkeypatch, number, told):
    preferences.save(path, replica, RO, Preferences("ro", "dark", "UTC"))

    def cut_off(one, text, encoding):
        one.write_bytes(b"")
        raise OSError(number, "no")

    monkeypatch.setattr(type(path), "write_text", cut_off)
    with pytest.raises(told):
        preferences.save(path, replica, RO, Preferences("en", "light", "UTC"))
    assert preferences.load(path, replica) == Preferences("ro", "dark", "UTC")


def test_a_new_theme_alone_sends_nothing(replica, path):
    bring(replica, (5, "user", ana()), to=5)
    preferences.save(path, replica, RO, Preferences("en", "outdoor", "Europe/Bucharest"))
    assert preferences.load(path, replica).theme == "outdoor"
    assert replica.waiting() == []


def test_preferences_can_be_set_before_the_person_has_arrived(replica, path):
    preferences.save(path, replica, RO, Preferences("ro", "dark", "UTC"))
    assert preferences.load(path, replica).language == "ro"
    assert replica.waiting() == []


def test_the_language_of_the_last_person_is_the_devices_else_the_persons_own(tmp_path, path):
    def opened():
        return make_replica(tmp_path)

    assert preferences.last_language(path, opened) is None
    with closing(opened()) as replica:
        bring(replica, (5, "user", ana(language="ro")), to=5)
    assert preferences.last_language(path, opened) == "ro"
    path.write_text(json.dumps({"language": "en"}), encoding="utf-8")
    assert preferences.last_language(path, opened) == "en"


def test_a_damaged_replica_tells_no_language_and_keeps_nobody_from_the_door(path):
    def damaged():
        raise ReplicaDamaged("replica.db")

    assert preferences.last_language(path, damaged) is None
