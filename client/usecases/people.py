"""The people of the organisation as their administrator sees them: who has which profile, team and manager (rows 32-35)."""

from client.replica.queries import Filter
from client.replica.replica import Replica
from client.usecases.allowed import NotAllowed, allowed
from client.usecases.answers import Label, Saved
from client.usecases.form_answers import Choice
from client.usecases.labels import Say, saved_label
from client.usecases.rights_answers import PersonPage, PersonRow, PlaceField, Reaches
from client.usecases.shown import Names
from shared_models.codec import Row
from shared_models.errors import FieldProblem, RecordInvalid
from shared_models.folding import fold
from shared_models.rules import ACTIONS, Action, Rules

PLACE: tuple[PlaceField, ...] = ("profile_id", "team_id", "manager_id")
MAX_PEOPLE = 2000
"""People of one organisation that a list holds."""


def check_admin(replica: Replica) -> None:
    """Raise NotAllowed for a reader who does not administer."""
    reader = replica.get("user", replica.facts()["user"] or "")
    if reader is None or not reader["is_admin"]:
        raise NotAllowed("why.admin_only")


def people(replica: Replica, text: str) -> tuple[PersonRow, ...]:
    """Return the people in whose name, e-mail, position, team or profile all words of a text begin; those who are active first."""
    check_admin(replica)
    rows = _all(replica)
    found = person_rows(replica, rows)
    wanted = fold(text).split()
    return tuple(sorted((one for one in found if _has(one, wanted)), key=lambda one: (not one.is_active, fold(one.name))))


def person_page(replica: Replica, pk: str) -> PersonPage | None:
    """Return a person with all that his rights come from; None when he is not here."""
    check_admin(replica)
    user = replica.get("user", pk)
    if user is None:
        return None
    known = allowed(replica).known
    rules = known.rules if known is not None else None
    team = _live_team(replica, user["team_id"])
    return PersonPage(
        person_rows(replica, [user])[0],
        {field: user[field] for field in PLACE} | ({} if team else {"team_id": None}),
        tuple(Choice(one["id"], profile_label(one)) for one in profile_rows(replica)),
        tuple(Choice(one["id"], one["name"]) for one in replica.list_page("team", limit=MAX_PEOPLE).rows),
        *_managers(replica, rules, pk),
        _label_of(replica, team["profile_id"]) if team else None,
        tuple(one["name"] for one in replica.children_of("user", "manager_id", pk)),
        tuple(one["name"] for one in replica.children_of("team", "leader_id", pk)),
        pk == replica.facts()["user"],
        rules is not None and not any(rules.tables["team"][one]["profile_id"] for one in rules.standing(pk).teams),
        _reaches(rules, pk) if rules is not None else (),
        tuple(sorted(rules.standing(pk).groups)) if rules is not None else (),
    )


def put_person(replica: Replica, say: Say, pk: str, field: PlaceField, value: str | None) -> Saved:
    """Give a person another profile, team or manager, or none.

    Raises NotAllowed, RecordInvalid for a manager who reports to him, KeyError for a person who is gone.
    """
    check_admin(replica)
    known = allowed(replica).known
    if field == "manager_id" and known is not None and value in known.rules.standing(pk).people:
        raise RecordInvalid((FieldProblem("manager_id", "people.circle"),))
    return _put(replica, say, pk, {field: value})


def put_active(replica: Replica, say: Say, pk: str, *, on: bool) -> Saved:
    """Let a person sign in, or no longer: what is his stays his. Raises NotAllowed for others and for oneself, KeyError."""
    check_admin(replica)
    if pk == replica.facts()["user"]:
        raise NotAllowed("people.not_oneself")
    return _put(replica, say, pk, {"is_active": on}, "people.saved_on" if on else "people.saved_off")


def put_right(replica: Replica, say: Say, pk: str, entity: str, action: Action, reach: str) -> Saved:
    """Let one person reach further with one action on one kind of record than his profiles do; "none" takes that back.

    Raises NotAllowed, KeyError for a kind that rights are not given on.
    """
    check_admin(replica)
    if entity not in {one.entity_name for one in replica.registry.roots}:
        raise KeyError(entity)
    field = f"{action}_reach"
    name = replica.titles("user", (pk,)).get(pk, "")
    label = f"{name}: {say(f'entity.{entity}')}, {say(f'user_right.{field}')}"
    held = next((one["id"] for one in replica.children_of("user_right", "user_id", pk) if one["record_type"] == entity), None)
    with replica.edit(label) as edit:
        if held is None:
            edit.insert("user_right", {"user_id": pk, "record_type": entity, field: reach})
        else:
            edit.update("user_right", held, {field: reach})
        tx = edit.tx_id
    return Saved(tx, pk, label)


