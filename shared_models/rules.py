"""The rights in force, made from their records, and what they give one person. Pure: no clock, no database.

A person's rights are the most permissive of his own profile, the profiles of his teams, and his own `user_right` rows. Whoever
reports to him, at any depth, owns for him too (`user.manager_id`). Source: rows 32-35 of the functions, `sync_server/PROTOCOL.md`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

from shared_models.codec import Row
from shared_models.entities.rights import Reach
from shared_models.fields import columns, data_columns
from shared_models.registry import Registry

Action = Literal["see", "create", "change", "archive"]
ACTIONS: tuple[Action, ...] = get_args(Action)
WIDTH: Mapping[Reach, int] = {reach: width for width, reach in enumerate(get_args(Reach))}
"""How wide a reach is; a wider one holds every narrower one."""
RULE_ENTITIES = ("profile", "profile_right", "team", "user", "user_right", "record_share")
"""Entities whose records the rights are made from: a change of one is a change of the rights."""


@dataclass(frozen=True)
class Grant:
    """A reach and where it comes from."""

    reach: Reach = "none"
    source: Literal["", "profile", "team", "person"] = ""
    profile: str = ""
    team: str = ""
    """The team whose profile it is, where `source` is team."""


NO_GRANT = Grant()


@dataclass(frozen=True)
class Share:
    """One record that was opened to one person or team until `ends_at` (microseconds since 1970 UTC)."""

    pk: str
    level: str
    ends_at: int
    by: str | None


@dataclass(frozen=True)
class Standing:
    """All that one person is given."""

    person: str
    is_free: bool
    """Administers, or was never given a profile: no record and no field is kept from him."""
    is_admin: bool
    grants: Mapping[tuple[str, Action], Grant]
    """(root entity, action) -> the widest grant."""
    people: frozenset[str]
    """The person and everyone who reports to him."""
    teams: frozenset[str]
    mates: frozenset[str]
    """Everyone in his teams."""
    groups: frozenset[str]
    """Confidential field groups that are open to him."""
    shares: Mapping[tuple[str, str], tuple[Share, ...]]
    """(entity, id) -> what was shared with him or a team of his, ended shares too."""

    def grant(self, entity: str, action: Action) -> Grant:
        """Return the widest grant for an action on the records of a root entity."""
        return self.grants.get((entity, action), NO_GRANT)


@dataclass(frozen=True)
class Rules:
    """The rights of an organisation at one moment. Archived rows count as absent."""

    registry: Registry
    tables: Mapping[str, Mapping[str, Row]]
    """Entity of `RULE_ENTITIES` -> id -> row; an entity that the registry lacks may be left out."""
    _standings: dict[str, Standing] = field(default_factory=dict, compare=False, repr=False)
    """Those that were asked for. They follow from the rest."""

    @classmethod
    def of(cls, registry: Registry, rows: Mapping[str, Iterable[Row]]) -> "Rules":
        """Return the rules of these rows."""
        return cls(registry, {name: {row["id"]: row for row in found} for name, found in rows.items()})

    def standing(self, person: str) -> Standing:
        """Return what a person is given. Somebody who has no record has no profile either."""
        if person not in self._standings:
            self._standings[person] = self._stand(person)
        return self._standings[person]

    @cached_property
    def roots(self) -> frozenset[str]:
        """Return the names of the entities that rights are given on."""
        return frozenset(entity.entity_name for entity in self.registry.roots)

    @cached_property
    def admin_only(self) -> frozenset[str]:
        """Return the names of the entities that only an admin writes."""
        return frozenset(entity.entity_name for entity in self.registry if entity.admin_only)

    @cached_property
    def common(self) -> frozenset[str]:
        """Return the names of those of them that everyone sees: lists, people, profiles; not parts of people's work."""
        parents = {e.entity_name: {name for _, name in self.registry.parents(e)} for e in self.registry}
        return frozenset(name for name in self.admin_only if self.roots.isdisjoint(parents[name]))

    @cached_property
    def groups(self) -> frozenset[str]:
        """Return every confidential field group there is."""
        return frozenset(c.col.right_group for e in self.registry for c in columns(e) if c.col.right_group)

    @cached_property
    def confidential(self) -> Mapping[str, str]:
        """Return entity -> the field group that all of its data are in: without it, its records are out of sight."""
        found = {e.entity_name: {c.col.right_group for c in data_columns(e)} for e in self.registry}
        return {name: group for name, groups in found.items() if len(groups) == 1 and (group := next(iter(groups)))}

    @cached_property
    def _reports(self) -> Mapping[str, tuple[str, ...]]:
        """Return manager -> those who report to him directly."""
        found: dict[str, tuple[str, ...]] = {}
        for user in self._live("user"):
            if user["manager_id"] is not None:
                found[user["manager_id"]] = (*found.get(user["manager_id"], ()), user["id"])
        return found

    @cached_property
    def _members(self) -> Mapping[str, frozenset[str]]:
        """Return team -> everyone in it, its leader too."""
        found = {team["id"]: {team["leader_id"]} - {None} for team in self._live("team")}
        for user in self._live("user"):
            if user["team_id"] in found:
                found[user["team_id"]].add(user["id"])
        return {team: frozenset(people) for team, people in found.items()}

    @cached_property
    def _rights(self) -> Mapping[str, tuple[Row, ...]]:
        """Return profile or person -> the rows that say what he or it may do."""
        found: dict[str, tuple[Row, ...]] = {}
        for name, owner in (("profile_right", "profile_id"), ("user_right", "user_id")):
            for row in self._live(name):
                found[row[owner]] = (*found.get(row[owner], ()), row)
        return found

    @cached_property
    def _shares(self) -> Mapping[str, tuple[Row, ...]]:
        """Return person or team -> what is shared with it."""
        found: dict[str, tuple[Row, ...]] = {}
        for row in self._live("record_share"):
            to = row["user_id"] or row["team_id"]
            found[to] = (*found.get(to, ()), row)
        return found

    def _live(self, name: str) -> Iterable[Row]:
        return (row for row in self.tables.get(name, {}).values() if row["archived_at"] is None)

    def _stand(self, person: str) -> Standing:
        user = self.tables.get("user", {}).get(person, {})
        teams = frozenset(team for team, people in self._members.items() if person in people)
        named = {Grant("none", "team", profile, team) for team in teams if (profile := self._profile_of(team))}
        if user.get("profile_id"):
            named.add(Grant("none", "profile", user["profile_id"]))
        is_admin = bool(user.get("is_admin"))
        return Standing(
            person,
            is_admin or not named,
            is_admin,
            self._widest(person, named),
            self._below(person),
            teams,
            frozenset(mate for team in teams for mate in self._members[team]),
            frozenset(group for one in named for group in self._profile(one.profile).get("field_groups", ())),
            self._shared_with((person, *teams)),
        )

    def _profile_of(self, team: str) -> str | None:
        found: str | None = self.tables["team"][team]["profile_id"]
        return found

    def _profile(self, pk: str) -> Row:
        """Return a profile; one that is gone or archived is empty, and gives nothing."""
        row = self.tables.get("profile", {}).get(pk)
        return row if row is not None and row["archived_at"] is None else {}

    def _widest(self, person: str, named: Iterable[Grant]) -> Mapping[tuple[str, Action], Grant]:
        sources = [Grant("none", "person"), *sorted(named, key=lambda one: (one.source, one.profile, one.team))]
        found: dict[tuple[str, Action], Grant] = {}
        for source in sources:
            if source.source != "person" and not self._profile(source.profile):
                continue
            for row in self._rights.get(source.profile or person, ()):
                for action in ACTIONS:
                    key, reach = (row["record_type"], action), row[f"{action}_reach"]
                    if WIDTH[reach] > WIDTH[found.get(key, NO_GRANT).reach]:
                        found[key] = Grant(reach, source.source, source.profile, source.team)
        return found

    def _below(self, person: str) -> frozenset[str]:
        """Return a person and all who report to him, through any number of others; a circle ends where it closes."""
        found, waiting = {person}, [person]
        while waiting:
            fresh = set(self._reports.get(waiting.pop(), ())) - found
            found |= fresh
            waiting += fresh
        return frozenset(found)

    def _shared_with(self, whom: Iterable[str]) -> Mapping[tuple[str, str], tuple[Share, ...]]:
        found: dict[tuple[str, str], tuple[Share, ...]] = {}
        for row in (row for one in whom for row in self._shares.get(one, ())):
            key = row["record_type"], row["record_id"]
            found[key] = (*found.get(key, ()), Share(row["id"], row["level"], row["ends_at"], row["created_by"]))
        return found
