"""A note that is being written: at hand while the window is open, and written down on the device for when it is closed."""

import asyncio

from client.ui.facade import Crm
from client.ui.router import record_place
from client.ui.view_models.base import KEEP_S, Rest
from client.usecases.answers import Owner, Saved
from client.usecases.form_drafts import FormDraft, note_form

Drafts = dict[str, dict[str, object]]
"""What is typed and not saved yet: address -> field -> text."""


class NoteDraft:
    """The note of one record. What is at hand decides: a late write of an earlier page brings no saved note back."""

    def __init__(self, crm: Crm, owner: Owner, drafts: Drafts, rest: Rest) -> None:
        self._crm, self._owner, self._drafts, self._rest = crm, owner, drafts, rest
        self._form = note_form(owner)
        self._is_keeping = False
        self._storing = asyncio.Lock()

    @property
    def text(self) -> str:
        """What is typed."""
        return str(self._drafts.get(self._form, {}).get("body", ""))

    def write(self, text: str) -> None:
        """Have what is typed at hand, for as long as the window is open."""
        if text.strip():
            self._drafts[self._form] = {"body": text}
        else:
            self._drafts.pop(self._form, None)

    async def read(self) -> str:
        """Return what is typed, or was typed before the program or the window was closed."""
        if not self.text and (kept := await self._crm.draft(self._form)) is not None and not self.text:
            self.write(str(kept.typed.get("body", "")))
        return self.text

    async def keep_soon(self, title: str) -> None:
        """Write down what is typed, a moment from now (`KEEP_S`): what a killed program costs at most. title: name of the record."""
        if self._is_keeping:
            return
        self._is_keeping = True
        try:
            await self._rest(KEEP_S)
        finally:
            self._is_keeping = False
        await self.keep_now(title)

    async def keep_now(self, title: str) -> None:
        """Write down what is typed, or forget what was written down when nothing is typed any more."""
        async with self._storing:
            if not self.text:
                await self._crm.drop_draft(self._form)
                return
            place = record_place(self._owner.entity, self._owner.id).url
            await self._crm.keep_draft(FormDraft(self._form, place, title, "note.body", {"body": self.text}))

    async def save(self) -> Saved | None:
        """Save the note, which ends its draft; None when there is nothing but blanks. What fails leaves both."""
        async with self._storing:
            body = self.text
            if not body:
                return None
            saved = await self._crm.add_note(self._owner, body.strip())
            if self.text == body:
                self.write("")
            return saved
