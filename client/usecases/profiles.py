"""Profiles as their administrator sees them: the shipped ones and own ones, each a table of reaches (rows 32, 35, 36)."""

import re

from client.replica.replica import Replica
from client.replica.unit_of_work import Edit
from client.usecases.answers import Label, Saved
from client.usecases.labels import Say, saved_label
from client.usecases.people import MAX_PEOPLE, check_admin, in_order, profile_label, profile_rows
from client.usecases.rights_answers import ProfilePage, ProfileRow, Reaches
from shared_models.codec import Row
from shared_models.errors import FieldProblem, RecordInvalid
from shared_models.fields import columns
from shared_models.folding import fold
from shared_models.rules import ACTIONS, Action

MAX_KEY = 60


def profiles(replica: Replica) -> tuple[ProfileRow, ...]:
    """Return the profiles that are in use, by their English name."""
    check_admin(replica)
    return tuple(_row(replica, _holders(replica), row) for row in profile_rows(replica))


def profile_page(replica: Replica, pk: str) -> ProfilePage | None:
    """Return a profile; None when it is not here, or archived."""
    check_admin(replica)
    row = replica.get("profile", pk)
    if row is None or row["archived_at"] is not None:
        return None
    rights = {one["record_type"]: one for one in replica.children_of("profile_right", "profile_id", pk)}
    none = {f"{action}_reach": "none" for action in ACTIONS}
    reaches = tuple(
        Reaches(name, {action: rights.get(name, none)[f"{action}_reach"] for action in ACTIONS}) for name in _kinds(replica)
    )
    return ProfilePage(_row(replica, _holders(replica), row), reaches, _groups(replica))


def put_reach(replica: Replica, say: Say, pk: str, entity: str, action: Action, reach: str) -> Saved:
    """Let a profile reach further, or less far, with one action on one kind of record. Raises NotAllowed, KeyError."""
    check_admin(replica)
    rights = replica.children_of("profile_right", "profile_id", pk)
    held = next((one["id"] for one in rights if one["record_type"] == entity), None)
    field = f"{action}_reach"
    label = f"{_title(replica, say, pk)}: {say(f'entity.{entity}')}, {say(f'profile_right.{field}')}"
    with replica.edit(label) as edit:
        if held is None:
            edit.insert("profile_right", {"profile_id": pk, "record_type": entity, field: reach})
        else:
            edit.update("profile_right", held, {field: reach})
        tx = edit.tx_id
    return Saved(tx, pk, label)


def put_group(replica: Replica, say: Say, pk: str, group: str, *, on: bool) -> Saved:
    """Open a confidential field group to a profile, or close it. Raises NotAllowed, KeyError."""
    check_admin(replica)
    label = saved_label(say, "profile", _title(replica, say, pk), ("field_groups",), verb="edit")
    with replica.edit(label) as edit:
        row = edit.get("profile", pk)
        if row is None:
            raise KeyError(f"profile {pk}")
        groups = {*row["field_groups"], group} if on else {*row["field_groups"]} - {group}
        edit.update("profile", pk, {"field_groups": sorted(groups)})
        tx = edit.tx_id
    return Saved(tx, pk, label)


def rename_profile(replica: Replica, say: Say, pk: str, name: Label) -> Saved:
    """Give a profile another name. Raises NotAllowed, RecordInvalid, KeyError."""
    check_admin(replica)
    values = _names(replica, name, pk)
    label = saved_label(say, "profile", _said(say, Label(values["label_en"], values["label_ro"])), values, verb="edit")
    with replica.edit(label) as edit:
        edit.update("profile", pk, values)
        tx = edit.tx_id
    return Saved(tx, pk, label)


def add_profile(replica: Replica, say: Say, name: Label, begins_as: str | None) -> Saved:
    """Add a profile with the rights of another one, or with none. Raises NotAllowed, RecordInvalid."""
    check_admin(replica)
    values = _names(replica, name, None)
    base = replica.get("profile", begins_as) if begins_as else None
    values |= {"key": _free_key(replica, name.en), "field_groups": base["field_groups"] if base else []}
    label = saved_label(say, "profile", _said(say, Label(values["label_en"], values["label_ro"])), (), verb="new")
    with replica.edit(label) as edit:
        pk = edit.insert("profile", values)
        _copy_rights(replica, edit, begins_as, pk)
        tx = edit.tx_id
    return Saved(tx, pk, label)


def _copy_rights(replica: Replica, edit: Edit, source: str | None, target: str) -> None:
    for right in replica.children_of("profile_right", "profile_id", source) if source else ():
        reaches = {f"{action}_reach": right[f"{action}_reach"] for action in ACTIONS}
        edit.insert("profile_right", {"profile_id": target, "record_type": right["record_type"], **reaches})


def _names(replica: Replica, name: Label, own: str | None) -> Row:
    """Return the two names as they are stored. Raises RecordInvalid for an empty one, and for one that another profile has."""
    values: Row = {"label_en": name.en.strip(), "label_ro": name.ro.strip()}
    others = [row for row in profile_rows(replica) if row["id"] != own]
    problems = [
        FieldProblem(field, "problem.required" if not value else "profiles.taken")
        for field, value in values.items()
        if not value or fold(value) in {fold(row[field]) for row in others}
    ]
    if problems:
        raise RecordInvalid(tuple(problems))
    return values


def _free_key(replica: Replica, name: str) -> str:
    """Return a key that no profile of this device has, archived ones too: an id follows from it."""
    taken = {row["key"] for row in replica.list_page("profile", archived=None, limit=MAX_PEOPLE).rows}
    stem = re.sub(r"[^a-z0-9]+", "_", fold(name)).strip("_")[: MAX_KEY - 4]
    stem = stem if stem[:1].isalpha() else f"profile_{stem}".rstrip("_")
    return next(key for n in range(1, len(taken) + 2) if (key := stem if n == 1 else f"{stem}_{n}") not in taken)


def _row(replica: Replica, holders: dict[str, int], row: Row) -> ProfileRow:
    pk = row["id"]
    return ProfileRow(
        pk, profile_label(row), holders.get(pk, 0), tuple(sorted(row["field_groups"])), replica.pending_of("profile", pk)
    )


def _holders(replica: Replica) -> dict[str, int]:
    """Return profile -> how many active people have it, by themselves or through their team."""
    teams = {row["id"]: row["profile_id"] for row in replica.list_page("team", limit=MAX_PEOPLE).rows}
    found: dict[str, int] = {}
    for user in replica.list_page("user", limit=MAX_PEOPLE).rows:
        for pk in {user["profile_id"], teams.get(user["team_id"])} - {None} if user["is_active"] else ():
            found[pk] = found.get(pk, 0) + 1
    return found


def _kinds(replica: Replica) -> list[str]:
    return in_order(frozenset(entity.entity_name for entity in replica.registry.roots))


def _groups(replica: Replica) -> tuple[str, ...]:
    return tuple(sorted({c.col.right_group for entity in replica.registry for c in columns(entity) if c.col.right_group}))


def _title(replica: Replica, say: Say, pk: str) -> str:
    row = replica.get("profile", pk)
    return _said(say, profile_label(row)) if row is not None else ""


def _said(say: Say, label: Label) -> str:
    """Return a label in the language of the texts."""
    return label.ro if say("language.code") == "ro" else label.en
