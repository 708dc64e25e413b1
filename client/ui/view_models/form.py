"""A form on one record: what is typed, what is wrong with it, and what others changed meanwhile. Typed text is never lost."""

import asyncio
import re
import time
from collections.abc import Callable
from typing import Any

from client.events import Event, RecordsChanged
from client.ui.facade import Crm
from client.ui.router import FormPlace
from client.ui.view_models.base import DEBOUNCE_S, Rest, ViewModel
from client.ui.view_models.form_state import FormState, form_key, has_errors, stored
from client.ui.view_models.kept_form import (
    KeptForm,
    beside,
    continued,
    draft_of,
    is_of_another,
    left_of,
    older_of,
    picked_names,
)
from client.ui.view_models.turns import Turns
from client.usecases.allowed import NotAllowed
from client.usecases.answers import Owner, Saved
from client.usecases.form_answers import Choice, Finding, FormEnd, FormStart
from client.usecases.form_drafts import FormDraft
from client.usecases.form_parts import form_column
from shared_models.errors import ErrorCode, RecordInvalid
from shared_models.fields import column_of
from shared_models.registry import CRM

EMAIL = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[^\W\d]{2,}")
"""What is clearly an e-mail address, and no phone number."""
GUARD_S = 0.8
"""Seconds for which a press on Save does not yet overrule warnings that were just shown: the rest of a double click."""


