"""The seeded workload that offline-first systems are measured on: companies : contacts : activities = 1 : 3 : 10.

About 520 bytes of JSON a row; offline edits are 80 % updates of two fields and 20 % inserts. Everything is a pure function of
(n, seed, client): the same arguments give the same bytes on every machine, so figures of other systems compare one to one.
The order of the calls on the random sources is part of it: do not reorder.
"""

# ruff: noqa: SIM905 - word lists read better as sentences

import random
from collections.abc import Iterator
from typing import Any

SEED = 20261123
Row = dict[str, Any]

SCHEMA = {
    "companies": "id name vat_code reg_no industry address city county country phone email website owner status notes updated_at",
    "contacts": "id company_id first_name last_name title department email phone mobile address city birthday language source "
    "notes updated_at",
    "activities": "id company_id contact_id kind subject body status priority due_at done_at location result owner created_at "
    "updated_at",
}
INDEXES = {
    "companies": ["name", "city"],
    "contacts": ["company_id", "last_name"],
    "activities": ["company_id", "contact_id", "due_at"],
}
FTS = {
    "companies": ["name", "city", "notes"],
    "contacts": ["first_name", "last_name", "email", "notes"],
    "activities": ["subject", "body"],
}
EDITABLE = {
    "companies": ["phone", "address", "status", "notes", "owner"],
    "contacts": ["phone", "mobile", "title", "notes", "department"],
    "activities": ["status", "priority", "body", "result", "due_at"],
}

WORDS = (
    "ofertă client vizită telefon întâlnire contract livrare factură discount produs catalog mostră comandă termen plată "
    "confirmare negociere prezentare depozit reprezentant zonă traseu săptămână buget interes revenire urmărire "
    "transport garanție service stoc promoție partener licitație proiect montaj instruire reclamație aprobare director "
    "achiziții tehnic financiar urgent amânat finalizat discuție email preț volum anual trimestru țintă raport"
).split()
FIRST = (
    "Andrei Maria Ioana Mihai Elena Ștefan Cristina Alexandru Gabriela Radu Ana Vlad Daniela Bogdan Raluca Florin "
    "Simona Cătălin Oana Sorin Irina Lucian Alina Marius Teodora"
).split()
LAST = (
    "Popescu Ionescu Popa Radu Dumitru Stan Stoica Gheorghe Matei Ciobanu Rusu Munteanu Moldovan Șerban Lazăr Toma "
    "Neagu Dobre Barbu Nistor Florea Dinu Manole Ene Tudor"
).split()
CITY = [
    ("București", "Ilfov"), ("Cluj-Napoca", "Cluj"), ("Timișoara", "Timiș"), ("Iași", "Iași"), ("Constanța", "Constanța"),
    ("Brașov", "Brașov"), ("Craiova", "Dolj"), ("Galați", "Galați"), ("Oradea", "Bihor"), ("Sibiu", "Sibiu"),
]  # fmt: skip
INDUSTRY = "Construcții Agricultură Farma Retail HoReCa Auto Textile IT Logistică Energie".split()
KIND = "visit call email meeting task offer".split()
STATUS = "open planned done cancelled waiting".split()
PRIORITY = "low normal high".split()
OWNER = [f"{first.lower()}.{last.lower()}" for first, last in zip(FIRST, LAST, strict=True)]


def _uuid7(r: random.Random, ms: int) -> str:
    b = r.getrandbits(74)
    h = f"{ms:012x}7{(b >> 62) & 0xFFF:03x}{8 | ((b >> 60) & 3):x}{b & ((1 << 60) - 1):015x}"
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def _time(r: random.Random) -> str:
    day = f"2026-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}"
    return f"{day}T{r.randint(7, 19):02d}:{r.randint(0, 59):02d}:{r.randint(0, 59):02d}.{r.randint(0, 999):03d}Z"


def _words(r: random.Random, least: int, most: int) -> str:
    return " ".join(r.choices(WORDS, k=r.randint(least, most)))


def _phone(r: random.Random) -> str:
    return f"+407{r.randint(10**7, 10**8 - 1)}"


def company(r: random.Random, i: int) -> Row:
    """Return a company without its id."""
    name = f"{r.choice(LAST)} {r.choice(INDUSTRY)} {i} SRL"
    city, county = r.choice(CITY)
    domain = f"firma{i}.ro"
    return {
        "id": None, "name": name, "vat_code": f"RO{r.randint(10**6, 10**8)}",
        "reg_no": f"J{r.randint(1, 52)}/{r.randint(1, 9999)}/{r.randint(1992, 2026)}",
        "industry": r.choice(INDUSTRY), "address": f"Str. {r.choice(LAST)} nr. {r.randint(1, 200)}, bl. {r.randint(1, 40)}",
        "city": city, "county": county, "country": "România", "phone": _phone(r), "email": f"office@{domain}",
        "website": f"https://www.{domain}", "owner": r.choice(OWNER), "status": r.choice(STATUS), "notes": _words(r, 3, 7),
        "updated_at": _time(r),
    }  # fmt: skip


