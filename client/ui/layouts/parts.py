"""What belongs to a record: people, ways to reach it, addresses, accounts, relatives, and its own fields as text."""

from collections.abc import Callable
from datetime import date

import flet as ft

from client.ui.dates import short_day
from client.ui.figures import capital, iban, partial_day, unbroken, unseen, value
from client.ui.router import FormPlace
from client.ui.theme import S2, S4, S8, S12, S16, Look
from client.ui.widgets import (
    CENTRE,
    TOP,
    W5,
    button,
    col,
    disc,
    dot,
    empty,
    fill,
    group_header,
    icon_button,
    listing,
    pad,
    pads,
    pressable,
    row,
    space,
    tag,
    txt,
)
from client.usecases.answers import Part, Point, RecordPage, Tie
from client.usecases.form_parts import sections_of
from shared_models.fields import Column, Merge, data_columns
from shared_models.registry import CRM

OpenForm = Callable[[FormPlace], None]
Archive = Callable[[str, str], None]
GLYPHS = {
    "phone": "phone",
    "mobile": "smartphone",
    "fax": "printer",
    "email": "mail",
    "url": "globe",
    "messenger": "message-circle",
    "address": "map-pin",
    "bank_account": "landmark",
    "related_person": "users",
    "contact": "user",
    "company": "building-2",
}
NAME_SHARE, REACH_SHARE = 6, 5
"""How name and ways to reach a person share the width of a row."""
ROOMY = 1180
"""Width of a window from which the page beside the list has room for two columns in a row."""
LABEL_WIDTH, LABEL_DROP = 176, 3
"""Width of a label before its value, and how much lower it stands so that both are on one baseline."""


def ties_list(
    look: Look, page: RecordPage, open: Callable[[str, str], None], form: OpenForm, archive: Archive
) -> list[ft.Control]:
    """Return the people of a company or the companies of a person, the past ones after the present ones."""
    other = "contact" if page.entity == "company" else "company"
    add = button(look, "tie.add", look.t(f"tie.add.{other}"), lambda: form(FormPlace("company_contact")), glyph="plus")
    if not page.ties:
        return [
            ft.Container(
                empty(look, GLYPHS[other], look.t(f"tie.empty.{other}"), look.t(f"tie.empty_text.{other}"), add), height=280
            )
        ]
    now = [t for t in page.ties if not t.ended_on]
    past = [t for t in page.ties if t.ended_on]
    cells: list[ft.Control] = []
    if now:
        cells.append(listing(look, [_tie(look, tie, other, open, form, archive) for tie in now]))
    if past:
        cells += [space(S8), group_header(look, look.t("tie.past"), left=0)]
        cells.append(listing(look, [_tie(look, tie, other, open, form, archive) for tie in past]))
    return [*cells, space(S12), row(add)]


def _tie(look: Look, tie: Tie, other: str, open: Callable[[str, str], None], form: OpenForm, archive: Archive) -> ft.Control:
    what = _joined(look.label(tie.role) or tie.job_title, look.t("tie.primary") if tie.is_primary else "")
    reach = tie.phone or tie.email
    narrow = is_narrow(look)
    ended = look.t("tie.until", day=short_day(look, date.fromisoformat(tie.ended_on))) if tie.ended_on else ""
    name = tie.name or capital(unseen(look, other))
    words = col(
        txt(look, name, weight=W5),
        txt(look, _joined(what, ended) or " ", "meta", "ink2"),
        txt(look, reach, "meta", "ink3") if reach and narrow else None,
        gap=S2,
        expand=NAME_SHARE,
        align=CENTRE,
    )
    return pressable(
        f"tie.{tie.id}",
        name,
        row(
            dot(look, tie.state),
            disc(look, GLYPHS[other], "ink2", 32, 16),
            words,
            None if narrow else _reaches(look, tie),
            icon_button(
                look,
                f"tie.{tie.id}.edit",
                "pencil",
                look.t("act.edit"),
                lambda: form(FormPlace("company_contact", tie.link_id)),
                px=16,
            ),
            None
            if look.phone
            else icon_button(
                look, f"tie.{tie.id}.remove", "x", look.t("act.remove"), lambda: archive("company_contact", tie.link_id), px=16
            ),
            gap=S12,
        ),
        (lambda: open(other, tie.id)) if tie.name else None,
        height=None if narrow else 56,
        padding=pad(S12, S8 if narrow else 0),
        radius=12,
    )


