"""One checked transaction against the central records: every op is applied, merged, or kept for a person to decide.

The rules are PROTOCOL part 4; the decision on one unit is `conflict.merge.decide`, which is pure.
"""

from conflict.merge import STANDS_IF_SEEN, Merged, Outcome, Stored, Typed, decide
from conflict.overlay import blank_row, laid_over
from shared_models.base import Record
from shared_models.codec import Row
from shared_models.entities.sync_conflict import ADDED, CHANGED
from shared_models.fields import ARCHIVED, Merge, Unit, column_of
from shared_models.protocol import Op, Verb
from sync_server.services import archiving, cards, codes, links, suspects, trees, withholding
from sync_server.services.applying import Applying
from sync_server.services.cards import Clash
from sync_server.services.shapes import Checked
from sync_server.services.workspace import CentralRow

NO_ELEMENTS = frozenset[str]()
NO_MOVES: dict[str, frozenset[str]] = {}


def apply(work: Applying, checked: Checked) -> Verb:
    """Apply a tx and return its verdict: `applied`, `merged` or `conflict`."""
    before = withholding.Before.of(work.space) if work.tx.atomic else None
    _apply_ops(work, checked)
    if before is not None and work.withheld:
        withholding.withhold(work, checked, before)
    return "conflict" if work.asked else "merged" if work.mixed else "applied"


def _apply_ops(work: Applying, checked: Checked) -> None:
    for i, op in enumerate(work.tx.ops):
        if op.op == "i":
            _insert(work, op, checked[i])
        elif op.op == "d":
            archiving.archive(work, op)
        elif op.t == "sync_conflict":
            card = work.space.get(op.t, op.pk)
            assert card is not None  # checked before
            if checked[i]["state"] == "open":
                cards.reopen(work, card, op.base["state"])
            else:
                cards.decide(work, card, checked[i]["state"])
        else:
            found = work.space.get(op.t, op.pk)
            assert found is not None  # checked before
            update(work, found, op, checked[i])


def _insert(work: Applying, op: Op, values: Row) -> None:
    """Create a record; one that exists already is merged unit by unit (PROTOCOL 4, insert of an existing id)."""
    space, entity = work.space, work.space.central.registry.get(op.t)
    found = space.get(op.t, op.pk)
    is_new = found is None
    if found is None:
        found = space.create(entity, {**values, "id": op.pk}, work.seq, work.origin, work.actor.user_id)
        space.touch(found, work.seq, work.actor.user_id, exact=True)
        work.remember(op.t, op.pk, "*", None, values, "applied")
        codes.confirm_all(work, found)
        trees.cut_circles(work, found)
        suspects.look(work, found, None)
    if entity.is_link:
        links.add(work, found, op, is_new=is_new)
    if not is_new:
        update(work, found, op, _with_whole_groups(entity, values))
    for field, parent in space.central.registry.parents(entity):
        if (pk := found.row.get(field)) is not None:
            owner = space.get(parent, pk)
            if owner is not None:
                seen = work.base_version(op, field) if field in op.bvx else 0
                archiving.revive(work, owner, seen, [(ADDED, op.t)])


def _with_whole_groups(entity: type[Record], values: Row) -> Row:
    """Return an insert's values with the fields of its groups that were left empty: a group merges whole (I12)."""
    empty = blank_row(entity)
    names = {name for unit in cards.units_of(entity, values) for name in unit.fields}
    return {**{name: empty[name] for name in names}, **values}


def update(work: Applying, found: CentralRow, op: Op, values: Row) -> None:
    """Merge every unit that an op carries; an applied edit revives a record that was archived unseen."""
    exact = True
    applied: list[tuple[str, str]] = []
    if ARCHIVED in values:
        archiving.unarchive(work, found, op)
        return
    if links.is_removed_unseen(work, found, op):
        links.refuse_edit(work, found, op, values)
        return
    was = dict(found.row) if suspects.watches(found.entity) else None
    for unit in cards.units_of(found.entity, values):
        took, same = _update_unit(work, found, op, unit, values)
        applied += [(CHANGED, unit.name)] if took else []
        exact &= same
    if was is not None:
        suspects.look(work, found, was)
    if applied:
        exact &= not archiving.revive(work, found, work.row_version(op), applied)
    work.space.touch(found, work.seq, work.actor.user_id, exact=exact and op.op == "u")
    work.mixed |= not exact


