"""The three things to know about a company or contact before the door opens: side by side, or one under the other."""

from dataclasses import dataclass

import flet as ft

from client.ui.dates import days_ago, days_since
from client.ui.figures import capital, dotted, unseen
from client.ui.theme import R12, S4, S12, S16, Look
from client.ui.widgets import STRETCH, W4, W5, W6, Maybe, col, edge, line, on_one_line, pad, row, txt
from client.usecases.record_answers import RecordPage

VALUE_PX, WHY_PX = 9.6, 7.4
"""Width of a letter of the value, and of the label and the reason. A reason that does not fit stays away rather than be cut."""
NARROW, WIDE = frozenset("iljtțfrI.,·:;'| "), frozenset("mwMW@")
LETTERS = {**dict.fromkeys(NARROW, 0.5), **dict.fromkeys(WIDE, 1.4)}
"""Letter -> its part of the usual width, where it is another."""


@dataclass(frozen=True)
class Fact:
    """One thing to know before the door opens: label, value, and why."""

    label: str
    value: str
    why: str
    tone: str = "ink"


def facts_of(look: Look, page: RecordPage) -> tuple[Fact, Fact, Fact]:
    """Return the three things to know: the last talk, whom to ask for, who is responsible."""
    return _last_talk(look, page), _whom(look, page), _responsible(look, page)


def _last_talk(look: Look, page: RecordPage) -> Fact:
    label = look.t("fact.last_note")
    every = page.values.get("visit_every_days")
    rhythm = look.n("fact.rhythm", int(every)) if every else ""
    if page.last_note_at is None:
        if page.entity == "company" and not page.is_told_empty:  # talks with its people are told to those who see them
            return Fact(label, look.t("fact.unseen_talk"), rhythm, "ink3")
        return Fact(label, look.t("fact.never"), rhythm or look.t("fact.never_why"), "ink3")
    late = bool(every) and days_since(look, page.last_note_at) > int(every or 0)
    person = look.t("fact.last_with", name=page.last_note_with) if page.last_note_with else ""
    why = dotted(rhythm or page.last_note_by, person)
    return Fact(label, days_ago(look, page.last_note_at), why, "wait" if late else "ink")


def _whom(look: Look, page: RecordPage) -> Fact:
    if page.entity == "contact":
        phone = page.first("mobile", "phone")
        label = look.t(f"value.contact_point.kind.{phone.kind}" if phone else "fact.reach")
        return Fact(label, phone.value if phone else look.t("fact.no_phone"), _mail(page), "ink" if phone else "ink3")
    tie = next((t for t in page.ties if t.is_primary), page.ties[0] if page.ties else None)
    label = look.t("fact.main_contact")
    if tie is None:
        if not page.is_told_empty:
            return Fact(label, look.t("fact.unseen_contact"), look.t("fact.unseen_contact_why"), "ink3")
        return Fact(label, look.t("fact.no_contact"), "" if "tie" in page.denied else look.t("fact.no_contact_why"), "ink3")
    return Fact(label, tie.name or capital(unseen(look, "contact")), dotted(look.label(tie.role) or tie.job_title, tie.phone))


def _mail(page: RecordPage) -> str:
    mail = page.first("email")
    return mail.value if mail else ""


def _responsible(look: Look, page: RecordPage) -> Fact:
    who = look.label(page.shown.get("responsible_id"))
    team = look.label(page.shown.get("team_id"))
    return Fact(look.t("fact.responsible"), who or look.t("fact.nobody"), team, "ink" if who else "ink3")


def facts_row(look: Look, facts: tuple[Fact, ...]) -> ft.Control:
    """Return the three things to know side by side."""
    cells: list[Maybe] = []
    for fact in facts:
        body = col(
            txt(look, fact.label, "meta", "ink3", W5),
            txt(look, fact.value, tone=fact.tone, weight=W6),
            txt(look, fact.why or " ", "meta", "ink2"),
            gap=S4,
        )
        cells += [line(look, vertical=True)] if cells else []
        cells.append(ft.Container(body, expand=1, padding=pad(S16, S12)))
    return ft.Container(row(*cells, gap=0, cross=STRETCH), border=edge(look), border_radius=R12, height=88)


def fact_lines(look: Look, page: RecordPage) -> ft.Control:
    """Return the three things to know one under the other, for a page with little room."""
    facts: list[Maybe] = []
    for fact in facts_of(look, page):
        facts += [line(look)] if facts else []
        room = look.width - 2 * S16 - S12 - _px(fact.label, WHY_PX) - _px(fact.value, VALUE_PX)
        why = f"  {fact.why}" if fact.why and _px(f"  {fact.why}", WHY_PX) <= room else ""
        words = on_one_line(look, (fact.value, "body", fact.tone, W6), (why, "meta", "ink3", W4))
        words.expand = True
        words.text_align = ft.TextAlign.RIGHT
        facts.append(ft.Container(row(txt(look, fact.label, "meta", "ink2", W5), words, gap=S12), height=40))
    return col(*facts)


def _px(text: str, letter_px: float) -> float:
    """Return about how wide a text is. A line that is too long is broken at a blank, and a phone number without its end looks whole."""
    return sum(LETTERS.get(letter, 1) for letter in text) * letter_px
