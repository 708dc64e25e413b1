"""Codes that are given by themselves: numbers of a series, leased to devices in blocks, and what stands until one is there (trap 11).

A device numbers what it makes from blocks that it got while it had a connection, so two devices never give the same number. One
without a number left writes a provisional code, `~A7-3`; the centre puts the next number in its place and keeps it as an alias.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import cache

from shared_models.base import Record
from shared_models.fields import data_columns
from shared_models.protocol import MAX_NUMBER

BLOCK = 50
"""Numbers that a device gets at once: a busy week of one person."""
LOW = 15
"""Numbers left with which a device asks for more."""
PROVISIONAL = "~"
_TAG = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@cache
def series_of(entity: type[Record]) -> Mapping[str, str]:
    """Return field -> what comes before its numbers, for the codes of an entity that are given by themselves."""
    return {column.name: column.col.series for column in data_columns(entity) if column.col.series}


def code_of(series: str, number: int) -> str:
    """Return the code of a number."""
    return f"{series}{number}"


def number_of(series: str, code: str) -> int | None:
    """Return the number of a code, in whatever case it was typed; None for one that is not of the series, or beyond its end."""
    found = re.fullmatch(rf"{re.escape(series)}0*([0-9]{{1,10}})", code.strip(), re.IGNORECASE)
    number = int(found[1]) if found else MAX_NUMBER + 1
    return number if number <= MAX_NUMBER else None


def provisional_code(device: str, count: int) -> str:
    """Return what stands until the centre gives a number. device: its id or install, `count`: how many it wrote, from 1.

    Two devices may have the same two signs, which does no harm: the code of neither stays.
    """
    mark = hashlib.sha256(device.encode()).digest()
    return f"{PROVISIONAL}{_TAG[mark[0] % len(_TAG)]}{mark[1] % 10}-{count}"


def is_provisional(code: object) -> bool:
    """Whether a code is to be replaced by the centre."""
    return isinstance(code, str) and code.startswith(PROVISIONAL)
