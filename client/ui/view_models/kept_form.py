"""What is typed into one form, written down on the device until the form is saved or given up."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict, replace
from typing import Any

from client.ui.facade import Crm
from client.ui.router import place_of
from client.ui.view_models.base import KEEP_S, Rest
from client.ui.view_models.form_state import FormState
from client.usecases.answers import Label
from client.usecases.form_drafts import FormDraft, family, number_of, numbered
from client.usecases.form_parts import is_of_form


class KeptForm:
    """The draft of one form. form: which one (`form_key`). No write that is late brings back what was saved or given up.

    draft: returns what stands in the form now, None when there is nothing to keep. set_aside: gives what that would replace a
    place of its own, where it has to stay.
    """

    def __init__(
        self,
        crm: Crm,
        form: str,
        draft: Callable[[], FormDraft | None],
        set_aside: Callable[[], Awaitable[None]],
        rest: Rest,
    ) -> None:
        self._crm, self._draft, self._set_aside, self._rest = crm, draft, set_aside, rest
        self.form = form
        """Under which name it is kept; another one once another window of the device keeps its own under this one."""
        self._place: str | None = None
        self._kept: FormDraft | None = None
        self._seen: FormDraft | None = None
        """What stands under the name, as far as this window knows."""
        self._is_keeping = self._is_over = False
        self.storing = asyncio.Lock()
        """Held by a save, so that no write is under way that could outlive it."""

    async def read(self) -> FormDraft | None:
        """Return what was typed before the program or the window was closed."""
        self._seen = await self._crm.draft(self.form)
        return self._seen

    async def drop(self) -> None:
        """Forget what was typed before; what is typed later is kept."""
        await self._crm.drop_draft(self.form)
        self._seen = None

    def known(self, draft: FormDraft) -> None:
        """Take note that a draft is written down already."""
        self._kept = draft

    def end(self) -> None:
        """Write nothing any more: the form was saved or given up."""
        self._is_over = True

    async def forget(self, older: FormDraft | None = None) -> None:
        """Remove the draft of a form that was given up. older: the one that stays in its place."""
        self.end()
        async with self.storing:
            await self.keep_clear()
            await (self.drop() if older is None else self._crm.keep_draft(older))

    async def keep_soon(self) -> None:
        """Write down what is typed a moment after the letter, and what came while that was written. One call does it for all."""
        if self._is_keeping:
            return
        self._is_keeping = True
        try:
            while not self._is_over and self._draft() != self._kept:
                await self._rest(KEEP_S)
                await self.keep_now()
        finally:
            self._is_keeping = False

    async def keep_now(self) -> None:
        """Write down what is typed, unless it is written already, or saved or given up."""
        async with self.storing:
            if self._is_over:
                return
            await self._set_aside()
            draft = self._draft()
            if draft == self._kept:
                return
            await self.keep_clear()
            await (self.drop() if draft is None else self._crm.keep_draft(self._named(draft)))
            self._kept = self._seen = draft

    async def keep_clear(self) -> None:
        """Take another name where another window of the device has kept its own new record under this one since: both stay."""
        stored = await self._crm.draft(self.form) if family(self.form).partition("@")[0].endswith(":") else None
        if stored is None or (self._seen is not None and _texts(stored) == _texts(self._seen)):
            return
        other = beside(stored, await self._crm.drafts_beside(self.form), stored.place)
        self.form, self._place, self._seen = other.form, other.place, None

    def _named(self, draft: FormDraft) -> FormDraft:
        """Return a draft under the name that this window has."""
        return draft if self._place is None else replace(draft, form=self.form, place=self._place)


def _texts(draft: FormDraft) -> str:
    """Return what was typed, alike before and after it was written down."""
    return json.dumps(dict(draft.typed), sort_keys=True, default=list)


def draft_of(state: FormState, form: str, address: str) -> FormDraft | None:
    """Return what stands in a form, over an older draft that nobody has decided on; None when there is nothing to keep."""
    older = state.draft
    if state.start is None or (older is None and not state.changed):
        return None
    values = state.start.values
    names = {n: asdict(name) if isinstance(name, Label) else name for n, name in state.names.items() if name}
    return FormDraft(
        form,
        address,
        state.start.title,
        state.heading,
        {**(older.typed if older else {}), **state.typed},
        {**{n: values.get(n) for n in state.typed}, **(older.base if older else {})},
        {**(older.names if older else {}), **names},
    )


def older_of(draft: FormDraft | None, typed: dict[str, object], *, is_other: bool) -> FormDraft | None:
    """Return what is to be asked about when a form opens: what is written down beyond what this window has at hand.

    typed: what was typed in this window, over a draft that nobody had decided on or none. is_other: the window's may be of another
    record, whose draft is written down under the same form; then all that differs is asked about.
    """
    if draft is None or (is_other and draft.typed == typed):
        return None
    rest = draft.typed if is_other else {name: value for name, value in draft.typed.items() if name not in typed}
    return replace(draft, typed=rest) if rest or not typed else None


def is_of_another(state: FormState, older: FormDraft) -> bool:
    """Whether a new record is being typed over a draft of another one: a field of it has got another text."""
    return state.is_new and any(older.typed.get(name, value) != value for name, value in state.typed.items())


def beside(older: FormDraft, others: Iterable[FormDraft], address: str) -> FormDraft:
    """Return a draft under a number of its own. others: the further drafts that there are. address: of the form that it was of."""
    number = 1 + max(number_of(one.form) for one in (older, *others))
    place = place_of(address)
    form = replace(place.form, draft=number) if place.form else None
    return replace(older, form=numbered(older.form, number), place=place.with_form(form).url)


def left_of(state: FormState) -> FormDraft | None:
    """Return what stays a draft when a form is saved: an older one that nobody has decided on, without what is saved over it."""
    older = state.draft
    if older is None or state.start is None or state.start.id is None:
        return older
    typed = {name: value for name, value in older.typed.items() if name not in state.changed}
    return replace(older, typed=typed) if typed else None


def continued(state: FormState, draft: FormDraft) -> dict[str, Any]:  # Any: fields of the state
    """Return what changes in a form when a draft is continued; a field that others changed since names what stands there now."""
    start = state.start
    assert start is not None  # a draft is offered in an open form
    older = {n: t for n, t in draft.typed.items() if is_of_form(start.entity, n)}
    return {
        "typed": {**older, **state.typed},
        "names": {**picked_names(draft), **state.names},
        "theirs": {n: start.values.get(n) for n in older if start.id and start.values.get(n) != draft.base.get(n)},
        "draft": None,
        "kind_chosen": "kind" in older or state.kind_chosen,
    }


def picked_names(draft: FormDraft) -> dict[str, Label | str]:
    """Return field -> name of the record that was picked in it."""
    return {n: Label(**name) if isinstance(name, dict) else name for n, name in draft.names.items()}
