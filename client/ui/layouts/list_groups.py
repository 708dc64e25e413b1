"""What heads the rows of a list: when a visit is due, the initial, or the age of the last change; and where a group is."""

from dataclasses import dataclass

from client.ui.dates import days_since, days_until
from client.ui.figures import initial
from client.ui.theme import Look
from client.ui.view_models.record_list import ListState
from client.usecases.list_answers import CompanyRow, ContactRow

AnyRow = CompanyRow | ContactRow
AnyState = ListState[CompanyRow] | ListState[ContactRow]
ROW_WIDE, ROW_PHONE, HEAD_WIDE, HEAD_PHONE = 48, 64, 32, 40
"""Heights in pixels; one per kind, so that the pinned header is arithmetic."""
WEEK, MONTH = 7, 31


@dataclass(frozen=True)
class Group:
    """Rows under one header. total: how many there are in all, None while further ones may be on the next page."""

    name: str
    rows: tuple[AnyRow, ...]
    total: int | None
    asks: bool = False
    """Whether the group asks a person to act."""


def groups_of(look: Look, state: AnyState) -> list[Group]:
    """Return the rows under their headers; one group while searching."""
    if state.query.text:
        return [Group(look.t("list.group.found"), tuple(state.rows), None if state.is_cut else len(state.rows))]
    found: list[tuple[str, list[AnyRow]]] = []
    for item in state.rows:
        head = _ago(look, item.archived_at) if state.query.archived else head_of(look, item, state.query.order)
        if not found or found[-1][0] != head:
            found.append((head, []))
        found[-1][1].append(item)
    is_whole = state.next is None
    counted = state.query.order == "due" and not state.query.archived
    late = look.t("list.group.due")
    return [
        Group(head, tuple(rows), len(rows) if counted and (is_whole or i < len(found) - 1) else None, counted and head == late)
        for i, (head, rows) in enumerate(found)
    ]


def head_of(look: Look, item: AnyRow, order: str) -> str:
    """Return the header under which a row stands."""
    if item.is_refused:
        return look.t("list.group.refused")
    if order == "recent":
        return _ago(look, item.changed_at)
    if isinstance(item, ContactRow):
        return initial(item.last_name or item.name)
    if order == "due":
        return look.t(f"list.group.{due_group(look, item)}")
    return initial(item.name)


def _ago(look: Look, at: int | None) -> str:
    """Return the header of what was done at a time; of what has no time, the last one."""
    days = days_since(look, at) if at is not None else MONTH
    return look.t("list.group." + ("today" if days == 0 else "week" if days < WEEK else "month" if days < MONTH else "earlier"))


def due_group(look: Look, item: CompanyRow) -> str:
    """Return `due`, `due_week`, `due_later`, or `no_rhythm`."""
    if item.due_at is None:
        return "no_rhythm"
    left = days_until(look, item.due_at)
    return "due" if left < 0 else "due_week" if left < WEEK else "due_later"


def group_at(look: Look, groups: list[Group], pixels: float) -> int:
    """Return which group is at the top of the list after so many pixels."""
    head, cell = (HEAD_PHONE, ROW_PHONE) if look.phone else (HEAD_WIDE, ROW_WIDE)
    bottom = 0
    for i, group in enumerate(groups):
        bottom += head + cell * len(group.rows)
        if pixels < bottom:
            return i
    return len(groups) - 1


def place_of_row(look: Look, groups: list[Group], id: str) -> float | None:
    """Return how many pixels below the top of the list a row begins; None when it is not in it."""
    head, cell = (HEAD_PHONE, ROW_PHONE) if look.phone else (HEAD_WIDE, ROW_WIDE)
    top = 0
    for group in groups:
        top += head
        for item in group.rows:
            if item.id == id:
                return top
            top += cell
    return None
