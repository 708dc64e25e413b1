"""Why the reader may see a record, change it and archive it, or may not: the rule that decides, in words (row 35)."""

from client.replica.replica import Replica
from client.usecases.allowed import Allowed
from client.usecases.answers import Label
from client.usecases.record_answers import Access
from client.usecases.shown import Names
from shared_models.rights import Why
from shared_models.rules import Action

ASKED: tuple[Action, ...] = ("see", "change", "archive")
NAMED = {"owner": "user", "by": "user", "team": "team", "of_team": "team"}
"""Part of a rule that is the id of a record with one name."""


def access(replica: Replica, names: Names, may: Allowed, entity: str, pk: str) -> tuple[Access, ...]:
    """Return what decides on a record, action by action; nothing where this device does not know the rules."""
    found = ((action, may.decision(entity, pk, action)) for action in ASKED)
    return tuple(
        Access(action, decision.allowed, decision.why.key, rule_words(replica, names, decision.why))
        for action, decision in found
        if decision is not None
    )


def rule_words(replica: Replica, names: Names, why: Why) -> dict[str, Label | str]:
    """Return what stands for the ids of a rule."""
    words: dict[str, Label | str] = dict(why.parts)
    words |= {part: names.name(entity, why.parts[part]) for part, entity in NAMED.items() if part in why.parts}
    profile = replica.get("profile", why.parts["profile"]) if "profile" in why.parts else None
    if profile is not None:
        words["profile"] = Label(profile["label_en"], profile["label_ro"])
    return words
