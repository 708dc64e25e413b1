"""A list of companies or contacts: search as you type, filters, pages on scroll, groups, the row that the keys stand on."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from client.events import ChangeLogChanged, DraftsChanged, Event, RecordsChanged
from client.ui.view_models.base import Phase, Rest, ViewModel
from client.ui.view_models.turns import Turns
from client.usecases.list_answers import CompanyRow, ContactRow, ListQuery, Page

R = TypeVar("R", bound=CompanyRow | ContactRow)
Fetch = Callable[[ListQuery, str | None], Awaitable[Page[R]]]
LastUsed = Callable[[str], Awaitable[str | None]]
"""Kind of record -> id of the one that the reader used last."""
MAX_ROWS = 400
"""Rows kept as controls; further down a search is quicker than scrolling. Source: `flet.md` 7, keep 200-500 rows."""


@dataclass(frozen=True)
class ListState(Generic[R]):
    """What a list shows. typed: what stands in the search box; `query.text` follows it after a short rest."""

    query: ListQuery = field(default_factory=ListQuery)
    typed: str = ""
    rows: tuple[R, ...] = ()
    total: int | None = None
    next: str | None = None
    shown: ListQuery | None = None
    """What the rows answer, which is `query` only once that was read; None before the first were."""
    opening: str | None = None
    """Id of the record that stands open beside the list while the reader has chosen none (`RecordList`)."""
    has_archived: bool = False
    """Of a list that is empty though it was asked for all: whether archived records are behind it."""
    phase: Phase = "reading"
    failure: str = ""

    @property
    def is_filtered(self) -> bool:
        """Whether an empty list may be empty because of what was asked for."""
        return self.query.narrows

    @property
    def is_cut(self) -> bool:
        """Whether rows are left out at the end."""
        return self.next is not None and len(self.rows) >= MAX_ROWS


class RecordList(ViewModel[ListState[R]]):
    """Intentions on one list.

    On a wide window a record stands open beside the list before the reader has chosen one: the record that he used last, as whoever
    comes back goes on with what he did; where there is none, or he searches or filters, the first of the list that the centre
    has not refused. It stays open while the list is read anew, so a visit that is noted there, and moves its row, takes no page
    from under his hands. Nor does another one take its place when others archive it, or it leaves him: its page says so. Only when he
    archives it himself, or comes back to the list later, is another one opened. Whether he may change it does not matter here: its page says so itself.
    """

    def __init__(self, entity: str, fetch: Fetch[R], query: ListQuery, last_used: LastUsed, rest: Rest = asyncio.sleep) -> None:
        super().__init__(ListState(query=query), rest)
        self._entity = entity
        self._fetch = fetch
        self._last_used = last_used
        self._reads = Turns(rest)
        self._searches = Turns(rest)
        self._more = False
        self._let_go: str | None = None
        """Id of the record that the reader archives, in whose place another one is opened."""
        self._sought: str | None = None
        """Id of the record to whose page the next load reads on."""

    async def start(self) -> None:
        """Read the first page, or anew what is on the screen already."""
        await self._load(first=self.state.phase != "ready", keeps=False)

    async def on_event(self, event: Event) -> None:
        """Repaint when rows of this kind changed, without losing what was scrolled."""
        touched = isinstance(event, RecordsChanged) and (self._entity in event.ids or self._entity in event.every or event.ids)
        if touched or isinstance(event, ChangeLogChanged | DraftsChanged):
            await self._load()

    def type(self, text: str) -> None:
        """Keep what is typed, at once: a drawing from an older text would eat letters."""
        self.put(typed=text)

    async def search(self) -> None:
        """Search for what is typed when the fingers rest."""
        if self._searches.is_newest(await self._searches.take_when_rested(self.state.typed)):
            await self.search_now()

    async def search_now(self) -> None:
        """Search for what is typed at once, unless the rows on the screen answer it already."""
        self._searches.take()
        query = replace(self.state.query, text=self.state.typed.strip())
        self.put(query=query)
        if query != self.state.shown:
            await self._load()

    async def clear_text(self) -> None:
        """Empty the search box; the filters stay."""
        self.put(typed="")
        await self.search_now()

    async def ask(self, query: ListQuery) -> None:
        """Change filters or order."""
        self.put(query=replace(query, text=self.state.query.text))
        await self._load()

    async def clear(self) -> None:
        """Take every filter away."""
        self.put(query=ListQuery(order=self.state.query.order), typed="")
        await self._load()

    async def more(self) -> None:
        """Append the next page, unless it is on its way or the list is as long as it may be."""
        state = self.state
        if self._more or state.next is None or len(state.rows) >= MAX_ROWS:
            return
        self._more = True
        try:
            page = await self.read(self._fetch(state.query, state.next), first=False)
            if page is not None and self.state.query == state.query:
                self.put(rows=self.state.rows + page.rows, next=page.next)
        finally:
            self._more = False

    async def reach(self, id: str) -> None:
        """Read on to the page on which a record stands that was opened from elsewhere, so that the keys go on from its row.

        A list that was asked for less than all stays as it is, and so does one of which the record is no part, or is further down
        than `MAX_ROWS`: rows in vain would only be drawn.
        """
        if not self.state.query.narrows:
            self._sought = id
            await self._load()

    def let_go(self, id: str) -> None:
        """Open another record in the place of that one once it has left the list: the reader archives it."""
        self._let_go = id

    def neighbour(self, id: str | None, step: int) -> str | None:
        """Return the id of the row `step` rows further than `id`, at most the first or last."""
        ids = [row.id for row in self.state.rows]
        if not ids:
            return None
        here = ids.index(id) if id in ids else (-1 if step > 0 else len(ids))
        return ids[max(0, min(len(ids) - 1, here + step))]

    async def _load(self, first: bool = False, *, keeps: bool = True) -> None:
        """Read the rows. keeps: whether the record that stands open stays though it has left the list."""
        turn = self._reads.take()
        query, wanted = self.state.query, len(self.state.rows)
        answer = await self.read(self._answer(query, keeps), first=first)
        page, opening = answer if answer is not None else (None, None)
        rows = page.rows if page is not None else ()
        following = page.next if page is not None else None
        while page is not None and query == self.state.shown and following is not None and len(rows) < min(wanted, MAX_ROWS):
            more = await self._fetch(query, following)
            rows, following = rows + more.rows, more.next
        if page is not None and self._sought is not None and not query.narrows:
            rows, following = await self._read_on(query, rows, following, self._sought)
        is_behind = page is not None and not rows and await self._has_archived(query)
        if page is not None and self._reads.is_newest(turn):
            self._sought = None
            self.put(rows=rows, total=page.total, next=following, opening=opening, shown=query, has_archived=is_behind)

    async def _has_archived(self, query: ListQuery) -> bool:
        """Whether a list that is empty has archived records behind it; not asked of one that was narrowed."""
        return not query.narrows and bool((await self._fetch(replace(query, archived=True), None)).rows)

    async def _read_on(
        self, query: ListQuery, rows: tuple[R, ...], following: str | None, sought: str
    ) -> tuple[tuple[R, ...], str | None]:
        """Return rows and next place as far as the page of that record; as they are where it does not come."""
        further, after = rows, following
        while all(row.id != sought for row in further):
            if after is None or len(further) >= MAX_ROWS:
                return rows, following
            more = await self._fetch(query, after)
            further, after = further + more.rows, more.next
        return further, after

    async def _answer(self, query: ListQuery, keeps: bool) -> tuple[Page[R], str | None]:
        """Return the first page, and the record that stands open beside it while none is chosen."""
        page, now = await self._fetch(query, None), self.state.opening
        ids = [row.id for row in page.rows]
        stays = now in ids or (keeps and now not in (None, self._let_go))
        if stays and query == self.state.shown:
            return page, now
        last = None if query.narrows else await self._last_used(self._entity)
        return page, last or next((row.id for row in page.rows if not row.is_refused), ids[0] if ids else None)
