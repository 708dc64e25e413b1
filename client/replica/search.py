"""The quick search: any record by the start of its name, of a word, or by the end of a number (row 38).

Candidates come from three places, at most 300 in all: names that start with what was typed (an index range), records used
lately, and the full-text index with every word as a prefix. They are ranked by our own key, not by the index: exact name or
code, start of the name, start of a word of the name, elsewhere in the record, through a part with a word of the name, through a part;
within one, the lately used first, then by name. Of signs alone (`%`) only names that hold them are found.
A hit in a part (phone, address, note, account, old name) counts for the records that it belongs to; several words may be spread
over a record and its parts (`search_spread`).
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from client.replica.driver import Connection
from client.replica.fold import fold, words
from client.replica.schema import has_key, quoted, search_columns, search_table
from client.replica.search_spread import Found, rows_of, spread, together
from client.replica.search_words import match_query
from shared_models.base import Record
from shared_models.fields import columns
from shared_models.registry import Registry

MAX_CANDIDATES = 300
BY_NAME = 120
BY_WORD = 60
RECENT = 50
CODES = ("code", "fiscal_code")
"""Widgets of fields that hold a code."""
_CODE, _WORD = re.compile("[a-z0-9 ./-]*[0-9][a-z0-9 ./-]*"), re.compile("[a-z0-9]+")
"""What may be a code, folded, and what of it is a word of the index."""
MAX_LETTERS = 100
"""Letters of what was typed that are looked at: a text that was pasted by mistake names no record."""


@dataclass(frozen=True)
class Hit:
    """One record that was found."""

    entity: str
    pk: str
    title: str
    """As it is stored, not folded."""
    through: str | None
    """Entity of the part that matched (contact_point, address...); none when the record itself did."""


@dataclass
class _Candidate:
    entity: type[Record]
    pk: str
    key: str
    title: str
    through: str | None
    is_named: bool = False
    """Whether what was typed is one of its codes."""


def search(
    connection: Connection, registry: Registry, text: str, *, entities: Sequence[str] = (), limit: int = 30
) -> list[Hit]:
    """Return the best records for what was typed, live ones only; an empty text finds what was used lately.

    Of a long text only the start counts (`MAX_LETTERS`, `MAX_WORDS`), so that no text takes long.
    entities: names of the kinds wanted, by default all that have a title and are searched.
    """
    text = text.strip()[:MAX_LETTERS]
    typed = fold(text).strip()
    kinds = [e for e in _kinds(registry) if not entities or e.entity_name in entities]
    lately = _lately(connection)
    found: dict[tuple[str, str], _Candidate] = {}
    _add(found, _recent(connection, kinds, typed, lately))
    if typed and not match_query(text):
        for kind in kinds:
            _add(found, _by_signs(connection, kind, typed))
    elif typed:
        for kind in kinds:
            found |= {(kind.entity_name, one.pk): one for one in _by_code(connection, kind, typed)}
            _add(found, _by_name(connection, kind, typed))
        if len(found) < limit or len(typed) > 2:
            _by_word(connection, kinds, text, found)
            is_enough = sum(candidate.through is None for candidate in found.values()) >= limit
            pieces = {} if is_enough else rows_of(connection, registry, text)
            _by_parts(connection, registry, kinds, text, pieces, found)
            _by_spread(connection, registry, kinds, pieces, found, lately)
    best = sorted(found.values(), key=lambda c: _rank(c, typed, lately))[:limit]
    return [Hit(c.entity.entity_name, c.pk, c.title, c.through) for c in best]


def note_use(connection: Connection, entity: str, pk: str, now_ms: int) -> None:
    """Remember that a record was opened; the last `RECENT` are kept."""
    connection.execute(
        "INSERT INTO _recent (entity, pk, used_at) VALUES (?, ?, ?) "
        "ON CONFLICT (entity, pk) DO UPDATE SET used_at = excluded.used_at",
        (entity, pk, now_ms),
    )
    connection.execute(
        "DELETE FROM _recent WHERE used_at < (SELECT min(used_at) FROM "
        "(SELECT used_at FROM _recent ORDER BY used_at DESC LIMIT ?))",
        (RECENT,),
    )


def last_seen(connection: Connection, kind: type[Record]) -> str | None:
    """Return the id of the live record of a kind that was opened last."""
    table = quoted(kind.entity_name)
    found = connection.execute(
        f"SELECT r.pk FROM _recent r JOIN {table} t ON t.id = r.pk WHERE r.entity = ? AND t.archived_at IS NULL "
        "ORDER BY r.used_at DESC LIMIT 1",
        (kind.entity_name,),
    ).fetchone()
    return None if found is None else str(found[0])


@cache
def _kinds(registry: Registry) -> tuple[type[Record], ...]:
    return tuple(e for e in registry if has_key(e) and search_columns(e))


@cache
def _parts(registry: Registry, kind: type[Record]) -> tuple[tuple[type[Record], str], ...]:
    """Return (entity, owner field) of the searched parts of a kind."""
    return tuple((child, field) for child, field in registry.children(kind) if search_columns(child))


def _lately(connection: Connection) -> dict[tuple[str, str], int]:
    """Return (entity, id) -> rank among the lately used, 0 the newest."""
    found = connection.execute("SELECT entity, pk FROM _recent ORDER BY used_at DESC LIMIT ?", (RECENT,))
    return {(entity, pk): i for i, (entity, pk) in enumerate(found)}


def _recent(
    connection: Connection,
    kinds: Iterable[type[Record]],
    typed: str,
    lately: dict[tuple[str, str], int],
) -> Iterable[_Candidate]:
    starts = words(typed)
    for kind in kinds if starts or not typed else ():
        pks = [pk for entity, pk in lately if entity == kind.entity_name]
        sql = f"{_select(kind)} WHERE id IN (SELECT value FROM json_each(?)) AND archived_at IS NULL"
        for row in connection.execute(sql, (json.dumps(pks),)).fetchall() if pks else ():
            names = words(row[1])
            if all(any(name.startswith(start) for name in names) for start in starts):
                yield _candidate(kind, row)


def _by_name(connection: Connection, kind: type[Record], typed: str) -> Iterable[_Candidate]:
    sql = f"{_select(kind)} WHERE _k >= ? AND _k < ? AND archived_at IS NULL ORDER BY _k LIMIT ?"
    for row in connection.execute(sql, (typed, typed + "\U0010ffff", BY_NAME)).fetchall():
        yield _candidate(kind, row)


def _by_code(connection: Connection, kind: type[Record], typed: str) -> Iterable[_Candidate]:
    """Yield the records that have what was typed, the whole of it, as a code: few have just its words, and not only their starts."""
    if not (names := _codes(kind)) or _CODE.fullmatch(typed) is None:
        return
    query = " AND ".join(f'"{word}"' for word in _WORD.findall(typed))
    sql = (
        f"{_selected(kind, 'r.')}, {', '.join(f'r.{quoted(name)}' for name in names)} FROM {quoted(kind.entity_name)} r"
        f" WHERE r._n IN (SELECT rowid FROM {_index(kind)} WHERE {_index(kind)} MATCH ? LIMIT ?) AND r.archived_at IS NULL"
    )
    for row in connection.execute(sql, (query, BY_WORD)).fetchall():
        if any(code and fold(code) == typed for code in row[-len(names) :]):
            made = _candidate(kind, row[: -len(names)])
            made.is_named = True
            yield made


@cache
def _codes(kind: type[Record]) -> tuple[str, ...]:
    """Return the fields by which people name records to each other."""
    return tuple(c.name for c in columns(kind) if c.col.search and c.col.widget in CODES)


def _by_signs(connection: Connection, kind: type[Record], typed: str) -> Iterable[_Candidate]:
    """Yield the names that hold what was typed, which has no word: all names are looked through, 0.2 us each."""
    sql = f"{_select(kind)} WHERE instr(_k, ?) AND archived_at IS NULL ORDER BY _k LIMIT ?"
    for row in connection.execute(sql, (typed, BY_NAME)).fetchall():
        yield _candidate(kind, row)


def _by_word(
    connection: Connection, kinds: Sequence[type[Record]], text: str, found: dict[tuple[str, str], _Candidate]
) -> None:
    """Add what the full-text index finds by the records' own words."""
    query = match_query(text)
    for kind in kinds if query else ():
        room = min(BY_WORD, MAX_CANDIDATES - len(found))
        sql = (
            f"{_select(kind, 'r.')} r WHERE r._n IN (SELECT rowid FROM {_index(kind)} WHERE {_index(kind)} MATCH ? LIMIT ?)"
            " AND r.archived_at IS NULL"
        )
        _add(found, [_candidate(kind, row) for row in connection.execute(sql, (query, room)).fetchall()])


