"""The devices of the organisation in the fake facade, and a believable company of them."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from client.usecases.device_desk import DevicesSeen
from shared_models.device_code import DeviceCode
from shared_models.device_desk import STANDINGS, Cause, DeviceLine, DevicePage, DeviceQuery, Order, Reason, Standing
from shared_models.errors import FieldfareError
from tests.ui.believable import ago
from tests.ui.fake_state import folded

WELL = (Reason(cause=Cause.WELL),)
AFTER: dict[Order, tuple[Standing, Cause]] = {
    "sign_out": ("out", Cause.SIGNED_OUT),
    "wipe": ("behind", Cause.TO_BE_WIPED),
    "pause": ("behind", Cause.PAUSED_BY_ADMIN),
    "resume": ("well", Cause.WELL),
    "resync": ("behind", Cause.TO_RESYNC),
    "diagnose": ("need", Cause.REFUSED_CHANGES),
}
"""Order -> how the device stands then, and why."""


@dataclass
class FakeDevices:
    """Answers from memory. old_at: the centre does not answer, and this is when it did last. fail: it never did."""

    lines: list[DeviceLine] = field(default_factory=list)
    asked: list[DeviceQuery] = field(default_factory=list)
    ordered: list[tuple[str, Order]] = field(default_factory=list)
    old_at: int | None = None
    fail: FieldfareError | None = None
    told: Path = Path("diagnostics.json")
    """Where the diagnostics of every device are."""
    coded: list[str] = field(default_factory=list)
    """The people for whom codes were made."""
    opened: list[Path] = field(default_factory=list)
    page_size: int = 50
    delay_s: float = 0

    async def page(self, query: DeviceQuery) -> DevicesSeen:
        self.asked.append(query)
        await asyncio.sleep(self.delay_s)
        if self.fail is not None:
            raise self.fail
        found = [one for one in self.lines if folded(query.text) in folded(f"{one.name} {one.person}")]
        counts = Counter(one.standing for one in found)
        shown = [one for one in found if query.standing in (None, one.standing)]
        start = query.page * self.page_size
        page = DevicePage(
            devices=shown[start : start + self.page_size],
            counts={name: counts[name] for name in STANDINGS},
            more=len(shown) > start + self.page_size,
            at=self.old_at or ago(),
        )
        return DevicesSeen(page, is_old=self.old_at is not None)

    async def order(self, device: str, order: Order) -> DeviceLine:
        if self.fail is not None:
            raise self.fail
        self.ordered.append((device, order))
        standing, cause = AFTER[order]
        place = next(i for i, one in enumerate(self.lines) if one.id == device)
        told: dict[str, object] = {"standing": standing, "reasons": [Reason(cause=cause)]}
        if order == "diagnose":
            told = {"diagnose_at": ago()}
        self.lines[place] = self.lines[place].model_copy(update=told)
        return self.lines[place]

    async def make_code(self, user: str) -> DeviceCode:
        if self.fail is not None:
            raise self.fail
        self.coded.append(user)
        code = "K7QF29XWRM" if len(self.coded) % 2 else "A2B3C4D5E6"
        return DeviceCode(code=code, user_id=user, email="dan@example.ro", expires_at=ago(minutes=-15))

    async def diagnostics(self, device: str) -> Path:
        if self.fail is not None:
            raise self.fail
        return self.told

    async def open(self, file: Path) -> None:
        self.opened.append(file)


def device(
    name: str,
    person: str,
    *,
    standing: Standing = "well",
    reasons: tuple[Reason, ...] = WELL,
    minutes: int = 0,
    pending: int = 0,
    days: tuple[int, ...] = (0, 1, 0, 0, 2, 0, 1, 0, 0),
    form: str = "phone",
    **more: object,
) -> DeviceLine:
    """Return a device that was seen some minutes ago, and fares well where nothing else is said."""
    told = {
        "id": f"device-{folded(name)}", "user_id": f"user-{folded(person)}", "name": name, "person": person, "form": form,
        "standing": standing, "reasons": list(reasons), "last_seen_at": ago(minutes=minutes), "app": "fieldfare 1.4.2",
        "schema": 1, "pending": pending, "oldest_pending_at": ago(minutes=minutes + 300) if pending else None, "lag_rows": 0,
        "proof": "equal", "proved_at": ago(minutes=minutes + 60), "size_bytes": 18_000_000, "days": list(days), **more,
    }  # fmt: skip
    return DeviceLine.model_validate(told)


def because(cause: Cause, n: int = 0, code: str = "") -> tuple[Reason, ...]:
    """Return one reason."""
    return (Reason(cause=cause, n=n, code=code),)


DAY_MIN = 1440


def fill_devices(devices: FakeDevices) -> None:
    """Put in a company's devices, those that need somebody first."""
    refused = (*because(Cause.REFUSED_CHANGES, 1), *because(Cause.CLOCK_WRONG, 7))
    days = (2, 3, 2, 4, 3, 6, 9, 12, 14)
    quiet = (0, 0, 1, 0, 0, 0, 1, 0, 0)
    devices.lines = [
        device("Dan – Galaxy A55", "Dan Mureșan", standing="need", reasons=refused, minutes=120, pending=14, days=days,
               lag_rows=312, clock_offset_ms=7 * 60_000, letters=1),
        device("Elena – Tab S9", "Elena Țiplea", standing="need", reasons=because(Cause.SILENT, 9), minutes=9 * DAY_MIN,
               days=(1, 2, 1, 2, 0, 0, 0, 0, 0)),
        device("Gheorghe – Latitude 7440 de pe teren", "Gheorghe Constantinescu-Brâncoveanu", standing="need",
               reasons=because(Cause.SIGNED_OUT, 2), minutes=3 * DAY_MIN, pending=2, form="desktop"),
        device("Ana – ThinkPad", "Ana Pop", standing="behind", reasons=because(Cause.UNREACHED, 3), minutes=44, pending=3,
               days=(0, 1, 0, 2, 1, 0, 1, 2, 3), form="desktop", lag_rows=40),
        device("Ana – Pixel 9", "Ana Pop", standing="behind", reasons=because(Cause.WORKS_OFFLINE, 1), minutes=44, pending=1,
               days=(0, 0, 1, 0, 0, 2, 0, 0, 1)),
        device("Radu – iPhone 15", "Radu Șerban", standing="behind", reasons=because(Cause.LOADING), minutes=1, lag_rows=None,
               proof="none", proved_at=None),
        device("Birou 1", "Maria Ene", form="office", days=quiet),
        device("Ștefan – Pixel 8a", "Ștefan Iliescu", minutes=3, days=(3, 4, 2, 1, 2, 0, 1, 1, 0)),
        device("Timișoara – Tab A9", "Oana Bălan", minutes=6),
        device("Tech – Nokia XR21", "Vasile Pîrvu", minutes=12, days=(1, 1, 0, 0, 0, 1, 0, 1, 0)),
        device("Oana – Galaxy S24", "Oana Bălan", minutes=6, days=quiet),
        device("Iași – EliteBook", "Dan Mureșan", minutes=18, form="desktop", days=quiet),
        device("Stand HoReCa", "Radu Șerban", minutes=25),
        device("Vechi – ThinkPad", "Sorin Munteanu", standing="out", reasons=because(Cause.LOCKED_OUT), minutes=40 * DAY_MIN,
               form="desktop", days=(0,) * 9),
    ]  # fmt: skip
