"""A hotel whose phones, addresses, accounts and people changed, and a save of it that is not sent yet."""

from client.usecases.record_answers import Part
from client.usecases.timeline_answers import Change, PartChange, TimelineEntry
from tests.ui.believable import ago
from tests.ui.fake_state import FakeState, company_id


def _part(entity: str, shown: dict[str, str] | None = None, **values: object) -> Part:
    return Part(f"{entity}-1", entity, values, dict(shown or {}))


def fill_past(crm: FakeState) -> None:
    """Put the saves in, the newest of which waits."""
    numbers = ("0722 123 456", "0733 000 111", "0744 000 222")
    old, new, other = (_part("contact_point", kind="mobile", value=value) for value in numbers)
    before = _part("address", street="Strada Lungă 5", city="Brașov")
    after = _part("address", street="Bulevardul Libertății 12, corp B", postcode="505300", city="Predeal", county="Brașov")
    account = _part("bank_account", iban="RO49AAAA1B31007593840000")
    tie = _part("company_contact", {"contact_id": "Ioana Știrbei"}, contact_id="c")
    note = _part("note", body="Sună după ora 14, dimineața e la spălătorie și nu răspunde.")
    hours = Change("opening_hours", None, "luni-vineri 9-17")
    saves = [
        TimelineEntry(
            "p-1", "changed", "company", ago(minutes=4), "Ana Pop", True, changes=(Change("legal_name", None, "Șapte Brazi Turism SRL"),),
            state="waiting", parts=(PartChange("changed", old, new), PartChange("added", None, _part("contact_point", kind="email", value="comenzi@saptebrazi.ro"))),
        ),
        TimelineEntry("p-1b", "merged", "company", ago(minutes=30), "Dan Rusu", parts=(PartChange("changed", old, other, is_beside=True),)),
        TimelineEntry("p-2", "removed", "company", ago(minutes=50), "Maria Ilie", parts=(PartChange("removed", account, None),)),
        TimelineEntry("p-3", "changed", "company", ago(hours=2), "Dan Rusu", parts=(PartChange("changed", before, after, (hours,)),)),
        TimelineEntry("p-4", "added", "company", ago(days=1), "Maria Ilie", parts=(PartChange("added", None, tie), PartChange("added", None, account))),
        TimelineEntry("p-5", "removed", "company", ago(days=1.1), "Dan Rusu", parts=(PartChange("removed", note, None),)),
    ]  # fmt: skip
    crm.notes[:0] = [(company_id(0), entry) for entry in saves]


def fill_back(crm: FakeState) -> None:
    """Put in that the company was brought back, and an account of it that came back with another currency."""
    account = _part("bank_account", iban="RO49AAAA1B31007593840000", currency="RON")
    currency = Change("currency", "EUR", "RON")
    back = PartChange("brought_back", None, account, (currency,))
    saves = [
        TimelineEntry("b-1", "brought_back", "company", ago(minutes=3), "Ana Pop", True, state="waiting"),
        TimelineEntry("b-2", "brought_back", "company", ago(minutes=5), "Maria Ilie", parts=(back,)),
        TimelineEntry("b-3", "archived", "company", ago(minutes=9), "Dan Rusu"),
    ]
    crm.notes[:0] = [(company_id(0), entry) for entry in saves]
