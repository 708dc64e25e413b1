"""Each profile tries to write every record: what is taken is what `decide` allows, and a refusal tells nothing of the record."""

import pytest

from shared_models.fields import Merge, column_of, units
from shared_models.ids import derived_id
from shared_models.registry import CRM
from shared_models.rights import decide, may_share, subject_of
from tests.model_device import rules_of, subject
from tests.planted import OWNERS, PEOPLE, SEEN, TEAMS, USERS, plant
from tests.servers import START_US, Caller, in_process, make_server

pytestmark = pytest.mark.functions(32, 33, 34, 35, 36)
TAKEN = ("applied", "merged", "conflict")
KIN = {"kind": "child", "name": "X"}
ROOTS = {entity.entity_name for entity in CRM.roots}


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    server = make_server(tmp_path_factory.mktemp("planted"))
    with in_process(server) as http:
        yield plant(server, Caller(http, install="boss", device_epoch="boss-epoch"))


class Table:
    """What one person may do, by the rule for one record."""

    def __init__(self, planted, name):
        self.stored, self.user, self.at = planted.stored(), USERS[name], planted.server.central.now_us()
        self.rules = rules_of(self.stored)
        self.groups = self.rules.standing(self.user).groups

    def decides(self, key, action):
        return decide(self.rules, self.user, subject(self.stored, key), action, self.at).allowed

    def may_edit(self, key, op):
        entity, row = CRM.get(key[0]), self.stored[key][1]
        if entity.admin_only:
            return key == ("user", self.user) and all(column_of(entity, n).col.merge is Merge.LE for n in op["set"])
        closed = {column_of(entity, name).col.right_group for name in op["set"]} - {None} - self.groups
        if key[0] == "record_share":
            about = subject(self.stored, (row["record_type"], row["record_id"]))
            return may_share(self.rules, self.user, about, row["level"], op["set"]["ends_at"], self.at)
        return not closed and self.decides(key, "change")

    def may_archive(self, key):
        return not CRM.get(key[0]).admin_only and self.decides(key, "archive" if key[0] in ROOTS else "change")


def edits_of(planted, key, row):
    """Yield an op for every unit of a record that people edit; each text in it is a word that nobody has."""
    entity = CRM.get(key[0])
    for unit in units(entity).values():
        if unit.policy in (Merge.AN, Merge.DV, Merge.PN, Merge.SM):
            continue
        values, places = {}, [column_of(entity, name) for name in unit.fields]
        for column in places:
            word = planted.words.new(column, None) if key[0] not in ("user", "profile") else None
            values[column.name] = row[column.name] if word is None else word
        if unit.policy is Merge.SU:
            values = {unit.fields[0]: {"add": []}}
        if all(values[c.name] is not None or c.optional for c in places):
            yield {"t": key[0], "pk": key[1], "op": "u", "set": values, "base": {n: row[n] for n in values}, "bv": SEEN}


def send(planted, name, device, ops):
    """Send ops from a new device of a person, each in a tx of its own; returns the verdicts and the bytes that told them."""
    caller = Caller(planted.boss.http, install=device, device_epoch=f"{name}-{device}")
    assert caller.sign_in(f"{name}@example.ro").status_code == caller.hello().status_code == 200
    stamp = START_US // 1000
    txs = [{"id": f"{name}-{device}-{n}", "tx": n, "hlc": (stamp + n) << 16, "ops": [op]} for n, op in enumerate(ops, 1)]
    answer = caller.push(txs)
    assert answer.status_code == 200, answer.text
    verdicts = answer.json()["verdicts"]
    assert len(verdicts) == len(ops)
    return verdicts, answer.content


def is_as(verdict, allowed):
    return verdict["v"] in TAKEN if allowed else verdict["error"]["code"] == "R305"


@pytest.mark.parametrize("name", PEOPLE)
def test_what_a_person_edits_is_taken_where_decide_allows_it(planted, name):
    table = Table(planted, name)
    ops = [op for key, (_, row) in sorted(table.stored.items()) for op in edits_of(planted, key, row)]
    verdicts, told = send(planted, name, "edits", ops)
    wrong = [
        (op["t"], list(op["set"]), verdict)
        for op, verdict in zip(ops, verdicts, strict=True)
        if not is_as(verdict, table.may_edit((op["t"], op["pk"]), op))
    ]
    assert wrong == []
    assert {verdict["v"] for verdict in verdicts} >= {"rejected", "applied"}
    assert planted.words.within(told) == set()
    refused = {word for op, one in zip(ops, verdicts, strict=True) if one["v"] == "rejected" for word in words_of(planted, op)}
    assert refused
    assert not refused & planted.words.shown(planted.stored()), "nothing of what was refused is stored in a record"


def words_of(planted, op):
    """Return the fresh words of an op."""
    texts = [value for value in op["set"].values() if isinstance(value, str)]
    return {text for text in texts if planted.words.places.get(text, "") is None}


@pytest.mark.parametrize("name", PEOPLE)
def test_what_a_person_makes_is_taken_where_decide_allows_it(planted, name):
    table = Table(planted, name)
    ops, allowed = [], []
    for where, (owner, team) in OWNERS.items():
        responsible = {"responsible_id": owner and USERS[owner]}
        for kind, values in (("company", {"name": "X", "team_id": team and TEAMS[team]}), ("contact", {"last_name": "X"})):
            pk = derived_id(kind, name, where)
            row = {**values, **responsible, "id": pk, "created_by": table.user}
            ops.append({"t": kind, "pk": pk, "op": "i", "set": {**values, **responsible}})
            allowed.append(decide(table.rules, table.user, subject_of(CRM.get(kind), row), "create", table.at).allowed)
    parts = [key for key in sorted(table.stored) if key[0] in ROOTS]
    for kind, pk in parts:
        ops.append({"t": "address", "pk": derived_id("address", name, pk), "op": "i", "set": {f"{kind}_id": pk, "city": "X"}})
        allowed.append(table.decides((kind, pk), "change"))
        secret = ("bank_account", {"iban": "X"}, "bank") if kind == "company" else ("related_person", KIN, "personal")
        pk_of = derived_id(secret[0], name, pk)
        ops.append({"t": secret[0], "pk": pk_of, "op": "i", "set": {f"{kind}_id": pk, **secret[1]}})
        allowed.append(table.decides((kind, pk), "change") and secret[2] in table.groups)
    ends_at = table.at * 2
    for kind, pk in parts:
        about = {"record_type": kind, "record_id": pk, "user_id": table.user, "level": "see", "ends_at": ends_at}
        ops.append({"t": "record_share", "pk": derived_id("record_share", name, pk), "op": "i", "set": about})
        allowed.append(may_share(table.rules, table.user, subject(table.stored, (kind, pk)), "see", ends_at, table.at))
    verdicts, _ = send(planted, name, "makes", ops)
    wrong = [(op, one) for op, one, may in zip(ops, verdicts, allowed, strict=True) if not is_as(one, may)]
    assert wrong == []


@pytest.mark.parametrize("name", PEOPLE)
def test_what_a_person_archives_is_taken_where_decide_allows_it(planted, name):
    table = Table(planted, name)
    keys = [key for key in sorted(table.stored) if key[0] not in ("sync_conflict", "record_share", "user")]
    verdicts, _ = send(planted, name, "archives", [{"t": kind, "pk": pk, "op": "d", "bv": SEEN} for kind, pk in keys])
    assert [(key, one) for key, one in zip(keys, verdicts, strict=True) if not is_as(one, table.may_archive(key))] == []
