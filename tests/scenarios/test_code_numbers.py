"""A company that is made offline has its final code at once; where no number is left, the centre puts one in its place (row 2)."""

from contextlib import suppress

import pytest

from client.replica import numbers
from client.usecases import forms, lists, record_pages
from client.usecases.form_answers import FormEnd
from client.usecases.list_answers import ListQuery
from shared_models.protocol import HelloRequest, Leased
from shared_models.registry import SCHEMA_VERSION
from shared_models.series import BLOCK, LOW, is_provisional, number_of
from shared_models.texts import Texts
from tests.world import copy_of, put_back

pytestmark = pytest.mark.functions(2)


def new_company(device, name, **values):
    """Make a company as the form does, and return its id."""
    opened = forms.OpenForms()
    start = forms.open_form(device.replica, opened, "company", None, None)
    return forms.save_form(device.replica, opened, Texts("en").t, FormEnd(start, {"name": name, **values})).id


def code(device, pk):
    return device.get("company", pk)["code"]


def cards(device):
    return device.replica.list_page("sync_conflict", limit=50).rows


def hello_of(device, held):
    facts = device.replica.facts()
    told = {name: facts[name] for name in ("install", "device_epoch", "server_epoch", "cursor")}
    asked = {"app": "test", "schema": SCHEMA_VERSION, "clock": 0, "leased": {"company": held}, **told}
    return HelloRequest.model_validate(asked)


def left(device):
    return numbers.held(device.replica.facts(), device.replica.registry)["company"].left


def test_a_company_made_offline_has_its_final_code_and_two_devices_never_give_the_same(world):
    ana, dan = world.device("ana-laptop", "ana"), world.device("dan-laptop", "dan")
    ana.sync()
    dan.sync()
    made = [new_company(device, f"Company {i}") for device in (ana, dan) for i in range(3)]
    codes = [code(device, pk) for device, pk in zip((ana,) * 3 + (dan,) * 3, made, strict=True)]
    assert codes == [f"C-{n}" for n in (1001, 1002, 1003, 1051, 1052, 1053)]
    assert not lists.companies(ana.replica, ListQuery(), None).rows[0].is_provisional
    assert "code" not in record_pages.record_page(ana.replica, "company", made[0]).pending
    world.rest()
    assert [code(dan, pk) for pk in made] == codes
    assert cards(ana) == []


def test_a_code_that_is_typed_is_taken_as_typed_and_takes_no_number(world):
    ana = world.device("ana-laptop", "ana")
    ana.sync()
    pk = new_company(ana, "Hotel", code="HOTEL-7")
    assert code(ana, pk) == "HOTEL-7"
    assert "code" in record_pages.record_page(ana.replica, "company", pk).pending
    assert left(ana) == BLOCK


def test_a_number_that_is_not_saved_is_given_again(world):
    ana = world.device("ana-laptop", "ana")
    ana.sync()
    with suppress(ZeroDivisionError), ana.replica.edit("New company") as edit:
        assert edit.with_codes("company", {"name": "Lost"})["code"] == "C-1001"
        raise ZeroDivisionError
    assert code(ana, new_company(ana, "Kept")) == "C-1001"


def test_a_device_that_never_had_a_number_writes_a_provisional_code_and_the_centre_puts_one_in_its_place(world):
    ana, dan = world.device("ana-laptop", "ana"), world.device("dan-laptop", "dan")
    first, second = new_company(ana, "Hotel Unu"), new_company(ana, "Hotel Doi")
    provisional = code(ana, first)
    assert is_provisional(provisional)
    assert code(ana, second) == provisional[:-1] + "2"
    assert lists.companies(ana.replica, ListQuery(), None).rows[0].is_provisional
    world.rest()
    assert sorted(code(dan, pk) for pk in (first, second)) == ["C-1051", "C-1052"]
    assert cards(ana) == []
    assert not lists.companies(ana.replica, ListQuery(), None).rows[0].is_provisional
    assert [hit.id for hit in lists.search(dan.replica, provisional)] == [first]


def test_a_device_that_runs_short_asks_for_more_and_only_then(world):
    ana = world.device("ana-laptop", "ana")
    ana.sync()
    for i in range(BLOCK - LOW):
        new_company(ana, f"Company {i}")
    ana.sync()
    assert left(ana) == LOW
    assert ana.network.calls.count("hello") == 1
    new_company(ana, "One more")
    ana.sync()
    assert left(ana) == LOW - 1 + BLOCK
    ana.sync()
    assert ana.network.calls.count("hello") == 2
    made = [new_company(ana, f"Later {i}") for i in range(LOW + 2)]
    assert [number_of("C-", code(ana, pk)) for pk in made[-4:]] == [1050, 1051, 1052, 1053]


def test_a_block_whose_answer_was_lost_is_granted_again(world):
    ana = world.device("ana-laptop", "ana")
    ana.network.lost_answers.append("hello")
    assert ana.sync().error is not None
    ana.sync()
    assert code(ana, new_company(ana, "Hotel")) == "C-1001"


def test_a_server_that_gives_no_numbers_is_not_asked_again_and_again(world, monkeypatch):
    ana = world.device("ana-laptop", "ana")
    monkeypatch.setattr("sync_server.services.series.grant", lambda *_: {})
    for _ in range(3):
        assert ana.sync().error is None
    assert ana.network.calls.count("hello") == 1


def test_codes_that_people_typed_are_left_out_of_later_blocks(world):
    ana, dan = world.device("ana-laptop", "ana"), world.device("dan-laptop", "dan")
    ana.sync()
    new_company(ana, "Typed", code="c-1060")
    ana.sync()
    dan.sync()
    assert code(dan, new_company(dan, "Hotel")) == "C-1061"


def test_a_copy_of_a_device_does_not_go_on_with_the_numbers_of_the_other(world, tmp_path):
    ana = world.device("ana-laptop", "ana")
    ana.sync()
    before = tmp_path / "copy.sqlite3"
    copy_of(ana, before)
    new_company(ana, "Original")
    ana.sync()
    ana = put_back(ana, before)
    new_company(ana, "Made by the copy before it was found to be one")
    ana.sync()
    ana.sync()
    pk = new_company(ana, "Made by the copy")
    assert code(ana, pk) == "C-1051"
    world.rest()


def test_a_centre_restored_from_before_a_block_does_not_give_it_to_another(world):
    ana, dan = world.device("ana-laptop", "ana"), world.device("dan-laptop", "dan")
    dan.sync()
    backup = world.back_up()
    ana.sync()
    assert left(ana) == BLOCK
    world.restore(backup, "epoch-after")
    mine = new_company(ana, "Hotel")
    ana.sync()
    other = world.device("ana-phone", "ana")
    other.sync()
    theirs = new_company(other, "Motel")
    world.rest()
    assert code(dan, mine) != code(dan, theirs)
    assert cards(ana) == []


@pytest.mark.parametrize("held", [Leased(left=0, last=10**8), Leased(left=LOW)])
def test_a_device_that_says_too_much_moves_nothing(world, held):
    """A number far beyond the series is believed of nobody; a device that has enough gets none."""
    ana = world.device("ana-laptop", "ana")
    ana.sync()
    request = numbers.held(ana.replica.facts(), ana.replica.registry)
    assert request["company"] == Leased(left=BLOCK, last=1050)
    answer = ana.network.inner.hello(hello_of(ana, held))
    granted = [(one.first, one.last) for one in answer.leases.get("company", [])]
    assert granted in ([], [(1051, 1100)])
