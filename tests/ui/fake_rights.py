"""People, profiles and shares in the fake facade."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from client.events import RecordsChanged
from client.usecases.answers import Label, Saved
from client.usecases.form_answers import Choice
from client.usecases.record_answers import Access, Shared
from client.usecases.rights_answers import (
    NewShare,
    PersonPage,
    PersonRow,
    PlaceField,
    ProfilePage,
    ProfileRow,
    Reaches,
    SeenPage,
    SeenRow,
    SharesGot,
    TeamField,
    TeamPage,
    TeamRow,
)
from shared_models.errors import FieldfareError, FieldProblem, RecordInvalid
from shared_models.ids import derived_id
from shared_models.rules import ACTIONS, WIDTH, Action
from shared_models.texts import Texts
from tests.ui.believable import ago
from tests.ui.fake_state import TEAM, USERS, FakeState, folded

ALL, TEAM_WIDE, SALES = ("all",) * 4, ("team",) * 4, ("team", "own", "own", "own")
PROFILES = {
    "admin": (Label("Administrator", "Administrator"), ("bank", "personal", "price"), (ALL, ALL)),
    "manager": (Label("Manager", "Manager"), ("bank", "personal", "price"), (TEAM_WIDE, TEAM_WIDE)),
    "salesperson": (Label("Salesperson", "Agent de vânzări"), ("personal", "price"), (SALES, SALES)),
    "office": (Label("Office", "Birou"), ("bank", "price"), (("all", "all", "all", "none"),) * 2),
    "accountant": (
        Label("Accountant", "Contabil"), ("bank", "price"), (("all", "none", "all", "none"), ("all", "none", "none", "none")),
    ),
    "guest": (Label("Guest", "Oaspete"), (), (("own", "none", "none", "none"),) * 2),
}  # fmt: skip
"""Key -> name, confidential groups, reaches of companies and of contacts."""
TEAMS = {TEAM: "Transilvania", derived_id("team", "Muntenia"): "Muntenia", derived_id("team", "Moldova"): "Moldova"}
LEADERS = {"Transilvania": "Maria Ilie", "Moldova": "Maria Ilie"}
STAFF = (
    ("Ana Pop", "Administrator", None, "", "", True),
    ("Maria Ilie", "Director vânzări", "manager", "Transilvania", "Ana Pop", True),
    ("Dan Rusu", "Agent de vânzări", "salesperson", "Transilvania", "Maria Ilie", True),
    ("Ileana Șerban", "Agent de vânzări", "salesperson", "Muntenia", "Maria Ilie", True),
    ("Gheorghe Constantinescu-Brâncoveanu", "Agent de vânzări", "salesperson", "Moldova", "Maria Ilie", True),
    ("Țuca Radu", "Contabil șef", "accountant", "", "Ana Pop", True),
    ("Ioana Lazăr", "Back-office", "office", "Transilvania", "Maria Ilie", True),
    ("Vlad Înotescu", "Auditor", None, "", "", True),
    ("Sorin Munteanu", "Agent de vânzări", "salesperson", "Moldova", "", False),
)
"""Name, position, profile, team, manager, whether active."""


def person_id(name: str) -> str:
    return derived_id("user", name)


def profile_pk(key: str) -> str:
    return derived_id("profile", key)


@dataclass
class FakeRights:
    """Everything in memory. `fail` makes every read fail; `saved` is what was asked for."""

    people_: dict[str, PersonRow] = field(default_factory=dict)
    profiles_: dict[str, tuple[Label, tuple[str, ...], tuple[tuple[str, ...], ...]]] = field(
        default_factory=lambda: {profile_pk(key): held for key, held in PROFILES.items()}
    )
    teams_: dict[str, TeamRow] = field(
        default_factory=lambda: {pk: TeamRow(pk, name, LEADERS.get(name, "")) for pk, name in TEAMS.items()}
    )
    own: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """(person, kind, action) -> the reach of a right of his own."""
    saved: list[tuple[str, ...]] = field(default_factory=list)
    fail: FieldfareError | None = None
    knows: bool = True
    got: SharesGot | None = None
    """What was shared with the reader and not told yet."""
    page_rows: int = 50
    crm: FakeState = field(default_factory=FakeState)
    """What it is a part of."""

    def __post_init__(self) -> None:
        for name, position, profile, team, manager, is_active in STAFF:
            label = PROFILES[profile][0] if profile else None
            mail = f"{folded(name).split()[0]}@carpati.example"
            row = PersonRow(person_id(name), name, mail, position, label, team, manager, position == "Administrator", is_active)
            self.people_[row.id] = row

    async def _read(self) -> None:
        await asyncio.sleep(0)
        if self.fail is not None:
            raise self.fail

    async def people(self, text: str) -> tuple[PersonRow, ...]:
        await self._read()
        words = folded(text).split()
        found = [
            self._limited(p) for p in self.people_.values() if all(w in folded(f"{p.name} {p.team} {p.profile}") for w in words)
        ]
        return tuple(sorted(found, key=lambda p: (not p.is_active, folded(p.name))))

    async def person(self, id: str) -> PersonPage | None:
        await self._read()
        if id not in self.people_:
            return None
        row = self._limited(self.people_[id])
        profile = next((pk for pk, held in self.profiles_.items() if held[0] == row.profile), None)
        held, below = self.profiles_.get(profile or ""), self._below(row.name)
        return PersonPage(
            row,
            {
                "profile_id": profile,
                "team_id": _key({pk: one.name for pk, one in self.teams_.items()}, row.team),
                "manager_id": _key(self._names(), row.manager),
            },
            tuple(Choice(pk, held[0]) for pk, held in self.profiles_.items()),
            tuple(Choice(pk, team.name) for pk, team in self.teams_.items() if not team.is_archived),
            self._active({id, *below}),
            tuple(one for one in self._active(()) if one.id in below),
            PROFILES["office"][0] if row.team == "Moldova" else None,
            tuple(p.name for p in self.people_.values() if p.manager == row.name),
            tuple(one.name for one in self.teams_.values() if one.leader == row.name and not one.is_archived),
            row.name == "Ana Pop",
            row.team != "Moldova",
            self._own(id, self._reaches(held[2])) if held else (),
            held[1] if held else (),
        )

    def _limited(self, row: PersonRow) -> PersonRow:
        """Return a person with whether anything limits him."""
        return replace(row, is_free=row.is_admin or (row.profile is None and row.team != "Moldova"))

    def _active(self, but: Iterable[str]) -> tuple[Choice, ...]:
        return tuple(Choice(p.id, p.name, p.position) for p in self.people_.values() if p.is_active and p.id not in but)

    def _below(self, name: str) -> set[str]:
        """Return the ids of those who report to somebody, directly or not."""
        direct = [p for p in self.people_.values() if p.manager == name]
        return {p.id for p in direct}.union(*(self._below(p.name) for p in direct))

    def _own(self, id: str, found: tuple[Reaches, ...]) -> tuple[Reaches, ...]:
        """Return what somebody's own rights make of those of his profile."""

        def wider(entity: str, action: Action, base: str) -> str:
            return max(base, self.own.get((id, entity, action), "none"), key=lambda reach: WIDTH[reach])

        return tuple(
            Reaches(one.entity, {a: wider(one.entity, a, base) for a, base in one.by_action.items()}, one.by_action)
            for one in found
        )

    def _names(self) -> dict[str, str]:
        return {pk: row.name for pk, row in self.people_.items()}

    def _reaches(self, held: tuple[tuple[str, ...], ...]) -> tuple[Reaches, ...]:
        kinds = zip(("company", "contact"), held, strict=True)
        return tuple(Reaches(entity, dict(zip(ACTIONS, reaches, strict=True))) for entity, reaches in kinds)

    async def put_right(self, id: str, entity: str, action: Action, reach: str) -> Saved:
        self.own[id, entity, action] = reach
        return self._saved(id, self.people_[id].name, entity, action, reach)

    async def put_active(self, id: str, *, on: bool) -> Saved:
        self.people_[id] = replace(self.people_[id], is_active=on)
        return self._saved(id, self.people_[id].name, "active" if on else "left")

    async def put_person(self, id: str, field: PlaceField, value: str | None) -> Saved:
        if field == "manager_id" and value in self._below(self.people_[id].name):
            raise RecordInvalid((FieldProblem("manager_id", "people.circle"),))
        self.saved.append((id, field, value or ""))
        row = self.people_[id]
        shown = {
            "profile_id": {"profile": self.profiles_[value][0] if value in self.profiles_ else None},
            "team_id": {"team": self.teams_[value].name if value in self.teams_ else ""},
            "manager_id": {"manager": self._names().get(value or "", "")},
        }[field]
        self.people_[id] = replace(row, state="waiting", **shown)  # type: ignore[arg-type]  # as the field is
        self.crm.tell(RecordsChanged({"user": frozenset({id})}))
        return Saved(f"rights{len(self.saved)}", id, f"{row.name}: {field}")

    async def seen_by(self, id: str, entity: str, after: str | None = None) -> SeenPage | None:
        await self._read()
        if not self.knows:
            return None
        person = self.people_[id]
        mine = [pk for pk, row in self.crm.rows[entity].items() if self._sees(person, row)]
        start = int(after or 0)
        rows = tuple(
            SeenRow(pk, self.crm.title(entity, pk), self._rule(person, self.crm.rows[entity][pk]))
            for pk in mine[start : start + self.page_rows]
        )
        following = str(start + self.page_rows) if len(mine) > start + self.page_rows else None
        return SeenPage(rows, len(mine), len(self.crm.rows[entity]), following)

    def _sees(self, person: PersonRow, row: dict[str, Any]) -> bool:
        return person.is_admin or person.profile is None or row.get("responsible_id") in (person.id, person_id("Maria Ilie"))

    def _rule(self, person: PersonRow, row: dict[str, Any]) -> Access:
        if person.is_admin or person.profile is None:
            return Access("see", True, "why.admin" if person.is_admin else "why.open")
        owner = USERS.get(row["responsible_id"], "")
        words: dict[str, Label | str] = {"source": "profile", "profile": person.profile, "owner": owner}
        return Access("see", True, "why.own" if row["responsible_id"] == person.id else "why.mate", words)

    async def profiles(self) -> tuple[ProfileRow, ...]:
        await self._read()
        return tuple(self._row(pk) for pk in self.profiles_)

    def _row(self, pk: str) -> ProfileRow:
        label, groups, _ = self.profiles_[pk]
        return ProfileRow(pk, label, sum(p.profile == label for p in self.people_.values()), groups)

    async def profile(self, id: str) -> ProfilePage | None:
        await self._read()
        if id not in self.profiles_:
            return None
        return ProfilePage(self._row(id), self._reaches(self.profiles_[id][2]), ("bank", "personal", "price"))

    async def put_reach(self, id: str, entity: str, action: Action, reach: str) -> Saved:
        label, groups, held = self.profiles_[id]
        kind, place = ("company", "contact").index(entity), ACTIONS.index(action)
        rows = [list(one) for one in held]
        rows[kind][place] = reach
        self.profiles_[id] = label, groups, tuple(tuple(one) for one in rows)
        return self._saved(id, label.en, entity, action, reach)

    async def put_group(self, id: str, group: str, *, on: bool) -> Saved:
        label, groups, held = self.profiles_[id]
        self.profiles_[id] = label, tuple(sorted({*groups, group} if on else {*groups} - {group})), held
        return self._saved(id, label.en, group, "on" if on else "off")

    async def rename_profile(self, id: str, name: Label) -> Saved:
        self._check(name)
        self.profiles_[id] = (name, *self.profiles_[id][1:])
        return self._saved(id, name.en, "renamed")

    async def add_profile(self, name: Label, begins_as: str | None) -> Saved:
        self._check(name)
        none = (("none",) * 4,) * 2
        self.profiles_[profile_pk(name.en)] = (name, *(self.profiles_[begins_as][1:] if begins_as else ((), none)))
        return self._saved(profile_pk(name.en), name.en, "new", begins_as or "")

    def _check(self, name: Label) -> None:
        empty = [field for field, text in (("label_en", name.en), ("label_ro", name.ro)) if not text.strip()]
        if empty:
            raise RecordInvalid(tuple(FieldProblem(field, "problem.required") for field in empty))

    async def teams(self) -> tuple[TeamRow, ...]:
        await self._read()
        found = (self._team(pk) for pk in self.teams_)
        return tuple(sorted(found, key=lambda one: (one.is_archived, folded(one.name))))

    def _team(self, pk: str) -> TeamRow:
        team = self.teams_[pk]
        return replace(team, people=len({p.id for p in self._members(team) if p.is_active}))

    def _members(self, team: TeamRow) -> list[PersonRow]:
        leads = [p for p in self.people_.values() if p.name == team.leader]
        return leads + [p for p in self.people_.values() if p.team == team.name and p not in leads]

    async def team(self, id: str) -> TeamPage | None:
        await self._read()
        if id not in self.teams_:
            return None
        team = self._team(id)
        members = self._members(team)
        label = next((pk for pk, held in self.profiles_.items() if held[0] == team.profile), None)
        return TeamPage(
            team,
            {"leader_id": _key(self._names(), team.leader), "profile_id": label},
            tuple(members),
            frozenset(p.id for p in members if p.team == team.name),
            tuple(Choice(p.id, p.name, p.team) for p in self.people_.values() if p.is_active and p.team != team.name),
            self._active(()),
            tuple(Choice(pk, held[0]) for pk, held in self.profiles_.items()),
        )

    async def add_team(self, name: str) -> Saved:
        self._check_team(name, None)
        pk = derived_id("team", name)
        self.teams_[pk] = TeamRow(pk, name, state="waiting")
        return self._saved(pk, name, "new")

    async def rename_team(self, id: str, name: str) -> Saved:
        self._check_team(name, id)
        self.teams_[id] = replace(self.teams_[id], name=name, state="waiting")
        return self._saved(id, name, "renamed")

    def _check_team(self, name: str, own: str | None) -> None:
        taken = {folded(one.name) for pk, one in self.teams_.items() if pk != own}
        if not name.strip() or folded(name) in taken:
            raise RecordInvalid((FieldProblem("name", "teams.taken" if name.strip() else "problem.required"),))

    async def put_team(self, id: str, field: TeamField, value: str | None) -> Saved:
        held = self.teams_[id]
        if field == "leader_id":
            self.teams_[id] = replace(held, leader=self._names().get(value or "", ""))
        else:
            self.teams_[id] = replace(held, profile=self.profiles_[value][0] if value in self.profiles_ else None)
        return self._saved(id, held.name, field, value or "")

    async def archive_team(self, id: str, *, on: bool) -> Saved:
        self.teams_[id] = replace(self.teams_[id], is_archived=on)
        return self._saved(id, self.teams_[id].name, "archived" if on else "back")

    async def share(self, new: NewShare) -> Saved:
        if new.until > ago(days=-365):
            raise RecordInvalid((FieldProblem("ends_at", "share.too_long"),))
        name = TEAMS[new.whom] if new.is_team else self._names()[new.whom]
        share = Shared(f"s{len(self.saved)}", name, new.is_team, new.level, new.until, "Ana Pop", True, "waiting")
        self.crm.shares = (*self.crm.shares, share)
        self.crm.tell(RecordsChanged({"record_share": frozenset({share.id})}))
        return self._saved(share.id, name, new.level)

    async def take_shares(self) -> SharesGot | None:
        await self._read()
        got, self.got = self.got, None
        return got

    async def end_share(self, id: str) -> Saved:
        whom = next(one.whom for one in self.crm.shares if one.id == id)
        self.crm.shares = tuple(one for one in self.crm.shares if one.id != id)
        self.crm.tell(RecordsChanged({"record_share": frozenset({id})}))
        words = Texts(self.crm.preferences_.language).t("saved.end_share", title="Hotel Șapte Brazi", name=whom)
        return replace(self._saved(id, "ended"), label=words)

    def _saved(self, id: str, title: str, *what: str) -> Saved:
        self.saved.append((id, *what))
        self.crm.tell(RecordsChanged({"profile": frozenset({id})}))
        return Saved(f"rights{len(self.saved)}", id, f"{title}: {', '.join(what)}")


