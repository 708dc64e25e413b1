"""Sharing one record: with whom, what he may do, until which day."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from client.events import Event, RecordsChanged
from client.ui.facade import Crm
from client.ui.view_models.base import Phase, Rest, ViewModel
from client.usecases import typed_days
from client.usecases.answers import Saved
from client.usecases.form_answers import Choice
from client.usecases.record_answers import RecordPage
from client.usecases.rights_answers import NewShare
from shared_models.base import to_micros
from shared_models.errors import RecordInvalid

LAST_SECOND = time(23, 59, 59)
"""Of the day until whose end a share lasts."""


@dataclass(frozen=True)
class ShareState:
    """What stands in the sheet. picking: what is typed into the picker, None while it is closed. problems: field -> text key."""

    page: RecordPage | None = None
    is_team: bool = False
    whom: Choice | None = None
    picking: str | None = None
    picks: tuple[Choice, ...] = ()
    level: str = "see"
    day: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)
    saving: bool = False
    phase: Phase = "reading"
    failure: str = ""

    @property
    def levels(self) -> tuple[str, ...]:
        """Return what the reader may let others do."""
        return self.page.may_share if self.page is not None else ()


class ShareModel(ViewModel[ShareState]):
    """Intentions in the sheet. zone: of the reader, in which a day ends. kept: what was `chosen` when it was left."""

    def __init__(
        self,
        crm: Crm,
        entity: str,
        record: str,
        zone: str,
        rest: Rest = asyncio.sleep,
        kept: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(replace(ShareState(), **(kept or {})), rest)  # type: ignore[arg-type]  # what `chosen` returned
        self._crm, self._entity, self._record, self._zone = crm, entity, record, zone

    @property
    def chosen(self) -> dict[str, object]:
        """Return what the person has put into the sheet, empty for nothing: for when he comes back to it."""
        state = self.state
        if state.whom is None and not state.day.strip():
            return {}
        return {"is_team": state.is_team, "whom": state.whom, "level": state.level, "day": state.day}

    async def end(self, share: str) -> Saved:
        """End a share that is in force."""
        return await self._crm.rights.end_share(share)

    async def start(self) -> None:
        """Read what may be shared."""
        page = await self.read(self._crm.record(self._entity, self._record))
        if page is not None:
            self._put_page(page)

    async def on_event(self, event: Event) -> None:
        """Read again what the record is called, and what of it may still be shared: nothing once it is not here."""
        known = self.state.page
        if known is None or not isinstance(event, RecordsChanged):
            return
        self._put_page(await self._crm.record(self._entity, self._record) or replace(known, may_share=(), shares=()))

    def _put_page(self, page: RecordPage) -> None:
        level = self.state.level if self.state.level in page.may_share or not page.may_share else page.may_share[0]
        self.put(page=page, level=level)

    def to_team(self, is_team: bool) -> None:
        """Share with a team, or with a person."""
        if is_team != self.state.is_team:
            self.put(is_team=is_team, whom=None, picking=None, problems={})

    async def pick(self, text: str | None) -> None:
        """Open the picker, take what is typed in it, or close it (None). Nobody is offered who needs no share."""
        self.put(picking=text)
        if text is None:
            return
        found = await self._crm.find_choices("team" if self.state.is_team else "user", text)
        if self.state.picking == text:
            needless = self.state.page.needless_shares if self.state.page is not None else frozenset()
            self.put(picks=tuple(one for one in found if one.id not in needless))

    def choose(self, whom: Choice) -> None:
        """Take somebody from the picker."""
        self.put(whom=whom, picking=None, problems=self._without("whom"))

    def allow(self, level: str) -> None:
        """Let him see, or see and change."""
        self.put(level=level)

    def type_day(self, text: str) -> None:
        """Take what is typed as the last day."""
        self.put(day=text, problems=self._without("ends_at"))

    async def save(self) -> Saved | None:
        """Share; None when something is missing or wrong, which is then said at its field."""
        state, day = self.state, typed_days.day(self.state.day)
        missing = {"whom": "problem.required"} if state.whom is None else {}
        missing |= {"ends_at": "share.no_day"} if day is None else {}
        if state.whom is None or day is None:
            self.put(problems=missing)
            return None
        self.put(saving=True)
        new = NewShare(self._entity, self._record, state.whom.id, state.is_team, state.level, self._end_of(day), day)
        try:
            return await self._crm.rights.share(new)
        except RecordInvalid as error:
            self.put(problems={problem.field: problem.reason for problem in error.problems})
            return None
        finally:
            self.put(saving=False)

    def _end_of(self, day: str) -> int:
        """Return the end of a day, in the reader's zone."""
        return to_micros(datetime.combine(date.fromisoformat(day), LAST_SECOND, ZoneInfo(self._zone)))

    def _without(self, field: str) -> dict[str, str]:
        return {name: reason for name, reason in self.state.problems.items() if name != field}
