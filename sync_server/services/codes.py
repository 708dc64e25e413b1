"""Business codes: the first that is accepted keeps it; a second gets a suffix, and nobody's record is refused (trap 11)."""

from shared_models.ids import derived_id
from shared_models.series import is_provisional, series_of
from sync_server.db import lookups
from sync_server.services import cards, series
from sync_server.services.applying import Applying
from sync_server.services.cards import Clash
from sync_server.services.workspace import CentralRow

MAX_CODE = 30


def confirm_all(work: Applying, found: CentralRow) -> None:
    """Confirm the codes of a new record."""
    for field in lookups.code_fields(found.entity):
        confirm(work, found, field, None)


def confirm(work: Applying, found: CentralRow, field: str, old: str | None) -> bool:
    """Confirm one code, or give it a suffix with a card. Returns whether it stayed as typed.

    old: the code that the record had before, if any.
    A code that was ever given stays with its record: the old one of a record that changes it becomes an alias.
    """
    typed, entity = found.row[field], found.entity.entity_name
    typed_before = found.extra.get("typed", {})
    typed_before.pop(field, None)
    if old is not None and (typed is None or lookups.fold_code(old) != lookups.fold_code(typed)):
        _keep_alias(work, found, old)
    if typed is None:
        return True
    if is_provisional(typed) and field in series_of(found.entity):
        _put_number(work, found, field, typed)
        return False
    code, n = typed, 1
    while work.space.code_owner(entity, code) not in (None, found.pk):
        n += 1
        code = f"{typed[: MAX_CODE - 1 - len(str(n))]}-{n}"
    work.space.give_code(entity, code, found.pk)
    if code == typed:
        return True
    holder = work.space.code_owner(entity, typed)
    found.row[field] = code
    found.extra["typed"] = {**typed_before, field: typed}
    work.remember(entity, found.pk, field, {field: typed}, {field: code}, "merged")
    clash = Clash("code", field, "PN", None, {field: typed}, {field: code, "id": holder}, work.seq)
    cards.put(work, found, clash, name=f"{work.tx.id}/{found.pk}/{field}")
    work.mixed = True
    work.space.touch(found, work.seq, work.actor.user_id, exact=False)
    return False


def _put_number(work: Applying, found: CentralRow, field: str, typed: str) -> None:
    """Put the next number of the series in the place of a provisional code, which is nobody's question and stays findable."""
    entity, space = found.entity.entity_name, work.space
    code = series.next_code(space.central, space.connection, found.entity, field)
    space.give_code(entity, code, found.pk)
    found.row[field] = code
    found.extra["typed"] = {**found.extra.get("typed", {}), field: typed}
    work.remember(entity, found.pk, field, {field: typed}, {field: code}, "merged")
    _keep_alias(work, found, typed)
    work.mixed = True
    space.touch(found, work.seq, work.actor.user_id, exact=False)


def _keep_alias(work: Applying, found: CentralRow, code: str) -> None:
    """Keep the old code of a company searchable after it gets another one."""
    space = work.space
    if found.entity.entity_name != "company" or "company_alias" not in space.central.registry.by_name:
        return
    entity = space.central.registry.get("company_alias")
    pk = derived_id("company_alias", found.pk, "code", lookups.fold_code(code))
    if space.get("company_alias", pk) is None:
        made = space.create(
            entity, {"id": pk, "company_id": found.pk, "kind": "code", "alias": code}, work.seq, work.origin, work.actor.user_id
        )
        space.touch(made, work.seq, work.actor.user_id, exact=False)
