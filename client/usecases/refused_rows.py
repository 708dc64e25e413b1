"""New companies and contacts that the centre did not take: in the lists and found by a search until their author has decided.

The replica holds none of them, since it holds what the centre has and what is on its way there; they are read from the kept saves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from client.replica.fold import fold, words
from client.replica.replica import Replica
from client.usecases.list_answers import CompanyRow, ContactRow, Hit
from client.usecases.shown import Names
from conflict.overlay import blank_row
from shared_models.codec import Row
from shared_models.protocol import Op


@dataclass(frozen=True)
class Refused:
    """A new record that was refused, and the whole save that made it."""

    row: Row
    title: str
    ops: tuple[Op, ...]

    def beside(self, entity: str, field: str) -> str:
        """Return what the first new part of a kind has in a field; empty for none."""
        return next((str(op.set[field]) for op in self.ops if op.t == entity and op.op == "i" and op.set.get(field)), "")

    def answers(self, text: str) -> bool:
        """Whether each word of a text begins a word of what was typed into the save."""
        typed = words(fold(" ".join(str(value) for op in self.ops for value in op.set.values() if isinstance(value, str))))
        return all(any(word.startswith(start) for word in typed) for start in words(fold(text)))


def refused_of(replica: Replica, entity: str, text: str = "") -> Sequence[Refused]:
    """Return the refused new records of a kind that are not here, the newest first; with a text, those that it finds."""
    kind, found = replica.registry.get(entity), []
    if text.strip() and not words(fold(text)):
        return ()  # of signs alone
    for draft in reversed(replica.drafts()):
        for op in draft.ops:
            if (op.t, op.op) == (entity, "i") and replica.get(entity, op.pk) is None:
                row = {**blank_row(kind), **op.set, "id": op.pk}
                title = " ".join(str(row[name]) for name in kind.title_fields if row.get(name))
                found.append(Refused(row, title, draft.ops))
    return [one for one in found if one.answers(text)]


def company_row(names: Names, one: Refused) -> CompanyRow:
    """Return a refused company as a list shows it."""
    kind = names.of("pick_list_item", one.row["type_id"] or one.row["industry_id"])
    place = one.beside("address", "city")
    return CompanyRow(one.row["id"], one.title, kind, place, "needs_you", one.row["code"] or "", is_refused=True)


def contact_row(names: Names, one: Refused) -> ContactRow:
    """Return a refused contact as a list shows it."""
    return ContactRow(
        id=one.row["id"],
        name=one.title,
        job_title=one.row["job_title"] or "",
        company=_company(names, one),
        state="needs_you",
        phone=one.beside("contact_point", "value"),
        first_name=one.row["first_name"] or "",
        last_name=one.row["last_name"],
        is_refused=True,
    )


def hits(replica: Replica, text: str) -> tuple[Hit, ...]:
    """Return the refused records that a search over all kinds finds."""
    if not text.strip():
        return ()
    names = Names(replica)
    found = [("company", one, one.beside("address", "city")) for one in refused_of(replica, "company", text)]
    found += [("contact", one, _company(names, one)) for one in refused_of(replica, "contact", text)]
    return tuple(Hit(kind, one.row["id"], one.title, detail, state="needs_you") for kind, one, detail in found)


def _company(names: Names, one: Refused) -> str:
    return names.name("company", one.beside("company_contact", "company_id")) or one.beside("company", "name")
