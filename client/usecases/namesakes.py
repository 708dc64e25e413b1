"""What tells records of one name apart in one line: where a company is and by which codes it is known, whose person somebody is."""

from collections.abc import Mapping, Sequence

from client.replica import summaries
from client.replica.replica import Replica

TOLD_APART: Mapping[str, tuple[str, ...]] = {
    "company": ("place", "fiscal_code", "code"),
    "contact": ("job_title", "company", "phone"),
    "user": ("email",),
}
"""Kind of record -> what is told of it, the most telling first: its own fields, and what lists show beside it (`summaries`)."""


def details_of(replica: Replica, entity: str, pks: Sequence[str]) -> dict[str, str]:
    """Return id -> what is known of a record beside its name; empty for one of which nothing is."""
    told = TOLD_APART.get(entity, ())
    with replica.reading() as reader:
        beside: Mapping[str, object] = {}
        if entity == "company":
            beside = summaries.of_companies(reader, pks)
        elif entity == "contact":
            beside = summaries.of_contacts(reader, pks)
    found = {}
    for pk in pks:
        row = replica.get(entity, pk) or {}
        parts = [row.get(name) or getattr(beside.get(pk), name, "") for name in told]
        found[pk] = " · ".join(str(part) for part in parts if part)
    return found
