"""A disk or a hand with a tool changes a replica's file past everything; the device must find it and put it right (PROTOCOL 13)."""

from random import Random

from client.replica import integrity, meta
from client.replica.schema import quoted
from client.sync.audit import EVERY_MS, SLICES
from shared_models.codec import Row
from shared_models.errors import SyncError
from tests.simulation.device import Device
from tests.simulation.evidence import Broken
from tests.simulation.stage import Stage

ROUNDS = 120
"""Rounds in which a damaged replica is whole again, though messages are lost: a slice of sixteen in each."""
CALM_AFTER = 3
HOURS = 60
"""In which a device that does nothing else has found all that is wrong, some of it only behind what it has found."""
TEXTS = ("title", "name", "role", "street", "label")
"""Fields that people type into."""
View = dict[str, dict[str, Row]]


def damaged_and_mended(stage: Stage, device: Device, random: Random) -> None:
    """Damage what a device holds while saves of its person wait; afterwards it is as before, and they wait still."""
    device.network.lost = frozenset({"push"})
    hands, device.network.hands = device.network.hands, None
    was_calm = device.network.is_calm
    try:
        if device.is_older:  # it compares no contents (PROTOCOL 10.6)
            device.update(device.organisation.registry.evolution.newest)
        if device.name not in stage.damaged and not stage.is_miscounted and _caught_up(stage, device) and _rows(device):
            stage.damaged.add(device.name)
            before, waiting = _view(device), device.replica.waiting()
            for _ in range(random.randint(1, 3)):
                _harm(device, random)
            _heal(device, random)
            _whole(stage, device)
            _compare(device, before, _view(device))
            if device.replica.waiting() != waiting:
                raise Broken(f"I1 a repair of {device.name} touched what waits")
    finally:
        device.network.hands, device.network.lost, device.network.is_calm = hands, frozenset(), was_calm


def _caught_up(stage: Stage, device: Device) -> bool:
    """Pull what is new, so that nothing but the damage changes the replica; False when that does not go through."""
    was_calm, device.network.is_calm = device.network.is_calm, True
    stage.round(device)
    stage.round(device)
    device.network.is_calm = was_calm
    return bool(device.replica.facts()["complete"]) and not device.replica.facts()["quarantined"]


def _rows(device: Device) -> list[tuple[str, str]]:
    """Return the central records that a device holds."""
    found = []
    with device.replica.reading() as reader:
        for kind in device.replica.registry:
            ids = reader.execute(f"SELECT id FROM {quoted(kind.entity_name)} WHERE _v > 0 ORDER BY id")
            found += [(kind.entity_name, pk) for (pk,) in ids]
    return found


def _view(device: Device) -> View:
    found = {}
    for kind in device.replica.registry:
        page = device.replica.list_page(kind.entity_name, sort="id", limit=100_000, archived=None)
        found[kind.entity_name] = {row["id"]: row for row in page.rows}
    return found


def spoil(device: Device, random: Random) -> str:
    """Do to one row what people may meet on their screens before it is found; returns what."""
    if not (held := _rows(device)):
        return "nothing"
    entity, pk = random.choice(held)
    text = next((name for name in TEXTS if name in device.replica.registry.get(entity).model_fields), "updated_by")
    how = random.choice(
        (f"UPDATE {quoted(entity)} SET {text} = {text} || '~' WHERE id = ?", f"DELETE FROM {quoted(entity)} WHERE id = ?")
    )
    with device.replica.write(durable=False) as writing:
        writing.connection.execute(how, (pk,))
    return how


def mended_in_time(stage: Stage, device: Device) -> None:
    """Let hours pass: rounds in which nothing else happens find what is wrong, a sixteenth of the key space in each."""
    clean = 0
    if device.is_older:  # it compares no contents (PROTOCOL 10.6)
        device.update(device.organisation.registry.evolution.newest)
    for _ in range(HOURS):
        stage.organisation.clock.now_ms += EVERY_MS
        at = device.replica.facts()["audit_next"]
        proof = stage.round(device).proof
        if proof is None or not proof.equal or proof.found:
            clean = 0
        elif device.replica.facts()["audit_next"] != at:  # a round may look at no slice: the first after everything has come
            clean += 1
        if clean > SLICES:
            break
    _whole(stage, device)


def _whole(stage: Stage, device: Device) -> None:
    """From here on nothing of a device is wrong, and no loss of power brings back what was: the repairs are on its medium."""
    at = device.replica.facts()["audit_next"]
    with device.replica.write(durable=True) as writing:
        meta.put(writing.connection, {"audit_next": at})
    stage.damaged.discard(device.name)


def _harm(device: Device, random: Random) -> None:
    """Do one thing that a disk may do: flip, lose, double, misdate, miscount, lose what was put aside."""
    if not (held := _rows(device)):
        return
    entity, pk = random.choice(held)
    table, how = quoted(entity), random.choice(("flip", "lose", "add", "version", "sum", "base"))
    with device.replica.reading() as reader:
        cols = [quoted(row[1]) for row in reader.execute(f"PRAGMA table_info({table})") if row[1] != "_n"]
    copied = ", ".join(f"'x' || {col}" if col == '"id"' else col for col in cols)
    statements = {
        "flip": f"UPDATE {table} SET updated_at = updated_at + 1 WHERE id = ?",
        "lose": f"DELETE FROM {table} WHERE id = ?",
        "add": f"INSERT OR IGNORE INTO {table} ({', '.join(cols)}) SELECT {copied} FROM {table} WHERE id = ?",
        "version": f"UPDATE {table} SET _v = _v + {random.choice((-1, 1, 1000))} WHERE id = ?",
        "sum": f"UPDATE _sync_digest SET total = '{random.randrange(2**64):016x}' WHERE ? <> ''",
        "base": "UPDATE _sync_base SET data = replace(data, '\"', '_') WHERE pk = ?",
    }
    with device.replica.write(durable=False) as writing:
        writing.connection.execute(statements[how], (pk,))


def _heal(device: Device, random: Random) -> None:
    """Let the device find it: at its start, by rounds, by the audit of an hour or of everything, while messages get lost."""
    by_slices, clean = random.random() < 0.5, 0
    if random.random() < 0.5:
        integrity.check(device.replica)
    for turn in range(ROUNDS):
        device.network.is_calm |= not by_slices and turn > CALM_AFTER  # one question for each entity seldom goes through
        with device.replica.write(durable=False) as writing:
            meta.put(writing.connection, {"audit_at": 1})
        proof = device.sync().proof
        if not by_slices:
            try:
                if device.engine.audit(lambda *_: None).equal:
                    return
            except SyncError:
                continue
        if proof is not None:
            clean = clean + 1 if proof.equal and not proof.found else 0
        if clean > SLICES:
            return
    raise Broken(f"I2 {device.name} was damaged, and did not mend itself")


def _compare(device: Device, before: View, after: View) -> None:
    if found := integrity.check(device.replica):
        raise Broken(f"I11 {device.name} after a repair: {found}")
    for entity, rows in before.items():
        for pk in sorted(rows.keys() | after[entity].keys()):
            if rows.get(pk) != after[entity].get(pk):
                raise Broken(f"I2 {device.name} was damaged: {entity} {pk} was {rows.get(pk)}, is {after[entity].get(pk)}")
