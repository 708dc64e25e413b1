"""Reads the lines of a pull. Begin and end are checked in full; rows are trusted, as the centre checked them at the push."""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from client.replica.remote_page import Ack, RemotePage, RowsChunk
from conflict.overlay import blank_row
from shared_models.base import Record
from shared_models.codec import dumps
from shared_models.errors import NeedsUpgrade, ProtocolFault
from shared_models.fields import columns
from shared_models.protocol import AckLine, BeginLine, EndLine, FetchedLine, HideLine, LeaveLine
from shared_models.registry import Registry

M = TypeVar("M", bound=BaseModel)
Loads = Callable[[bytes], Any]
"""Parses JSON. Any: what JSON gives."""
Line = bytes | dict[str, Any]
"""One that is to be parsed, or, of a page within another message, one that was. Any: what JSON gives."""


def fastest_loads() -> Loads:
    """Return orjson's parser where it is installed (desktops), else the standard one (phones)."""
    try:
        import orjson
    except ImportError:
        return json.loads
    return orjson.loads  # type: ignore[no-any-return, unused-ignore]  # untyped where orjson is not installed


def read_page(
    lines: Iterator[Line], registry: Registry, loads: Loads, should_stop: Callable[[], bool], schema_version: int
) -> RemotePage | None:
    """Read one page, or None when it was stopped on the way; the stream is closed in any case.

    Raises ProtocolFault for anything that is not as PROTOCOL part 5 says, NeedsUpgrade for a newer schema, Unreachable when the
    stream breaks off. Nothing is applied here.
    """
    try:
        page = _begin(_parsed(next(lines, b""), loads), schema_version)
        for line in lines:
            if should_stop():
                return None
            record = _parsed(line, loads)
            if record["k"] == "end":
                page.end = _checked(EndLine, record)
                return page
            _add(page, record, registry)
    finally:
        close = getattr(lines, "close", None)
        if close is not None:
            close()
    raise ProtocolFault(None, "a page without an end")


def read_fetched(lines: Iterator[bytes], registry: Registry, loads: Loads) -> tuple[str, list[RowsChunk]]:
    """Read rows that were fetched again: the epoch that they belong to, and the rows. Raises what `read_page` raises."""
    chunks: list[RowsChunk] = []
    try:
        for line in lines:
            record = _parsed(line, loads)
            if record["k"] == "fetched":
                return _checked(FetchedLine, record).epoch, chunks
            if record["k"] != "rows":
                raise ProtocolFault(None, "fetched rows with something else among them")
            chunks.append(_rows(record, registry))
    finally:
        close = getattr(lines, "close", None)
        if close is not None:
            close()
    raise ProtocolFault(None, "fetched rows without an end")


def _begin(record: dict[str, Any], schema_version: int) -> RemotePage:  # Any: what JSON gives
    begin = _checked(BeginLine, record)
    if begin.schema_version > schema_version:
        raise NeedsUpgrade(None, f"schema {begin.schema_version}")
    if begin.schema_version < schema_version:  # asked for before the program was updated: it lacks what that version lacks
        raise ProtocolFault(None, f"a page of schema {begin.schema_version}")
    nothing = EndLine(cursor=begin.from_seq, commit=False, more=False, safe_seq=0)
    return RemotePage(begin, nothing)


def _parsed(line: Line, loads: Loads) -> dict[str, Any]:  # Any: what JSON gives
    try:
        record = loads(line) if isinstance(line, bytes) else line
    except ValueError:
        raise ProtocolFault(None, "a line that is not JSON") from None
    if not isinstance(record, dict) or "k" not in record:
        raise ProtocolFault(None, "a line without a kind")
    return record


def _add(page: RemotePage, record: dict[str, Any], registry: Registry) -> None:  # Any: what JSON gives
    """Add one line to a page."""
    kind = record["k"]
    if kind == "rows":
        page.chunks.append(_rows(record, registry))
    elif kind == "leave":
        leave = _checked(LeaveLine, record)
        _known(leave.t, registry)
        page.leaves.append((leave.t, leave.pks))
    elif kind == "hide":
        page.hidden += _checked(HideLine, record).groups
    elif kind == "ack":
        page.acks += [Ack(*one) for one in _checked(AckLine, record).tx]
    else:
        raise ProtocolFault(None, f"a line of unknown kind {str(kind)[:20]}")


def _rows(record: dict[str, Any], registry: Registry) -> RowsChunk:  # Any: what JSON gives
    """Check the shape of a rows line; its values are not looked at one by one (half the time of a load)."""
    try:
        chunk = RowsChunk(record["t"], record["cols"], record["v"], record["rows"])
        entity = _known(chunk.entity, registry)
        missing, unknown = set(entity.model_fields) - set(chunk.cols), set(chunk.cols) - set(entity.model_fields)
        if not missing <= _confidential(entity) or len(chunk.rows) != len(chunk.versions):
            raise ProtocolFault(None, f"rows of {chunk.entity} in another shape")
    except (KeyError, TypeError):
        raise ProtocolFault(None, "rows in another shape") from None
    width = len(chunk.cols)
    if any(len(row) != width for row in chunk.rows):
        raise ProtocolFault(None, f"rows of {chunk.entity} of another width")
    if unknown:
        chunk = _set_apart(chunk, unknown)
    return _filled(chunk, entity, sorted(missing)) if missing else chunk


def _set_apart(chunk: RowsChunk, unknown: Collection[str]) -> RowsChunk:
    """Return rows of what this version knows, and beside them what it does not."""
    known = [i for i, name in enumerate(chunk.cols) if name not in unknown]
    later = [dumps({name: value for name, value in zip(chunk.cols, row, strict=True) if name in unknown}) for row in chunk.rows]
    cols = [chunk.cols[i] for i in known]
    return RowsChunk(chunk.entity, cols, chunk.versions, [[row[i] for i in known] for row in chunk.rows], later)


def _filled(chunk: RowsChunk, entity: type[Record], missing: Sequence[str]) -> RowsChunk:
    """Return rows with the fields that their reader may not see, as empty as in a new record."""
    blank = blank_row(entity)
    rest = [list(blank[name]) if isinstance(blank[name], tuple) else blank[name] for name in missing]
    return replace(chunk, cols=[*chunk.cols, *missing], rows=[[*row, *rest] for row in chunk.rows])


@cache
def _confidential(entity: type[Record]) -> frozenset[str]:
    """Return the fields that are kept from some people."""
    return frozenset(column.name for column in columns(entity) if column.col.right_group)


def _known(name: str, registry: Registry) -> type[Record]:
    entity = registry.by_name.get(name)
    if entity is None:
        raise ProtocolFault(None, f"rows of unknown entity {str(name)[:20]}")
    return entity


def _checked(model: type[M], record: dict[str, Any]) -> M:  # Any: what JSON gives
    try:
        return model.model_validate(record)
    except ValidationError:
        raise ProtocolFault(None, f"a bad {model.__name__}") from None