def _by_parts(
    connection: Connection,
    registry: Registry,
    kinds: Sequence[type[Record]],
    text: str,
    pieces: Found,
    found: dict[tuple[str, str], _Candidate],
) -> None:
    """Add the records of which one part has all words. Each part is looked through once, whatever it may belong to."""
    query = match_query(text)
    rows: dict[type[Record], list[int]] = {}
    for kind in kinds if query else ():
        for part, field in _parts(registry, kind):
            room = min(BY_WORD, MAX_CANDIDATES - len(found))
            if part not in rows and room > 0:
                rows[part] = together(connection, part, query, pieces, BY_WORD)
            _add(found, _by_part(connection, kind, part, field, rows[part][:room]) if room > 0 else ())


def _by_part(
    connection: Connection, kind: type[Record], part: type[Record], field: str, rows: Sequence[int]
) -> list[_Candidate]:
    sql = (
        f"{_select(kind, 'r.')} r WHERE r.archived_at IS NULL AND r.id IN (SELECT {quoted(field)} FROM "
        f"{quoted(part.entity_name)} WHERE archived_at IS NULL AND _n IN (SELECT value FROM json_each(?)))"
    )
    found = connection.execute(sql, (json.dumps(rows),)).fetchall() if rows else []
    return [_candidate(kind, row, part.entity_name) for row in found]


