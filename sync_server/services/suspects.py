"""What a person should look at although nothing clashes: one fiscal code at two companies, a changed bank account."""

from shared_models.base import Record
from shared_models.codec import Row
from shared_models.ids import derived_id
from sync_server.db import lookups
from sync_server.services import cards
from sync_server.services.applying import Applying
from sync_server.services.cards import Clash
from sync_server.services.workspace import CentralRow

WATCHED = frozenset({"company", "bank_account"})


def watches(entity: type[Record]) -> bool:
    """Whether changes of an entity's records are looked at, and what they were before has to be known."""
    return entity.entity_name in WATCHED


def look(work: Applying, found: CentralRow, was: Row | None) -> None:
    """Look at a record that was just written. was: its values before; None for a new one."""
    if found.entity.entity_name == "company" and found.row.get("fiscal_code"):
        if was is None or was["fiscal_code"] != found.row["fiscal_code"]:
            _same_fiscal_code(work, found)
    elif found.entity.entity_name == "bank_account" and was is not None and was["iban"] != found.row["iban"]:
        _changed_account(work, found, was)


def _same_fiscal_code(work: Applying, found: CentralRow) -> None:
    """Flag two companies with one fiscal code, once a pair; never merged by itself (trap 30)."""
    space, value = work.space, lookups.fold_fiscal_code(found.row["fiscal_code"])
    if not value:
        return
    others = set(lookups.suspects(space.connection, space.central.tables, "fiscal_code", value))
    others |= {pk for kind, known, pk in space.new_suspects if (kind, known) == ("fiscal_code", value)}
    if found.pk not in others:
        space.new_suspects.add(("fiscal_code", value, found.pk))
    for other in sorted(others - {found.pk}):
        holder = space.get("company", other)
        if holder is None or lookups.fold_fiscal_code(holder.row["fiscal_code"] or "") != value:
            continue  # it had this code once, and has corrected it
        name = f"duplicate/{'/'.join(sorted((found.pk, other)))}"
        if space.get("sync_conflict", derived_id("sync_conflict", name)) is not None:
            continue
        mine, theirs = {"fiscal_code": found.row["fiscal_code"]}, {"id": other, "fiscal_code": value}
        cards.put(work, found, Clash("duplicate", "fiscal_code", "FM", None, mine, theirs, work.seq), name=name)


def _changed_account(work: Applying, found: CentralRow, was: Row) -> None:
    """Tell the responsible that an IBAN is another one: the usual way of invoice fraud (row 6)."""
    mine, before = {"iban": found.row["iban"]}, {"iban": was["iban"]}
    clash = Clash("bank_account", "account", "GR", before, mine, mine, work.seq)
    cards.put(work, found, clash, name=f"{work.tx.id}/{found.pk}/account")
