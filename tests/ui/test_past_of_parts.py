"""How a timeline words what became of phones, addresses, accounts, people and notes."""

from dataclasses import replace

import pytest

from client.usecases.answers import Label
from client.usecases.record_answers import Part
from client.usecases.timeline_answers import Change, PartChange, TimelineEntry
from tests.ui.believable import ago
from tests.ui.fake_crm import believable_crm, company_id, contact_id

pytestmark = pytest.mark.functions(13, 24)
HOTEL = f"/companies/{company_id(0)}"


def part(entity, shown=None, **values):
    return Part(f"{entity}-1", entity, values, shown or {})


OLD, NEW = (
    part("contact_point", kind="mobile", value="0722 123 456"),
    part("contact_point", kind="mobile", value="0733 000 111"),
)
OFFICE = part("address", street="Lungă 5", city="Brașov")
ACCOUNT = part("bank_account", iban="RO49AAAA1B31007593840000", currency="RON")


async def shown(window, width, language, kind, *parts, page=HOTEL, **more):
    crm = believable_crm()
    crm.preferences_ = replace(crm.preferences_, language=language)
    entry = replace(TimelineEntry("e1", kind, "company", ago(hours=1), "Maria Ilie", parts=parts), **more)
    crm.notes = [(company_id(0), entry), (contact_id(0), replace(entry, entity="contact"))]
    return await window(page, crm, width=width)


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_number_that_changed_is_told_by_both_values(window, width):
    ui = await shown(window, width, "en", "changed", PartChange("changed", OLD, NEW))
    texts = ui.texts()
    assert ui.shows("Changed · Mobile")
    for words in ("0722\u00a0123\u00a0456", "0733\u00a0000\u00a0111"):
        assert any(words in text for text in texts), texts


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("language", "title", "words"),
    [
        ("en", "Merged · Mobile", "Somebody else had changed it meanwhile: both new ones are kept."),
        ("ro", "Mobil", "Între timp îl schimbase și altcineva: s-au păstrat amândouă valorile noi."),
    ],
)
async def test_a_number_that_two_people_changed_at_once_says_that_both_are_kept(window, width, language, title, words):
    ui = await shown(window, width, language, "merged", PartChange("changed", OLD, NEW, is_beside=True))
    assert ui.shows(title)
    assert ui.shows(words)


@pytest.mark.parametrize(
    ("kind", "change", "words"),
    [
        ("added", PartChange("added", None, OFFICE), ("Adăugat · Adresă", "Lungă 5, Brașov")),
        ("removed", PartChange("removed", OLD, None), ("Eliminat · Mobil", "0722\u00a0123\u00a0456")),
        ("brought_back", PartChange("brought_back", None, ACCOUNT), ("Adus înapoi · Cont bancar", "RO49 AAAA 1B31 0075 9384 0000")),
        ("changed", PartChange("changed", ACCOUNT, ACCOUNT, (Change("currency", "RON", "EUR"),)),
         ("Modificat · Cont bancar", "Cont bancar RO49 AAAA 1B31 0075 9384 0000 · Monedă", "EUR")),
        ("removed", PartChange("removed", part("note", body="Sună\nluni " + "x" * 100), None), ("Eliminat · Notă", "Sună luni xx", "…")),
        ("added", PartChange("added", None, part("company_alias", kind="code", alias="C-0007")), ("Adăugat · Cod vechi", "C-0007")),
        ("added", PartChange("added", None, part("company_alias", kind="nick", alias="Brazi")), ("Adăugat · Cod sau nume vechi", "Brazi")),
        ("added", PartChange("added", None, part("related_person", kind="child", name="Matei")), ("Adăugat · Copil", "Matei")),
        ("added", PartChange("added", None, part("company_contact", {"contact_id": "Ioana Știrbei"}, contact_id="c")),
         ("Adăugat · Persoană de contact", "Ioana Știrbei")),
        ("added", PartChange("added", None, part("company_contact", contact_id="c")), ("O persoană pe care nu o poți vedea",)),
        ("added", PartChange("added", None, part("address", {"kind_id": Label("Warehouse", "Depozit")}, kind_id="k", city="Iași")),
         ("Adăugat · Depozit", "Iași")),
        ("changed", PartChange("changed", OFFICE, part("address")), ("Lungă 5, Brașov", "gol")),
    ],
)  # fmt: skip
async def test_each_kind_of_part_has_its_words(window, kind, change, words):
    ui = await shown(window, 1280, "ro", kind, change)
    texts = ui.texts()
    for one in words:
        assert any(one in text for text in texts), (one, texts)


async def test_at_a_contact_a_tie_is_told_by_its_company(window):
    tie = part("company_contact", {"company_id": "Acme"}, company_id="c")
    ui = await shown(window, 1280, "en", "removed", PartChange("removed", tie, None), page=f"/contacts/{contact_id(0)}")
    assert ui.shows("Removed · Company")
    assert any("Company: Acme" in text for text in ui.texts())


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_save_of_many_things_says_of_each_what_was_done_and_folds(window, width):
    parts = [PartChange("added", None, NEW), PartChange("removed", ACCOUNT, None), PartChange("changed", OFFICE, OFFICE,
             tuple(Change(name, None, "9-17") for name in ("opening_hours", "note", "latitude", "longitude")))]  # fmt: skip
    changes = (Change("name", "Brazi", "Șapte Brazi"),)
    ui = await shown(window, width, "en", "changed", *parts, changes=changes, state="waiting")
    assert ui.shows("Changed · Name, Mobile…")
    texts = ui.texts()
    assert any("Added · Mobile" in text for text in texts)
    assert any("Removed · Bank account" in text for text in texts)
    assert ui.shows("1 more field")
    await ui.press("timeline.unfold.e1")
    assert any("Longitude" in text for text in ui.texts())
