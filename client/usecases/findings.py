"""What looks wrong in a form while it is being filled in: rules of values, and records that look like one that is here."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from client.replica.queries import Filter
from client.replica.replica import Replica
from client.usecases import values as checks
from client.usecases.already import already_here
from client.usecases.form_answers import Finding
from client.usecases.form_parts import parts_of
from client.usecases.values import Checked
from shared_models.base import Record
from shared_models.codec import Row, stored_value
from shared_models.errors import RecordInvalid
from shared_models.fields import Kind, column_of, data_columns


def check(replica: Replica, entity: str, values: Row, own_id: str | None = None) -> tuple[Finding, ...]:
    """Return what looks wrong in the fields given. Errors cannot be stored; warnings can, once the person keeps them.

    Hints only tell. own_id: the record whose other fields the rules look at, too, as the kind of a contact point.
    """
    kind = replica.registry.get(entity)
    parts = {part.name for part in parts_of(entity)}
    own = {name: value for name, value in values.items() if name not in parts}
    whole = {**((replica.get(entity, own_id) if own_id else None) or {}), **own}
    beside = (*_in_parts(replica, entity, values), *_alike(replica, entity, own, own_id), *_period(own, whole))
    wrong = (*look_over(kind, own, whole), *beside)
    return (*wrong, *already_here(replica, entity, values, own_id))


def _in_parts(replica: Replica, entity: str, values: Row) -> list[Finding]:
    """Return what looks wrong in the fields that become records of their own, by the rules of those."""
    found: list[Finding] = []
    for part in parts_of(entity):
        if name := part.named(values.get(part.name)):
            kind = replica.registry.get(part.target)
            found += [replace(one, field=part.name) for one in look_over(kind, {kind.title_fields[0]: name}, {})]
            continue
        row = part.row(values.get(part.name))
        wrong = look_over(replica.registry.get(part.entity), {part.field: row[part.field]}, row)
        found += [replace(finding, field=part.name) for finding in wrong]
    return found


def look_over(kind: type[Record], values: Row, whole: Row) -> tuple[Finding, ...]:
    """Return what looks wrong in the values themselves. whole: what the rules look at beside a value."""
    found: list[Finding] = []
    for name, value in values.items():
        if value in (None, "", [], ()):
            continue
        column = column_of(kind, name)
        if column.kind is not Kind.SET:
            try:
                stored_value(kind, name, value)
            except RecordInvalid as error:
                found += [Finding(p.field or name, p.reason, p.params) for p in error.problems]
                continue
        if isinstance(value, str) and (rule := _RULES.get(column.col.widget)):
            found += _finding(name, rule(value, whole))
    return tuple(found)


def _finding(name: str, checked: Checked) -> list[Finding]:
    if checked.warning is None:
        return []
    return [Finding(name, checked.warning, checked.params, "warning", checked.fix)]


def _alike(replica: Replica, entity: str, values: Row, own_id: str | None) -> list[Finding]:
    """Return warnings about companies that look like this one: the same fiscal code or code."""
    if entity != "company":
        return []
    found: list[Finding] = []
    code = values.get("fiscal_code")
    if isinstance(code, str) and code:
        for hit in replica.search(code, entities=("company",), limit=5):
            row = replica.get("company", hit.pk)
            if row and hit.pk != own_id and row["fiscal_code"] and _bare(row["fiscal_code"]) == _bare(code):
                found.append(Finding("fiscal_code", "warning.same_fiscal_code", {"name": hit.title}, "warning"))
    taken = values.get("code")
    if isinstance(taken, str) and taken and (rows := replica.list_page("company", filters=[Filter("code", "is", taken)]).rows):
        found += [Finding("code", "warning.code_taken", {"name": r["name"]}, "warning") for r in rows[:1] if r["id"] != own_id]
    return found


def _period(values: Row, whole: Row) -> list[Finding]:
    """Return a warning about a time that ends before it begins."""
    began, ended = whole.get("started_on"), whole.get("ended_on")
    is_known = all(isinstance(day, str) and _DAY.fullmatch(day) for day in (began, ended))
    if not is_known or values.keys().isdisjoint(("started_on", "ended_on")) or str(began) <= str(ended):
        return []
    return [Finding("ended_on", "warning.ends_before_it_begins", {}, "warning")]


def not_come_yet(kind: type[Record], values: Row, today: date) -> tuple[Finding, ...]:
    """Return warnings about days after today in fields of what has been, as far as each is known: a day, a month or a year.

    today: where the reader is.
    """
    days = [(name, value) for name, value in values.items() if isinstance(value, str) and _KNOWN.fullmatch(value)]
    past = {column.name for column in data_columns(kind) if column.col.is_past}
    return tuple(
        Finding(name, "warning.not_come_yet", {}, "warning")
        for name, day in days
        if name in past and day > today.isoformat()[: len(day)]
    )


def _bare(code: str) -> str:
    return re.sub(r"\W", "", code).upper().removeprefix("RO")


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_KNOWN = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
"""A day, month or year, as it is stored; a birthday without its year is in every one."""
Rule = Callable[[str, Row], Checked]
_RULES: dict[str, Rule] = {
    "fiscal_code": lambda text, row: checks.fiscal_code(text, row.get("vat_country")),
    "trade_register_no": lambda text, row: checks.trade_register_no(text),
    "iban": lambda text, row: checks.iban(text),
    "currency": lambda text, row: checks.currency(text),
    "country": lambda text, row: checks.country(text),
    "email": lambda text, row: checks.email(text),
    "contact_point": lambda text, row: checks.contact_point_value(row.get("kind") or "phone", text),
}
