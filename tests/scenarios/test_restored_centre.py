"""Yesterday's backup is put back under ten active devices: nothing is lost that anybody holds, and what is lost is named."""

from pathlib import Path

import pytest

from shared_models.__main__ import main
from sync_server.app import open_server
from sync_server.config import ServerConfig
from sync_server.services import backups, bringing_back, lost, lost_cards, restores
from sync_server.services.accounts import NewUser
from sync_server.services.actor import Actor
from sync_server.services.local_transport import LocalTransport
from tests.servers import PASSWORD, ServerClock, call_migrated
from tests.world import Device, World, make_world

PEOPLE = ("ana", "dan", "eva", "geo", "ina", "leo", "mia", "nae", "ovi", "pia")


@pytest.fixture
def world(tmp_path):
    made = make_world(tmp_path)
    for name in PEOPLE[2:]:
        email = f"{name}@example.ro"
        made.users[name] = made.server.accounts.create_user(NewUser(name.title(), email, PASSWORD))
    call_migrated(made.server)
    yield made
    made.close()


def back_up(world: World, name: str) -> Path:
    file = world.folder / name
    backups.make(world.server.central, file, world.server.config.folder, lambda step, done: None)
    return file


def days(world: World, count: int) -> None:
    """Let days go by, for everybody."""
    world.clock.now += count * 86_400_000
    clock = world.server.central.now_us
    assert isinstance(clock, ServerClock)
    clock.forward(days=count)


def restore(world: World, file: Path, *, is_gone: bool = False) -> restores.Restored:
    """End the server, go back to a backup, and start it again. is_gone: its disk with the database was lost."""
    config, clock = world.server.config, world.server.central.now_us
    world.server.central.store.close()
    if is_gone:
        (config.folder / "central.db").unlink()
    ended = open_server(ServerConfig(config.folder), clock)
    with restores.prepared(ended.central, file, config.folder, lambda step, done: None) as ready:
        assert (ready.present is None) is is_gone
        done = restores.carry_out(ready, ended.ids.token, None)
    world.server = open_server(ServerConfig(config.folder), clock)
    for device in world.devices.values():
        actor = Actor(world.users[device.user], f"device-{device.name}", is_admin=device.user == "ana")
        device.network.inner = LocalTransport(world.server.central, actor)
    return done


def take(world: World, found: lost.Lost) -> None:
    verdicts = bringing_back.bring_back(world.server.central, found.records, world.users["ana"], world.server.ids.token)
    assert [one.error for one in verdicts] == [None] * len(verdicts)


@pytest.mark.functions(140, 148)
@pytest.mark.parametrize("is_gone", [False, True], ids=["replaced", "disk lost"])
def test_yesterdays_backup_under_ten_active_devices_loses_nothing_that_anybody_holds(world, is_gone):
    devices = {name: world.device(name, name) for name in PEOPLE}
    own = {name: device.save("company", name=f"Of {name}") for name, device in devices.items()}
    shared = devices["ana"].save("company", name="Everybody's")
    world.rest(2)
    yesterday = back_up(world, "yesterday")
    typed = dict[str, str]()
    for round_ in range(2):
        for name, device in devices.items():
            device.edit("company", own[name], legal_name=f"{name} {round_} SRL")
            typed[name] = device.save("contact", last_name=f"Met by {name} {round_}")
            device.sync()
    devices["ana"].edit("company", shared, name="Everybody's and more")
    world.rest(2)
    gone = devices[
        "dan"
    ]  # what he saved is on the others' screens; then he saves once more, and drops his laptop into the river
    gone.edit("company", own["dan"], legal_name="Seen by others SRL")
    gone.sync()
    for device in devices.values():
        device.sync()
    nobody = gone.save("company", name="Seen by nobody")
    gone.sync()
    del world.devices["dan"]
    gone.replica.close()
    away = devices["pia"]
    away.network.is_up = False
    away.edit("company", own["pia"], legal_name="Typed in the train SRL")
    restore(world, yesterday, is_gone=is_gone)
    assert lost.find(world.server.central).awaited, "those who have not come yet are named"
    world.rest(3)
    one = devices["eva"]
    for name in PEOPLE:
        if name != "dan":
            assert one.get("company", own[name])["legal_name"] == (
                "Typed in the train SRL" if name == "pia" else f"{name} 1 SRL"
            )
            assert one.get("contact", typed[name])["last_name"] == f"Met by {name} 1"
    assert one.get("company", shared)["name"] == "Everybody's and more"
    assert one.get("company", own["dan"])["legal_name"] is None, "nobody has offered it again"
    found = lost.find(world.server.central)
    named = {(record.pk, record.by): record.values for record in found.records}
    assert named[own["dan"], "Dan Radu <dan@example.ro>"] == {"legal_name": "Seen by others SRL"}
    assert {record.by for record in found.records} == {"Dan Radu <dan@example.ro>"}
    if is_gone:
        assert 0 < found.unknown < 20, "nothing is known of the last save but its number, if anybody came so far"
    else:
        last = found.saves[-1]
        assert (last.by, last.device, last.records) == ("Dan Radu <dan@example.ro>", "device-dan", ("company",))
    take(world, found)
    world.rest(2)
    assert one.get("company", own["dan"])["legal_name"] == "Seen by others SRL"
    assert one.get("contact", typed["dan"])["last_name"] == "Met by dan 1"
    assert one.replica.get("company", nobody) is None
    assert lost.find(world.server.central).records == []