def _update_unit(work: Applying, found: CentralRow, op: Op, unit: Unit, values: Row) -> tuple[bool, bool]:
    """Merge one unit. Returns whether a typed value was stored, and whether the device holds exactly what is stored."""
    stored_version = found.version_of(unit.name)
    if (
        unit.policy in STANDS_IF_SEEN
        and stored_version <= work.base_version(op, unit.name)
        and not trees.is_in_tree(found.entity, unit)
    ):
        return _replace_seen(work, found, unit, values), True
    merged, typed = _decide(work, found, op, unit, values, stored_version)
    before = cards.values_of(found, unit)
    mine = {name: values[name] for name in unit.fields if name in values}
    if trees.closes_circle(work, found, unit, merged):
        cards.ask(work, found, Clash("cycle", unit.name, unit.policy, cards.base_of(op, unit), mine, before, stored_version))
        return False, False
    if merged.outcome is Outcome.ASK or merged.asks_too:
        cards.ask(work, found, Clash("value", unit.name, unit.policy, cards.base_of(op, unit), mine, before, stored_version))
    if merged.outcome is Outcome.ASK:
        return False, False
    if not merged.asks_too:
        cards.close_own(work, found, unit.name, mine)
    if merged.outcome is Outcome.LOSE:
        work.remember(op.t, op.pk, unit.name, before, mine, "overwritten")
        work.mixed = True
        return False, False
    _store(found, unit, merged.value)
    after = cards.values_of(found, unit)
    exact = after == mine
    if unit.policy is Merge.SU:  # an add of what is there already leaves a trace, and the unit's version stays
        name = unit.fields[0]
        exact = (typed.seen or typed.own) and after[name] == laid_over(found.entity, name, before[name], values[name], None)
    work.remember(op.t, op.pk, unit.name, before, after, "applied" if exact and not merged.replaced_unseen else "merged")
    if merged.outcome is Outcome.NOTHING:
        return False, exact
    found.col_ver[unit.name] = work.seq
    if unit.policy is Merge.PN:
        exact &= codes.confirm(work, found, unit.fields[0], before[unit.fields[0]])
    work.mixed |= merged.replaced_unseen or not exact
    return True, exact


def _replace_seen(work: Applying, found: CentralRow, unit: Unit, values: Row) -> bool:
    """Store a value whose author saw what it replaces, as most do. Returns whether it is another one."""
    row, entity = found.row, found.entity.entity_name
    if len(unit.fields) == 1:
        name = unit.fields[0]
        before, mine = {name: row[name]}, {name: values[name]}
    else:
        before = {name: row[name] for name in unit.fields}
        mine = {name: values.get(name, row[name]) for name in unit.fields}
    if work.after:
        cards.close_own(work, found, unit.name, mine)
    work.remember(entity, row["id"], unit.name, before, mine, "applied")
    if mine == before:
        return False
    row.update(mine)
    found.col_ver[unit.name] = work.seq
    return True


def _decide(work: Applying, found: CentralRow, op: Op, unit: Unit, values: Row, stored_version: int) -> tuple[Merged, Typed]:
    """Ask the pure rule about one unit."""
    policy, name, row = unit.policy, unit.fields[0], found.row
    seen = stored_version <= work.base_version(op, unit.name)
    own = not seen and work.is_own(stored_version)
    author = work.space.author(stored_version) if policy is Merge.LE and not seen else None
    stamp = (author.hlc, author.device) if author else (0, "")
    if len(unit.fields) == 1:
        unseen = links.element_traces(work, found, op, name, values[name]) if policy is Merge.SU else NO_ELEMENTS
        code = found.extra["typed"].get(name) if "typed" in found.extra else None
        typed = Typed(values[name], op.base.get(name), name in op.base, seen, own, work.stamp)
        stored = Stored(row[name], stamp, code, unseen)
    else:
        mine = tuple([values.get(n, row[n]) for n in unit.fields])
        base = tuple([op.base.get(n) for n in unit.fields])
        typed = Typed(mine, base, all(n in op.base for n in unit.fields), seen, own, work.stamp)
        stored = Stored(tuple([row[n] for n in unit.fields]), stamp)
    if policy is Merge.AN:
        return Merged(Outcome.NOTHING if typed.value == stored.value else Outcome.LOSE, stored.value), typed
    moves = getattr(found.entity, "moves", {}).get(unit.name, NO_MOVES) if policy is Merge.SM else NO_MOVES
    return decide(policy, typed, stored, moves=moves, kind=column_of(found.entity, name).kind), typed


def _store(found: CentralRow, unit: Unit, value: object) -> None:
    if len(unit.fields) == 1:
        found.row[unit.fields[0]] = value
    else:
        found.row.update(zip(unit.fields, value, strict=True))  # type: ignore[call-overload]  # a tuple by construction
