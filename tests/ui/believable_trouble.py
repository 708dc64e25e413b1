"""What waits, what needs a person and what was found wrong in the demo company."""

from dataclasses import replace

from client.usecases.sync_answers import (
    CardView,
    Found,
    Inbox,
    Proof,
    Queue,
    RefusedChange,
    SentItem,
    Side,
    SyncStatus,
    WaitingItem,
)
from client.usecases.timeline_answers import Change
from shared_models.ids import derived_id
from shared_models.texts import Language
from tests.ui.believable import SAVES, ago
from tests.ui.fake_state import FakeState, company_id, contact_id


def fill_trouble(crm: FakeState, language: Language) -> None:
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
        Side({"archived_at": None, "changed": ["responsible_id", "visit_every_days"]}, by="Maria Ilie", at=ago(days=1, hours=2)), "", ago(days=1),
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
        at_rest="encrypted",
    )


def fill_mended(crm: FakeState) -> None:
    """Let the copy on this device have been found wrong of late, and mended."""
    crm.status_ = replace(
        crm.status_,
        found=(
            Found("repaired", "company", 1, ago(minutes=75)),
            Found("recounted", "contact", 0, ago(days=1)),
            Found("repaired", "contact_point", 23, ago(days=4)),
            Found("search", "note", 0, ago(days=12)),
        ),
    )


def fill_reader(crm: FakeState) -> None:
    """Let the person look at everything and change nothing, keep the bank accounts from him, and have refused what he did before."""
    why = "denied.change.company"
    crm.denied = {
        **dict.fromkeys(("change", "note", "tie", "contact_point", "address", "company_contact"), why),
        "archive": "denied.archive.company",
        "bank_account": "denied.confidential",
    }
    crm.person_ = replace(crm.person_, denied={entity: f"denied.create.{entity}" for entity in ("company", "contact")})
    crm.rows["bank_account"].clear()
    change = RefusedChange(
        "tx-new",
        "Popas Nou",
        "company",
        "gone",
        "",
        ago(hours=1),
        "R305",
        changes=(Change("name", None, "Popas Nou"),),
        is_new=True,
    )
    crm.inbox_ = replace(crm.inbox_, refused=(change, *crm.inbox_.refused))
    crm.states |= dict.fromkeys((company_id(0), company_id(14)), "needs_you")
    crm.refused = {company_id(14): ("tx-9",), company_id(0): ("tx-9", "tx-10")}