def is_narrow(look: Look) -> bool:
    """Whether two columns in a row, or a row of five buttons, do not fit into a page: on a phone, and where list and page share little."""
    return look.phone or (look.wide and look.width < ROOMY)


def _reaches(look: Look, tie: Tie) -> ft.Column:
    """Return phone over e-mail at the right of a row, the first beside the name, the second beside what the person does."""
    ways = [("phone", unbroken(tie.phone)), ("email", tie.email)]
    lines = [_reach(look, f"tie.{tie.id}.reach.{kind}", words) for kind, words in ways if words]
    return col(*lines, gap=S4, expand=REACH_SHARE, align=CENTRE)


def _reach(look: Look, key: str, words: str) -> ft.Text:
    """Return one way to reach a person: ended by an ellipsis before it squeezes the name, whole in a tooltip."""
    said = txt(look, words, "meta", "ink2", key=key)
    said.text_align, said.tooltip = ft.TextAlign.END, words
    return said


def parts_list(
    look: Look, page: RecordPage, entity: str, form: OpenForm, archive: Archive, reach: Callable[[str], None]
) -> list[ft.Control]:
    """Return the parts of one kind as a list, and the way to add one."""
    add = button(look, f"{entity}.add", look.t(f"part.add.{entity}"), lambda: form(FormPlace(entity)), glyph="plus")
    if entity == "contact_point":
        rows = [_point(look, point, form, archive, reach) for point in page.points]
    else:
        rows = [_part(look, part, form, archive) for part in page.parts_of(entity)]
    if not rows:
        glyph = GLYPHS.get(entity, "phone")
        return [
            ft.Container(
                empty(look, glyph, look.t(f"part.empty.{entity}"), look.t(f"part.empty_text.{entity}"), add), height=280
            )
        ]
    return [listing(look, rows), space(S12), row(add)]


def _point(look: Look, point: Point, form: OpenForm, archive: Archive, reach: Callable[[str], None]) -> ft.Control:
    schemes = {"phone": "tel:", "mobile": "tel:", "email": "mailto:"}
    address = schemes.get(point.kind, "") + (point.value.replace(" ", "") if point.kind != "url" else point.value)
    second = _joined(
        point.label or look.t(f"value.contact_point.kind.{point.kind}"), look.t("tie.primary") if point.is_primary else ""
    )
    wrong = point.validity in ("bounced", "wrong")
    mark = tag(look, look.t(f"value.contact_point.validity.{point.validity}"), "wait") if wrong else None
    return _line(
        look,
        f"point.{point.id}",
        GLYPHS[point.kind],
        unbroken(point.value),
        second,
        point.state,
        mark,
        lambda: reach(address),
        lambda: form(FormPlace("contact_point", point.id)),
        lambda: archive("contact_point", point.id),
    )


def _part(look: Look, part: Part, form: OpenForm, archive: Archive) -> ft.Control:
    title, second, mark = _part_words(look, part)
    edit = lambda: form(FormPlace(part.entity, part.id))  # noqa: E731  # one expression, used twice
    return _line(
        look,
        f"part.{part.id}",
        GLYPHS[part.entity],
        title,
        second,
        part.state,
        mark,
        edit,
        edit,
        lambda: archive(part.entity, part.id),
    )


