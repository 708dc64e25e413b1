"""Carpați Distribuție SRL, the demo company: believable, fictional, and the same bytes everywhere for one size and day.

Supplies for hotels, restaurants and cleaning, from Cluj: six salespeople by territory, their customers, the people there, and
what was said in the last months. Sizes: `functions.md` part 2, volumes, for the entities that exist.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from stdnum import luhn
from stdnum.bg import vat as bulgarian
from stdnum.iso7064 import mod_11_10

from shared_models.codec import Row
from shared_models.ids import derived_id
from shared_models.natural_ids import natural_id
from shared_models.registry import CRM
from sync_server.services import demo_words as words
from sync_server.services.shipped_lists import item_id
from sync_server.services.shipped_profiles import profile_id

SIZES = {"small": 240, "medium": 6_000, "large": 50_000}
"""Companies; contacts, points and notes follow from them."""
SEED = 20261124
DAY_US = 86_400_000_000
FIRST = "Hotel Șapte Brazi"
OF_ANA = (0, 2, 3)
"""Companies that are Ana's outside her territory: the demo shows what she and Maria do to them."""
OTHER_ROLES = ("prospect", "prospect", "supplier", "partner", "competitor")
STATUSES = ("active", "active", "active", "active", "new", "at_risk", "inactive")
Record = tuple[str, Row]


@dataclass
class _Demo:
    """The generator's state: one random source, one clock."""

    size: int
    now_us: int
    random: Random = field(default_factory=lambda: Random(SEED))
    names: set[str] = field(default_factory=set)
    """Names given so far: two companies with one name are there on purpose only."""

    def pick(self, options: "tuple[str, ...]") -> str:
        """Return one of some words."""
        return self.random.choice(options)

    def past(self, days: int) -> int:
        """Return a time in working hours within the last days, in microseconds since 1970 UTC."""
        day = self.now_us // DAY_US - self.random.randint(1, days)
        return day * DAY_US + self.random.randint(6 * 3600, 15 * 3600) * 1_000_000


def demo_users() -> list[Row]:
    """Return the twelve people, with what an account needs."""
    return [
        {
            "id": user_id(name),
            "name": name,
            "email": f"{_ascii(name).replace(' ', '.')}@carpati.example",
            "language": language,
            "time_zone": "Europe/Bucharest",
            "position": position,
            "team_id": derived_id("team", "demo", "sales" if place < words.SALES + 2 else "office"),
            "is_admin": position == "Administrator",
            "profile_id": profile_id(words.PROFILES[position.partition(",")[0]]),
            "manager_id": user_id(words.MANAGERS[name]) if name in words.MANAGERS else None,
        }
        for place, (name, position, language) in enumerate(words.USERS)
    ]


def user_id(name: str) -> str:
    """Return the id of a person of the demo."""
    return derived_id("user", "demo", name)


def build_demo(size: str, now_us: int) -> Iterator[Record]:
    """Yield (entity, values), parents first. now_us: the day that notes lead up to; the hour does not matter."""
    demo = _Demo(SIZES[size], now_us)
    for key, name, leader in (("sales", "Vânzări", "Radu Ionescu"), ("office", "Birou", "Maria Stan")):
        yield "team", {"id": derived_id("team", "demo", key), "name": name, "leader_id": user_id(leader)}
    for user in demo_users():
        yield "user", user
    companies = [_company(demo, place) for place in range(demo.size)]
    for row, _, _ in companies:
        yield "company", row
    for place, (row, town, country) in enumerate(companies):
        yield from _belongings(demo, place, row, town, country)


def _company(demo: _Demo, place: int) -> tuple[Row, tuple[str, str, str], str]:
    """Return a company with its town (name, county, postcode) and country. One in six is abroad."""
    r = demo.random
    territory = place % words.SALES
    kind, section, firsts = words.KINDS[r.randrange(len(words.KINDS))]
    abroad = words.ABROAD[r.randrange(len(words.ABROAD))] if territory == words.SALES - 1 else None
    town, country = (abroad[1:], abroad[0]) if abroad else (r.choice(words.TOWNS[territory]), "RO")
    name = _name(demo, place, firsts, town[0], country)
    if place == 0:
        kind, section, town, name = "hotel", "I", ("Predeal", "Brașov", "505300"), FIRST
    customer = r.random() < 0.72
    return (
        {
            "id": derived_id("company", "demo", str(place)),
            "code": f"C-{1000 + place}",
            "name": name,
            "legal_name": f"{name} SRL" if country == "RO" and not name.endswith(("SRL", "S.R.L.")) else None,
            "roles": ["customer"] if customer or place == 0 else [r.choice(OTHER_ROLES)],
            "fiscal_code": _fiscal_code(place, country),
            "vat_country": country,
            "is_vat_payer": r.random() < 0.9,
            "trade_register_no": _register_no(r) if country == "RO" else None,
            "type_id": item_id("company_type", kind),
            "status_id": item_id("company_status", r.choice(STATUSES) if place else _active(r)),
            "industry_id": item_id("industry", section) if r.random() < 0.4 and place else None,
            "source_id": item_id("information_source", demo.pick(words.SOURCES)),
            "responsible_id": user_id("Ana Pop" if place in OF_ANA else words.USERS[territory][0]),
            "team_id": derived_id("team", "demo", "sales"),
            "language": "ro" if country == "RO" else "en",
            "price_segment_id": item_id("price_segment", r.choice(("economy", "standard", "standard", "premium"))),
            "visit_every_days": r.choice((14, 21, 28, 30, 45, 60)) if customer else None,
            "description": demo.pick(words.NOTES) if r.random() < 0.3 else None,
        },
        town,
        country,
    )  # fmt: skip