def _by_spread(
    connection: Connection,
    registry: Registry,
    kinds: Sequence[type[Record]],
    pieces: Found,
    found: dict[tuple[str, str], _Candidate],
    lately: Iterable[tuple[str, str]],
) -> None:
    """Add the records that have some of the words in themselves and the others in their parts."""
    through = spread(connection, registry, pieces, lately, MAX_CANDIDATES - len(found))
    for kind in kinds:
        pks = [pk for name, pk in through if name == kind.entity_name]
        sql = f"{_select(kind)} WHERE id IN (SELECT value FROM json_each(?)) AND archived_at IS NULL"
        rows = connection.execute(sql, (json.dumps(pks),)).fetchall() if pks else []
        _add(found, [_candidate(kind, row, through[kind.entity_name, row[0]]) for row in rows])


def _rank(candidate: _Candidate, typed: str, lately: dict[tuple[str, str], int]) -> tuple[int, int, str, str]:
    """Return the sort key of a candidate: smaller is better."""
    names = words(candidate.key)
    if candidate.through is not None:
        kind = 4 if any(name.startswith(word) for word in words(typed) for name in names) else 5
    elif candidate.key == typed or candidate.is_named:
        kind = 0
    elif candidate.key.startswith(typed):
        kind = 1
    else:
        kind = 2 if all(any(n.startswith(w) for n in names) for w in words(typed)) else 3
    recent = lately.get((candidate.entity.entity_name, candidate.pk), RECENT)
    return kind, recent, candidate.key, candidate.pk


def _select(kind: type[Record], prefix: str = "") -> str:
    return f"{_selected(kind, prefix)} FROM {quoted(kind.entity_name)}"


def _selected(kind: type[Record], prefix: str = "") -> str:
    cols = ", ".join(f"{prefix}{quoted(name)}" for name in kind.title_fields)
    return f"SELECT {prefix}id, {prefix}_k, {cols}"


def _index(kind: type[Record]) -> str:
    return quoted(search_table(kind))


def _candidate(kind: type[Record], row: Sequence[str | None], through: str | None = None) -> _Candidate:
    pk, key, *parts = row
    return _Candidate(kind, str(pk), str(key), " ".join(part for part in parts if part), through)


def _add(found: dict[tuple[str, str], _Candidate], more: Iterable[_Candidate]) -> None:
    for one in more:
        found.setdefault((one.entity.entity_name, one.pk), one)
