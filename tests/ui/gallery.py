"""The interface over believable data, for the eye: `python -m tests.ui.gallery [PORT]`, then open the address that it prints.

Any screen, any look: /companies?theme=dark&lang=ro, and `data=empty|slow|broken|calm|waiting|stopped|signed_out|switched_off|work_offline|draft|own|decided|mended|unseen|reader|unread|left|admin|past|refused|guest|kept|arrives|archived|far|drafts|empty_reader|back|archived_list|future|files|big_file|rivals`
for the other states; /sign-in?data=known|unreachable|braked|others|wiped.
"""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import flet as ft

from client.browser import serve_device
from client.browser_files import BrowserFiles
from client.ui.app import open_door, open_ui
from client.usecases.account import OthersData
from client.usecases.answers import Preferences, Standing
from client.usecases.document_answers import FilesWaiting
from client.usecases.form_drafts import FormDraft
from client.usecases.record_answers import Shared
from client.usecases.rights_answers import SharesGot
from client.usecases.sync_answers import Inbox, Left, SyncStatus
from shared_models.errors import (
    Busy,
    ErrorCode,
    FieldfareError,
    ReplicaDamaged,
    ReplicaFull,
    ReplicaKeyLost,
    ReplicaSealed,
    Unreachable,
)
from tests.ui.believable import NOW, ago
from tests.ui.believable_cards import fill_decided, fill_news, fill_own
from tests.ui.believable_past import fill_back, fill_past
from tests.ui.believable_trouble import fill_mended, fill_reader
from tests.ui.fake_alarms import fill_alarms
from tests.ui.fake_crm import FakeCrm, FakeDoor, believable_crm, company_id, contact_id, empty_crm
from tests.ui.fake_devices import fill_devices
from tests.ui.fake_documents import fill_files, fill_rivals
from tests.ui.fake_incidents import fill_incidents
from tests.ui.fake_rights import fill_guest, fill_rights

ASSETS = Path(__file__).parents[2] / "client" / "ui" / "assets"