class FormModel(ViewModel[FormState]):
    """Intentions in a form.

    drafts, key: where what is typed is at hand while the window is open, and the form's address, under which it is there.
    tie_key: key of the tie that this new record is saved with. clock: seconds that only go forward.
    is_asked_for: whether the person came to go on with its draft, so that he is not asked again.
    """

    def __init__(
        self,
        crm: Crm,
        place: FormPlace,
        owner: Owner | None,
        drafts: dict[str, dict[str, object]],
        key: str,
        rest: Rest = asyncio.sleep,
        tie_key: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        is_asked_for: bool = False,
    ) -> None:
        super().__init__(FormState(place), rest)
        self._crm, self._owner, self._drafts, self._key = crm, owner, drafts, key
        self._tie_key, self._clock, self._is_asked_for = tie_key, clock, is_asked_for
        self._turns = Turns(rest)
        self._form = form_key(place, owner)
        self._tie_form = form_key(FormPlace("company_contact"), owner)
        self._kept = KeptForm(crm, self._form, lambda: draft_of(self.state, self._form, key), self._set_aside, rest)
        self._warned_at = 0.0

    async def start(self) -> None:
        """Open the form, with what was typed into it before, if anything was."""
        try:
            start = await self.read(self._open())
        except KeyError:
            await self._start_gone()
            return
        if start is None:
            return
        typed, draft = dict(self._drafts.get(self._key, {})), await self._kept.read()
        older = older_of(draft, typed, is_other=self.state.place.tie)
        others = await self._crm.drafts_beside(self._form) if self.state.is_new else ()
        is_news = older is not None
        picked = picked_names(draft) if draft is not None and not (is_news and self.state.place.tie) else {}
        names = {name: label for name, label in picked.items() if not is_news or name in typed}
        is_asked_for = is_news and self._is_asked_for
        is_begun = start.replaces is not None or bool(typed) or is_asked_for
        self.put(start=start, typed=typed, names=names, draft=older, others=others, is_opening=is_begun)
        try:
            if is_asked_for:
                await self.continue_draft()
            elif typed:
                await self.keep_now()
            elif draft is None and self.state.missing_ends:
                self.pick_open(self.state.missing_ends[0].name)
                await self.pick_search()
            if start.replaces is not None or self.state.typed:
                await self._check()
        finally:
            self.put(is_opening=False)

    async def _start_gone(self) -> None:
        """Show what was typed about a record that is not here."""
        if self.state.place.refused is not None:
            self.put(phase="failed", failure=ErrorCode.R304.value)
            return
        draft = await self._kept.read()
        typed = self._drafts.get(self._key) or (draft.typed if draft else {})
        self.put(phase="ready", is_gone=True, typed=dict(typed))

    def _open(self) -> Any:  # Any: one of three coroutines of the facade
        place = self.state.place
        if place.refused is not None:
            return self._crm.open_refused(place.refused)
        if place.card is not None:
            return self._crm.decide_by_edit(place.card)
        return self._crm.open_form(place.entity, place.id, self._owner)

    async def on_event(self, event: Event) -> None:
        """Tell that a newer record arrived, be it from another window, or that it left. Nothing that was typed changes."""
        start = self.state.start
        if not isinstance(event, RecordsChanged) or start is None or start.id is None:
            return
        if self.state.saving and not event.from_centre:  # what this form saves itself
            return
        if start.id in event.ids.get(start.entity, ()) or start.entity in event.every:
            is_here = await self._crm.is_here(start.entity, start.id)
            self.put(has_news=is_here, has_left=not is_here)

    async def take_news(self) -> None:
        """Show the newer record; the fields that were changed here keep what was typed, and name what stands there now."""
        old, mine = self.state.start, self.state.changed
        newer: FormStart = await self._open()
        assert old is not None  # there is no news before the form is open
        clashing = {n: newer.values.get(n) for n in mine if newer.values.get(n) != old.values.get(n)}
        typed = {n: t for n, t in self.state.typed.items() if n in mine}
        self.put(start=newer, typed=typed, theirs=clashing, has_news=False)

    def hide_news(self) -> None:
        """Go on with the form as it is: the save still says what it was based on."""
        self.put(has_news=False)

    def type(self, name: str, value: object) -> None:
        """Keep what stands in a field now, at once."""
        typed = self._with_kind({**self.state.typed, name: value}, name)
        self._drafts[self._key] = dict(typed)
        findings = tuple(f for f in self.state.findings if f.field != name)
        self.put(
            typed=typed,
            kept=self.state.kept - {name},
            kind_chosen=self.state.kind_chosen or name == "kind",
            warned=False,
            stopped=self.state.stopped and has_errors(findings),
            findings=findings,
            theirs={n: v for n, v in self.state.theirs.items() if n != name},
        )

    def _with_kind(self, typed: dict[str, object], name: str) -> dict[str, object]:
        """Let the kind of a new contact point follow what is typed, for as long as the person has chosen none."""
        start = self.state.start
        if (
            start is None
            or start.entity != "contact_point"
            or start.id is not None
            or name != "value"
            or self.state.kind_chosen
        ):
            return typed
        rest = {field: one for field, one in typed.items() if field != "kind"}
        return {**rest, "kind": "email"} if EMAIL.fullmatch(str(typed[name]).strip()) else rest

    async def look_over(self) -> None:
        """Check what was typed when the fingers rest."""
        turn = await self._turns.take_after(DEBOUNCE_S * 2)
        if self._turns.is_newest(turn) and self.state.start is not None and not self.state.saving:
            await self._check(required=False)

    async def _check(self, required: bool = True) -> None:
        assert self.state.start is not None  # callers look first
        values = self.state.changed if self.state.place.id else {**self.state.start.values, **self.state.changed}
        found = await self._crm.check(self.state.start.entity, values, self.state.start.id)
        self.put(findings=tuple(f for f in found if required or f.reason != "problem.required"))

    def keep(self, name: str) -> None:
        """Override the warning on a field."""
        self.put(kept=self.state.kept | {name})

    def more(self) -> None:
        """Unfold what stands under "More", or fold it again."""
        self.put(is_more=not self.state.is_more)

    # -- pickers ---------------------------------------------------------------------------------------------------------

    def pick_open(self, name: str, text: str = "") -> None:
        """Open a picker, or keep what is typed in it, at once."""
        self.put(picking=name, pick_text=text)

    async def pick_search(self) -> None:
        """Offer records for the field that is being picked, best first."""
        name, text = self.state.picking, self.state.pick_text
        if name is None:
            return
        turn = await self._turns.take_when_rested(text)
        if not self._turns.is_newest(turn) or self.state.start is None:
            return
        entity = form_column(self.state.start.entity, name).col.references or ""
        picks = await self._crm.find_choices(entity, text)
        if self._turns.is_newest(turn):
            self.put(picks=picks)

    async def best_pick(self) -> Choice | None:
        """Return the best record for what is typed in the open picker by now, however much of it was looked for."""
        name, text = self.state.picking, self.state.pick_text
        if name is None or self.state.start is None or not text.strip():
            return None
        self._turns.take()
        entity = form_column(self.state.start.entity, name).col.references or ""
        return next(iter(await self._crm.find_choices(entity, text)), None)

    def pick(self, name: str, choice: Choice | None) -> None:
        """Put a record into a field, or nothing."""
        self.type(name, choice.id if choice else None)
        self.put(picking=None, pick_text="", picks=(), names={**self.state.names, name: choice.label if choice else ""})

    def ask_to_choose(self) -> None:
        """Say of the open picker that what is typed in it is not chosen: saved now, it would be lost."""
        name = self.state.picking or ""
        others = tuple(finding for finding in self.state.findings if finding.field != name)
        self.put(findings=(*others, Finding(name, "problem.not_chosen")), stopped=True)

    def names_of_new(self, entity: str) -> dict[str, object]:
        """Return the fields that a new record begins with: the name that was looked for and not found."""
        text = " ".join(self.state.pick_text.split())
        if not text:
            return {}
        if entity == "company":
            return {"name": text}
        first, _, last = text.rpartition(" ")
        return {"first_name": first, "last_name": last} if first else {"last_name": last}

    def pick_close(self) -> None:
        """Leave a picker as it was."""
        self.put(picking=None, pick_text="", picks=())

    # -- drafts ----------------------------------------------------------------------------------------------------------

    async def continue_draft(self) -> None:
        """Put what was typed before into the fields again."""
        draft = self.state.draft
        if draft is None or self.state.start is None:
            return
        changes = continued(self.state, draft)
        self._drafts[self._key] = dict(changes["typed"])
        self._kept.known(draft)
        if self._tie_key is not None and (tie := await self._crm.draft(self._tie_form)) is not None:
            self._drafts.setdefault(self._tie_key, dict(tie.typed))
        self.put(**changes)
        await self._check(required=False)

    async def decline_draft(self) -> None:
        """Give up what was typed before; what is typed now stands."""
        self.put(draft=None)
        await self._kept.drop()
        await self.keep_now()

    async def decline_other(self, draft: FormDraft) -> None:
        """Give up a further draft of this form."""
        self.put(others=tuple(one for one in self.state.others if one.form != draft.form))
        self._drafts.pop(draft.place, None)
        await self._crm.drop_draft(draft.form)

    async def _set_aside(self) -> None:
        """Give the draft that nobody has decided on a place of its own, once another new record is typed over it."""
        older = self.state.draft
        if older is None or not is_of_another(self.state, older):
            return
        aside = beside(older, await self._crm.drafts_beside(self._form), self._key)
        await self._crm.keep_draft(aside)
        self.put(draft=None, others=(aside, *self.state.others))

    async def keep_soon(self) -> None:
        """Write down what is typed, a moment after it."""
        await self._kept.keep_soon()

    async def keep_now(self) -> None:
        """Write down what is typed."""
        await self._kept.keep_now()

    async def forget(self) -> None:
        """Remove the draft of a form that was given up; an older one that nobody has decided on stays."""
        await self._kept.forget(self.state.draft)

    # -- the end -----------------------------------------------------------------------------------------------------------

    async def save(self) -> Saved | None:
        """Save. None when something has to be looked at first; the messages say what."""
        start = self.state.start
        if (
            start is None
            or not self.state.can_save
            or self.state.saving
            or (self.state.warned and self._clock() - self._warned_at < GUARD_S)
        ):
            return None
        self._turns.take()  # a check that still waits for the fingers to rest would take away what the save says
        self.put(saving=True, stopped=False)
        saved = None
        try:
            await self._check()
            if self._may_save():
                saved = await self._store(start)
        except RecordInvalid as refusal:
            self.put(findings=tuple(Finding(p.field, p.reason, p.params) for p in refusal.problems))
        except NotAllowed as refusal:
            self.put(findings=(Finding(refusal.field, refusal.reason),))
        finally:
            if saved is None:
                self.put(saving=False, stopped=has_errors(self.state.findings))
        if saved is not None:
            self._drafts.pop(self._key, None)
            self._drafts.pop(self._tie_key or "", None)
        return saved

    async def _store(self, start: FormStart) -> Saved:
        """Save, with no draft under way that could outlive it."""
        async with self._kept.storing:
            await self._kept.keep_clear()
            drafts = (self._kept.form, *([self._tie_form] if self._tie_key else []))
            saved = await self._crm.save(FormEnd(start, self.state.changed, self._tie(), drafts, left_of(self.state)))
            self._kept.end()
        return saved

    def _may_save(self) -> bool:
        """Whether nothing has to be looked at first. Warnings stop one save, not the next."""
        if has_errors(self.state.findings):
            return False
        if self.state.warnings and not self.state.warned:
            self._warned_at = self._clock()
            self.put(warned=True)
            return False
        return True

    def _tie(self) -> dict[str, Any] | None:  # Any: stored values
        """Return what was typed into the tie before its other end was found to be new."""
        if self._tie_key is None:
            return None
        typed = self._drafts.get(self._tie_key, {})
        found = {name: column_of(CRM.get("company_contact"), name) for name in typed}
        return {name: stored(column, typed[name]) for name, column in found.items() if not column.is_owner}

    def give_up(self) -> dict[str, object]:
        """Forget what was typed, and return it, so that it can be brought back."""
        return self._drafts.pop(self._key, {})
