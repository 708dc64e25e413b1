"""What is here already under the name that is being typed: a quiet hint that leads there, and never stands in the way of a save."""

import re

from client.replica import queries
from client.replica.replica import Replica
from client.usecases.form_answers import Finding
from client.usecases.form_parts import name_to_make
from client.usecases.namesakes import details_of
from shared_models.codec import Row
from shared_models.folding import fold

LEGAL_FORMS = re.compile(
    r"\b(s\.?\s?r\.?\s?l\.?(-d)?|s\.?\s?a\.?|p\.?\s?f\.?\s?a\.?|i\.?\s?i\.?|ltd|gmbh|kft|ood|spa|srls?)\b\.?", re.IGNORECASE
)
"""Legal forms that do not tell two companies apart: Curățenie Expert SRL and Curățenie Expert S.R.L. look like one."""
TYPED_ALIKE = 3
"""Letters of a name that must be there before one that is nearly the same is mentioned."""
LOOKED_AT = 10
"""Companies that a search finds for a name, of which one may have nearly the same."""


def already_here(replica: Replica, entity: str, values: Row, own_id: str | None) -> list[Finding]:
    """Return a hint at the record that has the typed name: a company, also one that a person brings, or a person at the same company."""
    if entity == "company":
        found = _company(replica, _text(values, "name"), own_id)
        field = "name"
    elif entity == "contact" and own_id is None:
        name = " ".join(part for part in (_text(values, "first_name"), _text(values, "last_name")) if part)
        company = name_to_make(_text(values, "company"))
        found = _company(replica, company, None) if company else _person(replica, name, _text(values, "company"))
        entity, field = ("company", "company") if company else ("contact", "last_name")
    else:
        return []
    if found is None:
        return []
    title, detail = replica.titles(entity, (found,))[found], details_of(replica, entity, (found,))[found]
    told = " · ".join(part for part in (title, detail) if part)
    return [Finding(field, "hint.already_here", {"name": told}, "hint", opens=(entity, found))]


def near_name(name: str) -> str:
    """Return a name without legal form, case, marks and spaces, as two people would say it."""
    return re.sub(r"\W", "", fold(LEGAL_FORMS.sub("", name)))


def _company(replica: Replica, name: str, own_id: str | None) -> str | None:
    """Return the id of the company of that name, else of nearly that name: the first by its folded key, the second by the search."""
    same = [pk for pk in _named(replica, "company", name) if pk != own_id]
    if same or len(name) < TYPED_ALIKE:
        return same[0] if same else None
    hits = replica.search(LEGAL_FORMS.sub("", name), entities=("company",), limit=LOOKED_AT)
    near = (hit.pk for hit in hits if hit.pk != own_id and hit.through is None and near_name(hit.title) == near_name(name))
    return next(near, None)


def _person(replica: Replica, name: str, company: str) -> str | None:
    """Return the id of the person of that name at a company."""
    if not company:
        return None
    there = {tie["contact_id"] for tie in replica.children_of("company_contact", "company_id", company)}
    return next((pk for pk in _named(replica, "contact", name) if pk in there), None)


def _named(replica: Replica, entity: str, name: str) -> list[str]:
    with replica.reading() as reader:
        return queries.named(reader, replica.registry.get(entity), name) if name else []


def _text(values: Row, field: str) -> str:
    """Return a typed text with one blank between words."""
    return " ".join(str(values.get(field) or "").split())