def _put(replica: Replica, say: Say, pk: str, values: Row, words: str = "") -> Saved:
    """words: the text that says what was done, where the names of the fields do not."""
    name = replica.titles("user", (pk,)).get(pk, "")
    label = say(words, name=name) if words else saved_label(say, "user", name, values, verb="edit")
    with replica.edit(label) as edit:
        edit.update("user", pk, values)
        tx = edit.tx_id
    return Saved(tx, pk, label)


def profile_rows(replica: Replica) -> list[Row]:
    """Return the profiles that are in use, by their English name."""
    return replica.list_page("profile", limit=MAX_PEOPLE).rows


def profile_label(row: Row) -> Label:
    """Return a profile's name in both languages."""
    return Label(row["label_en"], row["label_ro"])


def _all(replica: Replica) -> list[Row]:
    return replica.list_page("user", limit=MAX_PEOPLE).rows


def person_rows(replica: Replica, rows: list[Row]) -> list[PersonRow]:
    """Return people as a list tells them. A team that is archived counts as none, as it does for rights."""
    names, states = Names(replica), replica.states_of("user", [row["id"] for row in rows])
    teams = {row["id"]: row["name"] for row in replica.list_page("team", limit=MAX_PEOPLE).rows}
    names.load("user", [row["manager_id"] for row in rows])
    labels, known = {one["id"]: profile_label(one) for one in profile_rows(replica)}, allowed(replica).known
    return [
        PersonRow(
            row["id"],
            row["name"],
            row["email"],
            row["position"] or "",
            labels.get(row["profile_id"]),
            teams.get(row["team_id"], ""),
            names.name("user", row["manager_id"]),
            row["is_admin"],
            row["is_active"] and row["archived_at"] is None,
            states[row["id"]],
            known is not None and known.rules.standing(row["id"]).is_free,
        )
        for row in rows
    ]


def _has(person: PersonRow, wanted: list[str]) -> bool:
    profile = (person.profile.en, person.profile.ro) if person.profile else ()
    words = fold(" ".join((person.name, person.email, person.position, person.team, *profile))).split()
    return all(any(word.startswith(start) for word in words) for start in wanted)


def _live_team(replica: Replica, pk: str | None) -> Row | None:
    row = replica.get("team", pk) if pk else None
    return row if row is not None and row["archived_at"] is None else None


def _label_of(replica: Replica, profile: str | None) -> Label | None:
    row = replica.get("profile", profile) if profile else None
    return profile_label(row) if row is not None else None


def active_people(replica: Replica) -> list[Row]:
    """Return the people who work here now."""
    return replica.list_page("user", filters=[Filter("is_active", "is", True)], limit=MAX_PEOPLE).rows


def _managers(replica: Replica, rules: Rules | None, pk: str) -> tuple[tuple[Choice, ...], tuple[Choice, ...]]:
    """Return who may be a person's manager, whoever is active but for him, and those who may not: they report to him."""
    below = rules.standing(pk).people if rules is not None else {pk}
    found: tuple[list[Choice], list[Choice]] = [], []
    for row in active_people(replica):
        if row["id"] != pk:
            found[row["id"] in below].append(Choice(row["id"], row["name"], row["position"] or ""))
    return tuple(found[0]), tuple(found[1])


def _reaches(rules: Rules, pk: str) -> tuple[Reaches, ...]:
    """Return what a person's profiles and own rights come to, and what the profiles would give alone."""
    standing = rules.standing(pk)
    alone = Rules(rules.registry, {**rules.tables, "user_right": {}}).standing(pk)
    return tuple(
        Reaches(name, *({action: one.grant(name, action).reach for action in ACTIONS} for one in (standing, alone)))
        for name in in_order(rules.roots)
    )


def in_order(roots: frozenset[str]) -> list[str]:
    """Return the kinds of records that rights are given on, in the order of a table."""
    return sorted(roots)