def _part_words(look: Look, part: Part) -> tuple[str, str, ft.Control | None]:
    """Return title, second line and tag of an address, account or relative."""
    v = part.values
    if part.entity == "address":
        place = ", ".join(str(x) for x in (v.get("street"), v.get("postcode"), v.get("city"), v.get("county")) if x)
        return (
            place,
            _joined(look.label(part.shown.get("kind_id")), str(v.get("opening_hours") or ""), str(v.get("note") or "")),
            None,
        )
    if part.entity == "bank_account":
        checked = (
            tag(look, look.t("account.verified"), "ok", "check")
            if v.get("verified_at")
            else tag(look, look.t("account.unverified"), "ink2")
        )
        bank = _joined(
            str(v.get("bank_name") or ""),
            str(v.get("currency") or ""),
            look.t("account.default") if v.get("is_default") else "",
        )
        return iban(str(v.get("iban") or "")), bank, checked
    born = partial_day(look, str(v["birth_date"])) if v.get("birth_date") else ""
    return str(v.get("name") or ""), _joined(look.t(f"value.related_person.kind.{v.get('kind')}"), born), None


def _line(
    look: Look,
    id: str,
    glyph: str,
    title: str,
    second: str,
    state: str,
    mark: ft.Control | None,
    open: Callable[[], None],
    edit: Callable[[], None],
    remove: Callable[[], None],
) -> ft.Control:
    narrow = is_narrow(look)
    words = col(
        txt(look, title, weight=W5, lines=3 if narrow else 1),
        txt(look, second or " ", "meta", "ink2", lines=2 if narrow else 1),
        ft.Container(row(mark), padding=pads(top=S4)) if mark and narrow else None,
        gap=S2,
        expand=True,
        align=CENTRE,
    )
    face = row(
        dot(look, state),
        disc(look, glyph, "ink2", 32, 16),
        words,
        None if narrow else mark,
        icon_button(look, f"{id}.edit", "pencil", look.t("act.edit"), edit, px=16),
        None if look.phone else icon_button(look, f"{id}.remove", "x", look.t("act.remove"), remove, px=16),
        gap=S12,
    )
    return pressable(id, title, face, open, height=None if narrow else 56, padding=pad(S12, S8 if narrow else 0), radius=12)


def details(look: Look, page: RecordPage, form: OpenForm, archive: Archive, reach: Callable[[str], None]) -> list[ft.Control]:
    """Return the record's own fields as text, section by section, empty ones hidden; a company's ways to reach it first."""
    cells: list[ft.Control] = []
    if page.entity == "company":
        points = [_point(look, point, form, archive, reach) for point in page.points]
        cells.append(group_header(look, look.t("tab.reach"), left=0))
        if points:
            cells.append(listing(look, points))
        add = button(
            look, "contact_point.add", look.t("part.add.contact_point"), lambda: form(FormPlace("contact_point")), glyph="plus"
        )
        cells += [space(S8), row(add), space(S16)]
    entity = CRM.get(page.entity)
    by_name = {column.name: column for column in data_columns(entity)}
    for section, fields in sections_of(page.entity):
        lines = [
            _value_line(look, look.t(f"{page.entity}.{name}"), _certain(look, page, by_name[name], text))
            for name in fields
            if (text := value(look, entity, by_name[name], page.values.get(name), page.shown.get(name)))
            and page.values.get(name) is not False
        ]
        if lines:
            cells += [group_header(look, look.t(f"section.{section}"), left=0), *lines, space(S8)]
    return cells


def _certain(look: Look, page: RecordPage, column: Column, text: str) -> str:
    """Return a value's words; a code says when the centre may still change it."""
    is_provisional = column.col.merge is Merge.PN and column.name in page.pending
    return look.t("record.provisional", code=text) if is_provisional else text


def _value_line(look: Look, label: str, text: str) -> ft.Control:
    head = txt(look, label, "meta", "ink3", W5)
    body = txt(look, text, lines=None)
    if look.phone:
        return ft.Container(col(head, body), padding=pad(0, S8))
    return ft.Container(
        row(ft.Container(head, width=LABEL_WIDTH, padding=pads(top=LABEL_DROP)), fill(body), gap=S16, cross=TOP),
        padding=pad(0, 5),
    )


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
