"""The address by which a device reaches somebody: what it dials, writes to or opens. Nothing where a value is no such thing.

Real data has "abc" or "ask at the gate" for a phone number: that is shown as it was typed, and no button offers to call it.
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from client.usecases import values

SHORTEST, SHORTEST_IN_TEXT, LONGEST = 3, 6, 17
"""Digits of a number that can be dialled: of one that stands alone, as 112; of one among other words; and E.164 behind a 00."""
_NUMBER = re.compile(r"[+*#]?\d[\d\s()./*#\-]*")
"""A number as people write it; what follows in letters (an extension, a name) is not dialled."""
_WEB = re.compile(r"https?://\S+", re.IGNORECASE)


def address_of(kind: str, value: str) -> str:
    """Return the address of a contact point; empty where there is none: a fax is not called, a messenger's name opens nothing."""
    find = _ADDRESSES.get(kind)
    return find(value.strip()) if find else ""


def place_address(place: str) -> str:
    """Return the address of a place on the device's map."""
    return "geo:0,0?q=" + quote(place)


def _call(text: str) -> str:
    for found in _NUMBER.findall(text):
        least = SHORTEST if found == text else SHORTEST_IN_TEXT
        for number in (found, *found.split("/")):  # two numbers are written so, and one whose area code stands apart
            dialled = re.sub(r"[^\d+*#]", "", number)
            if least <= len(re.sub(r"\D", "", dialled)) <= LONGEST:
                return "tel:" + dialled.replace("#", "%23")
    return ""


def _mail(text: str) -> str:
    return "" if values.email(text).warning else "mailto:" + quote(text, safe="@")


def _page(text: str) -> str:
    """Return a page of the web, and nothing else that a link could start."""
    if _WEB.fullmatch(text):
        return text
    return "" if values.url(text).warning or ":/" in text else "https://" + text


def _messenger(text: str) -> str:
    return text if _WEB.fullmatch(text) else ""


_ADDRESSES: Mapping[str, Callable[[str], str]] = {
    "phone": _call,
    "mobile": _call,
    "email": _mail,
    "url": _page,
    "messenger": _messenger,
}
