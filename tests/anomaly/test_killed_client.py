"""A client that is killed between any two statements, or whose disk is full, loses nothing that it said was saved."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from client.replica import driver, integrity
from client.replica.driver import Connect, Connection, Encrypted, connect
from shared_models.errors import ReplicaFull
from tests.world import Device, World, make_world, view_of


class Killed(BaseException):
    """The process ends here: nothing that follows runs, and nothing is tidied up."""


class Fuse:
    """Counts the statements that change something, and kills at a chosen one. One for all connections of a client."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.count = 0

    def burn(self, sql: str) -> None:
        if sql.lstrip().upper().startswith(("SELECT", "PRAGMA")):
            return
        self.count += 1
        if self.left is not None:
            if self.left == 0:
                raise Killed
            self.left -= 1


def mortal(fuse: Fuse, key: Encrypted | None = None) -> Connect:
    """Return a way to open connections that die with the fuse. key: of encrypted files; None for plain ones."""
    library: Any = sqlite3 if key is None else driver.cipher

    class Mortal(library.Connection):  # type: ignore[misc]  # of one library or the other
        def execute(self, sql: str, *values: Any) -> Any:
            fuse.burn(sql)
            return super().execute(sql, *values)

        def executemany(self, sql: str, *values: Any) -> Any:
            fuse.burn(sql)
            return super().executemany(sql, *values)

    def opened(path: Path) -> Connection:
        return library.connect(str(path), isolation_level=None, check_same_thread=False, factory=Mortal)  # type: ignore[no-any-return]

    class MortalEncrypted(Encrypted):
        def __call__(self, path: Path) -> Connection:
            connection = opened(path)
            connection.execute(f'PRAGMA key = "{self.literal}"')
            return connection

    return opened if key is None else MortalEncrypted(key.salt, key.key)


def story(world: World, fuse: Fuse, name: str) -> tuple[str, set[str]]:
    """Two new devices, a conflict, two saves that wait on the mortal one. Returns the record, and the saves promised."""
    ana, dan = world.device(f"ana-{name}", "ana"), world.device(f"dan-{name}", "dan", connect=mortal(fuse))
    acme = ana.save("company", name="Acme", description="a\nb")
    ana.sync()
    dan.sync()
    promised = {dan.edit("company", acme, name=f"By Dan {name}"), dan.edit("company", acme, description="a\nB")}
    ana.edit("company", acme, name="By Ana")
    ana.save("company", name="Other")
    ana.sync()
    return acme, promised


def end(world: World) -> None:
    """Close the devices of a story."""
    world.close()
    world.devices.clear()


@pytest.mark.slow
@pytest.mark.functions(141)
def test_client_killed_at_any_statement_of_a_round_ends_equal_and_loses_nothing(tmp_path):
    world, fuse = make_world(tmp_path), Fuse()
    story(world, fuse, "counted")
    fuse.count = 0
    world.devices["dan-counted"].sync()
    total = fuse.count
    end(world)
    assert total > 40
    for at in range(total):
        acme, promised = story(world, fuse, str(at))
        dan = world.devices[f"dan-{at}"]
        fuse.left = at
        with pytest.raises(Killed):
            dan.sync()
        fuse.left = None
        dan = dan.restart(connect)
        assert integrity.check(dan.replica) == []
        world.rest(3)
        assert [card["mine"] for card in dan.replica.cards() if card["record_id"] == acme] == [f'{{"name":"By Dan {at}"}}']
        assert dan.get("company", acme)["description"] == "a\nB"
        assert answered(world) >= promised
        end(world)


def answered(world: World) -> set[str]:
    """Return the ids of the txs that have a verdict at the centre."""
    with world.server.central.store.read() as connection:
        return {row.tx_id for row in connection.execute(world.server.central.tables.push.select())}


def test_save_killed_at_any_statement_is_there_whole_or_not_at_all(tmp_path):
    fuse = Fuse()
    world = make_world(tmp_path)
    dan = world.device("dan", "dan", connect=mortal(fuse))
    dan.sync()
    fuse.count = 0
    dan.save("company", name="Counted")
    total = fuse.count
    before = dan.replica.count("company")
    for at in range(total):
        fuse.left = at
        with pytest.raises(Killed):
            dan.save("company", name=f"Killed at {at}")
        fuse.left = None
        dan = dan.restart(mortal(fuse))
        assert dan.replica.count("company") in (before, before + 1)
        assert dan.replica.count("company") == len(dan.replica.waiting())
        assert integrity.check(dan.replica) == []
        before = dan.replica.count("company")
    world.rest()
    world.close()


def test_full_disk_refuses_the_save_and_keeps_everything(tmp_path):
    world = make_world(tmp_path)
    dan = world.device("dan", "dan")
    dan.sync()
    kept = dan.save("company", name="Kept")
    limit_pages(dan, 0)
    with pytest.raises(ReplicaFull):
        save_many(dan, 200)
    assert [row["name"] for row in dan.replica.list_page("company").rows] == ["Kept"]
    limit_pages(dan, 1_000_000)
    world.rest()
    assert dan.get("company", kept)["name"] == "Kept"
    world.close()


def test_full_disk_stops_a_pull_without_half_of_it_and_goes_on_when_there_is_room(tmp_path):
    world = make_world(tmp_path)
    ana, dan = world.device("ana", "ana"), world.device("dan", "dan")
    dan.sync()
    dan.save("company", name="Waits")
    save_many(ana, 200)
    save_many(ana, 200)
    ana.sync()
    limit_pages(dan, 0)
    result = dan.sync()
    assert isinstance(result.error, ReplicaFull)
    assert dan.replica.count("company") == 1
    assert dan.engine.scheduler.due_in_ms() is not None
    limit_pages(dan, 1_000_000)
    world.rest()
    assert view_of(ana.replica) == view_of(dan.replica)
    world.close()


def save_many(device: Device, count: int) -> None:
    with device.replica.edit("Many") as edit:
        for i in range(count):
            edit.insert("company", {"name": f"Company {i}", "description": "x" * 2000})


def limit_pages(device: Device, more: int) -> None:
    """Let the replica's file grow by so many pages and no further, as on a disk that is full."""
    with device.replica.write(durable=False) as writing:
        present = writing.connection.execute("PRAGMA page_count").fetchone()[0]
        writing.connection.execute(f"PRAGMA max_page_count = {present + more}")
