"""Rules for tests of rights: the shipped profiles, a few people in two teams, and subjects of theirs."""

from typing import Any

from conflict.overlay import blank_row
from shared_models.registry import CRM
from shared_models.rights import Subject
from shared_models.rules import RULE_ENTITIES, Rules
from sync_server.services.shipped_profiles import profile_id, shipped_profiles

AT = 1_000_000
PROFILES = ("admin", "manager", "salesperson", "office", "accountant", "guest")


def row(entity: str, **values: Any) -> dict[str, Any]:
    return {**blank_row(CRM.get(entity)), **values}


def rules(*more: tuple[str, dict[str, Any]], shipped: bool = True) -> Rules:
    """Return the rules of the shipped profiles and of (entity, values); a later row of one id replaces an earlier one."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in RULE_ENTITIES}
    for entity, values in (*(shipped_profiles() if shipped else ()), *more):
        found[entity].append(row(entity, **values))
    return Rules.of(CRM, found)


def user(pk: str, profile: str | None = None, **values: Any) -> tuple[str, dict[str, Any]]:
    return "user", {"id": pk, "profile_id": profile and profile_id(profile), **values}


def share(pk: str, entity: str, record: str, **values: Any) -> tuple[str, dict[str, Any]]:
    values = {"level": "see", "ends_at": AT + 10, "created_by": "boss", **values}
    return "record_share", {"id": pk, "record_type": entity, "record_id": record, **values}


def company(owner: str | None = None, team: str | None = None, pk: str = "c") -> Subject:
    return Subject("company", pk, owner, team)


def contact(owner: str | None = None, pk: str = "p") -> Subject:
    return Subject("contact", pk, owner)


def part(entity: str, *parents: Subject) -> Subject:
    return Subject(entity, "part", "whoever", None, parents)
