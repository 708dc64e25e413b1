"""An organisation with a person of every shipped profile, in which every text of every record is a word that nothing else has.

So whoever gets a word has got that field of that record, by whatever door, in whatever form.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

from shared_models.base import Record
from shared_models.codec import Row
from shared_models.fields import Column, Kind, Merge, column_of, data_columns, units
from shared_models.ids import derived_id
from shared_models.natural_ids import natural_id
from shared_models.registry import CRM
from sync_server.app import Server
from sync_server.services.actor import Actor
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.shipped_profiles import profile_id, shipped_profiles
from tests.model_device import Held, stored_rows, wanted
from tests.servers import PASSWORD, START_US, Caller

Place = tuple[str, str, str]
"""(entity, id, field)."""
TEAMS = {"north": derived_id("team", "north"), "south": derived_id("team", "south")}
PEOPLE = {
    "admin": ("admin", "north"),
    "manager": ("manager", "north"),
    "salesperson": ("salesperson", "north"),
    "office": ("office", None),
    "accountant": ("accountant", None),
    "guest": ("guest", None),
    "stranger": ("salesperson", "south"),
}
"""Name -> profile and team."""
USERS = {name: derived_id("user", name) for name in PEOPLE}
OWNERS: dict[str, tuple[str | None, str | None]] = {
    "north": ("salesperson", "north"),
    "loose": ("salesperson", None),
    "south": ("stranger", "south"),
    "shared": ("stranger", "south"),
    "guests": ("guest", None),
    "nobodys": (None, None),
}
"""Where a company, a contact and their parts lie -> whose they are, and of which team."""
FIXED: dict[Kind, Any] = {Kind.INSTANT: START_US, Kind.INTEGER: 10}
"""What fields hold that must have a value and can hold no word."""
SHORTEST = 12
BYTES = "bytes"
"""Stands for a field where a word is in the bytes of a file."""
WORD = re.compile(rb"w[0-9a-f]{11}|3[0-9]{3}-[0-9]{2}-[0-9]{2}|[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
SEEN = 2**50
"""A base version above every other: its author had everything on the screen."""


@dataclass
class Words:
    """Every word, and of which field of which record it is; of none where it was refused."""

    places: dict[str, Place | None] = field(default_factory=dict)

    def new(self, column: Column, place: Place) -> Any:
        """Return a fresh value for a field, or None where it can hold no word."""
        digits = hashlib.sha256(f"{len(self.places)}{place}".encode()).hexdigest()
        if column.col.widget == "partial_date" or column.kind is Kind.DATE:
            word = (date(3000, 1, 1) + timedelta(days=len(self.places))).isoformat()
        elif column.col.references and column.col.right_group and not column.is_owner:
            word = derived_id("word", digits)
        elif column.kind is not Kind.TEXT or column.col.references or column.values or (column.max_length or 99) < SHORTEST:
            return None
        else:
            word = f"w{digits[:11]}"
        self.places[word] = place
        return word

    def within(self, content: bytes) -> set[str]:
        """Return the words that occur in some bytes."""
        return {one.decode() for one in WORD.findall(content.lower())} & self.places.keys()

    def open_to(self, right: Held) -> set[str]:
        """Return the words that somebody may hear who may see some records, and of each its fields."""
        fields = {(*key, name) for key, (_, row) in right.items() for name in (*row, BYTES)}
        return self.shown(right) | {word for word, place in self.places.items() if place in fields}

    def shown(self, right: Held) -> set[str]:
        """Return the words that stand in some records now."""
        return self.within(json.dumps([row for _, row in right.values()]).encode())


@dataclass
class Planted:
    """The organisation, and the device by which its admin writes."""

    server: Server
    boss: Caller
    words: Words = field(default_factory=Words)
    sent: int = 0

    def right_of(self, name: str) -> Held:
        """Return what a person may see, by the rule for one record."""
        return wanted(self.stored(), USERS[name], self.server.central.now_us())

    def stored(self) -> Held:
        """Return every record."""
        return stored_rows(self.server.central)

    def push(self, ops: Iterable[Row]) -> list[Row]:
        """Send ops as the admin, each in a tx of its own; returns their verdicts."""
        txs = []
        for op in ops:
            self.sent += 1
            stamp = (START_US // 1000 + self.sent) << 16
            txs.append({"id": f"boss-{self.sent}", "tx": self.sent, "hlc": stamp, "ops": [op]})
        answer = self.boss.push(txs)
        assert answer.status_code == 200, answer.text
        verdicts: list[Row] = answer.json()["verdicts"]
        refused = [(tx, one) for tx, one in zip(txs, verdicts, strict=True) if one["v"] in ("rejected", "deferred")]
        assert refused == []
        return verdicts

    def send_files(self) -> None:
        """Send the bytes of every file."""
        files, actor = self.server.files, Actor(self.boss.tokens["user_id"], self.boss.tokens["device_id"], is_admin=True)
        for (name, pk), (_, row) in sorted(self.stored().items()):
            if name == "document":
                assert files.receive(actor, row["sha256"], row["size"], 0, [content_of(self.words, pk)]).is_whole


def plant(server: Server, boss: Caller) -> Planted:
    """Fill a server that has only its admin. Every record is made, edited, and edited by somebody who had not seen the edit."""
    made = Planted(server, boss)
    add_people(made)
    assert boss.sign_in().status_code == boss.hello().status_code == 200
    inserts = list(records(made.words))
    seqs = [one["seq"] for one in made.push(inserts)]
    first = {op["pk"]: seq for op, seq in zip(inserts, seqs, strict=True)}
    for seen in ({}, first):
        made.push(op for one in inserts for op in edits(made.words, one, bv=seen.get(one["pk"], SEEN)))
    made.push(shares())
    made.send_files()
    found = {name for name, _ in made.stored()}
    assert found == CRM.by_name.keys(), "a record of every entity"
    return made


def add_people(made: Planted) -> None:
    """Add teams, a list, people with accounts, and a right of one person's own."""
    teams = [("team", {"id": pk, "name": name}) for name, pk in TEAMS.items()]
    pick_list, item = derived_id("pick_list", "type"), derived_id("pick_list_item", "type")
    labels = {"label_en": "Type", "label_ro": "Tip"}
    lists = [("pick_list", {"id": pick_list, "key": "type", **labels})]
    lists += [("pick_list_item", {"id": item, "list_id": pick_list, "key": "one", **labels})]
    values = {"user_id": USERS["guest"], "record_type": "contact", "see_reach": "own"}
    right = ("user_right", {**values, "id": natural_id(CRM.get("user_right"), values)})
    rows = [*shipped_profiles(), *teams, *lists, *map(user_of, PEOPLE), right]
    with made.server.central.store.write() as connection:
        for name, pk in USERS.items():
            made.server.accounts.add_account(connection, pk, f"{name}@example.ro", PASSWORD)
        import_rows(connection, made.server.central, rows, ImportedBy("setup", "setup"))


