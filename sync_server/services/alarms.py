"""Raises an alarm once when a device is as a rule forbids, and clears it once when it is not any more; tells the admins (PROTOCOL 16.8)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from shared_models.alarms import ALARM_KINDS, DEFAULTS, MAX_ALARMS, AlarmKind, AlarmLine, AlarmPage, AlarmRule, alarm_in_words
from shared_models.codec import Row
from shared_models.errors import ErrorCode
from shared_models.texts import LANGUAGES, Texts
from sync_server.db import alarms, outbox
from sync_server.db.engine import Connection, Contended
from sync_server.db.outbox import Mail
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.device_causes import DAY_US
from sync_server.services.device_desk import Known, every, need_admin
from sync_server.services.refusals import Refusal

HOUR_US = 3_600_000_000
KEPT_US = 30 * DAY_US
QUIET_US = DAY_US
"""What comes and goes is told of once a day: a device that is silent by turns is one matter."""
LISTED = 20
"""Devices that one mail names; of more it says how many."""
TOPIC = "alarm"
Rules = Mapping[AlarmKind, AlarmRule]
Key = tuple[AlarmKind, str]
"""Kind and device."""
MakeId = Callable[[], str]


@dataclass(frozen=True)
class _Seen:
    """What a rule found of a device. n: days or hours."""

    n: int
    name: str
    person: str


def look(central: Central, make_id: MakeId, *, by_mail: bool) -> None:
    """Compare all devices with the rules. What is raised or cleared is stored with the mails about it, in one transaction.

    by_mail: whether there is a mail server; without one nothing is put aside for later, when it would be old.
    """
    central.sightings.write(central.store, central.tables)
    with central.store.read() as connection:
        rules, known = rules_of(central, connection), every(central, connection)
        has_any = bool(alarms.lasting(connection, central.tables))
    found = dict(_all_found(rules, known))
    if not found and not has_any:
        return
    try:
        with central.store.write() as connection:
            _Change(central, connection, make_id, rules, found).carry_out(by_mail=by_mail)
    except Contended:  # another process looked at the same moment, and has told
        return


def rules_of(central: Central, connection: Connection) -> Rules:
    """Return the rules in force."""
    changed = alarms.rules(connection, central.tables)
    made = {}
    for kind in ALARM_KINDS:
        is_on, threshold = changed.get(kind, (True, DEFAULTS[kind]))
        made[kind] = AlarmRule(kind=kind, is_on=is_on, threshold=threshold)
    return made


def _all_found(rules: Rules, known: Iterable[Known]) -> Iterator[tuple[Key, _Seen]]:
    for one in known:
        for kind in ALARM_KINDS:
            n = _figure(kind, rules[kind].threshold, one)
            if rules[kind].is_on and n is not None:
                yield (kind, one.row["id"]), _Seen(n, one.row["name"], one.row["person"] or "")


def _figure(kind: AlarmKind, threshold: int, one: Known) -> int | None:
    """Return the days or hours by which a device is as a rule forbids; None where it is not. Devices out of use are nobody's matter."""
    facts = one.facts
    if one.standing == "out":
        return None
    if kind == "silent":
        days = facts.silent_us // DAY_US
        return days if not facts.is_office and facts.is_signed_in and days >= threshold else None
    if kind == "queue":
        saved = one.row["oldest_pending_at"]
        if not facts.pending or saved is None:
            return None
        hours = (facts.at - (saved - facts.clock_offset_ms * 1000)) // HOUR_US
        return hours if hours >= threshold else None
    return 0 if facts.is_unequal else None


