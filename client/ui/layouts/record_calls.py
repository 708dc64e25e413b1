"""What a person can do on the page of a company or contact."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.layouts.note_box import NoteCalls
from client.ui.router import FormPlace
from client.ui.widgets import Press
from client.usecases.form_drafts import FormDraft


@dataclass(frozen=True)
class RecordCalls:
    """What a person can do on a record's page. reach: opens a phone, mail or map address of the device."""

    tab: Callable[[str], None]
    form: Callable[[FormPlace], None]
    open: Callable[[str, str], None]
    """Another record: entity, id."""
    reach: Callable[[str], None]
    note: NoteCalls
    archive: Callable[[str, str], None]
    unarchive: Press
    share: Press
    end_share: Callable[[str], None]
    """A share of this record, by its id."""
    inbox: Callable[[str], None]
    """A thing in the inbox, by its id."""
    continue_draft: Callable[[FormDraft], None]
    """Go on with what was typed about this record and not saved."""
    discard_draft: Callable[[FormDraft], None]
    """Give it up; it can be taken back for a moment."""
    older: Press
    again: Press
    copy: Callable[[str], None]
    """Details of a failure, by its cause."""
    files: Callable[[], ft.Control] = ft.Container
    """Draws the files of the record, which have a state of their own."""
    strip: ft.Ref[ft.Row] | None = None
    """Gets the row of tabs, so that the open one can be scrolled into sight."""