def user_of(name: str) -> tuple[str, Row]:
    """Return the record of a person."""
    profile, team = PEOPLE[name]
    values = {"id": USERS[name], "name": name, "email": f"{name}@example.ro", "team_id": team and TEAMS[team]}
    return "user", {**values, "profile_id": profile_id(profile)}


def records(words: Words) -> Iterator[Row]:
    """Yield the inserts of a company and a contact with all their parts, for every owner."""
    for where, (owner, team) in OWNERS.items():
        add = partial(insert, words, where)
        responsible = {"responsible_id": owner and USERS[owner]}
        company = add("company", team_id=team and TEAMS[team], **responsible)
        contact = add("contact", **responsible)
        yield from (company, contact)
        for one, owned in ((company, "company_id"), (contact, "contact_id")):
            for name in ("address", "contact_point", "note", "document"):
                yield add(name, **{owned: one["pk"]})
        yield add("bank_account", company_id=company["pk"])
        yield add("related_person", contact_id=contact["pk"])
        yield add("company_contact", company_id=company["pk"], contact_id=contact["pk"])


def insert(words: Words, where: str, name: str, **fixed: Any) -> Row:
    """Return an op that adds a record full of words."""
    entity = CRM.get(name)
    pk = derived_id(name, where, *map(str, fixed.values()))
    values = {**required(entity), **fixed}
    if name == "document":
        content = content_of(words, pk)
        values |= {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    if natural_id(entity, values) is not None:  # its id follows from what it holds
        if name == "contact_point":
            values["value_normalised"] = f"w{hashlib.sha256(pk.encode()).hexdigest()[:11]}"
        pk = str(natural_id(entity, values))
        if name == "contact_point":
            words.places[values["value_normalised"]] = (name, pk, "value_normalised")
    for column in writable(entity):
        if column.name not in values and (word := words.new(column, (name, pk, column.name))) is not None:
            values[column.name] = word
    return {"t": name, "pk": pk, "op": "i", "set": values}


def content_of(words: Words, pk: str) -> bytes:
    """Return the bytes of a file: a word that whoever sees its row may hear."""
    word = f"w{hashlib.sha256(f'bytes of {pk}'.encode()).hexdigest()[:11]}"
    words.places[word] = ("document", pk, BYTES)
    return f"a file of {word}".encode()


def edits(words: Words, one: Row, bv: int) -> Iterator[Row]:
    """Yield an op that puts new words where an insert had others, if any can be edited."""
    entity = CRM.get(one["t"])
    values: Row = {}
    for unit in units(entity).values():
        if unit.policy is Merge.AN or not one["set"].keys() & unit.fields:
            continue
        place = [(column_of(entity, name), (one["t"], one["pk"], name)) for name in unit.fields]
        found = {column.name: words.new(column, key) for column, key in place}
        if any(found.values()):
            values |= {name: one["set"].get(name) if word is None else word for name, word in found.items()}
    if values:
        base = {name: one["set"].get(name) for name in values}
        yield {"t": one["t"], "pk": one["pk"], "op": "u", "set": values, "base": base, "bv": bv}


def shares() -> Iterator[Row]:
    """Yield a share with the guest that lasts, and one that has ended."""
    for where, ends_at in (("shared", START_US * 2), ("nobodys", START_US - 1)):
        about = {"record_type": "company", "record_id": derived_id("company", where, *map(str, owner_values(where)))}
        values = {**about, "user_id": USERS["guest"], "level": "see", "ends_at": ends_at}
        yield {"t": "record_share", "pk": derived_id("record_share", where), "op": "i", "set": values}


def owner_values(where: str) -> tuple[str | None, str | None]:
    """Return what the id of a company is derived from: its team and its owner."""
    owner, team = OWNERS[where]
    return team and TEAMS[team], owner and USERS[owner]


def required(entity: type[Record]) -> Row:
    """Return values for the fields that must have one and can hold no word."""
    found: Row = {}
    for column in writable(entity):
        if column.values:
            found[column.name] = column.values[0]
        elif column.kind in FIXED and not column.optional:
            found[column.name] = FIXED[column.kind]
    return found


def writable(entity: type[Record]) -> list[Column]:
    """Return the fields that a device sends."""
    return [column for column in data_columns(entity) if column.col.merge not in (Merge.DV, Merge.SV)]