@dataclass
class _Change:
    """What one look changes."""

    central: Central
    connection: Connection
    make_id: MakeId
    rules: Rules
    found: Mapping[Key, _Seen]

    def carry_out(self, *, by_mail: bool) -> None:
        """Store it, with the mails."""
        at, tables = self.central.now_us(), self.central.tables
        lasting = {(one["kind"], one["device"]): one for one in alarms.lasting(self.connection, tables)}
        raised, fresh = list[tuple[str, Key]](), list[Row]()
        for key, seen in self.found.items():
            row = lasting.get(key)
            if row is None:
                row = self._new(key, seen, at)
                fresh.append(row)
            if row["raised_at"] is None and at - row["since"] >= self._wait_us(key[0]):
                if not alarms.was_raised_since(self.connection, tables, *key, at - QUIET_US):
                    raised.append((row["id"], key))
                row["raised_at"] = at
                if key in lasting:
                    alarms.change(self.connection, tables, row["id"], {"raised_at": at, "n": seen.n})
        alarms.add(self.connection, tables, fresh)
        cleared = {key: row for key, row in lasting.items() if key not in self.found}
        for row in cleared.values():
            alarms.change(self.connection, tables, row["id"], {"cleared_at": at, "open_key": None})
        alarms.forget(self.connection, tables, at - KEPT_US)
        if by_mail and raised:
            self._tell(raised, at)

    def _new(self, key: Key, seen: _Seen, at: int) -> Row:
        kind, device = key
        open_key = f"{kind}:{device}"
        return {
            "id": self.make_id(), "kind": kind, "device": device, "n": seen.n, "since": at, "raised_at": None, "cleared_at": None,
            "open_key": open_key,
        }  # fmt: skip

    def _wait_us(self, kind: AlarmKind) -> int:
        """Return how long something has to last before it is told: the figures of other kinds are spans already."""
        return self.rules[kind].threshold * HOUR_US if kind == "unequal" else 0

    def _tell(self, raised: list[tuple[str, Key]], at: int) -> None:
        ref = min(pk for pk, _ in raised)
        told = []
        for admin in alarms.admins(self.connection, self.central.tables):
            texts = Texts(next((one for one in LANGUAGES if one == admin.language), "en"))
            told.append((self.make_id(), self._mail(texts, admin.email, ref, [key for _, key in raised])))
        outbox.add(self.connection, self.central.tables, told, at)

    def _mail(self, texts: Texts, email: str, ref: str, keys: list[Key]) -> Mail:
        lines = [
            texts.t(
                "mail.alarm.line",
                device=self.found[key].name,
                person=self.found[key].person,
                what=alarm_in_words(texts, key[0], self.found[key].n),
            )
            for key in keys[:LISTED]
        ]
        if len(keys) > LISTED:
            lines.append(texts.n("mail.alarm.more", len(keys) - LISTED))
        parts = [
            texts.n("mail.alarm.intro", len(keys)),
            "\n".join(lines),
            texts.t("mail.alarm.where"),
            texts.t("mail.alarm.why"),
        ]
        return Mail(TOPIC, ref, email, texts.n("mail.alarm.subject", len(keys)), "\n\n".join(parts) + "\n")


def page(central: Central, actor: Actor, *, by_mail: bool) -> AlarmPage:
    """Return rules and alarms. Raises Refusal A105 for whoever is no admin."""
    need_admin(actor)
    with central.store.read() as connection:
        rows = alarms.raised(connection, central.tables, MAX_ALARMS)
        return AlarmPage(
            rules=list(rules_of(central, connection).values()),
            alarms=[_line(one) for one in rows],
            open=alarms.count(connection, central.tables),
            by_mail=by_mail,
            at=central.now_us(),
        )


def set_rule(central: Central, actor: Actor, rule: AlarmRule, *, by_mail: bool) -> AlarmPage:
    """Change a rule, which the next look goes by. Raises Refusal A105, R303 for a threshold beyond its limits."""
    need_admin(actor)
    if not rule.is_possible:
        raise Refusal(ErrorCode.R303, 422, "threshold: beyond the limits of its kind")
    with central.store.write() as connection:
        alarms.put_rule(connection, central.tables, rule.kind, is_on=rule.is_on, threshold=rule.threshold)
    return page(central, actor, by_mail=by_mail)


def _line(row: Row) -> AlarmLine:
    return AlarmLine(
        id=row["id"],
        kind=row["kind"],
        device=row["device"],
        device_name=row["device_name"] or row["device"],
        person=row["person"] or "",
        n=row["n"],
        raised_at=row["raised_at"],
        cleared_at=row["cleared_at"],
    )
