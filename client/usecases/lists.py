"""Lists of companies and contacts, and the search over everything."""

from client.replica import orders, queries, summaries
from client.replica.orders import Asked
from client.replica.queries import Filter
from client.replica.replica import Replica
from client.replica.search import last_seen
from client.usecases import refused_rows
from client.usecases.allowed import allowed
from client.usecases.answers import RowState
from client.usecases.form_drafts import drafts_on
from client.usecases.list_answers import CompanyRow, ContactRow, Hit, ListQuery, Page
from client.usecases.refused_rows import Refused
from client.usecases.sharing import lent_to
from client.usecases.shown import Names
from shared_models.codec import Row
from shared_models.fields import ARCHIVED

PAGE_ROWS = 50
"""One page: what a large screen shows twice over; drawing more takes Flutter over 100 ms."""
SEARCH_ROWS = 60


def companies(replica: Replica, query: ListQuery, after: str | None) -> Page[CompanyRow]:
    """Return one page of companies; the first page is counted."""
    rows, following, total = _rows(replica, "company", query, after)
    names, pks = Names(replica), [row["id"] for row in rows]
    refused = [refused_rows.company_row(names, one) for one in _refused(replica, "company", query, after)]
    names.load("pick_list_item", [row["type_id"] or row["industry_id"] for row in rows])
    may = allowed(replica)
    states, drafted, lent = replica.states_of("company", pks), drafts_on(replica), lent_to(may, "company")
    sees_people = may.sees_all("contact")
    with replica.reading() as reader:
        beside = summaries.of_companies(reader, pks)
        due = orders.due_of(reader, pks)
    return Page(
        (
            *refused,
            *(
                CompanyRow(
                    id=row["id"],
                    name=row["name"],
                    kind=names.of("pick_list_item", row["type_id"] or row["industry_id"]),
                    place=beside[row["id"]].place,
                    state=states[row["id"]],
                    code=row["code"] or "",
                    last_note_at=beside[row["id"]].last_note_at,
                    every_days=row["visit_every_days"],
                    changed_at=row["updated_at"],
                    due_at=due[row["id"]],
                    is_provisional=_is_provisional(replica, row, states[row["id"]]),
                    status=names.unusual(row["status_id"]),
                    has_draft=("company", row["id"]) in drafted,
                    is_shared=row["id"] in lent,
                    is_told_empty=sees_people or may.is_at_home("company", row, states[row["id"]]),
                    archived_at=row[ARCHIVED],
                )
                for row in rows
            ),
        ),
        following,
        None if total is None else total + len(refused),
    )


def contacts(replica: Replica, query: ListQuery, after: str | None) -> Page[ContactRow]:
    """Return one page of contacts; the first page is counted."""
    rows, following, total = _rows(replica, "contact", query, after)
    names, pks = Names(replica), [row["id"] for row in rows]
    refused = [refused_rows.contact_row(names, one) for one in _refused(replica, "contact", query, after)]
    states, drafted, lent = replica.states_of("contact", pks), drafts_on(replica), lent_to(allowed(replica), "contact")
    with replica.reading() as reader:
        beside = summaries.of_contacts(reader, pks)
    return Page(
        (
            *refused,
            *(
                ContactRow(
                    id=row["id"],
                    name=" ".join(part for part in (row["first_name"], row["last_name"]) if part),
                    job_title=row["job_title"] or "",
                    company=beside[row["id"]].company,
                    state=states[row["id"]],
                    phone=beside[row["id"]].phone,
                    changed_at=row["updated_at"],
                    first_name=row["first_name"] or "",
                    last_name=row["last_name"],
                    status=names.unusual(row["status_id"]),
                    has_draft=("contact", row["id"]) in drafted,
                    is_shared=row["id"] in lent,
                    archived_at=row[ARCHIVED],
                )
                for row in rows
            ),
        ),
        following,
        None if total is None else total + len(refused),
    )


