"""Addresses of the screens: read from and written to the address bar, so that every place can be linked to."""

from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

Screen = Literal["companies", "contacts", "inbox", "sync", "settings", "people", "devices", "more"]
SCREENS: tuple[Screen, ...] = ("companies", "contacts", "inbox", "sync", "settings", "people", "devices", "more")
FORMS = ("company", "contact", "contact_point", "address", "bank_account", "company_contact", "related_person", "document")
"""Entities that have a form."""
ALARMS = "alarms"
"""What stands in an address in place of a device, for the alarms about all."""
ADD = "add"
"""Likewise for a device that is to be added."""
INCIDENTS = "incidents"
"""Likewise for what went wrong day by day."""
RESOLVED = "resolved"
"""What stands in the address for the page of decided cards, in place of the id of a thing in the inbox."""
SHARE = "record_share"
"""What has a sheet of its own over a company's or contact's page."""
FILE = "file"
"""The sheet of a file over the page of its record; its id is that of a version."""
MOST_DIGITS = 6
"""Digits of the number of a draft in an address; what has more is none of ours."""
ENTITY_OF = {"companies": "company", "contacts": "contact"}
SCREEN_OF = {"company": "companies", "contact": "contacts"}


@dataclass(frozen=True)
class FormPlace:
    """The form that is open over a screen: of a record, of a new one (id None), of a refused change, or of a card."""

    entity: str
    id: str | None = None
    refused: str | None = None
    card: str | None = None
    tie: bool = False
    """Whether the new company or contact is tied to the record whose page is open, in the same save."""
    draft: int | None = None
    """Which draft of a new record it goes on with, beside the one that the form has without a number."""


@dataclass(frozen=True)
class Place:
    """Where a person is."""

    screen: Screen = "companies"
    id: str | None = None
    tab: str = ""
    form: FormPlace | None = None

    @property
    def url(self) -> str:
        """Return the address, as it stands in the address bar."""
        parts = [self.screen, *([quote(self.id)] if self.id else []), *([self.tab] if self.id and self.tab else [])]
        query = {}
        if self.form is not None:
            query["form"] = f"{self.form.entity}:{self.form.id}" if self.form.id else self.form.entity
            query |= {"refused": self.form.refused} if self.form.refused else {}
            query |= {"card": self.form.card} if self.form.card else {}
            query |= {"tie": "1"} if self.form.tie else {}
            query |= {"draft": str(self.form.draft)} if self.form.draft else {}
        return "/" + "/".join(parts) + (f"?{urlencode(query)}" if query else "")

    def with_form(self, form: FormPlace | None) -> "Place":
        """Return the same place with a form over it, or without one."""
        return replace(self, form=form)


def record_place(entity: str, id: str, tab: str = "") -> Place:
    """Return the page of a company or contact."""
    return Place("contacts" if entity == "contact" else "companies", id, tab)


def page_of(entity: str, id: str) -> Place | None:
    """Return the place of the page of a record; None for one that has no page of its own."""
    if entity in SCREEN_OF:
        return record_place(entity, id)
    if entity == "user":
        return Place("people", id)
    return Place("people", f"{entity}s", id) if entity in ("profile", "team") else None


def place_of(route: str) -> Place:
    """Return the place of an address; whatever is not understood leads to the nearest place that is."""
    url = urlsplit(route)
    parts = [unquote(part) for part in url.path.split("/") if part]
    screen: Screen = next((s for s in SCREENS if parts and parts[0] == s), "companies")
    has_id = screen in ("companies", "contacts", "inbox", "people", "devices") and len(parts) > 1 and parts[0] == screen
    tab = parts[2] if has_id and len(parts) > 2 else ""
    return Place(screen, parts[1] if has_id else None, tab, _form(dict(parse_qsl(url.query))))


def _form(query: dict[str, str]) -> FormPlace | None:
    entity, _, id = query.get("form", "").partition(":")
    if entity not in (*FORMS, SHARE, FILE) or (entity == FILE and not id):
        return None
    is_tied = query.get("tie") == "1" and not id and entity in SCREEN_OF
    is_new = not (id or query.get("refused") or query.get("card"))
    draft = query.get("draft", "")
    number = int(draft) if is_new and draft.isascii() and draft.isdecimal() and len(draft) <= MOST_DIGITS else None
    return FormPlace(entity, id or None, query.get("refused"), query.get("card"), is_tied, number or None)
