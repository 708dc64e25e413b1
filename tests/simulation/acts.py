"""What people do on a device, always from what its screen shows; and what each of them had seen, for the checks."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from client.replica import change_log
from client.replica.seen import Seen
from shared_models.codec import Row
from shared_models.errors import RecordInvalid
from shared_models.fields import ARCHIVED, Merge, unit_of, units
from shared_models.natural_ids import natural_id
from tests.simulation.entities import SIMULATED
from tests.simulation.organisation import Device

Place = tuple[str, str, str]
"""Entity, record id, unit."""
Value = Any  # Any: a stored scalar, or a tuple of a group's
Known = dict[str, int]
"""Unit -> seq."""


HOT = 2


@dataclass(frozen=True)
class Typed:
    """One unit that a person typed, and what he knew of it then."""

    place: Place
    value: Value
    shown: tuple[Value, ...]
    """Values of the unit that were on the screen."""
    knew_upto: int
    """Seq up to which central values of this unit were on the screen: not what an own pending value hid."""
    row_upto: int = 0
    """Version of the central row that was on the screen, whatever own values hid of it."""
    is_stale_card: bool = False
    """Made on a card that was drawn before the last pull: it may be asked about again."""


@dataclass
class Act:
    """One save of a person."""

    tx: str
    device: str
    n: int
    """Its place among all saves of the run."""
    edits: list[Typed] = field(default_factory=list)
    verb: str = ""
    is_atomic: bool = False
    """All or nothing: one question makes a card of everything in it."""


@dataclass
class People:
    """Random people, and everything that they ever did."""

    random: Random
    acts: dict[str, Act] = field(default_factory=dict)
    groups: set[Value] = field(default_factory=lambda: {(None, None)})
    """Combinations of the group `place` that somebody had on the screen."""
    lost_devices: set[str] = field(default_factory=set)
    """Txs that were lost with a device restored from a backup."""
    only_central: set[str] = field(default_factory=set)
    """Txs that their restored device no longer holds, and the server does."""
    counter: int = 0

    def fresh(self) -> str:
        """Return a value that nobody has typed."""
        self.counter += 1
        return f"v{self.counter}"

    def act(self, device: Device) -> str:
        """Do one thing on a device; returns its name."""
        verbs: list[tuple[str, Callable[[Device], None], int]] = [
            ("edit", self.edit, 10), ("create", self.create, 2), ("part", self.part, 2), ("part edit", self.part_edit, 2),
            ("tie", self.tie, 2), ("tie edit", self.tie_edit, 1), ("archive", self.archive, 2),
            ("bring back", self.bring_back, 1), ("card", self.card, 3), ("refused", self.refused, 1), ("draft", self.draft, 1),
        ]  # fmt: skip
        name, action, _ = self.random.choices(verbs, [weight for _, _, weight in verbs])[0]
        action(device)
        return name

    # -- saves -----------------------------------------------------------------------------------------------------------

    def create(self, device: Device) -> None:
        """A new record."""
        values: Row = {"title": self.fresh(), "labels": sorted(self.random.sample("xyz", self.random.randint(0, 2)))}
        if self.random.random() < 0.6:
            values["code"] = self.random.choice(("K1", "K2", "K3"))
        self._insert(device, "thing", values)

    def part(self, device: Device) -> None:
        """A child of a record."""
        if (thing := self._pick(device, "thing")) is not None:
            self._insert(device, "part", {"thing_id": thing["id"], "name": self.fresh()})

    def tie(self, device: Device) -> None:
        """Add a link, or remove one that is there."""
        if (thing := self._pick(device, "thing")) is None:
            return
        values: Row = {"thing_id": thing["id"], "other": self.random.choice("pq")}
        pk = natural_id(SIMULATED.get("tie"), values) or ""
        row = device.replica.get("tie", pk)
        if row is not None and row[ARCHIVED] is None and self.random.random() < 0.6:
            self._archive(device, "tie", pk)
        else:
            self._insert(device, "tie", {**values, "role": self.fresh()})

    def edit(self, device: Device) -> None:
        """Change one or two fields of a record, sometimes in a form that was opened before the last pull."""
        if (thing := self._pick(device, "thing")) is None:
            return
        seen, known = device.replica.look("thing", thing["id"]), self.knowledge(device, "thing", thing["id"])
        if self.random.random() < 0.1:
            device.sync()
        self._update(device, "thing", thing["id"], self._changes(thing), seen, known)

    def part_edit(self, device: Device) -> None:
        """Change a child."""
        if (part := self._pick(device, "part")) is not None:
            self._update(device, "part", part["id"], {self.random.choice(("name", "memo")): self.fresh()})

    def tie_edit(self, device: Device) -> None:
        """Change a field of a link."""
        if (tie := self._pick(device, "tie")) is not None:
            self._update(device, "tie", tie["id"], {"role": self.fresh()})

    def refused(self, device: Device) -> None:
        """Type what only an admin may."""
        if (thing := self._pick(device, "thing")) is not None:
            self._update(device, "thing", thing["id"], {"grade": self.fresh()})

    def archive(self, device: Device) -> None:
        """Archive a record or a child."""
        entity = self.random.choice(("thing", "part"))
        if (row := self._pick(device, entity)) is not None:
            self._archive(device, entity, row["id"])

    def bring_back(self, device: Device) -> None:
        """Un-archive."""
        if (row := self._pick(device, "thing", archived=True)) is not None:
            with device.replica.edit("bring back") as edit:
                edit.unarchive("thing", row["id"])
                tx = edit.tx_id
            self._note(device, tx, [], "bring back")

    def card(self, device: Device) -> None:
        """Decide a card: keep theirs, or restore mine on what the card shows, or on the present screen."""
        cards = device.replica.cards()
        if not cards:
            return
        card = self.random.choice(cards)
        is_stale, edits = self.random.random() < 0.5, list[Typed]()
        entity, pk = card["record_type"], card["record_id"]
        with device.replica.edit("card") as edit:
            if card["kind"] == "value" and self.random.random() < 0.6 and device.replica.get(entity, pk) is not None:
                mine = json.loads(card["mine"])
                seen = device.replica.look_at_card(card) if is_stale else device.replica.look(entity, pk)
                known = {"*": card["theirs_version"]} if is_stale else self.knowledge(device, entity, pk)
                edits = self._typed(entity, pk, mine, seen, known, is_stale=is_stale)
                edit.update(entity, pk, mine, seen)
            edit.update("sync_conflict", card["id"], {"state": self.random.choice(("kept_theirs", "restored_mine"))})
            tx = edit.tx_id
        self._note(device, tx, edits, "card")

    def draft(self, device: Device) -> None:
        """Deal with something that was refused: send it again, or give it up."""
        drafts = device.replica.drafts()
        if drafts:
            draft = self.random.choice(drafts)
            (device.replica.retry_draft if self.random.random() < 0.3 else device.replica.discard_draft)(draft.tx_id)

    # -- how -------------------------------------------------------------------------------------------------------------

    def _changes(self, thing: Row) -> Row:
        r = self.random
        found: Row = {}
        names = ("title", "spare", "amount", "place", "story", "keeper", "labels", "stage", "is_quiet", "reached_at", "code")
        wanted = r.sample(names, r.choice((1, 1, 2))) if r.random() < 0.6 else [r.choice(("title", "spare"))]
        for name in wanted:
            if name == "place":
                found[r.choice(("street", "city"))] = self.fresh()
            elif name == "story":
                found[name] = self._story(thing["story"])
            elif name == "labels":
                found[name] = sorted(r.sample("xyzw", r.randint(0, 3)))
            else:
                choices = {
                    "amount": r.randint(1, 10**9), "stage": r.choice(("new", "talk", "won", "lost")), "is_quiet": r.random() < 0.7,
                    "reached_at": r.randint(1, 10**12), "code": r.choice(("K1", "K2", "K3")),
                }  # fmt: skip
                found[name] = choices.get(name, "same" if r.random() < 0.15 else self.fresh())
        return found

    def _story(self, text: str | None) -> str | None:
        lines = text.split("\n") if text else []
        if lines and self.random.random() < 0.4:
            lines.pop(self.random.randrange(len(lines)))
        lines.insert(self.random.randint(0, len(lines)), self.fresh())
        return "\n".join(lines)

    def _pick(self, device: Device, entity: str, *, archived: bool = False) -> Row | None:
        rows = device.replica.list_page(entity, limit=50, archived=archived).rows
        if len(rows) > HOT and self.random.random() < 0.7:
            rows = rows[:HOT]  # people meet on the same few records, or nothing would ever clash
        return self.random.choice(rows) if rows else None

    def _insert(self, device: Device, entity: str, values: Row) -> None:
        kind = SIMULATED.get(entity)
        pk = natural_id(kind, values)
        seen = device.replica.look(entity, pk) if pk else None
        known = self.knowledge(device, entity, pk) if pk and seen else {}
        with device.replica.edit("new", atomic=self.random.random() < 0.1) as edit:
            made = edit.insert(entity, values)
            tx = edit.tx_id
        self._note(device, tx, self._typed(entity, made, values, seen, known, is_whole=True), "insert")

    def _update(
        self, device: Device, entity: str, pk: str, changes: Row, seen: Seen | None = None, known: Known | None = None
    ) -> None:
        known = known if known is not None else self.knowledge(device, entity, pk)
        seen = seen or device.replica.look(entity, pk)
        edits = self._typed(entity, pk, changes, seen, known)
        is_atomic = self.random.random() < 0.1
        try:
            with device.replica.edit("edit", atomic=is_atomic) as edit:
                if not edit.update(entity, pk, changes, seen):
                    return
                tx = edit.tx_id
        except RecordInvalid:
            return
        self._note(device, tx, edits, "update", is_atomic=is_atomic)

    def _archive(self, device: Device, entity: str, pk: str) -> None:
        row = device.replica.get(entity, pk) or {}
        edits = self._typed(entity, pk, row, device.replica.look(entity, pk), self.knowledge(device, entity, pk), is_whole=True)
        with device.replica.edit("archive") as edit:
            edit.archive(entity, pk)
            tx = edit.tx_id
        self._note(device, tx, edits, "archive")

    def _typed(
        self,
        entity: str,
        pk: str,
        values: Row,
        seen: Seen | None,
        known: "Known",
        *,
        is_stale: bool = False,
        is_whole: bool = False,
    ) -> list[Typed]:
        """Return the units that somebody types, with what he knows of each. is_whole: those that stay as they are, too."""
        kind = SIMULATED.get(entity)
        found = []
        row = seen.row if seen else {}
        for name in dict.fromkeys(unit_of(kind, field_name) for field_name in values if field_name not in ("id", ARCHIVED)):
            if name not in units(kind):
                continue
            fields = units(kind)[name].fields
            value, old = tuple(values.get(f, row.get(f)) for f in fields), tuple(row.get(f) for f in fields)
            if value == old and not is_whole:
                continue
            row_upto = known.get("*", 0)
            found.append(Typed((entity, pk, name), value, (old,), known.get(name, row_upto), row_upto, is_stale))
        return found

    def knowledge(self, device: Device, entity: str, pk: str) -> "Known":
        """Return unit -> seq up to which central values were on the screen; `*` for units without an own unsettled value.

        Taken from the rows and the log, not from what ops claim: an own pending value hides what a pull brought below it.
        """
        with device.replica.reading() as reader:
            base = reader.execute("SELECT ver FROM _sync_base WHERE tbl = ? AND pk = ?", (entity, pk)).fetchone()
            row = base or reader.execute(f'SELECT _v FROM "{entity}" WHERE id = ?', (pk,)).fetchone()
            found: Known = {"*": row[0] if row else 0}
            for tx, _ in change_log.open_ops(reader, entity, pk):
                act = self.acts.get(tx.origin)
                for typed in act.edits if act and act.verb != "archive" else ():
                    if typed.place[:2] == (entity, pk):
                        found[typed.place[2]] = typed.knew_upto
        return found

    def _note(self, device: Device, tx: str, edits: list[Typed], verb: str, *, is_atomic: bool = False) -> None:
        if not tx:
            return
        self.acts[tx] = Act(tx, device.name, len(self.acts), edits, verb, is_atomic)
        # A form shows its group whole, also when its record left the list meanwhile (a centre restored from a backup).
        self.groups.update(typed.value for typed in edits if typed.place[2] == "place")
        for row in device.replica.list_page("thing", limit=200, archived=None).rows:
            self.groups.add((row["street"], row["city"]))


def is_logged(device: Device, tx: str) -> bool:
    """Whether a device's log holds a tx, in any state."""
    with device.replica.reading() as reader:
        return change_log.find(reader, tx) is not None


QUESTION = (Merge.FM, Merge.GR, Merge.PN)
"""Policies under which an unseen value is never replaced without a card."""