def _refused(replica: Replica, entity: str, query: ListQuery, after: str | None) -> list[Refused]:
    """Return the refused new records that stand before the first page."""
    filters = _filters(replica, query)
    is_first = after is None and not query.archived
    found = refused_rows.refused_of(replica, entity, query.text) if is_first else ()
    return [one for one in found if _passes(one.row, filters)]


def last_used(replica: Replica, entity: str) -> str | None:
    """Return the id of the live record of a kind that was looked at last; None for none."""
    with replica.reading() as reader:
        return last_seen(reader, replica.registry.get(entity))


def _is_provisional(replica: Replica, row: Row, state: RowState) -> bool:
    """Whether a company's code is only ours so far; a row that was sent whole is not asked about."""
    return bool(row["code"]) and state != "sent" and "code" in replica.pending_fields("company", row["id"])


def _rows(replica: Replica, entity: str, query: ListQuery, after: str | None) -> tuple[list[Row], str | None, int | None]:
    """Return rows in order, the next place, and the count of the first page."""
    filters = _filters(replica, query)
    if query.text.strip():
        pks = _found(replica, entity, query)
        found = [row for pk in pks if (row := replica.get(entity, pk)) is not None and _passes(row, filters)]
        return found, None, len(found)
    page = _page(replica, entity, query, filters, after)
    total = replica.count(entity, filters=filters, archived=query.archived) if after is None else None
    return page.rows, page.next, total


def _found(replica: Replica, entity: str, query: ListQuery) -> list[str]:
    """Return the ids of what a text finds, best first; among what is archived by name."""
    if query.archived:
        return replica.search_archived(entity, query.text, SEARCH_ROWS)
    return [hit.pk for hit in replica.search(query.text, entities=(entity,), limit=SEARCH_ROWS)]


def _page(replica: Replica, entity: str, query: ListQuery, filters: list[Filter], after: str | None) -> queries.Page:
    """Return one page in the order that was asked for."""
    if query.archived:
        return replica.list_page(
            entity, sort=ARCHIVED, descending=True, filters=filters, after=after, limit=PAGE_ROWS, archived=True
        )
    kind = replica.registry.get(entity)
    asked = Asked(replica.facts()["user"] if query.mine else None, query.role)
    if entity == "contact" and query.order == "name":
        with replica.reading() as reader:
            return orders.by_last_name(reader, kind, asked, after, PAGE_ROWS)
    if entity == "company" and query.order == "due":
        with replica.reading() as reader:
            return orders.by_due(reader, kind, asked, after, PAGE_ROWS)
    recent = query.order == "recent"
    sort = "updated_at" if recent else None
    return replica.list_page(entity, sort=sort, descending=recent, filters=filters, after=after, limit=PAGE_ROWS)


def _filters(replica: Replica, query: ListQuery) -> list[Filter]:
    found = [Filter("responsible_id", "is", replica.facts()["user"])] if query.mine else []
    return found + ([Filter("roles", "has", query.role)] if query.role else [])


def _passes(row: Row, filters: list[Filter]) -> bool:
    """Whether a row that the search found is in the list; the same tests as in SQL."""
    return all(one.value in row[one.field] if one.test == "has" else row[one.field] == one.value for one in filters)


def search(replica: Replica, text: str) -> tuple[Hit, ...]:
    """Return the best records of any kind that has a page of its own."""
    hits = replica.search(text, entities=("company", "contact"), limit=20)
    by_kind = {kind: [hit.pk for hit in hits if hit.entity == kind] for kind in ("company", "contact")}
    with replica.reading() as reader:
        places = {pk: one.place for pk, one in summaries.of_companies(reader, by_kind["company"]).items()}
        firms = {pk: one.company for pk, one in summaries.of_contacts(reader, by_kind["contact"]).items()}
    detail = {**places, **firms}
    here = (Hit(hit.entity, hit.pk, hit.title, detail.get(hit.pk, ""), hit.through or "") for hit in hits)
    return (*refused_rows.hits(replica, text), *here)
