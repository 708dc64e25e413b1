"""Look-ups beside the records: business codes that were ever given, and values that two records should not share."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa

from shared_models.base import Record
from shared_models.fields import Merge, data_columns
from sync_server.db import bulk, plans
from sync_server.db.engine import Connection
from sync_server.db.tables import STATEMENTS, Tables, many

IN_LIMIT = 500


@cache
def code_fields(entity: type[Record]) -> tuple[str, ...]:
    """Return the fields that hold business codes."""
    return tuple(c.name for c in data_columns(entity) if c.col.merge is Merge.PN)


def fold_code(code: str) -> str:
    """Return a code without case, spaces and NUL, which is never stored: two codes that a person would read as one are one."""
    return re.sub(r"[\s\x00]+", "", unicodedata.normalize("NFKC", code)).casefold()[:60]


def code_owners(connection: Connection, tables: Tables, entity: str, folded: Iterable[str]) -> dict[str, str]:
    """Return folded code -> the record that holds or held it."""
    wanted, found = sorted(set(folded)), dict[str, str]()
    for i in range(0, len(wanted), IN_LIMIT):
        values = {"of": entity, "folded": wanted[i : i + IN_LIMIT]}
        found.update(dict(plans.fetch(connection, _code_owners(tables), values)))
    return found


@lru_cache(maxsize=STATEMENTS)
def _code_owners(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    code, folded = tables.code, many("folded")
    return sa.select(code.c.folded, code.c.pk).where(code.c.entity == sa.bindparam("of"), code.c.folded.in_(folded))


def fold_fiscal_code(value: str) -> str:
    """Return a fiscal code without its country prefix, spaces and marks: RO 123 and 123 are one company."""
    return re.sub(r"^RO(?=\d)", "", re.sub(r"[^0-9A-Z]", "", value.upper()))[:60]


def suspects(connection: Connection, tables: Tables, kind: str, value: str) -> list[str]:
    """Return the records that have had a value."""
    return [pk for (pk,) in plans.fetch(connection, _suspects(tables), {"of_kind": kind, "of_value": value})]


@lru_cache(maxsize=STATEMENTS)
def _suspects(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    suspect = tables.suspect
    is_it = suspect.c.kind == sa.bindparam("of_kind"), suspect.c.value == sa.bindparam("of_value")
    return sa.select(suspect.c.pk).where(*is_it).order_by(suspect.c.pk)


def write(
    connection: Connection,
    tables: Tables,
    codes: Iterable[tuple[str, str, str]],
    new_suspects: Iterable[tuple[str, str, str]],
) -> None:
    """Store codes (entity, folded, record) and suspects (kind, value, record). A race raises Contended at the store."""
    named = [{"entity": entity, "folded": folded, "pk": pk} for entity, folded, pk in codes]
    bulk.insert(connection, tables.code, named)
    found = [{"kind": kind, "value": value, "pk": pk} for kind, value, pk in new_suspects]
    bulk.insert(connection, tables.suspect, found)


def lock_tree(connection: Connection, tables: Tables, entity: str) -> None:
    """Let one move in a tree be checked at a time (trap 29): what others moved is committed, and visible, when this returns.

    The row locked is for nothing else: it is held while the counter is waited for, and no one may wait the other way round.
    """
    values = {"name": entity}
    if plans.first(connection, _lock(tables), values) is None:
        bulk.insert(connection, tables.lock, [values])  # two first ones at once: one is repeated, as for every unique value


@lru_cache(maxsize=STATEMENTS)
def _lock(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    return sa.select(tables.lock.c.name).where(tables.lock.c.name == sa.bindparam("name")).with_for_update()
