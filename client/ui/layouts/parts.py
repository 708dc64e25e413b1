"""What belongs to a record: people, ways to reach it, addresses, accounts, relatives, and its own fields as text."""

from collections.abc import Callable
from datetime import date

import flet as ft

from client.ui.dates import short_day
from client.ui.dates import until as end_of
from client.ui.figures import capital, dotted, iban, partial_day, unbroken, unseen, value
from client.ui.layouts.past_lines import place
from client.ui.layouts.share import shares_list
from client.ui.router import FormPlace
from client.ui.theme import S2, S4, S8, S12, S16, Look
from client.ui.widgets import (
    CENTRE,
    TOP,
    W5,
    Press,
    button,
    col,
    disc,
    dot,
    empty,
    fill,
    group_header,
    icon,
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
from client.usecases.form_parts import sections_of
from client.usecases.record_answers import Access, Part, Point, RecordPage, Tie
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
CONFIDENTIAL = "denied.confidential"
"""Why a reader is kept from all parts of a kind: those that are there do not reach him either."""
NAME_SHARE, REACH_SHARE = 6, 5
"""How name and ways to reach a person share the width of a row."""
ROOMY = 1180
"""Width of a window from which the page beside the list has room for two columns in a row."""
LABEL_WIDTH, LABEL_DROP = 176, 3
"""Width of a label before its value, and how much lower it stands so that both are on one baseline."""
OF_ONESELF = {f"why.{rule}": f"access.{rule}" for rule in ("confidential", "none", "open", "own", "reports")}
"""Rules of which one is told otherwise than others are told of him."""


def ties_list(
    look: Look, page: RecordPage, open: Callable[[str, str], None], form: OpenForm, archive: Archive
) -> list[ft.Control]:
    """Return the people of a company or the companies of a person, the past ones after the present ones.

    Where rights keep some of them from the reader, or may do so, it says that what stands here may not be all.
    """
    other = "contact" if page.entity == "company" else "company"
    way = button(look, "tie.add", look.t(f"tie.add.{other}"), lambda: form(FormPlace("company_contact")), glyph="plus")
    add = None if "tie" in page.denied else way
    if not page.ties:
        return [ft.Container(_no_ties(look, page, other, add), height=280)]
    now = [t for t in page.ties if not t.ended_on]
    past = [t for t in page.ties if t.ended_on]
    cells: list[ft.Control] = []
    if now:
        cells.append(listing(look, [_tie(look, tie, other, open, form, archive) for tie in now]))
    if past:
        cells += [space(S8), group_header(look, look.t("tie.past"), left=0)]
        cells.append(listing(look, [_tie(look, tie, other, open, form, archive) for tie in past]))
    if not page.sees_all_ties:
        cells += [space(S8), txt(look, look.t(f"tie.not_all.{other}"), "meta", "ink3", lines=2, key="tie.not_all")]
    return [*cells, *([space(S12), row(add)] if add else [])]


def _no_ties(look: Look, page: RecordPage, other: str, add: ft.Control | None) -> ft.Control:
    """Return what stands where no tie does: that there is none, or that the reader may see none."""
    acts = [add] if add else []
    if not page.is_told_empty:
        return empty(look, "eye-off", look.t(f"tie.unseen.{other}"), look.t(f"tie.unseen_text.{other}"), *acts)
    return empty(look, GLYPHS[other], look.t(f"tie.empty.{other}"), look.t(f"tie.empty_text.{other}") if add else "", *acts)


def _tie(look: Look, tie: Tie, other: str, open: Callable[[str, str], None], form: OpenForm, archive: Archive) -> ft.Control:
    what = dotted(look.label(tie.role) or tie.job_title, look.t("tie.primary") if tie.is_primary else "")
    reach = tie.phone or tie.email
    narrow = is_narrow(look)
    ended = look.t("tie.until", day=short_day(look, date.fromisoformat(tie.ended_on))) if tie.ended_on else ""
    name = tie.name or capital(unseen(look, other))
    words = col(
        txt(look, name, weight=W5),
        txt(look, dotted(what, ended) or " ", "meta", "ink2", lines=2 if narrow else 1),
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
            None
            if tie.denied
            else icon_button(
                look,
                f"tie.{tie.id}.edit",
                "pencil",
                look.t("act.edit"),
                lambda: form(FormPlace("company_contact", tie.link_id)),
                px=16,
            ),
            None
            if look.phone or tie.denied
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
    denied = page.denied.get(entity, "")
    if entity == "contact_point":
        rows = [_point(look, point, denied, form, archive, reach) for point in page.points]
    else:
        rows = [_part(look, part, denied, form, archive) for part in page.parts_of(entity)]
    add = None if denied else _add(look, entity, form)
    if not rows and denied == CONFIDENTIAL:
        return [ft.Container(empty(look, "lock", look.t("part.confidential"), look.t(denied)), height=280)]
    if not rows:
        glyph, text = GLYPHS.get(entity, "phone"), "" if denied else look.t(f"part.empty_text.{entity}")
        return [ft.Container(empty(look, glyph, look.t(f"part.empty.{entity}"), text, *([add] if add else [])), height=280)]
    return [listing(look, rows), *([space(S12), row(add)] if add else [])]


def _add(look: Look, entity: str, form: OpenForm) -> ft.Control:
    return button(look, f"{entity}.add", look.t(f"part.add.{entity}"), lambda: form(FormPlace(entity)), glyph="plus")


def _point(look: Look, point: Point, denied: str, form: OpenForm, archive: Archive, reach: Callable[[str], None]) -> ft.Control:
    """Return one way to reach a record: a press uses it, or changes it where it reaches nobody."""
    address = point.address
    edit = None if denied else lambda: form(FormPlace("contact_point", point.id))
    second = dotted(
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
        (lambda: reach(address)) if address else edit,
        edit,
        None if denied else lambda: archive("contact_point", point.id),
    )


def _part(look: Look, part: Part, denied: str, form: OpenForm, archive: Archive) -> ft.Control:
    title, second, mark = _part_words(look, part)
    edit = None if denied else lambda: form(FormPlace(part.entity, part.id))
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
        None if denied else lambda: archive(part.entity, part.id),
    )


def _part_words(look: Look, part: Part) -> tuple[str, str, ft.Control | None]:
    """Return title, second line and tag of an address, account or relative."""
    v = part.values
    if part.entity == "address":
        return (
            place(part),
            dotted(look.label(part.shown.get("kind_id")), str(v.get("opening_hours") or ""), str(v.get("note") or "")),
            None,
        )
    if part.entity == "bank_account":
        checked = (
            tag(look, look.t("account.verified"), "ok", "check")
            if v.get("verified_at")
            else tag(look, look.t("account.unverified"), "ink2")
        )
        bank = dotted(
            str(v.get("bank_name") or ""),
            str(v.get("currency") or ""),
            look.t("account.default") if v.get("is_default") else "",
        )
        return iban(str(v.get("iban") or "")), bank, checked
    born = partial_day(look, str(v["birth_date"])) if v.get("birth_date") else ""
    return str(v.get("name") or ""), dotted(look.t(f"value.related_person.kind.{v.get('kind')}"), born), None


def _line(
    look: Look,
    id: str,
    glyph: str,
    title: str,
    second: str,
    state: str,
    mark: ft.Control | None,
    open: Press | None,
    edit: Press | None,
    remove: Press | None,
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
        icon_button(look, f"{id}.edit", "pencil", look.t("act.edit"), edit, px=16) if edit else None,
        None if look.phone or not remove else icon_button(look, f"{id}.remove", "x", look.t("act.remove"), remove, px=16),
        gap=S12,
    )
    return pressable(id, title, face, open, height=None if narrow else 56, padding=pad(S12, S8 if narrow else 0), radius=12)


def details(
    look: Look,
    page: RecordPage,
    form: OpenForm,
    archive: Archive,
    reach: Callable[[str], None],
    end_share: Callable[[str], None],
) -> list[ft.Control]:
    """Return the record's own fields as text, section by section, empty ones hidden; a company's ways to reach it first.

    Who may do what with it, and with whom it is shared, stands last.
    """
    cells: list[ft.Control] = []
    if page.entity == "company":
        denied = page.denied.get("contact_point", "")
        points = [_point(look, point, denied, form, archive, reach) for point in page.points]
        cells.append(group_header(look, look.t("tab.reach"), left=0))
        if points:
            cells.append(listing(look, points))
        cells += [space(S16)] if denied else [space(S8), row(_add(look, "contact_point", form)), space(S16)]
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
    if page.access:
        cells += [group_header(look, look.t("section.access"), left=0), *(_access(look, one) for one in page.access), space(S8)]
    if page.shares:
        cells += [group_header(look, look.t("share.section"), left=0), shares_list(look, page.shares, end_share), space(S8)]
    return cells


def _access(look: Look, access: Access) -> ft.Control:
    """Return one line of what the reader may do: a tick or a lock, and the rule in words."""
    mark = icon(look, "check" if access.is_allowed else "lock", 16, "ok" if access.is_allowed else "ink3")
    words = txt(look, rule_in_words(look, access, of_oneself=True), lines=None, expand=True, key=f"access.{access.action}")
    return _field_line(look, look.t(f"access.{access.action}"), row(mark, words, gap=S8, cross=TOP))


def rule_in_words(look: Look, access: Access, *, of_oneself: bool = False) -> str:
    """Return the rule that decides, as a sentence. of_oneself: it is told to whom it is about."""
    words = {name: look.label(held) for name, held in access.words.items()}
    words["do"] = look.t(f"why.do.{access.action}")
    if source := words.get("source"):
        words["source"] = look.t(f"why.source.{source}", profile=words.get("profile", ""), of_team=words.get("of_team", ""))
    if until := words.get("until"):
        words["until"] = end_of(look, int(until))
    return look.t(OF_ONESELF.get(access.rule, access.rule) if of_oneself else access.rule, **words)


def _certain(look: Look, page: RecordPage, column: Column, text: str) -> str:
    """Return a value's words; a code says when the centre may still change it."""
    is_provisional = column.col.merge is Merge.PN and column.name in page.pending
    return look.t("record.provisional", code=text) if is_provisional else text


def _value_line(look: Look, label: str, text: str) -> ft.Control:
    return _field_line(look, label, txt(look, text, lines=None))


def _field_line(look: Look, label: str, body: ft.Control) -> ft.Control:
    head = txt(look, label, "meta", "ink3", W5)
    if look.phone:
        return ft.Container(col(head, body), padding=pad(0, S8))
    return ft.Container(
        row(ft.Container(head, width=LABEL_WIDTH, padding=pads(top=LABEL_DROP)), fill(body), gap=S16, cross=TOP),
        padding=pad(0, 5),
    )