def crm_of(query: dict[str, list[str]]) -> FakeCrm:
    """Return the facade that an address asks for."""
    data = query.get("data", [""])[0]
    language, theme = query.get("lang", ["en"])[0], query.get("theme", ["light"])[0]
    crm = empty_crm() if data.startswith("empty") else believable_crm("ro" if language == "ro" else "en")
    if data in ("files", "big_file", "rivals"):
        (fill_rivals if data == "rivals" else fill_files)(crm)
        crm.documents.biggest_ = 5_000 if data == "big_file" else 50_000_000
        crm.status_ = replace(crm.status_, files=FilesWaiting(2, 3_640_000))
        crm.status_, crm.inbox_ = replace(crm.status_, needs_you=0), Inbox(solved=23)
    if data == "slow":
        crm.delay_s = 60
    if data == "broken":
        crm.fail = ReplicaDamaged()
    if data == "unread":
        crm.fail_frame = ReplicaFull()
    if data == "waiting":
        crm.status_, crm.inbox_ = replace(crm.status_, needs_you=0), Inbox(solved=23)
    if data == "work_offline":
        crm.status_, crm.inbox_ = replace(crm.status_, link="work_offline", needs_you=0), Inbox(solved=23)
    if data == "calm":
        proof = replace(crm.status_.proof, at=ago()) if crm.status_.proof else None
        crm.status_ = SyncStatus(
            last_ok_at=ago(), next_attempt_at=ago(-15), proof=proof, size_bytes=18_000_000, is_live=True, at_rest="encrypted"
        )
        crm.inbox_ = Inbox(solved=23)
        crm.queue_ = type(crm.queue_)((), crm.queue_.sent, 41)
    if data == "offline":
        crm.status_, crm.inbox_ = replace(crm.status_, waiting=0, needs_you=0), Inbox(solved=23)
        crm.queue_ = replace(crm.queue_, waiting=())
    if data == "draft":
        for entity, place, minutes in (("company", "/companies?form=company", 37), ("contact", "/contacts?form=contact", 5)):
            form, typed = f"{entity}:", {"name": "Popas Nou"}
            crm.drafts[form] = FormDraft(form, place, "", f"form.new.{entity}", typed, at=ago(minutes=minutes))
    if data == "drafts":
        for form, draft, name, minutes in (
            ("company:", "", "Popas Nou", 37),
            ("company:~draft2", "&draft=2", "Pensiunea Cetatea Făgărașului", 62),
        ):
            address = f"/companies?form=company{draft}"
            crm.drafts[form] = FormDraft(form, address, "", "form.new.company", {"name": name}, at=ago(minutes=minutes))
        crm.status_, crm.inbox_ = SyncStatus(last_ok_at=ago()), Inbox()
    if data == "arrives":
        crm.arrives = company_id(0)
    if data == "kept":
        hotel, page = company_id(0), f"/companies/{company_id(0)}"
        typed = {"name": "Hotel Opt Brazi"}
        forms = (
            (f"company:{hotel}", f"?form=company:{hotel}", "edit.company"),
            (f"address:@company:{hotel}", "?form=address", "new.address"),
        )
        for form, end, heading in forms:
            crm.drafts[form] = FormDraft(form, page + end, "Hotel Șapte Brazi", f"form.{heading}", typed, at=ago(minutes=37))
        crm.status_, crm.inbox_ = SyncStatus(last_ok_at=ago()), Inbox()
    if data == "archived":
        crm.rows["company"][company_id(0)]["archived_at"] = ago(days=9)
        crm.status_, crm.inbox_ = SyncStatus(last_ok_at=ago()), Inbox()
    if data == "future":
        ioana, dates = contact_id(0), {"birth_date": "12.05.2031", "consent_on": "1.12.2026"}
        form, place = f"contact:{ioana}", f"/contacts/{ioana}?form=contact:{ioana}"
        crm.drafts[form] = FormDraft(form, place, "Ioana Știrbei", "form.edit.contact", dates, at=ago(minutes=5))
        crm.status_, crm.inbox_ = SyncStatus(last_ok_at=ago()), Inbox()
    if data == "archived_list":
        for company, days in ((0, 0), (7, 3), (11, 5), (2, 40), (28, 200)):
            crm.rows["company"][company_id(company)]["archived_at"] = ago(days=days)
        crm.status_, crm.inbox_ = SyncStatus(last_ok_at=ago()), Inbox()
    if data == "refused":
        new = {"id": "new", "name": "Popas Nou", "updated_at": ago(), "_place": "Bran", "_refused": True}
        crm.rows["company"], crm.states["new"] = {"new": new, **crm.rows["company"]}, "needs_you"
    if data == "unseen":
        hotel, typed = company_id(0), {"name": "Hotel Opt Brazi", "description": "Se mută în mai."}
        del crm.rows["company"][hotel]
        crm.drafts[f"company:{hotel}"] = FormDraft(f"company:{hotel}", "", "", "form.edit.company", typed, at=ago(minutes=5))
        note = {"body": "De întrebat de parcarea pentru autocare."}
        crm.drafts[f"note:company:{hotel}"] = FormDraft(f"note:company:{hotel}", "", "", "note.body", note, at=ago(minutes=7))
    if data == "guest":
        fill_guest(crm)
        crm.lent = frozenset({company_id(0)})
        crm.shares = (Shared("s", "Ana Pop", False, "see", ago(days=-23), "Maria Ilie", is_with_me=True),)
        crm.rights.got = SharesGot(1, "company", company_id(0), "Hotel Șapte Brazi", "Maria Ilie")
        crm.status_, crm.inbox_ = SyncStatus(last_ok_at=ago()), Inbox()
    if data in ("reader", "empty_reader"):
        fill_reader(crm)
    if data == "admin":
        crm.person_, crm.status_ = replace(crm.person_, is_admin=True), replace(crm.status_, needs_you=0)
        crm.inbox_, crm.may_share = Inbox(solved=23), ("see", "change")
        fill_rights(crm, crm.rights)
        fill_devices(crm.devices)
        fill_alarms(crm.alarms)
        fill_incidents(crm.incidents)
    if data == "far":
        crm.person_ = replace(crm.person_, is_admin=True)
        fill_devices(crm.devices)
        crm.devices.old_at = crm.alarms.old_at = crm.incidents.old_at = ago(minutes=75)
    if data == "mended":
        fill_mended(crm)
        crm.status_ = replace(crm.status_, left=Left(12, ago(minutes=20), is_told=True))
    if data == "left":
        crm.status_ = replace(crm.status_, left=Left(12, ago(minutes=20)))
    if data == "own":
        fill_own(crm)
    if data == "past":
        fill_past(crm)
    if data == "back":
        fill_back(crm)
    if data == "news":
        fill_news(crm)
    if data == "decided":
        fill_decided(crm)
    if data == "signed_out":
        crm.status_, crm.inbox_ = replace(crm.status_, link="needs_sign_in", cause="A101", needs_you=0), Inbox(solved=23)
        crm.refuse_sign_in = Busy(ErrorCode.L402, "gallery", 47)
    if data == "switched_off":
        crm.status_, crm.inbox_ = replace(crm.status_, link="needs_sign_in", cause="A108", needs_you=0), Inbox(solved=23)
    if data == "stopped":
        crm.status_, crm.inbox_ = replace(crm.status_, link="quarantined", needs_you=0), Inbox(solved=23)
        crm.queue_ = replace(crm.queue_, waiting=(replace(crm.queue_.waiting[0], state="isolated"), *crm.queue_.waiting[1:]))
    crm.preferences_ = Preferences(language, theme)  # type: ignore[arg-type]  # a wrong word in the address fails by itself
    return crm


def door_of(data: str) -> FakeDoor:
    """Return the door that an address asks for."""
    refusals: dict[str, FieldfareError] = {
        "unreachable": Unreachable(),
        "braked": Busy(ErrorCode.L402, "gallery", 47),
        "others": OthersData(ErrorCode.D602, "gallery", "ana.pop@carpati.example"),
    }
    known = ("https://crm.firma.ro", "ana.pop@carpati.example") if data == "known" or data in refusals else ("", "")
    sealed = {"sealed": ReplicaSealed("gallery"), "key_lost": ReplicaKeyLost("gallery")}
    at_rest: Standing = "no_keyring" if data == "known" else "encrypted"
    told = "sign_in.wiped" if data == "wiped" else ""
    return FakeDoor(known, refusals.get(data), told=told, at_rest=at_rest, sealed=sealed.get(data), encrypts=data == "encrypts")


FILES = BrowserFiles(Path("uploads"))
"""What takes the files that are uploaded, in a folder that is set at the start."""


def main(page: ft.Page) -> None:
    """Draw the interface as the address says."""
    if urlsplit(page.route).path.startswith("/sign-in"):
        query = parse_qs(urlsplit(page.route).query)
        open_door(page, door_of(query.get("data", [""])[0]), lambda: NOW, crm_of(query).preferences_)
        return
    open_ui(page, crm_of(parse_qs(urlsplit(page.route).query)), now=lambda: NOW, exchange=FILES)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        FILES.folder = Path(temporary) / "uploads"
        FILES.open()
        serve_device(main, ASSETS, int(sys.argv[1]) if sys.argv[1:] else 8560, print, show=False, files=FILES)