def _active(r: Random) -> str:
    """Return the status of the company that the README leads to: a customer whom one visits. The choice not taken keeps the others."""
    r.choice(STATUSES)
    return STATUSES[0]


def _register_no(r: Random) -> str:
    return f"J{r.randint(1, 40)}/{r.randint(10, 4999)}/{r.randint(1992, 2023)}"


def _name(demo: _Demo, place: int, firsts: tuple[str, ...], town: str, country: str) -> str:
    """Return a name; a few are there for what they teach: two spellings of one, a cedilla, one fiscal code twice."""
    special = {
        1: "Țesătoria Îndrăzneață SRL",
        2: "Curățenie Expert SRL",
        3: "Curățenie Expert S.R.L.",
        4: "Brutăria Sfîntul Gheorghe",
    }
    if place in special:
        return special[place]
    if place == 7:
        return "Cofet\u0103ria \u015eoimul"
    if country != "RO":
        names = words.ABROAD_NAMES[country]
        name = names[place // words.SALES % len(names)]
        form = name.split()[-1]
        known = name in demo.names
        demo.names.add(name)
        return f"{name.removesuffix(form)}{town} {place} {form}" if known else name
    name = f"{demo.pick(firsts)} {demo.pick(words.NAMES)}"
    for more in ("", f" {town}", f" {place}"):
        if f"{name}{more}" not in demo.names:
            break
    demo.names.add(f"{name}{more}")
    return f"{name}{more}"


def _fiscal_code(place: int, country: str) -> str:
    """Return a code whose check digit is right; the companies 10 and 11 have the same one on purpose."""
    number = 9_900_000 + (10 if place == 11 else place)
    if country == "RO":
        return f"RO{number}{_cui_digit(number)}"
    if country == "HU":
        digits = f"{number}"
        return f"HU{digits}{(10 - sum(int(d) * w for d, w in zip(digits, (9, 7, 3, 1, 9, 7, 3), strict=True)) % 10) % 10}"
    if country == "BG":
        return f"BG{number:08d}{bulgarian.calc_check_digit_legal(f'{number:08d}')}"
    if country == "DE":
        return f"DE1{number}{mod_11_10.calc_check_digit(f'1{number}')}"
    italian = f"0{number}010"[-10:]
    return f"IT{italian}{luhn.calc_check_digit(italian)}"


def _cui_digit(number: int) -> int:
    """Return the check digit of a Romanian CUI: weights 7-5-3-2-1-7-5-3-2, times 10, modulo 11, 10 is 0."""
    digits = f"{number:09d}"
    return sum(int(d) * w for d, w in zip(digits, (7, 5, 3, 2, 1, 7, 5, 3, 2), strict=True)) * 10 % 11 % 10


def _belongings(demo: _Demo, place: int, company: Row, town: tuple[str, str, str], country: str) -> Iterator[Record]:
    """Yield everything that belongs to one company."""
    r, pk = demo.random, company["id"]
    yield "address", _address(demo, pk, town, country, "head_office", 0)
    if r.random() < 0.15:
        yield "address", _address(demo, pk, town, country, "warehouse", 1)
    yield _point({"company_id": pk}, "phone", f"0700 0{place // 1000 % 100:02d} {place % 1000:03d}", f"+4070{place:07d}")
    site = f"{_ascii(company['name']).replace(' ', '-').strip('-.')}.example"
    if r.random() < 0.7:
        yield _point({"company_id": pk}, "email", f"office@{site}", f"office@{site}")
    if r.random() < 0.4:
        yield _point({"company_id": pk}, "url", f"https://www.{site}", site)
    if country == "RO" and r.random() < 0.6:
        yield "bank_account", _account(demo, pk, place)
    for number in range(r.choice((1, 2, 2, 3, 3, 4)) if place else 4):
        yield from _contact(demo, place, number, company, site)
    for number in range(r.choice((2, 4, 6, 8)) if place else 5):
        yield _note(demo, {"company_id": pk}, company["responsible_id"], f"{place}/{number}", demo.pick(words.NOTES))


def _address(demo: _Demo, company: str, town: tuple[str, str, str], country: str, kind: str, number: int) -> Row:
    name, county, postcode = town
    return {
        "id": derived_id("address", "demo", company, str(number)),
        "company_id": company,
        "kind_id": item_id("address_kind", kind),
        "street": f"{demo.pick(words.STREETS)} nr. {demo.random.randint(1, 180)}",
        "city": name,
        "county": county,
        "postcode": postcode,
        "country": country,
    }


def _account(demo: _Demo, company: str, place: int) -> Row:
    bank = demo.pick(words.BANKS)
    return {
        "id": derived_id("bank_account", "demo", company),
        "company_id": company,
        "iban": _iban(bank, place),
        "currency": "RON",
        "is_default": True,
    }


def _iban(bank: str, place: int) -> str:
    """Return a Romanian IBAN whose check digits are right. Source: ISO 13616, modulo 97."""
    body = f"{bank}{place:016d}"
    as_number = int("".join(str(int(c, 36)) for c in f"{body}RO00"))
    return f"RO{98 - as_number % 97:02d}{body}"


def _contact(demo: _Demo, place: int, number: int, company: Row, site: str) -> Iterator[Record]:
    r = demo.random
    gender = "female" if r.random() < 0.5 else "male"
    first, last = demo.pick(words.WOMEN if gender == "female" else words.MEN), demo.pick(words.LAST)
    job = r.randrange(len(words.JOBS))
    if (place, number) == (0, 0):
        first, last, gender, job = "Ioana", "Știrbei", "female", 1
    pk = derived_id("contact", "demo", str(place), str(number))
    title = words.JOBS_RO[job] if company["language"] == "ro" else words.JOBS[job][0]
    yield "contact", {
        "id": pk,
        "first_name": first,
        "last_name": last,
        "gender": gender,
        "job_title": title,
        "type_id": item_id("contact_type", r.choice(("decides", "influences", "uses", "pays"))),
        "status_id": item_id("contact_status", "active"),
        "birth_date": f"{'-' if r.random() < 0.5 else r.randint(1958, 2001)}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}"
        if r.random() < 0.4
        else None,
        "language": company["language"],
        "responsible_id": company["responsible_id"],
    }  # fmt: skip
    link: Row = {"company_id": company["id"], "contact_id": pk, "role_id": item_id("contact_role", words.JOBS[job][1])}
    yield _with_id(
        "company_contact", {**link, "is_primary": number == 0, "started_on": f"{r.randint(2012, 2025)}-0{r.randint(1, 9)}-01"}
    )
    digits = "018300" if (place, number) == (0, 0) else f"{(place * 4 + number) % 100_000 + 100_000:06d}"
    yield _point({"contact_id": pk}, "mobile", f"0700 {digits[:3]} {digits[3:]}", f"+40700{digits}")
    if r.random() < 0.6:
        mail = f"{_ascii(first)}.{_ascii(last)}@{site}"
        yield _point({"contact_id": pk}, "email", mail, mail)
    if r.random() < 0.15:
        yield (
            "related_person",
            {
                "id": derived_id("related_person", "demo", pk),
                "contact_id": pk,
                "kind": r.choice(("spouse", "child")),
                "name": f"{demo.pick(words.WOMEN + words.MEN)} {last}",
            },
        )
    if (place, number) == (0, 0):
        yield _note(demo, {"contact_id": pk}, company["responsible_id"], "0/0/c", words.FIRST_NOTE)


def _point(owner: Row, kind: str, value: str, normalised: str) -> Record:
    return _with_id(
        "contact_point", {**owner, "kind": kind, "value": value, "value_normalised": normalised, "is_primary": kind != "url"}
    )


def _note(demo: _Demo, owner: Row, author: str, name: str, body: str) -> Record:
    at = demo.past(120)
    return "note", {
        "id": derived_id("note", "demo", name), **owner, "body": body, "written_at": at,
        "created_at": at, "created_by": author, "updated_at": at, "updated_by": author,
    }  # fmt: skip


def _with_id(entity: str, values: Row) -> Record:
    """Give a link the id that follows from its content."""
    kind = CRM.get(entity)
    return entity, {**values, "id": natural_id(kind, values)}


def _ascii(text: str) -> str:
    """Return a name as it stands in an address: lower case, without marks."""
    folded = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return "".join(c if c.isascii() and c.isalnum() else " " if c.isspace() else "" for c in folded).strip()
