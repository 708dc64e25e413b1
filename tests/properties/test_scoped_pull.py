"""Any mix of saves, changes of rights and pulls, long ones in pieces: a device that has pulled holds exactly what it may (I2, I3).

Two devices of each person stand at different cursors. `tests/scenarios/test_scopes_at_random.py` does it with the real client.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from shared_models.ids import derived_id
from shared_models.natural_ids import natural_id
from shared_models.registry import CRM
from shared_models.rules import ACTIONS
from sync_server.db.engine import open_store
from sync_server.db.tables import tables_of
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.central import Central
from sync_server.services.shipped_profiles import PROFILES, profile_id, shipped_profiles
from tests.model_device import ModelDevice, digest_of, filled, rules_of, stored_rows, wanted
from tests.unit.sync_server.centre import NOW_US, Centre, archive, edit, new, open_centre, pk

TABLES = tables_of(CRM)
TEAMS = {"north": derived_id("team", "north"), "south": derived_id("team", "south")}
PEOPLE = {"ana": "manager", "ion": "salesperson", "dan": "salesperson", "geo": "guest", "maria": "office", "eva": None}
USERS = {name: derived_id("user", name) for name in PEOPLE}
BOSS = "boss"
COMPANIES, CONTACTS = range(1, 5), range(5, 8)
ACTS = (
    *("owner", "owner", "team", "part", "part", "edit", "confidential", "clash", "link", "unlink", "archive", "record"),
    *("share", "share", "unshare", "clock", "profile", "reach", "groups", "manager", "user_team", "leader", "admin", "user_right"),
    *("own_edit", "own_note", "own_gift", "own_gift", "own_record", "push", "push", "push"),
    *("pull", "pull", "pull", "step", "step"),
)  # fmt: skip


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    """A central database with people in two teams and a few records."""
    folder: Path = tmp_path_factory.mktemp("template")
    made = open_centre(folder)
    fill(made)
    made.central.store.close()
    return folder


def fill(made: Centre) -> None:
    """Bring in the profiles, and people of each in two teams."""
    rows = [*shipped_profiles(), *(("team", {"id": team, "name": name}) for name, team in TEAMS.items())]
    for i, (name, profile) in enumerate(PEOPLE.items()):
        values = {"id": USERS[name], "name": name, "email": f"{name}@example.ro", "language": "ro", "time_zone": "UTC"}
        team = list(TEAMS.values())[i % 2]
        rows.append(("user", {**values, "team_id": team, "profile_id": profile and profile_id(profile)}))
    with made.central.store.write() as connection:
        import_rows(connection, made.central, rows, ImportedBy("setup", "setup"))


@contextmanager
def copy_of(template: Path) -> Iterator["Story"]:
    with TemporaryDirectory() as folder:
        for file in template.iterdir():
            shutil.copy(file, folder)
        clock = [NOW_US]
        store = open_store(f"sqlite:///{folder}/central.sqlite3", synchronous="OFF")
        yield Story(Centre(Central(store, TABLES, CRM, lambda: clock[0])), clock)
        store.close()


class Story:
    """One random life of an organisation."""

    def __init__(self, centre: Centre, clock: list[int]) -> None:
        self.centre, self.clock, self.made = centre, clock, 1000
        self.devices = [ModelDevice(centre.central, USERS[name], f"{name}-{n}") for name in PEOPLE for n in (1, 2)]
        centre.users = {device.name: device.user for device in self.devices} | {BOSS: "user-boss"}
        self.waiting: dict[str, list[dict]] = {device.name: [] for device in self.devices}

    def live(self, chance: Random, acts: int) -> None:
        """Do so many things at random; then every device sends what waits on it, and pulls."""
        for _ in (*COMPANIES, *CONTACTS):
            self.do_record(chance)
        for _ in range(acts):
            self.act(chance)
        for device in self.devices:
            self.push(device, 10**6)
            while not self.pull(device, 10_000):
                pass

    def act(self, chance: Random) -> None:
        getattr(self, f"do_{chance.choice(ACTS)}")(chance)

    def save(self, *ops: dict) -> None:
        self.centre.save(BOSS, *ops, admin=True)

    def next(self) -> int:
        self.made += 1
        return self.made

    def record(self, chance: Random) -> tuple[str, int]:
        n = chance.choice([*COMPANIES, *CONTACTS])
        return ("company" if n in COMPANIES else "contact"), n

    def person(self, chance: Random) -> str | None:
        return chance.choice([*USERS.values(), None])

    def company_of(self, chance: Random) -> dict:
        n = self.next()
        return new(
            n, responsible_id=self.person(chance), team_id=chance.choice([*TEAMS.values(), None]), price_segment_id=pk(7)
        )

    # -- what the office does ---------------------------------------------------------------------------------------------

    def do_record(self, chance):
        entity, n = self.record(chance)
        values = {"responsible_id": self.person(chance)}
        values |= {"team_id": chance.choice([*TEAMS.values(), None])} if entity == "company" else {"last_name": "X"}
        self.save(new(n, entity, **values))

    def do_owner(self, chance):
        entity, n = self.record(chance)
        self.save(edit(n, 10**6, {"responsible_id": None}, entity, responsible_id=self.person(chance)))

    def do_team(self, chance):
        self.save(edit(chance.choice(COMPANIES), 10**6, {"team_id": None}, team_id=chance.choice([*TEAMS.values(), None])))

    def do_part(self, chance):
        entity, n = self.record(chance)
        owner = {f"{entity}_id": pk(n)}
        kinds = [
            ("address", {**owner, "street": "S"}),
            ("note", {**owner, "body": "said", "written_at": NOW_US}),
            ("bank_account", {**owner, "iban": f"RO{self.made}"}) if entity == "company" else
            ("related_person", {**owner, "kind": "child", "name": "Mara"}),
        ]  # fmt: skip
        kind, values = chance.choice(kinds)
        self.save(new(self.next(), kind, **values))

    def do_edit(self, chance):
        entity, n = self.record(chance)
        self.save(edit(n, 10**6, {"description": None}, entity, description=str(self.next())))

    def do_confidential(self, chance):
        entity, n = self.record(chance)
        if entity == "company":
            self.save(edit(n, 10**6, {"price_segment_id": None}, price_segment_id=pk(self.next())))
        else:
            self.save(edit(n, 10**6, {"birth_date": None}, entity, birth_date=f"19{self.next() % 90 + 10}-01-01"))

    def do_clash(self, chance):
        """Make cards: about a plain and a confidential field, or about a part."""
        n = chance.choice(COMPANIES)
        base = {"name": "?", "price_segment_id": None}
        self.save(edit(n, 1, base, name=str(self.next()), price_segment_id=pk(self.made)))
        for part in self.centre.rows("address")[:1]:
            op = {
                "t": "address",
                "pk": part["id"],
                "op": "u",
                "set": {"kind_id": pk(self.made)},
                "base": {"kind_id": "x"},
                "bv": 1,
            }
            self.save(op)
        for part in self.centre.rows("bank_account")[:1]:
            op = {"t": "bank_account", "pk": part["id"], "op": "u", "bv": 1}
            names = ("iban", "bank_name", "bic", "currency", "holder")
            self.save({**op, "set": {name: "RO9" if name == "iban" else None for name in names}, "base": dict.fromkeys(names)})

    def do_link(self, chance):
        values = {"company_id": pk(chance.choice(COMPANIES)), "contact_id": pk(chance.choice(CONTACTS))}
        self.save({"t": "company_contact", "pk": natural_id(CRM.get("company_contact"), values), "op": "i", "set": values})

    def do_unlink(self, chance):
        for row in self.centre.rows("company_contact")[:1]:
            self.save({"t": "company_contact", "pk": row["id"], "op": "d", "bv": 10**6})

    def do_archive(self, chance):
        entity, n = self.record(chance)
        self.save(archive(n, 10**6, entity))

    def do_share(self, chance):
        entity, n = self.record(chance)
        to = {"user_id": chance.choice(list(USERS.values()))} if chance.random() < 0.7 else {"team_id": TEAMS["north"]}
        level, ends = chance.choice(["see", "change"]), self.clock[0] + chance.choice([500, 10**6, 10**12])
        self.save(new(self.next(), "record_share", record_type=entity, record_id=pk(n), level=level, ends_at=ends, **to))

    def do_unshare(self, chance):
        for row in self.centre.rows("record_share", archived_at=None)[:1]:
            self.save({"t": "record_share", "pk": row["id"], "op": "d", "bv": 10**6})

    def do_clock(self, chance):
        self.clock[0] += chance.choice([100, 1000, 10**7])

    # -- rights -----------------------------------------------------------------------------------------------------------

    def set_of(self, entity: str, key: str, **values) -> None:
        self.save({"t": entity, "pk": key, "op": "u", "set": values, "base": dict.fromkeys(values), "bv": 10**6})

    def do_profile(self, chance):
        profile = chance.choice([*(profile_id(key) for key in PROFILES if key != "admin"), None])
        self.set_of("user", self.someone(chance), profile_id=profile)

    def do_reach(self, chance):
        row = chance.choice(self.centre.rows("profile_right"))
        self.set_of("profile_right", row["id"], see_reach=chance.choice(["none", "own", "team", "all"]))

    def do_user_right(self, chance):
        values = {"user_id": self.someone(chance), "record_type": chance.choice(["company", "contact"])}
        found = {"t": "user_right", "pk": natural_id(CRM.get("user_right"), values), "op": "i"}
        reaches = {f"{action}_reach": "none" for action in ACTIONS}
        self.save({**found, "set": {**values, **reaches, "see_reach": chance.choice(["none", "team", "all"])}})

    def do_groups(self, chance):
        key, group = chance.choice(list(PROFILES)), chance.choice(["bank", "personal", "price"])
        change = {chance.choice(["add", "remove"]): [group]}
        self.save({"t": "profile", "pk": profile_id(key), "op": "u", "set": {"field_groups": change}, "bv": 10**6})

    def do_manager(self, chance):
        self.set_of("user", self.someone(chance), manager_id=self.person(chance))

    def do_user_team(self, chance):
        self.set_of("user", self.someone(chance), team_id=chance.choice([*TEAMS.values(), None]))

    def do_leader(self, chance):
        self.set_of("team", chance.choice(list(TEAMS.values())), leader_id=self.person(chance))

    def do_admin(self, chance):
        self.set_of("user", self.someone(chance), is_admin=chance.random() < 0.3)

    def someone(self, chance: Random) -> str:
        return chance.choice(list(USERS.values()))

    # -- what a device's person does --------------------------------------------------------------------------------------

    def saved_by(self, device: ModelDevice, *ops: dict) -> None:
        """Save on a device: sent later, in as many requests as it happens to be."""
        waiting = self.waiting[device.name]
        named = {op["pk"] for op in ops} | {value for op in ops for name, value in op["set"].items() if name.endswith("_id")}
        number = self.next()
        tx = {"ops": list(ops), "id": f"{device.name}-tx-{number}", "touched": named}
        before = [one for one in (*device.unsettled, *waiting) if one["touched"] & named]
        tx["after"] = sorted({one["id"] for one in before} | {origin for one in before for origin in one["after"]})
        waiting.append(tx)

    def held_company(self, chance, device):
        found = sorted(key for key in device.held if key[0] == "company")
        return chance.choice(found) if found else None

    def do_own_edit(self, chance):
        device = chance.choice(self.devices)
        if key := self.held_company(chance, device):
            ver, row = device.held[key]
            name = chance.choice(["name", "legal_name"])
            op = {"t": "company", "pk": key[1], "op": "u", "set": {name: f"by {device.name} {self.next()}"}}
            self.saved_by(device, {**op, "base": {name: row[name]}, "bv": ver})

    def do_own_gift(self, chance):
        device = chance.choice(self.devices)
        if key := self.held_company(chance, device):
            ver, row = device.held[key]
            op = {"t": "company", "pk": key[1], "op": "u", "set": {"responsible_id": self.person(chance), "team_id": None}}
            self.saved_by(device, {**op, "base": {name: row[name] for name in op["set"]}, "bv": ver})
            if chance.random() < 0.6:
                self.saved_by(device, self.note_on(key[1]))

    def do_own_note(self, chance):
        device = chance.choice(self.devices)
        if key := self.held_company(chance, device):
            self.saved_by(device, self.note_on(key[1]))

    def note_on(self, company: str) -> dict:
        return new(self.next(), "note", company_id=company, body="said", written_at=NOW_US)

    def do_own_record(self, chance):
        device = chance.choice(self.devices)
        op = self.company_of(chance)
        self.saved_by(device, {**op, "set": {**op["set"], "price_segment_id": chance.choice([None, pk(7)])}})
        if chance.random() < 0.5:
            self.saved_by(device, self.note_on(op["pk"]))

    # -- sync ---------------------------------------------------------------------------------------------------------------

    def is_admin(self, user: str) -> bool:
        rows = self.centre.rows("user", id=user)
        return bool(rows[0]["is_admin"])

    def is_free(self, user: str) -> bool:
        return rules_of(stored_rows(self.centre.central)).standing(user).is_free

    def do_push(self, chance):
        device = chance.choice(self.devices)
        self.push(device, chance.randrange(1, 4))

    def push(self, device: ModelDevice, count: int) -> None:
        waiting = self.waiting[device.name]
        part, waiting[:] = waiting[:count], waiting[count:]
        if not part:
            return
        sent = [{name: value for name, value in tx.items() if name != "touched"} for tx in part]
        answer = self.centre.send(device.name, *sent, admin=self.is_admin(device.user))
        assert len(answer.verdicts) == len(part)
        for tx in part:
            device.sent[tx["id"]] = tx["ops"]
            device.unsettled.append(tx)

    def do_step(self, chance):
        self.pull(chance.choice(self.devices), 7)

    def do_pull(self, chance):
        device = chance.choice(self.devices)
        size = chance.choice([7, 7, 10_000])
        while not self.pull(device, size):
            pass

    def pull(self, device: ModelDevice, size: int) -> bool:
        is_done = device.pull(self.is_admin(device.user), size)
        if is_done:
            device.unsettled = [tx for tx in device.unsettled if tx["id"] in device.sent]
            self.check(device)
        return is_done

    def check(self, device: ModelDevice) -> None:
        stored = stored_rows(self.centre.central)
        right = filled(wanted(stored, device.user, self.clock[0]))
        found = filled(device.held)
        assert set(found) - set(right) == set(), f"{device.name} holds what its person may not see"
        assert set(right) - set(found) == set(), f"{device.name} lacks what its person may see"
        differing = {(key, name) for key, (_, row) in right.items() for name in row if found[key][1][name] != row[name]}
        assert differing == set(), f"{device.name} holds other values"
        assert {key: ver for key, (ver, _) in found.items()} == {key: ver for key, (ver, _) in right.items()}
        assert digest_of(device.held) == device.said


def live(template: Path, seed: int, acts: int) -> None:
    """Let one organisation live."""
    with copy_of(template) as story:
        story.live(Random(seed), acts)


@pytest.mark.functions(14, 32, 33, 34, 35)
@pytest.mark.parametrize("seed", range(15))
def test_a_device_holds_exactly_what_its_person_may_see(template, seed):
    live(template, seed, 150)
