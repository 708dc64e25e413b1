"""A hand-written facade over believable data in memory: drives the gallery and the in-process tests of the interface."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from client.events import ChangeLogChanged, Event, RecordsChanged, SyncStatusChanged
from client.usecases.answers import (
    Change,
    Choice,
    CompanyRow,
    ContactRow,
    Finding,
    FormEnd,
    FormStart,
    Hit,
    Label,
    ListQuery,
    Owner,
    Page,
    Part,
    Person,
    Point,
    Preferences,
    RecordPage,
    RowState,
    Saved,
    Tie,
    Timeline,
    TimelineEntry,
)
from client.usecases.sync_answers import (
    CardView,
    Decision,
    Inbox,
    Proof,
    Queue,
    RefusedChange,
    SentItem,
    Side,
    SyncStatus,
    WaitingItem,
)
from shared_models.errors import FieldfareError, FieldProblem, RecordInvalid, UnlockFailed
from shared_models.fields import data_columns
from shared_models.ids import derived_id
from shared_models.registry import CRM
from shared_models.texts import Language
from tests.ui.believable import COMPANIES, CONTACTS, DAY, DEEDS, INDUSTRIES, SAVES, ago

PAGE_ROWS = 50
USERS = {derived_id("user", n): n for n in ("Ana Pop", "Maria Ilie", "Dan Rusu")}
TEAM = derived_id("team", "Transilvania")


def _fold(text: str) -> str:
    import unicodedata

    return "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))


def _due_at(row: dict[str, Any]) -> int | None:
    every = row.get("visit_every_days")
    return None if every is None else (row.get("_last") or ago(days=90)) + every * DAY


def company_id(place: int) -> str:
    return derived_id("company", str(place))


def contact_id(place: int) -> str:
    return derived_id("contact", str(place))


@dataclass
class FakeCrm:
    """Everything in memory. `fail` makes every read fail; `delay_s` makes reads slow."""

    rows: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    states: dict[str, RowState] = field(default_factory=dict)
    pending: dict[str, frozenset[str]] = field(default_factory=dict)
    notes: list[tuple[str, TimelineEntry]] = field(default_factory=list)
    person_: Person = field(default_factory=lambda: Person("Ana Pop", "ana.pop@carpati.example", False, "Laptop Ana"))
    preferences_: Preferences = field(default_factory=lambda: Preferences("en", "light"))
    status_: SyncStatus = field(default_factory=SyncStatus)
    inbox_: Inbox = field(default_factory=Inbox)
    decided_: tuple[CardView, ...] = ()
    queue_: Queue = field(default_factory=Queue)
    listeners: list[Callable[[Event], None]] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    saved: list[FormEnd] = field(default_factory=list)
    decided: list[tuple[str, Decision]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    fail: FieldfareError | None = None
    delay_s: float = 0.0

    # -- plumbing ---------------------------------------------------------------------------------------------------------

    def listen(self, handler: Callable[[Event], None]) -> Callable[[], None]:
        self.listeners.append(handler)
        return lambda: self.listeners.remove(handler)

    def tell(self, event: Event) -> None:
        for handler in tuple(self.listeners):
            handler(event)

    async def _read(self, what: str) -> None:
        self.calls.append(what)
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if self.fail is not None:
            raise self.fail

    def title(self, entity: str, id: str) -> str:
        row = self.rows.get(entity, {}).get(id, {})
        return " ".join(str(row[f]) for f in CRM.get(entity).title_fields if row.get(f))

    # -- who and how --------------------------------------------------------------------------------------------------------

    async def person(self) -> Person:
        return self.person_

    async def preferences(self) -> Preferences:
        return self.preferences_

    async def set_preferences(self, preferences: Preferences) -> None:
        self.preferences_ = preferences

    async def sign_out(self) -> None:
        self.calls.append("sign_out")

    # -- lists and pages ------------------------------------------------------------------------------------------------------

    def _matching(self, entity: str, query: ListQuery) -> list[dict[str, Any]]:
        words = _fold(query.text).split()
        found = []
        for row in self.rows[entity].values():
            text = _fold(" ".join(str(v) for v in row.values() if v))
            mine = not query.mine or row.get("responsible_id") == next(iter(USERS))
            role = query.role is None or query.role in row.get("roles", ())
            if mine and role and not row.get("archived_at") and all(w in text for w in words):
                found.append(row)
        if query.order == "recent":
            return sorted(found, key=lambda r: -(r.get("updated_at") or 0))
        if query.order == "due":
            return sorted(found, key=lambda r: (_due_at(r) is None, _due_at(r) or 0, _fold(r["name"])))
        return sorted(found, key=lambda r: _fold(r.get("name") or f"{r.get('last_name')} {r.get('first_name')}"))

    async def companies(self, query: ListQuery, after: str | None = None) -> Page[CompanyRow]:
        await self._read("companies")
        found, start = self._matching("company", query), int(after or 0)
        rows = tuple(self._company_row(r) for r in found[start : start + PAGE_ROWS])
        following = str(start + PAGE_ROWS) if len(found) > start + PAGE_ROWS else None
        return Page(
            rows, following, len(found) if query.text or query.mine or query.role or len(found) < 3 else 1173 + len(found)
        )

    def _company_row(self, r: dict[str, Any]) -> CompanyRow:
        return CompanyRow(
            r["id"], r["name"], INDUSTRIES.get(r.get("industry_id", "")), r.get("_place", ""), self.states.get(r["id"], "sent"),
            r.get("code") or "", r.get("_last"), r.get("visit_every_days"), r.get("updated_at"), _due_at(r),
            bool(r.get("code")) and "code" in self.pending.get(r["id"], ()),
        )  # fmt: skip

    async def contacts(self, query: ListQuery, after: str | None = None) -> Page[ContactRow]:
        await self._read("contacts")
        rows = tuple(
            ContactRow(
                r["id"], f"{r.get('first_name') or ''} {r['last_name']}".strip(), r.get("job_title") or "",
                self.title("company", r.get("_company", "")), self.states.get(r["id"], "sent"), r.get("_phone", ""),
                r.get("updated_at"), r.get("first_name") or "", r["last_name"],
            )
            for r in self._matching("contact", query)
        )  # fmt: skip
        return Page(rows, None, len(rows))

    async def record(self, entity: str, id: str) -> RecordPage | None:
        await self._read("record")
        row = self.rows.get(entity, {}).get(id)
        if row is None or row.get("archived_at"):
            return None
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
            self.pending.get(id, frozenset()),
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
            ))  # fmt: skip
        return tuple(sorted(found, key=lambda t: (t.ended_on is not None, not t.is_primary)))

    async def timeline(self, entity: str, id: str, after: str | None = None) -> Timeline:
        await self._read("timeline")
        own = [e for owner, e in self.notes if owner == id]
        return Timeline(tuple(sorted(own, key=lambda e: -e.at)), None, True)

    async def search(self, text: str) -> tuple[Hit, ...]:
        await self._read("search")
        hits = [Hit("company", r["id"], r["name"], r.get("_place", "")) for r in self._matching("company", ListQuery(text))]
        hits += [
            Hit("contact", r["id"], self.title("contact", r["id"]), self.title("company", r.get("_company", "")))
            for r in self._matching("contact", ListQuery(text))
        ]
        return tuple(hits[:8] if text else hits[:5])

    # -- writing --------------------------------------------------------------------------------------------------------------

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
        choices = {
            c.name: tuple(Choice(i, label) for i, label in INDUSTRIES.items())
            for c in data_columns(CRM.get(entity))
            if c.col.references == "pick_list_item"
        }
        title = self.title(entity, id) if id else ""
        pending = self.pending.get(id or "", frozenset())
        return FormStart(entity, id, values, self._shown(entity, values), choices, "seen", owner, title, pending=pending)

    async def open_refused(self, tx: str) -> FormStart:
        change = next(r for r in self.inbox_.refused if r.tx == tx)
        start = await self.open_form(change.entity, change.record)
        values = {**start.values, **{c.field: c.after for c in change.changes}}
        return replace(start, values=values, replaces=tx)

    async def find_choices(self, entity: str, text: str) -> tuple[Choice, ...]:
        if entity == "user":
            return tuple(Choice(i, n) for i, n in USERS.items() if _fold(text) in _fold(n))
        if entity == "team":
            return (Choice(TEAM, "Transilvania"),)
        return tuple(Choice(h.id, h.title, h.detail) for h in await self.search(text) if h.entity == entity)[:6]

    async def check(self, entity: str, values: dict[str, Any], own_id: str | None = None) -> tuple[Finding, ...]:
        found = []
        for column in data_columns(CRM.get(entity)):
            made = (column.is_owner and entity != "company_contact") or column.name == "value_normalised"
            if column.name in values and not column.optional and values[column.name] in (None, "") and not made:
                found.append(Finding(column.name, "problem.required"))
        if str(values.get("fiscal_code") or "").endswith("81"):
            found.append(Finding("fiscal_code", "warning.fiscal_code", {}, "warning", "RO 99000018"))
        return tuple(found)

    async def save(self, form: FormEnd) -> Saved:
        start = form.start
        problems = [
            FieldProblem(f.field, f.reason)
            for f in await self.check(start.entity, {**start.values, **form.values})
            if f.severity == "error"
        ]
        if problems:
            raise RecordInvalid(tuple(problems))
        self.saved.append(form)
        id = start.id or derived_id(start.entity, f"new{len(self.saved)}")
        row = self.rows[start.entity].setdefault(id, {"id": id, "updated_at": ago()})
        row.update({**({} if start.id else start.values), **form.values})
        if form.tie is not None and start.owner is not None:
            ends = {f"{start.owner.entity}_id": start.owner.id, f"{start.entity}_id": id}
            link = derived_id("company_contact", id)
            self.rows["company_contact"][link] = {"id": link, **form.tie, **ends}
        elif start.owner and start.entity != "company_contact":
            row[f"{start.owner.entity}_id"] = start.owner.id
        self.states[id] = "waiting"
        self._waits(f"tx{len(self.saved)}")
        self.tell(RecordsChanged({start.entity: frozenset({id})}))
        return Saved(f"tx{len(self.saved)}", id, f"Edited: {self.title(start.entity, id)}")

    def _waits(self, tx: str) -> None:
        self.status_ = replace(self.status_, waiting=self.status_.waiting + 1)
        self.tell(ChangeLogChanged())

    async def add_note(self, owner: Owner, body: str) -> Saved:
        entry = TimelineEntry(f"n{len(self.notes)}", "note", "note", ago(), "Ana Pop", True, "", body, state="waiting")
        self.notes.append((owner.id, entry))
        self._waits(entry.id)
        return Saved(entry.id, entry.id, body[:40])

    async def archive(self, entity: str, id: str) -> Saved:
        self.rows[entity][id]["archived_at"] = ago()
        self.tell(RecordsChanged({entity: frozenset({id})}))
        return Saved(f"archive:{entity}:{id}", id, f"Archived: {self.title(entity, id)}")

    async def undo(self, tx: str) -> bool:
        self.undone.append(tx)
        if tx.startswith("archive:"):
            _, entity, id = tx.split(":")
            self.rows[entity][id]["archived_at"] = None
            self.tell(RecordsChanged({entity: frozenset({id})}))
        return True

    # -- what needs a person ----------------------------------------------------------------------------------------------------

    async def inbox(self) -> Inbox:
        return self.inbox_

    async def decide(self, card: str, decision: Decision) -> Saved:
        self.decided.append((card, decision))
        gone = next(c for c in self.inbox_.cards if c.id == card)
        self.inbox_ = replace(
            self.inbox_, cards=tuple(c for c in self.inbox_.cards if c.id != card), solved=self.inbox_.solved + 1
        )
        self.status_ = replace(self.status_, needs_you=self.inbox_.count)
        self.tell(ChangeLogChanged())
        return Saved(f"decide:{card}", gone.record, f"Kept both: {gone.title}")

    async def decided_cards(self) -> tuple[CardView, ...]:
        return self.decided_

    async def restore_lost(self, card: str) -> Saved:
        self.calls.append(f"restore_lost {card}")
        gone = next(c for c in self.decided_ if c.id == card)
        return Saved(f"restore:{card}", gone.record, f"Brought back: {gone.title}")

    async def decide_by_edit(self, card: str) -> FormStart:
        gone = next(c for c in self.inbox_.cards if c.id == card)
        return await self.open_form(gone.entity, gone.record)

    async def retry(self, tx: str) -> None:
        self.calls.append(f"retry {tx}")
        await self._settle(tx)

    async def discard(self, tx: str) -> None:
        await self._settle(tx)

    async def _settle(self, tx: str) -> None:
        self.inbox_ = replace(self.inbox_, refused=tuple(r for r in self.inbox_.refused if r.tx != tx))
        self.tell(ChangeLogChanged())

    # -- sync ---------------------------------------------------------------------------------------------------------------------

    async def status(self) -> SyncStatus:
        return self.status_

    async def queue(self) -> Queue:
        return self.queue_

    async def sync_now(self) -> None:
        self.calls.append("sync_now")
        self.status_ = replace(self.status_, link="idle", waiting=0, offline_since=None, next_attempt_at=None, last_ok_at=ago())
        self.queue_ = replace(self.queue_, waiting=())
        self.tell(SyncStatusChanged())

    async def lift_quarantine(self) -> None:
        self.calls.append("lift_quarantine")
        self.status_ = replace(self.status_, link="syncing")

    async def set_paused(self, paused: bool) -> None:
        self.status_ = replace(self.status_, link="paused" if paused else "offline")
        self.tell(SyncStatusChanged())

    async def set_work_offline(self, on: bool) -> None:
        self.status_ = replace(self.status_, link="work_offline" if on else "offline")
        self.tell(SyncStatusChanged())


@dataclass
class FakeDoor:
    """Lets in whoever types the password `pass`."""

    account: tuple[str, str] = ("", "")
    error: FieldfareError | None = None

    async def last(self) -> tuple[str, str]:
        return self.account

    async def enter(self, server: str, email: str, password: str) -> FakeCrm:
        empty = [n for n, v in (("server_url", server), ("email", email), ("password", password)) if not v]
        if empty:
            raise RecordInvalid(tuple(FieldProblem(n, "problem.required") for n in empty))
        if self.error is not None:
            raise self.error
        if password != "pass":
            raise UnlockFailed("unlock.wrong_password")
        return believable_crm()


def empty_crm() -> FakeCrm:
    """Return a CRM without a single record, just signed in."""
    return FakeCrm({e.entity_name: {} for e in CRM}, status_=SyncStatus(last_ok_at=ago()))


def believable_crm(language: Language = "ro") -> FakeCrm:
    """Return the demo company, with things that wait and things that need a person. language: of the sentences of saves."""
    crm = empty_crm()
    for i, (name, place, industry, role, days, every, state, code) in enumerate(COMPANIES):
        id = company_id(i)
        crm.states[id] = state
        crm.rows["company"][id] = {
            "id": id, "name": name, "code": code or None, "roles": [role], "fiscal_code": f"RO {99000018 + i * 37}" if i % 5 else "RO 99000018",
            "vat_country": "RO", "is_vat_payer": True, "trade_register_no": f"J08/{9372 + i}/2002",
            "industry_id": next(k for k, v in INDUSTRIES.items() if v is industry), "responsible_id": list(USERS)[i % 3],
            "team_id": TEAM, "visit_every_days": every, "do_not_contact": False, "language": "ro",
            "description": "Livrare prin curtea din spate, până la ora 10. Plata la 30 de zile." if i < 4 else None,
            "_place": place, "_last": ago(days=days) if days is not None else None, "updated_at": ago(days=(i * 7) % 45 + 0.1),
        }  # fmt: skip
        _add(
            crm,
            "address",
            i,
            {
                "company_id": id,
                "kind_id": "office",
                "street": "Str. Mihai Săulescu 42",
                "city": place,
                "county": "Brașov",
                "country": "RO",
            },
        )
        _add(
            crm,
            "contact_point",
            i,
            {"company_id": id, "kind": "phone", "value": f"0368 000 {120 + i}", "is_primary": True, "validity": "ok"},
        )
        _add(
            crm,
            "contact_point",
            i + 100,
            {
                "company_id": id,
                "kind": "email",
                "value": f"receptie@firma{i}.example" if i else "receptie@sapte-brazi.example",
                "validity": "bounced" if i == 3 else "ok",
            },
        )
    first = company_id(0)
    _add(
        crm,
        "address",
        500,
        {"company_id": first, "kind_id": "depot", "street": "DN1 km 147", "city": "Predeal", "opening_hours": "06:00–14:00"},
    )
    _add(
        crm,
        "bank_account",
        1,
        {
            "company_id": first,
            "iban": "RO49AAAA1B31007593840000",
            "bank_name": "Banca Exemplu",
            "currency": "RON",
            "is_default": True,
            "verified_at": ago(days=200),
        },
    )
    _add(
        crm,
        "bank_account",
        2,
        {"company_id": first, "iban": "RO09BCYP0000001234567890", "bank_name": "Banca Exemplu", "currency": "EUR"},
    )
    for i, (given, family, job, at, phone, mail, state) in enumerate(CONTACTS):
        id = contact_id(i)
        crm.states[id] = state
        crm.rows["contact"][id] = {
            "id": id, "first_name": given, "last_name": family, "job_title": job, "responsible_id": list(USERS)[i % 3], "language": "ro",
            "do_not_call": False, "birth_date": "--05-17" if i == 0 else None, "_company": company_id(at), "_phone": phone, "_mail": mail,
            "_place": COMPANIES[at][1], "_last": ago(days=at + 1), "updated_at": ago(days=i * 2 + 0.2),
        }  # fmt: skip
        _add(
            crm,
            "company_contact",
            i,
            {
                "company_id": company_id(at),
                "contact_id": id,
                "is_primary": i in (0, 4),
                "ended_on": "2025-06-30" if i == 3 else None,
            },
        )
        if phone:
            _add(
                crm,
                "contact_point",
                i + 200,
                {"contact_id": id, "kind": "mobile", "value": phone, "is_primary": True, "validity": "ok"},
            )
        if mail:
            _add(crm, "contact_point", i + 300, {"contact_id": id, "kind": "email", "value": mail, "validity": "ok"})
    _add(crm, "related_person", 1, {"contact_id": contact_id(0), "kind": "child", "name": "Matei", "birth_date": "2015-03-02"})
    for n, (kind, days_ago, by, body, deed_state) in enumerate(DEEDS):
        changes = (
            (Change("responsible_id", "x", "y", "Maria Ilie", "Ana Pop"), Change("visit_every_days", 30, 14))
            if kind == "changed"
            else ()
        )
        entry = TimelineEntry(
            f"d{n}",
            kind,
            "note" if kind == "note" else "company",
            ago(days=days_ago),
            by,
            by == "Ana Pop",
            "",
            body,
            changes,
            False,
            deed_state,
        )
        crm.notes.append((first, entry))
        if kind == "note":
            crm.notes.append((contact_id(0), entry))
    _trouble(crm, language)
    return crm


def _add(crm: FakeCrm, entity: str, n: int, row: dict[str, Any]) -> None:
    id = derived_id(entity, str(n))
    crm.rows[entity][id] = {"id": id, **row}


def _trouble(crm: FakeCrm, language: Language) -> None:
    """Fill inbox and queue."""
    says = SAVES[language]
    point = derived_id("contact_point", "200")
    phone = CardView(
        derived_id("card", "1"), "value", "contact", contact_id(0), "Ioana Știrbei", "Hotel Șapte Brazi", "job_title", "FM",
        Side({"job_title": "Achiziții"}, by="Dan Rusu", at=ago(days=257)),
        Side({"job_title": "Șef achiziții"}, by="Ana Pop", is_me=True, at=ago(days=7, hours=-1.5), is_here=True),
        Side({"job_title": "Director achiziții"}, by="Maria Ilie", at=ago(days=8, hours=-7)),
        "Ioana e acum șef achiziții, semnează singură până la 5.000 lei.", ago(hours=2),
    )  # fmt: skip
    gone = CardView(
        derived_id("card", "2"), "archived", "company", company_id(2), "Brutăria Sfântul Gheorghe", "", "archived_at", "FM",
        Side({}, by="", at=None), Side({"archived_at": ago(days=1)}, by="Ana Pop", is_me=True, at=ago(days=1), is_here=True),
        Side({"visit_every_days": 21}, by="Maria Ilie", at=ago(days=1, hours=2)), "", ago(days=1),
    )  # fmt: skip
    text = CardView(
        derived_id("card", "3"), "value", "company", company_id(4), "Hanul Domnesc", "", "description", "LM",
        Side({"description": "Livrare marțea."}, by="Dan Rusu", at=ago(days=90)),
        Side({"description": "Livrare marțea, după ora 14. Sună înainte."}, by="Ana Pop", is_me=True, at=ago(days=2), is_here=True),
        Side({"description": "Livrare joia, dimineața."}, by="Maria Ilie", at=ago(days=2, hours=5)), "", ago(days=2), True,
    )  # fmt: skip
    refused = RefusedChange(
        "tx-9", says["changed"].format("Popas Făget"), "company", company_id(14), "Popas Făget", ago(hours=1), "R303", "problem.value", "fiscal_code",
        (Change("fiscal_code", "RO 99000536", "RO 1234"),),
    )  # fmt: skip
    deferred = RefusedChange(
        "tx-10",
        says["note"].format("Vila Belvedere"),
        "note",
        point,
        "Vila Belvedere",
        ago(days=3),
        "R304",
        None,
        None,
        (),
        True,
    )
    crm.inbox_ = Inbox((phone, text, gone), (refused, deferred), 23)
    crm.queue_ = Queue(
        (
            WaitingItem("t1", says["note"].format("Hotel Șapte Brazi"), "note", company_id(0), ago(minutes=44), "pending", 900),
            WaitingItem("t2", says["note"].format("Hotel Șapte Brazi"), "note", company_id(0), ago(minutes=90), "pending", 800),
            WaitingItem(
                "t3", says["changed"].format("Pensiunea Măgura"), "company", company_id(5), ago(minutes=122), "pending", 1400
            ),
        ),
        (
            SentItem("s1", says["note"].format("Bistro La Răscruce"), ago(minutes=61)),
            SentItem("s2", says["changed"].format("Cantina Școlii Gh. Șincai"), ago(minutes=61)),
            SentItem("s3", says["contact"].format("Ștefan Țurcanu"), ago(minutes=100)),
        ),
        41,
    )
    proof = Proof(ago(minutes=61), {"company": 1204, "contact": 2811, "note": 6402}, "7f3a91c20b5e4d18")
    crm.status_ = SyncStatus(
        "offline",
        3,
        crm.inbox_.count,
        ago(minutes=61),
        ago(minutes=44),
        ago(minutes=-0.7),
        None,
        proof=proof,
        size_bytes=18_000_000,
    )
