"""One record shared with a person or a team until a day: the shares that are in force, giving one, ending one (row 34)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import get_args

from client.replica import meta
from client.replica.replica import Replica
from client.usecases.allowed import Allowed, NotAllowed, allowed
from client.usecases.answers import Saved
from client.usecases.labels import Say
from client.usecases.record_answers import Shared
from client.usecases.rights_answers import NewShare, SharesGot
from client.usecases.shown import Names
from shared_models.codec import Row
from shared_models.entities.rights import ShareLevel
from shared_models.errors import FieldProblem, RecordInvalid
from shared_models.fields import ARCHIVED
from shared_models.rights import may_share, subject_of
from shared_models.rules import Share

LEVELS: tuple[ShareLevel, ...] = get_args(ShareLevel)


@dataclass(frozen=True)
class Sharing:
    """What a page tells of the shares of its record. levels: what the reader may let others do with it; empty for nothing.

    needless: ids of people who need no share of it, the reader and its responsible.
    """

    shares: tuple[Shared, ...] = ()
    levels: tuple[str, ...] = ()
    needless: frozenset[str] = frozenset()


def sharing(replica: Replica, names: Names, may: Allowed, entity: str, pk: str) -> Sharing:
    """Return the shares of a record that are in force, the one that ends first at the top, and what the reader may give."""
    if may.known is None:
        return Sharing()
    at, reader = may.known.at, may.known.person
    mine = {reader, *may.known.rules.standing(reader).teams}
    rows = [one for one in replica.children_of("record_share", "record_id", pk) if one["ends_at"] > at]
    states = replica.states_of("record_share", [one["id"] for one in rows])
    can_change = not may.change(entity, pk)
    shares = tuple(
        Shared(
            one["id"],
            names.name("team", one["team_id"]) or names.name("user", one["user_id"]),
            one["team_id"] is not None,
            one["level"],
            one["ends_at"],
            names.name("user", one["created_by"]),
            can_change or one["created_by"] == reader,
            states[one["id"]],
            one["created_by"] != reader and (one["user_id"] or one["team_id"]) in mine,
        )
        for one in sorted(rows, key=lambda row: (row["ends_at"], row["id"]))
    )
    levels = tuple(level for level in LEVELS if _may(replica, may, (entity, pk), level, at))
    responsible = (replica.get(entity, pk) or {}).get("responsible_id")
    return Sharing(shares, levels, frozenset(one for one in (reader, responsible) if one))


def lent_to(may: Allowed, entity: str) -> frozenset[str]:
    """Return the ids of the records of a kind that are shared with the reader now; of nothing is told who sees everything anyway."""
    if may.known is None or (standing := may.known.rules.standing(may.known.person)).is_free:
        return frozenset()
    return frozenset(pk for (of, pk), shares in standing.shares.items() if of == entity and _in_force(may, shares))


def _in_force(may: Allowed, shares: Iterable[Share]) -> list[Share]:
    """Return those of some shares that somebody else gave and that have not ended."""
    known = may.known
    return [] if known is None else [one for one in shares if one.ends_at > known.at and one.by != known.person]


def take_shares(replica: Replica) -> SharesGot | None:
    """Return what was shared with the reader since he was told last, and note that he knows it; None for nothing.

    A share of a record that is not here yet is told once it is.
    """
    may = allowed(replica)
    if may.known is None:
        return None
    lent = may.known.rules.standing(may.known.person).shares
    got = {one.pk: key for key, shares in lent.items() if _is_live(replica, key) for one in _in_force(may, shares)}
    told = set(replica.facts()["shares_told"])
    if told == got.keys():
        return None
    with replica.write(durable=False) as writing:
        meta.put(writing.connection, {"shares_told": sorted(got)})
    fresh = [row for pk in got.keys() - told if (row := replica.get("record_share", pk)) is not None]
    if not fresh:
        return None
    last, names = max(fresh, key=lambda row: (row["created_at"] or 0, row["id"])), Names(replica)
    entity, record = got[last["id"]]
    title, by = names.name(entity, record), names.name("user", last["created_by"])
    return SharesGot(len({got[row["id"]] for row in fresh}), entity, record, title, by)


def _is_live(replica: Replica, key: tuple[str, str]) -> bool:
    row = replica.get(*key)
    return row is not None and row[ARCHIVED] is None


def share(replica: Replica, say: Say, new: NewShare) -> Saved:
    """Share a record. Raises NotAllowed, RecordInvalid for a time that is over or outlasts the reader's own right, KeyError."""
    may, key = allowed(replica), (new.entity, new.record)
    at = may.known.at if may.known is not None else 0
    if not _may(replica, may, key, new.level, at):
        raise NotAllowed("denied.share")
    if new.until <= at:
        raise RecordInvalid((FieldProblem("ends_at", "share.past"),))
    if not _may(replica, may, key, new.level, new.until):
        raise RecordInvalid((FieldProblem("ends_at", "share.too_long"),))
    whom = "team_id" if new.is_team else "user_id"
    title = replica.titles(new.entity, (new.record,)).get(new.record, "")
    name = Names(replica).name("team" if new.is_team else "user", new.whom)
    label = say("saved.share", title=title, name=name, until=_day(say, new.last_day))
    with replica.edit(label) as edit:
        values: Row = {"record_type": new.entity, "record_id": new.record, whom: new.whom}
        pk = edit.insert("record_share", {**values, "level": new.level, "ends_at": new.until})
        tx = edit.tx_id
    return Saved(tx, pk, label)


def _day(say: Say, day: str) -> str:
    """Return a day as the sheet writes it."""
    found = date.fromisoformat(day)
    return f"{found.day} {say(f'month.short.{found.month}')} {found.year}"


def end_share(replica: Replica, say: Say, pk: str) -> Saved:
    """End a share at once. Raises NotAllowed for one that neither is the reader's nor of a record that he may change, KeyError."""
    row, may = replica.get("record_share", pk), allowed(replica)
    if row is None:
        raise KeyError(f"record_share {pk}")
    is_giver = may.known is not None and row["created_by"] == may.known.person
    if not is_giver and (denied := may.change(row["record_type"], row["record_id"])):
        raise NotAllowed(denied)
    title = replica.titles(row["record_type"], (row["record_id"],)).get(row["record_id"], "")
    whom = ("team", row["team_id"]) if row["team_id"] else ("user", row["user_id"])
    label = say("saved.end_share", title=title or say(f"entity.{row['record_type']}"), name=Names(replica).name(*whom))
    with replica.edit(label) as edit:
        edit.archive("record_share", pk)
        tx = edit.tx_id
    return Saved(tx, pk, label)


def _may(replica: Replica, may: Allowed, key: tuple[str, str], level: str, until: int) -> bool:
    """Whether the reader may share a record that is here, until a time; False where this device does not know the rules."""
    row = replica.get(*key)
    if may.known is None or row is None or level not in LEVELS:
        return False
    known, subject = may.known, subject_of(replica.registry.get(key[0]), row)
    return may_share(known.rules, known.person, subject, level, until, known.at)
