"""Who may see, create, change and archive what, and why: one pure function for both halves (rows 32-36).

`decide` answers for one record and names the rule. `view` answers for all of them at once: as scopes, texts that follow from a
record's own columns, so that membership can be stored with the record and a change of people or profiles moves the view alone.
Both agree: a record's scopes meet those of a view exactly when `decide` lets the person see it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shared_models.base import Record
from shared_models.codec import Row
from shared_models.rules import Action, Rules, Share, Standing

Scope = str
"""`entity/all`, `entity/own/USER`, `entity/loose/USER` (his, and of no team), `entity/team/TEAM`, `entity/one/ID`."""


@dataclass(frozen=True)
class Subject:
    """A record as rights see it."""

    entity: str
    pk: str
    owner: str | None = None
    """Whose it is; for a root only."""
    team: str | None = None
    parents: tuple["Subject", ...] = ()
    """The records that it is a part of: the part follows them, and is nobody's without them."""


@dataclass(frozen=True)
class Why:
    """A rule in words: a text key, and the ids and keys that its placeholders stand for."""

    key: str
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """Whether something is allowed, and by which rule it is or is not."""

    allowed: bool
    why: Why


@dataclass(frozen=True)
class View:
    """All that one person sees."""

    scopes: frozenset[Scope]
    hidden: frozenset[str]
    """Confidential field groups that are kept from him."""
    unseen: frozenset[str]
    """Entities of which no record is shown, since all of their data are in a hidden group."""

    def sees(self, subject: Subject) -> bool:
        """Whether a record is in the view: by a scope of its own, or, for a part, with all of its parents."""
        if subject.entity in self.unseen:
            return False
        if subject.parents:
            return all(self.sees(parent) for parent in subject.parents)
        return not self.scopes.isdisjoint(scopes_of(subject))


def subject_of(entity: type[Record], row: Row, parents: tuple[Subject, ...] = ()) -> Subject:
    """Return a record as rights see it. Without a responsible person it belongs to whoever made it."""
    owner = row.get(entity.owner_field) if entity.owner_field else None
    team = row.get(entity.team_field) if entity.team_field else None
    return Subject(entity.entity_name, row["id"], owner or row.get("created_by"), team, parents)


def decide(rules: Rules, person: str, subject: Subject, action: Action, at: int) -> Decision:
    """Return whether a person may do something with a record, and why. at: microseconds since 1970 UTC, for shares that end."""
    standing = rules.standing(person)
    if standing.is_admin:
        return Decision(True, Why("why.admin"))
    if action != "see" and subject.entity in rules.admin_only:
        return Decision(False, Why("why.admin_only"))
    if subject.entity in rules.common:
        return Decision(True, Why("why.common"))
    if standing.is_free:
        return Decision(True, Why("why.open"))
    group = rules.confidential.get(subject.entity)
    if group is not None and group not in standing.groups:
        return Decision(False, Why("why.confidential", {"group": group}))
    if subject.parents:
        return _decide_part(rules, person, subject, action, at)
    return _decide_root(rules, standing, subject, action, at)


def may_share(rules: Rules, person: str, subject: Subject, level: Action, ends_at: int, at: int) -> bool:
    """Whether a person may give another a share of a record: as much as he may do himself, now and until the share ends."""
    is_root = subject.entity in rules.roots
    return is_root and all(decide(rules, person, subject, level, when).allowed for when in (at, max(at, ends_at - 1)))


def view(rules: Rules, person: str, at: int) -> View:
    """Return the set form of `decide(..., "see", at)`."""
    standing = rules.standing(person)
    if standing.is_free:
        return View(frozenset(f"{name}/all" for name in rules.roots | rules.common), frozenset(), frozenset())
    hidden = rules.groups - standing.groups
    scopes = {f"{name}/all" for name in rules.common}
    for root in rules.roots:
        scopes.update(_scopes_in_reach(standing, root))
    for (entity, pk), shares in standing.shares.items():
        if _in_force(shares, "see", at):
            scopes.add(f"{entity}/one/{pk}")
    unseen = frozenset(entity for entity, group in rules.confidential.items() if group in hidden)
    return View(frozenset(scopes), hidden, unseen)


def scopes_of(subject: Subject) -> frozenset[Scope]:
    """Return the scopes that a record without parents is in. They follow from the record alone."""
    name = subject.entity
    found = {f"{name}/all", f"{name}/one/{subject.pk}"}
    if subject.owner is not None:
        found.add(f"{name}/own/{subject.owner}")
        if subject.team is None:
            found.add(f"{name}/loose/{subject.owner}")
    if subject.team is not None:
        found.add(f"{name}/team/{subject.team}")
    return frozenset(found)


def _scopes_in_reach(standing: Standing, root: str) -> Iterable[Scope]:
    reach = standing.grant(root, "see").reach
    if reach == "all":
        yield f"{root}/all"
    elif reach != "none":
        yield from (f"{root}/own/{owner}" for owner in standing.people)
    if reach == "team":
        yield from (f"{root}/team/{team}" for team in standing.teams)
        yield from (f"{root}/loose/{mate}" for mate in standing.mates)


def _decide_part(rules: Rules, person: str, subject: Subject, action: Action, at: int) -> Decision:
    """A part is seen with all of its parents, and written by whoever sees them all and may change one of them."""
    seen = [decide(rules, person, parent, "see", at) for parent in subject.parents]
    for decision in seen:
        if not decision.allowed:
            return decision
    if action == "see":
        return seen[0]
    found = [decide(rules, person, parent, "change", at) for parent in subject.parents]
    return next((decision for decision in found if decision.allowed), found[0])


def _decide_root(rules: Rules, standing: Standing, subject: Subject, action: Action, at: int) -> Decision:
    if action in ("change", "archive"):
        seeing = _decide_root(rules, standing, subject, "see", at)
        if not seeing.allowed:
            return seeing
    parts = {"do": action, "entity": subject.entity, "record": subject.pk}
    grant = standing.grant(subject.entity, action)
    how = _how(standing, grant.reach, subject) if subject.entity in rules.roots else None
    if how is not None:
        named = {"source": grant.source, "profile": grant.profile, "of_team": grant.team,
                 "owner": subject.owner or "", "team": subject.team or ""}  # fmt: skip
        return Decision(True, Why(f"why.{how}", {**parts, **{name: part for name, part in named.items() if part}}))
    share = _in_force(standing.shares.get((subject.entity, subject.pk), ()), action, at)
    if share is not None:
        return Decision(True, Why("why.share", {**parts, "share": share.pk, "by": share.by or "", "until": str(share.ends_at)}))
    return Decision(False, Why("why.none", parts))


def _how(standing: Standing, reach: str, subject: Subject) -> str | None:
    """Return by which part of a reach a record is in it: all, own, reports, team or mate."""
    if reach == "all":
        return "all"
    if reach == "none":
        return None
    if subject.owner in standing.people:
        return "own" if subject.owner == standing.person else "reports"
    if reach == "team":
        if subject.team in standing.teams:
            return "team"
        if subject.team is None and subject.owner in standing.mates:
            return "mate"
    return None


def _in_force(shares: Iterable[Share], action: Action, at: int) -> Share | None:
    """Return the share that lasts longest of those that allow an action and have not ended. None allows more than a change."""
    found = [one for one in shares if one.ends_at > at and (action == "see" or one.level == action)]
    return max(found, key=lambda one: (one.ends_at, one.pk), default=None)
