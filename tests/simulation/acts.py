"""What people do on a device, always from what its screen shows."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random

from client.replica.seen import Seen
from client.replica.unit_of_work import Edit
from conflict.overlay import blank_row
from shared_models.codec import Row
from shared_models.errors import RecordInvalid
from shared_models.fields import ARCHIVED, Merge, unit_of, units
from shared_models.natural_ids import natural_id
from tests.simulation import churn, files
from tests.simulation.casts import Cast
from tests.simulation.device import Device
from tests.simulation.knowledge import Act, Knowledge, Memory, Typed, Value, plain

HOT = 2
CODES = ("K1", "K2", "K3")
CARD = "sync_conflict"


@dataclass(frozen=True)
class Form:
    """A record as somebody has it before him: a form, or a card."""

    seen: Seen
    """What the device says that it stands for."""
    knowledge: Knowledge
    shown: Row


@dataclass
class Save:
    """One save in the making."""

    people: "People"
    device: Device
    edit: Edit
    act: Act

    def insert(self, entity: str, values: Row, pk: str | None = None) -> str:
        """Add a record, or a link that may be there already."""
        kind, values = self.people.cast.registry.get(entity), self.device.typable(entity, values)
        known = natural_id(kind, values) or pk
        form = self.people.look(self.device, entity, known) if known else None
        if known and form is None:  # own saves on it count, though nothing of it is on the screen (PROTOCOL 6.5)
            stands = self.people.memory.knowledge(self.device, entity, known).stands
            self.act.knew.setdefault((entity, known), Knowledge(stands=stands))
        made = self.edit.insert(entity, values, pk)
        self._note(entity, made, values, form, is_whole=True)
        for field_name, parent in self.people.cast.registry.parents(kind):
            if (owner := values.get(field_name)) is not None:
                self.act.knew.setdefault((parent, owner), self.people.memory.knowledge(self.device, parent, owner))
        return made

    def update(self, entity: str, pk: str, changes: Row, form: Form | None = None) -> None:
        """Change fields of a record."""
        form, changes = form or self.people.look(self.device, entity, pk), self.device.typable(entity, changes)
        if form is not None and self.edit.update(entity, pk, changes, form.seen):
            self._note(entity, pk, changes, form)

    def archive(self, entity: str, pk: str, form: Form | None = None) -> None:
        """Archive a record, or remove a link."""
        form = form or self.people.look(self.device, entity, pk)
        if form is not None and self.edit.archive(entity, pk, form.seen):
            self._note(entity, pk, form.shown, form, is_whole=True)

    def _note(self, entity: str, pk: str, values: Row, form: Form | None, *, is_whole: bool = False) -> None:
        """Remember the units that were typed; is_whole: those that stay as they are, too."""
        kind = self.people.cast.registry.get(entity)
        row = form.shown if form else blank_row(kind)
        self.act.knew.setdefault((entity, pk), form.knowledge if form else Knowledge())
        for name in dict.fromkeys(unit_of(kind, one) for one in values if one not in ("id", ARCHIVED)):
            if name not in units(kind):
                continue
            fields = units(kind)[name].fields
            value = tuple(_whole(row.get(f), values.get(f, row.get(f))) for f in fields)
            old = tuple(plain(row.get(f)) for f in fields)
            if value != old or is_whole:
                self.act.edits.append(Typed((entity, pk, name), value, (old,)))


@dataclass
class People:
    """Random people, and everything that they ever did."""

    random: Random
    cast: Cast
    memory: Memory = field(default_factory=Memory)
    lost: set[str] = field(default_factory=set)
    """Txs that were lost with a device restored from a backup."""
    only_central: set[str] = field(default_factory=set)
    """Txs that their restored device no longer holds, and the server does."""
    contents: files.Contents = field(default_factory=files.Contents)
    """Of the files that they attached."""
    counter: int = 0

    def fresh(self) -> str:
        """Return a value that nobody has typed."""
        self.counter += 1
        return f"v{self.counter}"

    def act(self, device: Device) -> str:
        """Do one thing on a device; returns its name."""
        verbs: list[tuple[str, Callable[[Device], None], int]] = [
            ("edit", self.edit, 10), ("create", self.create, 2), ("part", self.part, 2), ("part edit", self.part_edit, 2),
            ("tie", self.tie, 2), ("tie edit", self.tie_edit, 1), ("archive", self.archive, 2), ("two", self.two, 2),
            ("bring back", self.bring_back, 1), ("card", self.card, 3), ("refused", self.refused, 1), ("draft", self.draft, 1),
        ]  # fmt: skip
        verbs += [("late", self.late, 2)] if self.cast.late else ()
        verbs += churn.verbs(self, device) if self.cast.has_rights else ()
        verbs += files.verbs(self, device) if self.cast.has_files else ()
        name, action, _ = self.random.choices(verbs, [weight for _, _, weight in verbs])[0]
        with suppress(RecordInvalid):
            action(device)
        return name

    # -- saves -----------------------------------------------------------------------------------------------------------

    @contextmanager
    def save(self, device: Device, verb: str, *, is_atomic: bool | None = None, corrects: str | None = None) -> Iterator[Save]:
        """Save something; is_atomic: all or nothing at the centre, by chance when not said."""
        is_atomic = self.random.random() < 0.1 if is_atomic is None else is_atomic
        act = Act("", device.name, len(self.memory.acts), device.organisation.clock.now_ms, verb, is_atomic)
        with device.replica.edit(verb, atomic=is_atomic, corrects=corrects) as edit:
            yield Save(self, device, edit, act)
            act.tx = edit.tx_id
        if act.tx:
            self.memory.remember(act)

    def look(self, device: Device, entity: str, pk: str) -> Form | None:
        """Open a form."""
        seen = device.replica.look(entity, pk)
        return None if seen is None else Form(seen, self.memory.knowledge(device, entity, pk), device.shown(entity, seen.row))

    def look_at_card(self, device: Device, card: Row) -> Form | None:
        """Take what a card shows, which may be older than the record is by now."""
        entity, pk = card["record_type"], card["record_id"]
        seen, present = device.replica.look_at_card(card), device.replica.get(entity, pk)
        if seen is None or present is None:
            return None
        stands = self.memory.knowledge(device, entity, pk).stands
        knowledge = Knowledge((card["server_epoch"], card["theirs_version"]), stands=stands)
        return Form(seen, knowledge, {**present, **json.loads(card["theirs"] or "{}")})

    # -- what they do by chance --------------------------------------------------------------------------------------------

    def create(self, device: Device) -> None:
        """A new record."""
        fields = self.cast.fields
        values: Row = {
            fields["title"]: self.fresh(),
            fields["labels"]: sorted(self.random.sample("xyz", self.random.randint(0, 2))),
        }
        if self.random.random() < 0.6:
            values[fields["code"]] = self.random.choice(CODES)
        with self.save(device, "insert") as save:
            save.insert(self.cast.thing, values)

    def part(self, device: Device) -> None:
        """A child of a record."""
        if (thing := self.pick(device, self.cast.thing)) is not None:
            with self.save(device, "insert") as save:
                save.insert(self.cast.part, {self.cast.part_of: thing["id"], self.cast.part_fields[0]: self.fresh()})

    def late(self, device: Device) -> None:
        """A child that only some programs know."""
        if device.typable(self.cast.late, {"id": ""}) and (thing := self.pick(device, self.cast.thing)) is not None:
            with self.save(device, "insert") as save:
                save.insert(self.cast.late, {self.cast.part_of: thing["id"], self.cast.late_field: self.fresh()})

    def tie(self, device: Device) -> None:
        """Add a link, or remove one that is there."""
        if (thing := self.pick(device, self.cast.thing)) is None:
            return
        values = self.cast.tie_values(thing["id"], self.random.choice("pq"))
        pk = natural_id(self.cast.registry.get(self.cast.tie), values) or ""
        row = device.replica.get(self.cast.tie, pk)
        if row is not None and row[ARCHIVED] is None and self.random.random() < 0.6:
            with self.save(device, "archive") as save:
                save.archive(self.cast.tie, pk)
        else:
            with self.save(device, "insert") as save:
                save.insert(self.cast.tie, {**values, self.cast.tie_role: self.fresh()})

    def edit(self, device: Device) -> None:
        """Change one or two fields of a record, sometimes in a form that was opened before the last pull."""
        if (thing := self.pick(device, self.cast.thing)) is None:
            return
        form = self.look(device, self.cast.thing, thing["id"])
        if self.random.random() < 0.1 and not device.is_syncing:
            device.sync()
        with self.save(device, "update") as save:
            save.update(self.cast.thing, thing["id"], self._changes(thing), form)

    def two(self, device: Device) -> None:
        """Change two records in one save."""
        one, other = self.pick(device, self.cast.thing), self.pick(device, self.cast.thing)
        if one is None or other is None or one["id"] == other["id"]:
            return
        with self.save(device, "update") as save:
            save.update(self.cast.thing, one["id"], self._changes(one))
            save.update(self.cast.thing, other["id"], self._changes(other))

    def part_edit(self, device: Device) -> None:
        """Change a child."""
        if (part := self.pick(device, self.cast.part)) is not None:
            with self.save(device, "update") as save:
                save.update(self.cast.part, part["id"], {self.random.choice(self.cast.part_fields): self.fresh()})

    def tie_edit(self, device: Device) -> None:
        """Change a field of a link."""
        if (tie := self.pick(device, self.cast.tie)) is not None:
            with self.save(device, "update") as save:
                save.update(self.cast.tie, tie["id"], {self.cast.tie_role: self.fresh()})

    def refused(self, device: Device) -> None:
        """Save something together with what only an admin may."""
        if (thing := self.pick(device, self.cast.thing)) is not None:
            with self.save(device, "update") as save:
                save.update(self.cast.thing, thing["id"], {self.cast.fields["spare"]: self.fresh()})
                save.insert("team", {"name": self.fresh()})

    def archive(self, device: Device) -> None:
        """Archive a record or a child."""
        entity = self.random.choice((self.cast.thing, self.cast.part))
        if (row := self.pick(device, entity)) is not None:
            with self.save(device, "archive") as save:
                save.archive(entity, row["id"])

    def bring_back(self, device: Device) -> None:
        """Un-archive."""
        if (row := self.pick(device, self.cast.thing, archived=True)) is not None:
            with self.save(device, "bring back") as save:
                save.act.knew[self.cast.thing, row["id"]] = self.memory.knowledge(device, self.cast.thing, row["id"])
                save.edit.unarchive(self.cast.thing, row["id"])

    def card(self, device: Device) -> None:
        """Decide a card: keep theirs, or restore mine on what the card shows, or on the present screen."""
        if cards := device.replica.cards():
            card = self.random.choice(cards)
            is_restored = card["kind"] == "value" and self.random.random() < 0.6
            self.decide(device, card, is_restored=is_restored, is_stale=self.random.random() < 0.5)

    def decide(self, device: Device, card: Row, *, is_restored: bool, is_stale: bool) -> None:
        """Close a card; is_stale: as the card shows it, whatever the record looks like by now."""
        entity, pk = card["record_type"], card["record_id"]
        with self.save(device, "card", is_atomic=False) as save:
            form = self.look_at_card(device, card) if is_stale else self.look(device, entity, pk)
            if is_restored and form is not None:
                save.act.is_stale = is_stale
                save.update(entity, pk, json.loads(card["mine"]), form)
            save.edit.update(CARD, card["id"], {"state": self.random.choice(("kept_theirs", "restored_mine"))})

    def draft(self, device: Device) -> None:
        """Deal with something that was refused: correct it, send it again, or give it up."""
        drafts = device.replica.drafts()
        if not drafts:
            return
        draft, roll = self.random.choice(drafts), self.random.random()
        if roll < 0.3:
            device.replica.retry_draft(draft.tx_id)
            self.memory.sent_again += [(op.t, op.pk) for op in draft.ops]
        elif roll < 0.6 and draft.verdict == "rejected":
            self.correct(device, draft.tx_id)
        else:
            device.replica.discard_draft(draft.tx_id)

    def correct(self, device: Device, tx: str) -> None:
        """Save what was refused once more, without the part that was to blame, on the present screen."""
        draft = next((one for one in device.replica.drafts() if one.tx_id == tx), None)
        if draft is None:
            return
        with self.save(device, "correction", is_atomic=False, corrects=tx) as save:
            for op in draft.ops:
                kind = device.replica.registry.get(op.t)
                if kind.admin_only or op.t == CARD:
                    continue
                if op.op == "i":
                    save.insert(op.t, dict(op.set), op.pk)
                elif op.op == "u" and ARCHIVED not in op.set:
                    save.update(op.t, op.pk, dict(op.set))

    # -- how -------------------------------------------------------------------------------------------------------------

    def _changes(self, thing: Row) -> Row:
        r, fields = self.random, self.cast.fields
        names = [*fields, "place"]
        wanted = r.sample(names, r.choice((1, 1, 2))) if r.random() < 0.6 else [r.choice(("title", "spare", *self.cast.split))]
        found: Row = {}
        for part in wanted:
            name = r.choice(self.cast.places) if part == "place" else fields[part]
            found[name] = self._value(part, thing.get(name))
        return found

    def _value(self, part: str, old: Value) -> Value:
        r = self.random
        match part:
            case "story":
                return self._story(old)
            case "labels":
                return sorted(r.sample("xyzw", r.randint(0, 3)))
            case "amount":
                return r.randint(1, 10**9)
            case "stage":
                return r.choice(("new", "talk", "won", "lost"))
            case "is_quiet":
                return r.random() < 0.7
            case "reached_at":
                return r.randint(1, 10**12)
            case "code":
                return r.choice(CODES)
            case _:
                return "same" if r.random() < 0.15 else self.fresh()

    def _story(self, text: str | None) -> str | None:
        lines = text.split("\n") if text else []
        if lines and self.random.random() < 0.4:
            lines.pop(self.random.randrange(len(lines)))
        lines.insert(self.random.randint(0, len(lines)), self.fresh())
        return "\n".join(lines)

    def pick(self, device: Device, entity: str, *, archived: bool = False) -> Row | None:
        """Return a record that the screen lists; people meet on the same few, or nothing would ever clash."""
        rows = device.replica.list_page(entity, limit=50, archived=archived).rows
        if len(rows) > HOT and self.random.random() < 0.7:
            rows = rows[:HOT]
        return self.random.choice(rows) if rows else None


def _whole(old: Value, value: Value) -> Value:
    """Return a value that is typed; of a set, which a card holds as what was added and taken away, the set."""
    if isinstance(value, dict):
        value = sorted({*(old or ()), *value.get("add", ())} - set(value.get("remove", ())))
    return plain(value)


QUESTION = (Merge.FM, Merge.GR, Merge.PN)
"""Policies under which an unseen value is never replaced without a card."""
