"""The writing half of the fake facade: forms, saves, archives, and undoing them."""

from dataclasses import dataclass, replace
from typing import Any

from client.events import ChangeLogChanged, DraftsChanged, RecordsChanged
from client.usecases.allowed import NotAllowed
from client.usecases.answers import Owner, Saved
from client.usecases.findings import not_come_yet
from client.usecases.form_answers import Choice, Finding, FormEnd, FormStart
from client.usecases.form_drafts import FormDraft, family, note_form
from client.usecases.form_parts import part_to, parts_of, points_of
from client.usecases.list_answers import Hit
from client.usecases.timeline_answers import TimelineEntry
from shared_models.errors import FieldProblem, RecordInvalid
from shared_models.fields import data_columns
from shared_models.ids import derived_id
from shared_models.registry import CRM
from tests.ui.believable import INDUSTRIES, NOW, ago
from tests.ui.fake_records import FakeRecords
from tests.ui.fake_state import TEAM, USERS, folded


@dataclass
class FakeForms(FakeRecords):
    """Writes into the same memory; everything saved waits to be sent."""

    async def open_form(self, entity: str, id: str | None, owner: Owner | None = None) -> FormStart:
        await self._read("open_form")
        row = dict(self.rows[entity][id]) if id else {}
        if not id:
            row = {c.name: (False if c.kind == "boolean" and not c.optional else None) for c in data_columns(CRM.get(entity))}
            row |= {"roles": ["prospect"]} if entity == "company" else {}
            row |= {"kind": "mobile", "validity": "unknown"} if entity == "contact_point" else {}
        values = {
            c.name: row.get(c.name) for c in data_columns(CRM.get(entity)) if not c.is_owner or entity == "company_contact"
        }
        if owner and entity == "company_contact":
            values[f"{owner.entity}_id"] = owner.id
        points = self._first_points(entity, id) if id else {}
        values |= {name: point["value"] for name, point in points.items()}
        shown = dict(self._shown(entity, values))
        if owner and not id and (part := part_to(entity, owner.entity)) is not None:
            values[part.name], shown[part.name] = owner.id, self.title(owner.entity, owner.id)
        choices = {
            c.name: tuple(Choice(i, label) for i, label in INDUSTRIES.items())
            for c in data_columns(CRM.get(entity))
            if c.col.references == "pick_list_item"
        }
        title = self.title(entity, id) if id else ""
        pending = self.pending.get(id or "", frozenset())
        denied = self._denied(entity, id)
        return FormStart(entity, id, values, shown, choices, "seen", owner, title, pending=pending, denied=denied, hidden=self.hidden,
                         kinds={name: point["kind"] for name, point in points.items()})  # fmt: skip

    def _denied(self, entity: str, id: str | None) -> str:
        if entity not in ("company", "contact"):
            return self.denied.get(entity, "")
        return self.denied.get("change", "") if id else self.person_.denied.get(entity, "")

    async def is_here(self, entity: str, id: str) -> bool:
        return id in self.rows.get(entity, {})

    async def open_refused(self, tx: str) -> FormStart:
        change = next(r for r in self.inbox_.refused if r.tx == tx)
        start = await self.open_form(change.entity, change.record)
        values = {**start.values, **{c.field: c.after for c in change.changes}}
        return replace(start, values=values, replaces=tx)

    async def find_choices(self, entity: str, text: str) -> tuple[Choice, ...]:
        if entity == "user":
            return tuple(Choice(i, n) for i, n in USERS.items() if folded(text) in folded(n))
        if entity == "team":
            return (Choice(TEAM, "Transilvania"),)
        found = [h for h in await self.search(text) if h.entity == entity][:6]
        picks = [Choice(h.id, h.title, self._detail(entity, h), not text and i < 2) for i, h in enumerate(found)]
        known = {pick.id for pick in picks}
        others = () if text else (id for id in self.rows[entity] if id not in known)
        rest = [Choice(id, self.title(entity, id), self._detail(entity, Hit(entity, id, ""))) for id in others]
        return tuple([*picks, *rest][:6])

    def _detail(self, entity: str, hit: Hit) -> str:
        row = self.rows[entity][hit.id]
        more = ("fiscal_code", "code") if entity == "company" else ("_phone",)
        return " · ".join(part for part in (row.get("job_title"), hit.detail, *(row.get(name) for name in more)) if part)

    async def check(self, entity: str, values: dict[str, Any], own_id: str | None = None) -> tuple[Finding, ...]:
        found = []
        for column in data_columns(CRM.get(entity)):
            made = (column.is_owner and entity != "company_contact") or column.name == "value_normalised"
            if column.name in values and not column.optional and values[column.name] in (None, "") and not made:
                found.append(Finding(column.name, "problem.required"))
        if str(values.get("fiscal_code") or "").endswith("81"):
            found.append(Finding("fiscal_code", "warning.fiscal_code", {}, "warning", "RO 99000018"))
        name = folded(values.get("name") or "")
        for id, row in self.rows["company"].items() if entity == "company" and own_id is None else ():
            if folded(row["name"]) == name:
                told = f"{row['name']} · {self._detail(entity, Hit(entity, id, '', row['_place']))}"
                found.append(Finding("name", "hint.already_here", {"name": told}, "hint", opens=(entity, id)))
        return (*found, *not_come_yet(CRM.get(entity), values, NOW.date()))

    async def save(self, form: FormEnd) -> Saved:
        start = form.start
        if denied := self._denied(start.entity, start.id):
            raise NotAllowed(denied)
        problems = [
            FieldProblem(f.field, f.reason)
            for f in await self.check(start.entity, {**start.values, **form.values})
            if f.severity == "error"
        ]
        if problems:
            raise RecordInvalid(tuple(problems))
        self.saved.append(form)
        for draft in form.drafts:
            self.drafts.pop(draft, None)
        if form.left is not None:
            self.drafts[form.left.form] = form.left
        id = start.id or derived_id(start.entity, f"new{len(self.saved)}")
        row = self.rows[start.entity].setdefault(id, {"id": id, "updated_at": ago()})
        row.update({**({} if start.id else start.values), **form.values})
        self._make_parts(form, id)
        self._change_points(start, id)
        if form.tie is not None and start.owner is not None and part_to(start.entity, start.owner.entity) is None:
            ends = {f"{start.owner.entity}_id": start.owner.id, f"{start.entity}_id": id}
            link = derived_id("company_contact", id)
            self.rows["company_contact"][link] = {"id": link, **form.tie, **ends}
        elif start.owner and start.entity not in ("company_contact", "contact", "company"):
            row[f"{start.owner.entity}_id"] = start.owner.id
        self.states[id] = "waiting"
        self._waits(f"tx{len(self.saved)}")
        self.tell(RecordsChanged({start.entity: frozenset({id})}))
        return Saved(f"tx{len(self.saved)}", id, f"Edited: {self.title(start.entity, id)}")

    def _first_points(self, entity: str, id: str) -> dict[str, dict[str, Any]]:
        own = [p for p in self.rows["contact_point"].values() if p.get(f"{entity}_id") == id and not p.get("archived_at")]
        found = {part.name: next((p for p in own if p["kind"] in part.kinds), None) for part in points_of(entity)}
        return {name: point for name, point in found.items() if point is not None}

    def _change_points(self, start: FormStart, id: str) -> None:
        """Change the numbers that stood in a form, and leave none of them in the record's own row."""
        points = self._first_points(start.entity, id)
        for part in points_of(start.entity) if start.id is not None else ():
            value = self.rows[start.entity][id].pop(part.name, None)
            if value and part.name in points:
                points[part.name]["value"] = value

    def _make_parts(self, form: FormEnd, id: str) -> None:
        """Add what a new record is saved together with, and leave none of it in its own row."""
        start = form.start
        for part in parts_of(start.entity) if start.id is None else ():
            value = self.rows[start.entity][id].pop(part.name, None)
            if name := part.named(value):
                value = derived_id(part.target, name)
                self.rows[part.target][value] = {"id": value, "name": name, "updated_at": ago()}
            if value:
                made = derived_id(part.entity, f"{id}{part.name}")
                tie = form.tie if part.entity == "company_contact" and form.tie else {}
                self.rows[part.entity][made] = {"id": made, f"{start.entity}_id": id, **tie, **part.row(value)}

    async def keep_draft(self, draft: FormDraft) -> None:
        is_new = draft.form not in self.drafts
        self.drafts[draft.form] = replace(draft, at=draft.at or ago())
        if is_new:
            self.tell(DraftsChanged())
        if self.arrives:
            self.tell(RecordsChanged({"company": frozenset({self.arrives})}, from_centre=True))

    async def drop_draft(self, form: str) -> None:
        if self.drafts.pop(form, None) is not None:
            self.tell(DraftsChanged())

    async def draft(self, form: str) -> FormDraft | None:
        return self.drafts.get(form)

    async def drafts_beside(self, form: str) -> tuple[FormDraft, ...]:
        found = (one for one in self.drafts.values() if one.form != form and family(one.form) == family(form))
        return tuple(sorted(found, key=lambda draft: -draft.at))

    async def last_draft(self) -> FormDraft | None:
        return max(self.drafts.values(), key=lambda draft: draft.at, default=None)

    def _waits(self, tx: str) -> None:
        self.status_ = replace(self.status_, waiting=self.status_.waiting + 1)
        self.tell(ChangeLogChanged())

    async def add_note(self, owner: Owner, body: str) -> Saved:
        if denied := self.denied.get("note"):
            raise NotAllowed(denied, "body")
        entry = TimelineEntry(f"n{len(self.notes)}", "note", "note", ago(), "Ana Pop", True, "", body, state="waiting")
        self.notes.append((owner.id, entry))
        self.drafts.pop(note_form(owner), None)
        self._waits(entry.id)
        return Saved(entry.id, entry.id, body[:40])

    async def archive(self, entity: str, id: str) -> Saved:
        if denied := self.denied.get("archive"):
            raise NotAllowed(denied)
        self.rows[entity][id]["archived_at"] = ago()
        self.tell(RecordsChanged({entity: frozenset({id})}))
        return Saved(f"archive:{entity}:{id}", id, f"Archived: {self.title(entity, id)}")

    async def unarchive(self, entity: str, id: str) -> Saved:
        if denied := self.denied.get("archive"):
            raise NotAllowed(denied)
        self.rows[entity][id]["archived_at"] = None
        self.tell(RecordsChanged({entity: frozenset({id})}))
        return Saved(f"unarchive:{entity}:{id}", id, f"Brought back: {self.title(entity, id)}")

    async def undo(self, tx: str) -> bool:
        self.undone.append(tx)
        if tx.startswith(("archive:", "unarchive:")):
            did, entity, id = tx.split(":")
            self.rows[entity][id]["archived_at"] = None if did == "archive" else ago()
            self.tell(RecordsChanged({entity: frozenset({id})}))
        return True
