"""Files in the fake facade: what is fetched comes when a test says so."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from client.events import FilesChanged, RecordsChanged
from client.usecases.answers import Label, Owner, Saved
from client.usecases.document_answers import DocumentShown, Download, FileVersion, Preview, Told
from client.usecases.list_answers import Page
from shared_models.errors import FieldfareError
from tests.ui.believable import ago
from tests.ui.fake_state import company_id
from tests.ui.painted import hills, letter

if TYPE_CHECKING:
    from tests.ui.fake_crm import FakeCrm

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MB = 1_000_000


@dataclass
class FakeDocuments:
    """Answers from memory. refuse: why nothing is added; paths: id -> where its bytes are."""

    files: dict[Owner, list[DocumentShown]] = field(default_factory=dict)
    refuse: FieldfareError | None = None
    fail: FieldfareError | None = None
    page_size: int = 50
    biggest_: int = 50_000_000
    paths: dict[str, Path] = field(default_factory=dict)
    done: list[tuple[str, str]] = field(default_factory=list)
    """What was asked for, in order: the name of the method, and the id or name."""
    crm: "FakeCrm" = field(init=False)

    def of(self, owner: Owner) -> list[DocumentShown]:
        return self.files.setdefault(owner, [])

    def put(self, id: str, **changes: object) -> None:
        """Change a version, as the worker does."""
        for files in self.files.values():
            for place, file in enumerate(files):
                heads, past = (
                    tuple(replace(one, **changes) if one.id == id else one for one in part)  # type: ignore[arg-type]
                    for part in (file.heads, file.past)
                )
                files[place] = replace(file, heads=heads, past=past)
        self.crm.tell(FilesChanged())

    async def page(self, owner: Owner, after: str | None = None) -> Page[DocumentShown]:
        if self.fail is not None:
            raise self.fail
        start, found = int(after or 0), self.of(owner)
        end = start + self.page_size
        return Page(tuple(found[start:end]), str(end) if len(found) > end else None, len(found))

    async def find(self, id: str) -> DocumentShown | None:
        return next((f for files in self.files.values() for f in files if any(v.id == id for v in f.versions)), None)

    async def biggest(self) -> int:
        return self.biggest_

    async def attach(self, owner: Owner, source: Path, name: str, told: Told, *, move: bool) -> Saved | None:
        if self.refuse is not None:
            raise self.refuse
        self.done.append(("attach", name))
        if not told(1):
            return None
        id = f"new-{len(self.done)}"
        new = FileVersion(id, name, "application/pdf", 1, "waiting_to_send", by="Ana Pop", is_mine=True, at=ago())
        self.of(owner).insert(0, DocumentShown(id, (new,)))
        self.crm.tell(RecordsChanged({"document": frozenset({id})}))
        return Saved(f"tx-{id}", id, f"File added: {name}")

    async def replace(self, id: str, source: Path, name: str, told: Told, *, move: bool) -> Saved | None:
        self.done.append(("replace", f"{id} {name}"))
        return Saved("tx-r", id, f"New version: {name}")

    async def fetch(self, id: str) -> None:
        self.done.append(("fetch", id))
        self.put(id, state="fetching", progress=0.0)

    async def stop(self, id: str) -> None:
        self.done.append(("stop", id))
        self.put(id, state="not_here")

    async def again(self, id: str) -> None:
        self.done.append(("again", id))
        self.put(id, state="fetching", progress=0.0, reason="")

    async def keep(self, id: str) -> Saved:
        self.done.append(("keep", id))
        return Saved("tx-keep", id, "Kept")

    async def archive(self, id: str) -> Saved:
        self.done.append(("archive", id))
        return Saved("tx-archive", id, "Archived")

    async def preview(self, id: str, number: int = 0) -> Preview | None:
        self.done.append(("preview", f"{id} {number}"))
        file = await self.find(id)
        version = next(one for one in file.versions if one.id == id) if file is not None else None
        if version is None or version.thumbnail is None:
            return None
        return Preview(hills(480, 360)) if version.mime.startswith("image/") else Preview(letter(420, 594, number), 3)

    async def download(self, id: str) -> Download:
        return Download(0, lambda: iter(()), self.paths[id])

    async def copy(self, id: str) -> Path:
        return self.paths[id]

    async def open(self, id: str) -> None:
        self.done.append(("open", id))


def fill_files(crm: "FakeCrm") -> None:
    """Give the first company a few files, one in each state."""
    photo, page = hills(80, 60), letter(64, 90)
    docs = crm.documents.of(Owner("company", company_id(0)))

    def add(id: str, name: str, mime: str, size: int, state: str, minutes: float, by: str = "Ana Pop", **more: object) -> None:
        picture = (
            {"thumbnail": photo if mime == "image/jpeg" else page} if state in ("here", "sending", "waiting_to_send") else {}
        )
        picture = picture if mime in ("image/jpeg", "application/pdf") else {}
        of_file = {name: more.pop(name) for name in ("kind", "description", "past", "denied", "dot") if name in more}
        version = FileVersion(
            id, name, mime, size, state, by=by, is_mine=by == "Ana Pop", at=ago(minutes=minutes), **picture, **more  # type: ignore[arg-type]
        )  # fmt: skip
        docs.append(DocumentShown(id, (version,), **of_file))  # type: ignore[arg-type]
        crm.rows["document"][id] = {
            "id": id,
            "company_id": company_id(0),
            "name": name,
            "description": docs[-1].description or None,
        }

    offer = Label("Offer", "Ofertă")
    add("f1", "Fațada dinspre parcare.jpg", "image/jpeg", 3_400_000, "sending", 2, progress=0.4)
    add("f2", "Comandă veselă noiembrie.pdf", "application/pdf", 240_000, "waiting_to_send", 12)
    before = FileVersion(
        "f3a", "Oferta 2026-118.pdf", "application/pdf", 310_000, "here", by="Maria Ilie", at=ago(days=6), thumbnail=page
    )
    add("f3", "Oferta 2026-118 v2.pdf", "application/pdf", 330_000, "here", 61, past=(before,), kind=offer,
        description="Cu discountul pentru detergentul enzimatic.")  # fmt: skip
    add(
        "f4",
        "Plan spălătorie, etaj 1 și 2, varianta cu ascensor de serviciu.pdf",
        "application/pdf",
        18_200_000,
        "not_here",
        300,
        by="Dan Rusu",
    )
    add("f5", "Inventar textile.xlsx", XLSX, 88_000, "fetching", 1500, by="Maria Ilie", progress=0.12)
    add("f6", "Contract cadru.docx", DOCX, 61_000, "not_sent_yet", 20, by="Dan Rusu")
    add("f7", "Sala de mese.jpg", "image/jpeg", 5_100_000, "gone_wrong", 2900, by="Dan Rusu", reason="S502")


def fill_rivals(crm: "FakeCrm") -> None:
    """Give the first company a file that two people replaced, and another one."""
    page = letter(64, 90)
    docs = crm.documents.of(Owner("company", company_id(0)))
    ana = FileVersion(
        "h1",
        "Oferta 2026-118 v3.pdf",
        "application/pdf",
        331_000,
        "here",
        by="Ana Pop",
        is_mine=True,
        at=ago(minutes=61),
        thumbnail=page,
    )
    mihai = FileVersion(
        "h2",
        "Oferta 2026-118 discount.pdf",
        "application/pdf",
        329_000,
        "here",
        by="Mihai Stan",
        at=ago(minutes=38),
        thumbnail=page,
    )
    first = FileVersion(
        "h0", "Oferta 2026-118.pdf", "application/pdf", 310_000, "here", by="Maria Ilie", at=ago(days=6), thumbnail=page
    )
    docs.append(DocumentShown("h2", (mihai, ana), (first,), kind=Label("Offer", "Ofertă")))
    photo = FileVersion(
        "h9", "Sala de mese.jpg", "image/jpeg", 5_100_000, "here", by="Dan Rusu", at=ago(days=2), thumbnail=hills(80, 60)
    )
    docs.append(DocumentShown("h9", (photo,)))
