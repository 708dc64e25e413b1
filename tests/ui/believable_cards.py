"""Cards with answers of their own, and cards that were decided, in the demo company: for the eye."""

from dataclasses import replace
from typing import Any

from client.usecases.sync_answers import CardView, Inbox, Side, Twin
from client.usecases.timeline_answers import Change, Outcome, TimelineEntry
from shared_models.ids import derived_id
from tests.ui.believable import ago
from tests.ui.fake_state import FakeState, company_id

HOTEL, PENSION, INN = company_id(0), company_id(5), company_id(4)
ANA = Side({}, by="Ana Pop", is_me=True, at=ago(hours=3), is_here=True)
MARIA = Side({}, by="Maria Ilie", at=ago(hours=26))


def _card(number: int, kind: str, company: str, title: str, unit: str, mine: Side, theirs: Side, **more: Any) -> CardView:
    view = CardView(
        derived_id("card", f"own {number}"), kind, "company", company, title, "", unit, "FM", Side({}), mine, theirs, "", ago(hours=1)
    )  # fmt: skip
    return replace(view, **more)  # fields of CardView


def duplicate() -> CardView:
    """Two companies with one fiscal code."""
    new = derived_id("company", "twin")
    twins = (
        Twin(HOTEL, "Hotel Șapte Brazi", "C-1044", "Predeal", "RO 99000018", "Maria Ilie", at=ago(days=420)),
        Twin(new, "S.C. Șapte Brazi Turism și Agrement S.R.L.", "C-1207", "Timișu de Sus", "99000018", is_me=True, at=ago(hours=4)),
    )  # fmt: skip
    mine, theirs = replace(ANA, values={"fiscal_code": "99000018"}), replace(MARIA, values={"fiscal_code": "RO 99000018"})
    title = "S.C. Șapte Brazi Turism și Agrement S.R.L."
    return _card(1, "duplicate", new, title, "fiscal_code", mine, theirs, twins=twins)


def revived() -> CardView:
    """A company that came back because somebody else worked on it."""
    theirs = replace(MARIA, values={"archived_at": MARIA.at})
    mine = replace(ANA, values={"archived_at": None, "added": ["note"]})
    return _card(2, "revived", PENSION, "Pensiunea Măgura", "archived_at", mine, theirs)


def code() -> CardView:
    """A code that another company had already."""
    mine, theirs = replace(ANA, values={"code": "C-1182"}), replace(ANA, values={"code": "C-1182-2", "id": INN})
    return _card(3, "code", company_id(14), "Popas Făget", "code", mine, theirs, other="Hanul Domnesc")


def cycle() -> CardView:
    """A company that was put under one that stands under it."""
    mine = replace(ANA, values={"parent_id": INN}, shown={"parent_id": "Hanul Domnesc"})
    theirs = replace(MARIA, values={"parent_id": PENSION}, shown={"parent_id": "Grup Carpați Turism"})
    return _card(4, "cycle", HOTEL, "Hotel Șapte Brazi", "parent_id", mine, theirs)


def account() -> CardView:
    """An account that somebody changed."""
    now = replace(MARIA, values={"iban": "RO09BCYP0000001234567890"})
    view = _card(5, "bank_account", HOTEL, "RO09BCYP0000001234567890", "account", now, now, about="Hotel Șapte Brazi")
    before = Side({"iban": "RO49AAAA1B31007593840000"})
    return replace(view, entity="bank_account", record=derived_id("bank_account", "1"), before=before, owner=("company", HOTEL))


def removed() -> CardView:
    """A phone that somebody removed while the reader changed it."""
    theirs = replace(MARIA, values={"archived_at": MARIA.at})
    view = _card(6, "link_removed", HOTEL, "0368 000 120", "label", replace(ANA, values={"label": "recepție"}), theirs)
    return replace(
        view, entity="contact_point", record=derived_id("point", "removed"), about="Hotel Șapte Brazi", owner=("company", HOTEL)
    )


def fill_own(crm: FakeState) -> None:
    """Leave only cards with answers of their own in the inbox."""
    crm.inbox_ = Inbox((duplicate(), revived(), code(), cycle(), account(), removed()), (), 23)
    crm.status_ = replace(crm.status_, needs_you=6)


def fill_decided(crm: FakeState) -> None:
    """Decide some cards, each in another way."""
    job, text, _gone = crm.inbox_.cards
    ana: dict[str, Any] = {"decided_by": "Ana Pop", "decided_by_me": True}
    crm.decided_ = (
        replace(job, state="kept_theirs", decided_by="Maria Ilie", decided_at=ago(hours=3), can_restore=True),
        replace(text, state="kept_both", decided_at=ago(hours=5), **ana),
        replace(duplicate(), state="kept_theirs", decided_at=ago(days=1), **ana),
        replace(revived(), state="restored_mine", decided_at=ago(days=2), **ana),
        replace(account(), state="kept_theirs", decided_at=ago(days=3), **ana),
        replace(code(), state="kept_theirs", decided_by="Dan Rusu", decided_at=ago(days=4)),
    )
    clash = (Change("legal_name", "Șapte Brazi Turism SRL", "Șapte Brazi Predeal SRL"),)
    again = Outcome("restored_mine", "Dan Rusu", "Ana Pop", is_again=True)
    first = Outcome("kept_theirs", "Dan Rusu", "Ana Pop")
    told = [
        TimelineEntry("a-1", "decided", "company", ago(minutes=3), "Dan Rusu", changes=clash, outcome=again),
        TimelineEntry("a-2", "decided", "company", ago(minutes=20), "Ana Pop", is_mine=True, changes=clash, outcome=first),
    ]
    crm.notes[:0] = [(HOTEL, entry) for entry in told]


def fill_news(crm: FakeState) -> None:
    """Leave only decisions of others in the inbox that hold against the reader, for each of the reasons."""
    job, text, _gone = crm.inbox_.cards
    ana: dict[str, Any] = {"decided_by": "Ana Pop", "decided_by_me": True, "decided_at": ago(hours=5)}
    dan: dict[str, Any] = {"decided_by": "Dan Rusu", "decided_at": ago(hours=7)}
    crm.inbox_ = Inbox(
        news=(
            replace(job, state="restored_mine", since="put_back", how="put_back", since_by="Maria Ilie", now=job.theirs, **ana),
            replace(job, id="n-2", state="kept_theirs", how="first", since_by="Dan Rusu", now=job.theirs, **dan),
            replace(text, id="n-3", state="kept_theirs", since="changed", how="changed", since_by="Maria Ilie",
                now=Side({text.unit: "Livrare numai dimineața, prin spate."}), **ana),
            replace(job, id="n-4", state="kept_theirs", how="lost", since_by="Maria Ilie", now=job.theirs, **dan),
            replace(revived(), state="restored_mine", since="put_back", how="put_back", since_by="Maria Ilie",
                now=Side({"archived_at": ago(hours=4)}), **ana),
        ),
        solved=3,
    )  # fmt: skip
    crm.status_ = replace(crm.status_, needs_you=crm.inbox_.count)
