"""Pushes made at random over every entity, mostly right and partly absurd: none is a fault of the server or holds up a device."""

import json
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from shared_models.base import Record
from shared_models.codec import stored_value
from shared_models.errors import RecordInvalid
from shared_models.fields import SYSTEM_FIELDS, Column, columns, units
from shared_models.protocol import PATH
from shared_models.registry import CRM
from tests.servers import START_US, Caller, in_process, make_server, record_id

PUSHES = 100
PKS = [record_id(number) for number in range(1, 4)]
VALUES: list[Any] = [
    None, True, False, 0, -1, 2**31, 2**53, 2**63 - 1, 2**63, 10**25, 1.5, 1e308, "", " ", "x", "Abc", "ä" * 300, "x" * 5000,
    "\x00", "A\x00", "a\nb\r\t\x1f\u2028", "🦊", "2026-01-01", "2026-13-45", "12:00", "RO", "EUR", "ron", "en", "work", "phone", "company",
    "+40721234567", "a@b.ro", "http://x.ro", "http://[", "RO49AAAA1B31007593840000", "Europe/Bucharest", "NaN", "1e400", "9" * 400,
    [], ["a", "a"], [None], [["a"]], {}, {"add": ["a"]}, {"add": ["a"], "remove": ["a"]}, {"add": "x"}, {"wrong": []},
]  # fmt: skip


class Pushes:
    """An endless, repeatable supply of transactions."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def transactions(self, number: int) -> Iterator[dict[str, Any]]:
        """Yield one to five transactions, numbered from `number`."""
        chance = self.random
        for own in range(number, number + chance.randrange(1, 6)):
            tx = {"id": f"tx-{own}", "tx": own, "hlc": chance.choice([0, START_US // 1000 << 16, 2**63 - 1])}
            tx["ops"] = [self.op() for _ in range(chance.choice([1, 1, 1, 3]))]
            extra = {"after": [f"tx-{chance.randrange(1, own + 1)}"], "atomic": True, "epoch": "never-was", "label": "\x00"}
            yield tx | {name: value for name, value in extra.items() if chance.random() < 0.15}

    def op(self) -> dict[str, Any]:
        """Return one op on one of a few records of any entity."""
        chance = self.random
        entity = chance.choice([*CRM, *[CRM.get("company"), CRM.get("note")] * 5])
        verb = chance.choice("iiuuuud")
        own = [c for c in columns(entity) if c.name not in SYSTEM_FIELDS or chance.random() < 0.01]
        share = 0.1 if verb == "i" else 0.3
        chosen = [c for c in own if (verb == "i" and not c.optional) or chance.random() < share]
        op: dict[str, Any] = {"t": entity.entity_name, "pk": chance.choice(PKS), "op": verb}
        op |= {"bv": chance.choice([0, 1, 9, 2**62]), "base": {c.name: chance.choice(VALUES) for c in chosen}}
        if verb != "d":
            op["set"] = {c.name: self.value(entity, c) for c in chosen}
        if verb == "u":
            for group in (unit.fields for unit in units(entity).values() if op["set"].keys() & set(unit.fields)):
                op["set"] |= {name: None for name in group if name not in op["set"]}
        return op | ({"bvx": {chance.choice(list(units(entity))): 3}} if chance.random() < 0.2 else {})

    def value(self, entity: type[Record], column: Column) -> Any:  # Any: whatever JSON holds
        """Return a value that the column mostly takes."""
        if column.name.endswith("_id") and self.random.random() < 0.8:
            return self.random.choice(PKS)
        for _ in range(40 if self.random.random() < 0.97 else 0):
            value = self.random.choice(VALUES)
            try:
                stored_value(entity, column.name, value)
            except RecordInvalid:
                continue
            return value
        return self.random.choice(VALUES)


@pytest.mark.parametrize("seed", [1])
def test_no_random_push_is_a_fault_or_holds_up_the_device(tmp_path, central_url, seed):
    pushes, seen, number = Pushes(seed), Counter[str](), 1
    with in_process(make_server(tmp_path, central_url)) as http:
        caller = Caller(http)
        caller.sign_in()
        caller.hello()
        for _ in range(PUSHES):
            txs = list(pushes.transactions(number))
            answer = caller.push(txs)
            assert answer.status_code == 200, (answer.text, txs)
            verdicts = answer.json()["verdicts"]
            assert [verdict["tx"] for verdict in verdicts] == [tx["tx"] for tx in txs]
            for verdict in verdicts:
                assert verdict["error"] is None or verdict["error"]["code"] != "S501", (verdict, txs)
                seen[verdict["v"]] += 1
            number += len(txs)
        pulled = caller.pull(0)
        assert [json.loads(line)["k"] for line in pulled.content.splitlines()][-1] == "end"
        for entity in CRM:
            query = {"t": entity.entity_name, "r": PKS[0]}
            assert http.get(f"{PATH}/history", params=query, headers=caller.headers).status_code == 200
    assert seen.keys() >= {"applied", "rejected", "deferred"}, "the pushes show nothing any more"
