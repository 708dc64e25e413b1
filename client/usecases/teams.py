"""The teams of the organisation as their administrator sees them: who is in them, who leads them, what they add (rows 32-34)."""

from client.replica.replica import Replica
from client.usecases.answers import Label, Saved
from client.usecases.form_answers import Choice
from client.usecases.labels import Say, saved_label
from client.usecases.people import MAX_PEOPLE, active_people, check_admin, person_rows, profile_label, profile_rows
from client.usecases.rights_answers import TeamField, TeamPage, TeamRow
from client.usecases.shown import Names
from shared_models.codec import Row
from shared_models.errors import FieldProblem, RecordInvalid
from shared_models.folding import fold


def teams(replica: Replica) -> tuple[TeamRow, ...]:
    """Return all teams by name, the archived ones last."""
    check_admin(replica)
    rows = replica.list_page("team", limit=MAX_PEOPLE, archived=None).rows
    return tuple(sorted(_team_rows(replica, rows), key=lambda one: (one.is_archived, fold(one.name))))


def team_page(replica: Replica, pk: str) -> TeamPage | None:
    """Return a team with everyone in it; None when it is not here."""
    check_admin(replica)
    team = replica.get("team", pk)
    if team is None:
        return None
    members = _members(replica, team)
    inside, active = {one["id"] for one in members}, active_people(replica)
    found = person_rows(replica, members)
    others = person_rows(replica, [one for one in active if one["id"] not in inside or one["team_id"] != pk])
    return TeamPage(
        _team_rows(replica, [team])[0],
        {"leader_id": team["leader_id"], "profile_id": team["profile_id"]},
        tuple(sorted(found, key=lambda one: (one.id != team["leader_id"], not one.is_active, fold(one.name)))),
        frozenset(one["id"] for one in members if one["team_id"] == pk),
        tuple(Choice(one.id, one.name, one.team) for one in others),
        tuple(Choice(one["id"], one["name"], one["position"] or "") for one in active),
        tuple(Choice(one["id"], profile_label(one)) for one in profile_rows(replica)),
    )


def add_team(replica: Replica, say: Say, name: str) -> Saved:
    """Add a team. Raises NotAllowed, RecordInvalid for a name that is missing, or that a team has."""
    check_admin(replica)
    values = {"name": _free_name(replica, name, None)}
    label = saved_label(say, "team", values["name"], (), verb="new")
    with replica.edit(label) as edit:
        pk = edit.insert("team", values)
        tx = edit.tx_id
    return Saved(tx, pk, label)


def rename_team(replica: Replica, say: Say, pk: str, name: str) -> Saved:
    """Give a team another name. Raises NotAllowed, RecordInvalid as `add_team` does, KeyError for one that is gone."""
    check_admin(replica)
    return _put(replica, say, pk, {"name": _free_name(replica, name, pk)})


def put_team(replica: Replica, say: Say, pk: str, field: TeamField, value: str | None) -> Saved:
    """Give a team another leader, or another profile to add, or none. Raises NotAllowed, KeyError."""
    check_admin(replica)
    return _put(replica, say, pk, {field: value})


def archive_team(replica: Replica, say: Say, pk: str, *, on: bool) -> Saved:
    """Archive a team, or bring it back. Whoever is in it stays noted there. Raises NotAllowed, KeyError."""
    check_admin(replica)
    label = saved_label(say, "team", _title(replica, pk), (), verb="archive" if on else "restore")
    with replica.edit(label) as edit:
        if on:
            edit.archive("team", pk)
        else:
            edit.unarchive("team", pk)
        tx = edit.tx_id
    return Saved(tx, pk, label)


def _put(replica: Replica, say: Say, pk: str, values: Row) -> Saved:
    label = saved_label(say, "team", values.get("name") or _title(replica, pk), values, verb="edit")
    with replica.edit(label) as edit:
        edit.update("team", pk, values)
        tx = edit.tx_id
    return Saved(tx, pk, label)


def _free_name(replica: Replica, name: str, own: str | None) -> str:
    """Return a name as it is stored. Raises RecordInvalid for an empty one, and for one that another team in use has."""
    text = name.strip()
    others = {fold(row["name"]) for row in replica.list_page("team", limit=MAX_PEOPLE).rows if row["id"] != own}
    reason = "problem.required" if not text else "teams.taken" if fold(text) in others else ""
    if reason:
        raise RecordInvalid((FieldProblem("name", reason),))
    return text


def _members(replica: Replica, team: Row) -> list[Row]:
    """Return everyone in a team, its leader too, whatever team he is noted in."""
    members = replica.children_of("user", "team_id", team["id"])
    leader = replica.get("user", team["leader_id"]) if team["leader_id"] else None
    return members if leader is None or leader in members else [leader, *members]


def _team_rows(replica: Replica, rows: list[Row]) -> list[TeamRow]:
    names, states = Names(replica), replica.states_of("team", [row["id"] for row in rows])
    names.load("user", [row["leader_id"] for row in rows])
    labels: dict[str | None, Label] = {one["id"]: profile_label(one) for one in profile_rows(replica)}
    return [
        TeamRow(
            row["id"],
            row["name"],
            names.name("user", row["leader_id"]),
            sum(one["is_active"] for one in _members(replica, row)),
            labels.get(row["profile_id"]),
            row["archived_at"] is not None,
            states[row["id"]],
        )
        for row in rows
    ]


def _title(replica: Replica, pk: str) -> str:
    return replica.titles("team", (pk,)).get(pk, "")
