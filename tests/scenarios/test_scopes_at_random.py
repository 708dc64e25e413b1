"""After any pushes and any changes of rights, a device that has pulled holds exactly what `decide` lets its person see (I2, I3)."""

from random import Random

import pytest

from client.replica import integrity
from shared_models.errors import RecordInvalid
from shared_models.ids import derived_id
from shared_models.registry import CRM
from sync_server.services.accounts import NewUser
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.shipped_profiles import profile_id, shipped_profiles
from tests.rights_model import expected
from tests.servers import PASSWORD
from tests.world import view_of

NORTH, SOUTH = derived_id("team", "north"), derived_id("team", "south")
PROFILES = ["salesperson", "manager", "office", "accountant", "guest"]
STEPS = 90

pytestmark = pytest.mark.functions(14, 32, 33, 34, 35)


@pytest.fixture
def team(world):
    """Ana the admin and three people with profiles, each with a device; Dan has two."""
    teams = [("team", {"id": NORTH, "name": "Nord"}), ("team", {"id": SOUTH, "name": "Sud"})]
    for name in ("ion", "eva"):
        world.users[name] = world.server.accounts.create_user(NewUser(name.title(), f"{name}@example.ro", PASSWORD))
    with world.server.central.store.write() as connection:
        import_rows(connection, world.server.central, [*shipped_profiles(), *teams], ImportedBy(world.users["ana"], "setup"))
    ana = world.device("ana", "ana")
    ana.sync()
    for name in ("dan", "ion", "eva"):
        ana.edit("user", world.users[name], profile_id=profile_id("salesperson"), team_id=NORTH if name == "dan" else SOUTH)
    ana.sync()
    others = [world.device(name, name) for name in ("dan", "ion", "eva")]
    return ana, [*others, world.device("dan2", "dan")]


def comparable(rows):
    return [{name: list(value) if isinstance(value, tuple) else value for name, value in row.items()} for row in rows]


def check(world, ana, device):
    ana.sync()
    result = device.sync()
    assert result.error is None, result.error
    if device.replica.waiting():
        return
    assert result.proof is None or (result.proof.equal and not result.proof.found), (device.name, result.proof)
    ana.sync()
    at = world.server.central.now_us()
    tables = {name: {row["id"]: row for row in rows} for name, rows in view_of(ana.replica).items()}
    wanted, held = expected(CRM, tables, world.users[device.user], at), view_of(device.replica)
    for name, rows in wanted.items():
        assert comparable(held[name]) == comparable(rows.values()), (device.name, name)
    assert integrity.check(device.replica) == []


def pick(chance, device, entity):
    rows = device.replica.list_page(entity, sort="id", limit=50).rows
    return chance.choice(rows)["id"] if rows else None


def act(chance, world, ana, device):
    """Do something at random; returns its name. Who may not do it is told so, and what he typed is his."""
    people = [world.users[name] for name in ("dan", "ion", "eva")] + [None]
    what = chance.choice(
        [
            "company",
            "contact",
            "address",
            "note",
            "link",
            "edit",
            "give",
            "profile",
            "team",
            "manager",
            "share",
            "unshare",
            "price",
            "bank",
        ]
    )
    who = ana if what in ("profile", "team", "manager", "unshare") or chance.random() < 0.4 else device
    company, contact = pick(chance, who, "company"), pick(chance, who, "contact")
    if what == "company":
        who.save(
            "company",
            name=f"C{chance.random()}",
            responsible_id=chance.choice(people),
            team_id=chance.choice([NORTH, SOUTH, None]),
        )
    elif what == "contact":
        who.save("contact", last_name=f"P{chance.random()}", responsible_id=chance.choice(people))
    elif what == "link" and company and contact:
        who.save("company_contact", company_id=company, contact_id=contact)
    elif what == "address" and company:
        who.save("address", company_id=company, street=f"S{chance.random()}")
    elif what == "note" and contact:
        who.save("note", contact_id=contact, body=f"N{chance.random()}", written_at=1)
    elif what == "bank" and company:
        who.save("bank_account", company_id=company, iban=f"RO49AAAA1B3100759384{chance.randrange(1000, 9999)}")
    elif what == "edit" and company:
        who.edit("company", company, name=f"E{chance.random()}")
    elif what == "price" and company:
        who.edit("company", company, price_segment_id=derived_id("pick_list_item", str(chance.randrange(5))))
    elif what == "give" and company:
        who.edit("company", company, responsible_id=chance.choice(people), team_id=chance.choice([NORTH, SOUTH, None]))
    elif what == "profile":
        ana.edit("user", chance.choice(people[:3]), profile_id=chance.choice([*map(profile_id, PROFILES), None]))
    elif what == "team":
        ana.edit("user", chance.choice(people[:3]), team_id=chance.choice([NORTH, SOUTH, None]))
    elif what == "manager":
        ana.edit("user", chance.choice(people[:3]), manager_id=chance.choice(people))
    elif what == "share" and company:
        ends = world.server.central.now_us() + chance.randrange(1, 4) * 3_600_000_000
        who.save("record_share", record_type="company", record_id=company, user_id=chance.choice(people[:3]), ends_at=ends)
    elif what == "unshare" and (share := pick(chance, ana, "record_share")):
        with ana.replica.edit("End") as edit:
            edit.archive("record_share", share)


@pytest.mark.parametrize("seed", range(6))
def test_every_device_holds_what_its_person_may_see(world, team, seed):
    ana, devices = team
    chance = Random(seed)
    for _ in range(STEPS):
        device = chance.choice(devices)
        for _ in range(chance.randrange(3)):
            try:
                act(chance, world, ana, device)
            except RecordInvalid:
                continue
        if chance.random() < 0.2:
            world.server.central.now_us.forward(seconds=chance.randrange(7200))
        if chance.random() < 0.6:
            ana.sync()
        if chance.random() < 0.5:
            check(world, ana, device)
    for device in devices:
        check(world, ana, device)
    world.rest()