def contact(r: random.Random, i: int, company_id: str) -> Row:
    """Return a contact without its id."""
    first, last = r.choice(FIRST), r.choice(LAST)
    return {
        "id": None, "company_id": company_id, "first_name": first, "last_name": last,
        "title": r.choice(["Director", "Manager", "Achizitor", "Inginer"]), "department": r.choice(INDUSTRY),
        "email": f"{first.lower()}.{last.lower()}{i}@firma.ro", "phone": _phone(r), "mobile": _phone(r),
        "address": f"Bd. {r.choice(LAST)} nr. {r.randint(1, 200)}", "city": r.choice(CITY)[0],
        "birthday": f"19{r.randint(55, 99)}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}",
        "language": r.choice(["ro", "en", "hu"]), "source": r.choice(["web", "expo", "referral"]),
        "notes": _words(r, 2, 6), "updated_at": _time(r),
    }  # fmt: skip


def activity(r: random.Random, company_id: str, contact_id: str) -> Row:
    """Return an activity without its id."""
    return {
        "id": None, "company_id": company_id, "contact_id": contact_id, "kind": r.choice(KIND), "subject": _words(r, 3, 6),
        "body": _words(r, 4, 9), "status": r.choice(STATUS), "priority": r.choice(PRIORITY), "due_at": _time(r),
        "done_at": _time(r) if r.random() < 0.5 else "", "location": r.choice(CITY)[0],
        "result": r.choice(["", "ok", "revenire", "fără interes"]), "owner": r.choice(OWNER), "created_at": _time(r),
        "updated_at": _time(r),
    }  # fmt: skip


def _ids(n: int, seed: int) -> tuple[list[str], list[str], list[str]]:
    """Return the ids of companies, contacts and activities; cheap, so that edits need not make the rows again."""
    r = random.Random(f"ids-{n}-{seed}")
    companies, contacts = max(1, n // 14), max(1, n * 3 // 14)
    made = [_uuid7(r, 1_760_000_000_000 + (k + 1) * 37) for k in range(max(n, companies + contacts))]
    return made[:companies], made[companies : companies + contacts], made[companies + contacts :]


def rows(n: int, seed: int = SEED) -> Iterator[tuple[str, Row]]:
    """Yield (table, row) of n rows, parents first."""
    companies, contacts, activities = _ids(n, seed)
    r = random.Random(f"rows-{n}-{seed}")
    for i, pk in enumerate(companies):
        yield "companies", {**company(r, i), "id": pk}
    for i, pk in enumerate(contacts):
        yield "contacts", {**contact(r, i, companies[i % len(companies)]), "id": pk}
    for i, pk in enumerate(activities):
        j = i % len(contacts)
        yield "activities", {**activity(r, companies[j % len(companies)], contacts[j]), "id": pk}


def _new_value(r: random.Random, field: str) -> str:
    if field in ("notes", "body"):
        return _words(r, 6, 14)
    if field in ("phone", "mobile"):
        return _phone(r)
    if field == "due_at":
        return _time(r)
    return f"{r.choice(WORDS)} {r.randint(0, 10**6)}"


def edits(n: int, k: int, seed: int = SEED, client: str = "a") -> list[Row]:
    """Return k edits on n rows: {"op": "update", "table", "id", "set"} or {"op": "insert", "table", "row"}."""
    companies, contacts, activities = _ids(n, seed)
    r = random.Random(f"edits-{n}-{k}-{seed}-{client}")
    tables = [("companies", companies), ("contacts", contacts), ("activities", activities)]
    seen: set[str] = set()
    return [
        _insert(r, i, tables) if i % 5 == 4 else _update(r, tables, seen, n)  # 20 % inserts, in the same 1 : 3 : 10
        for i in range(k)
    ]


def _insert(r: random.Random, i: int, tables: list[tuple[str, list[str]]]) -> Row:
    place = r.choices((0, 1, 2), (1, 3, 10))[0]
    companies, contacts = tables[0][1], tables[1][1]
    made = (
        company(r, 10**6 + i),
        contact(r, 10**6 + i, r.choice(companies)),
        activity(r, r.choice(companies), r.choice(contacts)),
    )[place]  # all three are made: the workload's random numbers say so
    return {"op": "insert", "table": tables[place][0], "row": {**made, "id": _uuid7(r, 1_790_000_000_000 + i)}}


def _update(r: random.Random, tables: list[tuple[str, list[str]]], seen: set[str], n: int) -> Row:
    while True:
        name, ids = tables[r.choices((0, 1, 2), (1, 3, 10))[0]]
        pk = r.choice(ids)
        if pk not in seen or len(seen) > n * 0.9:
            break
    seen.add(pk)
    fields = r.sample(EDITABLE[name], 2)
    return {"op": "update", "table": name, "id": pk, "set": {field: _new_value(r, field) for field in fields}}


def sqlite_ddl(*, fts: bool = True) -> list[str]:
    """Return the statements that make a plain replica: three tables, seven indexes, three search tables."""
    made = []
    for table, names in SCHEMA.items():
        first, *rest = names.split()
        made.append(f"CREATE TABLE {table}({first} TEXT PRIMARY KEY, {', '.join(f'{name} TEXT' for name in rest)})")
        made += [f"CREATE INDEX ix_{table}_{name} ON {table}({name})" for name in INDEXES[table]]
        if fts:
            made.append(
                f"CREATE VIRTUAL TABLE {table}_fts USING fts5({', '.join(FTS[table])}, content='{table}', "
                "content_rowid='rowid', tokenize='unicode61 remove_diacritics 2')"
            )
    return made