@pytest.mark.functions(140)
def test_saves_that_a_device_let_go_of_are_had_back_from_the_rows(world):
    """A backup that is older than the last proved one: its saves are in nobody's log any more, and on everybody's screen."""
    ana, dan = world.device("ana"), world.device("dan", "dan")
    acme = ana.save("company", name="Acme", legal_name="First SRL")
    world.rest(2)
    early = back_up(world, "early")
    dan.edit("company", acme, legal_name="Second SRL")
    made = dan.save("company", name="Made since")
    contact = dan.save("contact", last_name="Știrbei")
    world.rest(2)
    days(world, 9)
    back_up(world, "late")
    ana.save("company", name="So that all hear of it")
    world.rest(2)
    restore(world, early)
    world.rest(3)
    assert ana.get("company", acme)["legal_name"] == "First SRL"
    found = lost.find(world.server.central)
    assert {one.pk for one in found.records} == {acme, made, contact}
    take(world, found)
    world.rest(2)
    assert ana.get("company", acme)["legal_name"] == "Second SRL"
    assert dan.get("contact", contact)["last_name"] == "Știrbei"
    assert ana.get("company", made)["name"] == "Made since"


def lose_one(world: World) -> tuple[Device, str]:
    """Return Ana's device, which has seen what Dan saved before his laptop was gone, after a restore of before it; and the record."""
    ana, dan = world.device("ana"), world.device("dan", "dan")
    acme = ana.save("company", name="Acme")
    world.rest(2)
    file = back_up(world, "one")
    dan.edit("company", acme, legal_name="Lost SRL")
    dan.sync()
    ana.sync()
    del world.devices["dan"]
    dan.replica.close()
    restore(world, file)
    return ana, acme


def test_what_was_typed_since_is_not_called_lost_and_not_overwritten(world):
    ana, acme = lose_one(world)
    ana.network.lost_answers.append("salvage")
    assert ana.sync().error is not None, "nothing is replaced before it was told"
    assert ana.get("company", acme)["legal_name"] == "Lost SRL"
    world.rest(2)
    [record] = lost.find(world.server.central).records
    ana.edit("company", acme, legal_name="Typed since SRL")
    world.rest(2)
    verdicts = bringing_back.bring_back(world.server.central, [record], world.users["ana"], world.server.ids.token)
    assert [one.v for one in verdicts] == ["conflict"]
    world.rest(2)
    assert ana.get("company", acme)["legal_name"] == "Typed since SRL"


def test_what_was_had_back_and_changed_again_is_not_lost(world):
    ana, acme = lose_one(world)
    world.rest(2)
    ana.edit("company", acme, legal_name="Lost SRL")
    world.rest(1)
    ana.edit("company", acme, legal_name="Better SRL")
    world.rest(1)
    assert lost.find(world.server.central).is_nothing


@pytest.mark.functions(148)
def test_the_terminal_names_what_is_lost_and_whose_it_was(world, capsys):
    where = ("--data", str(world.server.config.folder))
    assert main(["server", "lost", "list", *where]) == 0
    assert "Nothing is lost." in capsys.readouterr().out
    _, acme = lose_one(world)
    world.rest(2)
    assert main(["server", "lost", "list", *where]) == 0
    said = capsys.readouterr().out
    assert f"{acme}  company Acme is as it was before; last changed by Dan Radu <dan@example.ro>" in said
    assert "legal_name: Lost SRL" in said
    assert main(["server", "lost", "take", *where, "--as", "dan@example.ro"]) == 1
    assert main(["server", "lost", "take", "nothing", *where, "--as", "ana@example.ro"]) == 1
    assert "No such record in the list: nothing. Nothing was changed." in capsys.readouterr().out
    assert main(["server", "lost", "take", *where, "--as", "ana@example.ro"]) == 0
    assert "1 record is as it was." in capsys.readouterr().out
    assert main(["server", "lost", "list", *where]) == 0
    assert "Acme" not in capsys.readouterr().out


@pytest.mark.functions(140, 148)
def test_an_author_is_told_by_a_card_and_restores_his_value_himself(world):
    ana, acme = lose_one(world)
    world.rest(2)
    central = world.server.central
    assert lost_cards.ask_authors(central, lost.find(central).records, world.server.ids.record_id) == 1
    assert lost_cards.ask_authors(central, lost.find(central).records, world.server.ids.record_id) == 0, "he is told once"
    again = world.device("dan2", "dan")
    actor = Actor(world.users["dan"], "device-dan2")
    again.network.inner = LocalTransport(central, actor)
    world.rest(2)
    [card] = again.replica.cards()
    assert (card["record_id"], card["mine"], card["mine_by"]) == (acme, '{"legal_name":"Lost SRL"}', world.users["dan"])
    assert ana.replica.cards() == []
    with again.replica.edit("Restore") as edit:
        edit.update("company", acme, {"legal_name": "Lost SRL"}, seen=again.replica.look_at_card(card))
        edit.update("sync_conflict", card["id"], {"state": "restored_mine"})
    world.rest(2)
    assert ana.get("company", acme)["legal_name"] == "Lost SRL"
    assert again.replica.cards() == []
    assert lost.find(central).records == []