def _key(names: dict[str, str], name: str) -> str | None:
    return next((pk for pk, one in names.items() if one == name), None) if name else None


def fill_rights(crm: FakeState, rights: FakeRights) -> None:
    """Give a salesperson two rights of his own, and let a team be archived."""
    dan = person_id("Dan Rusu")
    rights.own = {(dan, "company", "see"): "all", (dan, "contact", "change"): "team"}
    old = derived_id("team", "Banat")
    rights.teams_[old] = TeamRow(old, "Banat", is_archived=True)
    fill_shares(crm)


def fill_guest(crm: FakeState) -> None:
    """Show the reader, a guest, the record that was shared with him, and keep from him the people that he may not see."""
    why = "denied.change.company"
    crm.denied = {
        **dict.fromkeys(("change", "note", "contact_point", "address", "company_contact", "tie"), why),
        "archive": "denied.archive.company",
        "bank_account": "denied.confidential",
    }
    crm.person_ = replace(crm.person_, denied={entity: f"denied.create.{entity}" for entity in ("company", "contact")})
    for gone in ("bank_account", "company_contact", "contact"):
        crm.rows[gone].clear()
    crm.notes.clear()
    for row in crm.rows["company"].values():
        row["_last"] = None
    crm.sees_all_ties = False


def fill_shares(crm: FakeState) -> None:
    """Let every page be shared with a person until today and with a team for some weeks, and say what decides."""
    sales: dict[str, Label | str] = {"source": "profile", "profile": PROFILES["salesperson"][0]}
    crm.access = (
        Access("see", True, "why.all", sales),
        Access("change", True, "why.own", {**sales, "owner": "Ana Pop"}),
        Access("archive", False, "why.none"),
    )
    crm.shares = (
        Shared("s-dan", "Dan Rusu", False, "change", ago(minutes=-95), "Ana Pop", True),
        Shared("s-team", "Moldova", True, "see", ago(days=-23), "Maria Ilie", False),
    )
