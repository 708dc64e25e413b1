"""The reading half of the fake facade: lists, pages, timelines, search."""

from dataclasses import dataclass
from typing import Any

from client.usecases.answers import Label, Owner
from client.usecases.form_drafts import is_of_note
from client.usecases.list_answers import CompanyRow, ContactRow, Hit, ListQuery, Page
from client.usecases.record_answers import Part, Point, RecordPage, Tie
from client.usecases.timeline_answers import Timeline
from shared_models.fields import data_columns
from shared_models.registry import CRM
from tests.ui.believable import INDUSTRIES, ago
from tests.ui.fake_state import USERS, FakeState, due_at, folded

PAGE_ROWS = 50


@dataclass
class FakeRecords(FakeState):
    """Reads, all from memory."""

    def _matching(self, entity: str, query: ListQuery) -> list[dict[str, Any]]:
        words = folded(query.text).split()
        found = []
        for row in self.rows[entity].values():
            text = folded(" ".join(str(v) for v in row.values() if v))
            mine = not query.mine or row.get("responsible_id") == next(iter(USERS))
            role = query.role is None or query.role in row.get("roles", ())
            if mine and role and bool(row.get("archived_at")) is query.archived and all(w in text for w in words):
                found.append(row)
        if query.archived:
            return sorted(found, key=lambda r: -r["archived_at"])
        if query.order == "recent":
            return sorted(found, key=lambda r: -(r.get("updated_at") or 0))
        if query.order == "due":
            return sorted(found, key=lambda r: (not r.get("_refused"), due_at(r) is None, due_at(r) or 0, folded(r["name"])))
        return sorted(found, key=lambda r: folded(r.get("name") or f"{r.get('last_name')} {r.get('first_name')}"))

    async def companies(self, query: ListQuery, after: str | None = None) -> Page[CompanyRow]:
        await self._read("companies")
        found, start = self._matching("company", query), int(after or 0)
        rows = tuple(self._company_row(r) for r in found[start : start + PAGE_ROWS])
        following = str(start + PAGE_ROWS) if len(found) > start + PAGE_ROWS else None
        return Page(rows, following, len(found) if query.narrows or len(found) < 3 else 1173 + len(found))

    def _company_row(self, r: dict[str, Any]) -> CompanyRow:
        return CompanyRow(
            r["id"], r["name"], INDUSTRIES.get(r.get("industry_id", "")), r.get("_place", ""), self.states.get(r["id"], "sent"),
            r.get("code") or "", r.get("_last"), r.get("visit_every_days"), r.get("updated_at"), due_at(r),
            bool(r.get("code")) and "code" in self.pending.get(r["id"], ()), r.get("_status"), bool(r.get("_refused")),
            bool(self.drafts_on("company", r["id"])), r["id"] in self.lent,
            self.sees_all_ties or self.is_own, r.get("archived_at"),
        )  # fmt: skip

    async def contacts(self, query: ListQuery, after: str | None = None) -> Page[ContactRow]:
        await self._read("contacts")
        rows = tuple(
            ContactRow(
                r["id"], f"{r.get('first_name') or ''} {r['last_name']}".strip(), r.get("job_title") or "",
                self.title("company", r.get("_company", "")), self.states.get(r["id"], "sent"), r.get("_phone", ""),
                r.get("updated_at"), r.get("first_name") or "", r["last_name"],
                has_draft=bool(self.drafts_on("contact", r["id"])), archived_at=r.get("archived_at"),
            )
            for r in self._matching("contact", query)
        )  # fmt: skip
        return Page(rows, None, len(rows))

    async def record(self, entity: str, id: str) -> RecordPage | None:
        await self._read("record")
        row = self.rows.get(entity, {}).get(id)
        if row is None:
            return None
        self.used.append((entity, id))
        owned = f"{entity}_id"
        points = tuple(
            Point(p["id"], p["kind"], p["value"], p.get("label") or "", bool(p.get("is_primary")), p.get("validity", "unknown"), self.states.get(p["id"], "sent"))
            for p in self.rows["contact_point"].values()
            if p.get(owned) == id and not p.get("archived_at")
        )  # fmt: skip
        parts = tuple(
            Part(p["id"], kind, p, self._shown(kind, p), self.states.get(p["id"], "sent"))
            for kind in ("address", "bank_account", "related_person")
            for p in self.rows.get(kind, {}).values()
            if p.get(owned) == id and not p.get("archived_at")
        )
        waiting = 2 if self.states.get(id) == "waiting" else 0
        own_notes = [e for owner, e in self.notes if owner == id]
        last = max([e.at for e in own_notes if e.kind == "note"], default=row.get("_last"))
        return RecordPage(
            id, entity, self.title(entity, id), row, self._shown(entity, row), self.states.get(id, "sent"),
            row.get("_place", ""), waiting, ago(minutes=90) if waiting else None, last, "Ana Pop", points, self._ties(entity, id), parts,
            self.pending.get(id, frozenset()), self.denied, self.refused.get(id, ()), status=row.get("_status"), access=self.access, shares=self.shares, may_share=self.may_share,
            needless_shares=frozenset({next(iter(USERS)), row.get("responsible_id") or ""}),
            drafts=tuple(one for one in self.drafts_on(entity, id) if not is_of_note(one)),
            sees_all_ties=self.sees_all_ties,
            is_own=self.is_own,
            files=self.count_files(Owner(entity, id)),
            questions=tuple(card.id for card in self.inbox_.cards if (entity, id) in (card.owner, (card.entity, card.record))),
        )  # fmt: skip

    def _shown(self, entity: str, row: dict[str, Any]) -> dict[str, Label | str]:
        shown: dict[str, Label | str] = {}
        for column in data_columns(CRM.get(entity)):
            value = row.get(column.name)
            if value and column.col.references == "user":
                shown[column.name] = USERS.get(value, "")
            elif value and column.col.references == "team":
                shown[column.name] = "Transilvania"
            elif value and column.col.references == "pick_list_item":
                shown[column.name] = INDUSTRIES.get(value) or {
                    "office": Label("Head office", "Sediu"),
                    "depot": Label("Warehouse", "Depozit"),
                }.get(value, value)
            elif value and column.col.references:
                shown[column.name] = self.title(column.col.references, value)
        return shown

    def _ties(self, entity: str, id: str) -> tuple[Tie, ...]:
        other = "contact" if entity == "company" else "company"
        found = []
        for link in self.rows["company_contact"].values():
            if link[f"{entity}_id"] != id or link.get("archived_at"):
                continue
            row = self.rows[other].get(link[f"{other}_id"], {})
            found.append(Tie(
                link["id"], row.get("id", ""), self.title(other, row.get("id", "")), None, row.get("job_title") or "",
                row.get("_phone", ""), row.get("_mail", ""), bool(link.get("is_primary")), link.get("ended_on"), self.states.get(row.get("id", ""), "sent"),
                self.denied.get("company_contact", ""),
            ))  # fmt: skip
        return tuple(sorted(found, key=lambda t: (t.ended_on is not None, not t.is_primary)))

    async def timeline(self, entity: str, id: str, after: str | None = None) -> Timeline:
        await self._read("timeline")
        own = [e for owner, e in self.notes if owner == id]
        return Timeline(tuple(sorted(own, key=lambda e: -e.at)), None, True)

    async def timeline_here(self, entity: str, id: str) -> Timeline:
        found = await FakeRecords.timeline(self, entity, id)
        return Timeline(found.entries, None, False)

    async def last_used(self, entity: str) -> str | None:
        rows = self.rows[entity]
        live = (id for kind, id in reversed(self.used) if kind == entity and id in rows and not rows[id].get("archived_at"))
        return next(live, None)

    async def search(self, text: str) -> tuple[Hit, ...]:
        await self._read("search")
        hits = [Hit("company", r["id"], r["name"], r.get("_place", "")) for r in self._matching("company", ListQuery(text))]
        hits += [
            Hit("contact", r["id"], self.title("contact", r["id"]), self.title("company", r.get("_company", "")))
            for r in self._matching("contact", ListQuery(text))
        ]
        return tuple(hits[:8] if text else hits[:5])
