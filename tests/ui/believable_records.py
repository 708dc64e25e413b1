"""The records of the demo company in the fake facade: companies, contacts, what belongs to them, and what happened."""

from typing import Any

from client.usecases.timeline_answers import Change, TimelineEntry
from shared_models.ids import derived_id
from tests.ui.believable import COMPANIES, CONTACTS, DEEDS, INACTIVE, INDUSTRIES, ago
from tests.ui.fake_state import TEAM, USERS, FakeState, company_id, contact_id


def fill_records(crm: FakeState) -> None:
    """Put the demo company in."""
    for i, (name, place, industry, role, days, every, state, code) in enumerate(COMPANIES):
        id = company_id(i)
        crm.states[id] = state
        crm.rows["company"][id] = {
            "id": id, "name": name, "code": code or None, "roles": [role], "fiscal_code": f"RO {99000018 + i * 37}" if i % 5 else "RO 99000018",
            "vat_country": "RO", "is_vat_payer": True, "trade_register_no": f"J08/{9372 + i}/2002",
            "industry_id": next(k for k, v in INDUSTRIES.items() if v is industry), "responsible_id": list(USERS)[i % 3],
            "team_id": TEAM, "visit_every_days": every, "do_not_contact": False, "language": "ro",
            "description": "Livrare prin curtea din spate, până la ora 10. Plata la 30 de zile." if i < 4 else None,
            "_status": INACTIVE if i == 4 else None, "_place": place, "_last": ago(days=days) if days is not None else None, "updated_at": ago(days=(i * 7) % 45 + 0.1),
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


def _add(crm: FakeState, entity: str, n: int, row: dict[str, Any]) -> None:
    id = derived_id(entity, str(n))
    crm.rows[entity][id] = {"id": id, **row}
