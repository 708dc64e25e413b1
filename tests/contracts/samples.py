"""A sample of every message, and of every entity with each kind of op, as the code makes them now.

`python -m tests.contracts.samples` writes that of the present schema version. From the first release on one file stays for each
release: what was sent once is read for ever, or refused on purpose (`style-guide.md`: released messages are frozen).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from shared_models import alarms, device_code, device_desk, protocol, salvage
from shared_models.base import Record
from shared_models.device_report import DeviceReport
from shared_models.diagnostics import Diagnostics, DiagnosticsKept
from shared_models.fields import ARCHIVED, Column, Kind, Merge, columns, data_columns
from shared_models.incident_desk import IncidentPage
from shared_models.message import Message
from shared_models.natural_ids import natural_id
from shared_models.registry import CRM, SCHEMA_VERSION
from shared_models.snapshot import SnapshotAnswer

FOLDER = Path(__file__).parent / "messages"
Values = dict[str, Any]
"""Field -> stored value. Any: stored scalars."""
BY_KIND: dict[Kind, Any] = {
    Kind.INTEGER: 7, Kind.BOOLEAN: True, Kind.DATE: "2026-11-24", Kind.INSTANT: 1_764_000_000_000_000,
    Kind.DECIMAL: "12.5", Kind.SET: ["first", "second"],
}  # fmt: skip
BY_FIELD = {
    ("company", "fiscal_code"): "RO14399840",
    ("profile", "key"): "sellers",
    ("pick_list", "key"): "stop_reason",
    ("sync_conflict", "record_type"): "company",
    ("record_share", "record_type"): "company",
    ("profile_right", "record_type"): "company",
    ("user_right", "record_type"): "company",
    ("user", "email"): "ana@example.org",
    ("document", "sha256"): "ab" * 32,
    ("bank_account", "iban"): "RO49AAAA1B31007593840000",
}
PAIRS = ({"company_id", "contact_id"}, {"user_id", "team_id"})
"""Of these a record has one, but for the link between both."""
NO_OPS = ("sync_conflict",)
"""Made by the centre; a person only decides it."""


def id_of(entity: type[Record]) -> str:
    """Return the id of an entity's sample."""
    if not hasattr(entity, "natural_key"):
        return _free_id(entity.entity_name)
    return natural_id(entity, _values(entity, data_columns(entity))) or ""


def _free_id(name: str) -> str:
    return str(UUID(int=0x018F_0000_0000_7000_8000_0000_0000_0001 + list(CRM.by_name).index(name)))


def _values(entity: type[Record], which: Iterator[Column] | tuple[Column, ...]) -> Values:
    found = {column.name: _value(entity, column) for column in which}
    for pair in PAIRS:
        if pair <= found.keys() and entity.entity_name != "company_contact":
            found[max(pair)] = None
    return found


def _value(entity: type[Record], column: Column) -> Any:  # Any: a stored scalar
    if (entity.entity_name, column.name) in BY_FIELD:
        return BY_FIELD[entity.entity_name, column.name]
    if column.col.references or column.name == "record_id":
        target = CRM.get(column.col.references or "company")
        is_before = list(CRM).index(target) < list(CRM).index(entity)
        return id_of(target) if is_before else None
    if column.values:
        return column.values[0]
    if column.col.widget == "partial_date":
        return "1980-05-17"
    if column.kind is Kind.TEXT:
        return f"Sample {column.name}"[: column.max_length]
    return BY_KIND[column.kind]


def ops_of(entity: type[Record]) -> list[Values]:
    """Return an insert, an update of every field that can be updated, an un-archive and an archive of one record."""
    name, pk = entity.entity_name, id_of(entity)
    typed = tuple(c for c in data_columns(entity) if c.col.merge is not Merge.DV)
    new = _values(entity, typed)
    again = {c.name: new[c.name] for c in typed if c.col.merge is not Merge.AN}
    sets = {c.name for c in typed if c.kind is Kind.SET}
    changed = {field: {"add": ["third"], "remove": ["first"]} if field in sets else value for field, value in again.items()}
    found: list[Values] = [
        {"t": name, "pk": pk, "op": "i", "set": new, "bv": 0},
        {"t": name, "pk": pk, "op": "u", "set": changed, "base": again, "bv": 1, "bvx": {"name": 1}},
        {"t": name, "pk": pk, "op": "u", "set": {ARCHIVED: None}, "bv": 1},
        {"t": name, "pk": pk, "op": "d", "bv": 1},
    ]
    return [op for op in found if op.get("set") != {}]


def pushes() -> Values:
    """Return entity -> the push of its ops, each in a tx of its own."""
    found = {}
    for entity in CRM:
        name = entity.entity_name
        if name not in NO_OPS:
            txs = [
                {"id": f"{name}-{n}", "tx": n, "hlc": n, "label": "Sample", "epoch": "epoch", "after": [0], "ops": [op]}
                for n, op in enumerate(ops_of(entity), 1)
            ]
            found[name] = {
                "device_epoch": name, "server_epoch": "epoch", "schema": SCHEMA_VERSION, "origins": ["before"],
                "left": {"n": 1, "oldest": 1}, "pull": 0, "txs": txs,
            }  # fmt: skip
    return found


def shapes() -> Values:
    """Return entity -> field -> what a device must know of it to read and merge it."""
    return {
        entity.entity_name: {
            c.name: [
                c.kind,
                c.col.merge,
                c.col.group,
                c.col.references,
                c.col.right_group,
                c.optional,
                c.max_length,
                list(c.values),
            ]
            for c in columns(entity)
        }
        for entity in CRM
    }


VERDICT = {"id": "a", "tx": 1, "v": "conflict", "seq": 7, "conflicts": ["c"]}
ERROR = {"code": "R305", "entity": "company", "record": "r", "field": "name", "reason": "problem.value"}
DIGEST = {"company": (1, "0123456789abcdef")}
REPORT = {
    "form": "phone", "size_bytes": 1, "is_loaded": False, "proof": "unequal", "proved_at": 1, "works_offline": True,
    "is_quarantined": True, "isolated": 1, "failures": 2, "error": "S502",
}  # fmt: skip
DEVICE = {
    "id": "d", "name": "n", "user_id": "u", "person": "Ana", "form": "phone", "standing": "behind", "app": "1.0",
    "reasons": [{"cause": "refused", "n": 2, "code": "R305"}], "last_seen_at": 1, "schema_version": SCHEMA_VERSION, "pending": 2,
    "oldest_pending_at": 1, "lag_rows": 3, "clock_offset_ms": 4, "proof": "equal", "proved_at": 1, "size_bytes": 5, "letters": 2,
    "diagnose_at": 1, "diagnosed_at": 1, "days": [0, 2],
}  # fmt: skip
DIAGNOSTICS = {
    "made_at": 1, "trouble": "D603", "soundness": "sound", "digests": DIGEST,
    "versions": {
        "app": "0.1.0", "python": "3.12.3", "sqlite": "3.45.1", "schema_version": SCHEMA_VERSION, "server_schema": SCHEMA_VERSION,
        "system": "Linux", "release": "6.8.0", "machine": "x86_64", "form": "phone", "is_encrypted": True,
    },
    "sizes": {"file": 1, "log": 2, "free": 3, "blobs": 4, "disk_free": 5},
    "standing": {
        "state": "offline", "cursor": 5, "failures": 2, "error": "S502", "error_at": 1, "success_at": 1, "next_attempt_at": 1,
        "clock_offset_ms": 4, "is_loaded": True, "is_to_load_anew": True, "is_quarantined": True, "works_offline": True,
        "staged_rows": 3,
    },
    "states": [{"at": 1, "state": "offline", "error": "S502"}],
    "queue": [{"entity": "company", "state": "pending", "n": 2, "oldest_at": 1}],
    "refused": [{"code": "R305", "n": 1, "last_at": 1}],
    "incidents": [{"at": 1, "kind": "unequal", "entity": "company", "rows": 2}],
}  # fmt: skip
SAID: dict[type[Message], Values] = {
    protocol.HelloRequest: {
        "install": "i", "device_epoch": "d", "server_epoch": "s", "app": "1.0", "schema_version": SCHEMA_VERSION, "cursor": 5,
        "pending": {"n": 1, "oldest": 1}, "clock": 1, "wiped": True, "leased": {"company": {"left": 3, "last": 7}},
        "incidents": [{"kind": "unequal", "entity": "company", "rows": 2, "at": 1}], "report": REPORT,
    },
    protocol.HelloAnswer: {
        "server_time": 1, "server_epoch": "s", "action": "ok", "restored_seq": 5, "rules_epoch": 2,
        "schema_version": SCHEMA_VERSION, "user_id": "u", "device_id": "d", "leases": {"company": [{"first": 1, "last": 9}]},
        "diagnose": True,
    },
    protocol.PushAnswer: {
        "server_epoch": "s", "device_epoch": "d", "safe_seq": 5, "expected_tx": 3, "reused": True, "page": [{"k": "end"}],
        "verdicts": [VERDICT, {**VERDICT, "v": "rejected", "error": ERROR}],
    },
    protocol.DigestRequest: {"server_epoch": "s", "entity": "company", "prefixes": ["0a"], "kind": "content", "recount": False},
    protocol.DigestAnswer: {
        "server_epoch": "s", "seq": 5, "entities": DIGEST, "corrected": True,
        "parts": {"0a": {"rows": [("r", 5, "0123456789abcdef")]}, "0b": {"parts": {"0b1": (1, "0123456789abcdef")}}},
    },
    protocol.FetchRequest: {"server_epoch": "s", "t": "company", "pks": ["r"]},
    alarms.AlarmRule: {"kind": "queue", "is_on": False, "threshold": 5},
    alarms.AlarmPage: {
        "rules": [{"kind": "silent", "is_on": True, "threshold": 3}], "open": 1, "by_mail": True, "at": 1,
        "alarms": [{
            "id": "a", "kind": "silent", "device": "d", "device_name": "n", "person": "Ana", "n": 3, "raised_at": 1, "cleared_at": 2,
        }],
    },
    salvage.SalvageRequest: {
        "server_epoch": "s", "epoch": "older", "reached": 9, "offered": [7], "heads": [("company", "r", 8)],
        "rows": [{"t": "company", "pk": "r", "ver": 8, "row": {"id": "r"}}],
    },
    salvage.SalvageAnswer: {"wanted": [0]},
    protocol.SignInRequest: {"email": "ana@example.org", "password": "p", "device_name": "Phone", "install": "i"},
    protocol.SignInAnswer: {
        "user_id": "u", "email": "ana@example.org", "device_id": "d", "device_token": "t", "access_token": "a", "expires_in_s": 900, "lease_days": 14,
    },
    protocol.TokenRequest: {"device_token": "t"},
    protocol.TokenAnswer: {"access_token": "a", "expires_in_s": 900},
    protocol.HistoryPage: {
        "more": True,
        "entries": [{
            "seq": 5, "entity": "company", "record": "r", "unit": "name", "before": {"name": "x"}, "after": {"name": "y"}, "by": "u",
            "device": "d", "tx": "t", "typed_at": 1, "arrived_at": 2, "kind": "applied",
        }],
    },
    protocol.BeginLine: {
        "from_seq": 1, "to_seq": 5, "at": 6, "after": "p", "stage": True, "epoch": "s", "schema_version": SCHEMA_VERSION,
    },
    protocol.LeaveLine: {"t": "company", "pks": ["r"]},
    protocol.HideLine: {"groups": ["price"]},
    protocol.AckLine: {"tx": [("a", "applied", 5, 1, None), ("b", "rejected", 6, 1, "R305")]},
    protocol.FetchedLine: {"epoch": "s", "seq": 5},
    protocol.EndLine: {"cursor": 5, "after": "p", "commit": True, "more": True, "safe_seq": 4, "digest": DIGEST},
    DeviceReport: REPORT,
    Diagnostics: DIAGNOSTICS,
    IncidentPage: {
        "conflicts": [1] * 30, "letters": [0] * 30, "incidents": [2] * 30, "more": True, "at": 1,
        "lines": [{
            "device": "d", "device_name": "n", "person": "Ana", "kind": "unequal", "entity": "company", "rows": 2, "at": 1,
            "arrived_at": 2,
        }],
    },
    DiagnosticsKept: {"device": "d", "arrived_at": 1, "found": DIAGNOSTICS},
    device_desk.DeviceQuery: {"standing": "behind", "text": "Ana", "page": 1},
    device_desk.DevicePage: {"devices": [DEVICE], "counts": {"behind": 1}, "more": True, "at": 1},
    device_desk.DeviceOrdered: {"device": DEVICE},
    device_code.DeviceCode: {"code": "K7QF29XWRM", "user_id": "u", "email": "dan@example.org", "expires_at": 1},
    device_code.CodeSignInRequest: {"code": "K7QF2-9XWRM", "device_name": "Phone", "install": "i"},
    SnapshotAnswer: {
        "name": "n", "epoch": "s", "at_seq": 5, "sha256": "0" * 64, "packing": "zstd", "packed_bytes": 1, "bytes": 2, "rows": 3,
    },
}  # fmt: skip
"""Message -> one of it in which every part says something."""


def messages() -> Values:
    """Return name -> JSON of each message of `SAID`."""
    return {kind.__name__: kind.model_validate(said).model_dump(mode="json") for kind, said in SAID.items()}


def sample() -> Values:
    """Return the sample of the present version."""
    found: Values = json.loads(json.dumps({"messages": messages(), "shapes": shapes(), "pushes": pushes()}))
    return found


def file_of(version: int) -> Path:
    """Return the path of a version's sample."""
    return FOLDER / f"schema_{version}.json"


if __name__ == "__main__":
    file_of(SCHEMA_VERSION).write_text(json.dumps(sample(), indent=1, ensure_ascii=False, sort_keys=True) + "\n")
