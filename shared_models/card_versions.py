"""Conflict cards across schema versions: a card holds values of a record as JSON, under the names of the version that wrote it."""

import json
from collections.abc import Callable

from shared_models.codec import dumps
from shared_models.entities.sync_conflict import ADDED, CHANGED
from shared_models.evolution import Evolution, Values

CARD = "sync_conflict"
SIDES = ("before", "mine", "theirs")
"""Fields of a card that hold values of a record."""


def card_down(evolution: Evolution, card: Values, version: int) -> Values:
    """Return a card as an older version reads it. What it says of one of several fields, that version reads of the whole."""
    about = card["record_type"]
    return {
        **card,
        "unit": evolution.unit_down(about, card["unit"], version),
        **{side: _cast(card[side], lambda values: _side_down(evolution, about, values, version)) for side in SIDES},
    }


def card_up(evolution: Evolution, card: Values, version: int) -> Values:
    """Return a card of an older version as it is read today.

    Of a field that is several now, it is about those that the two sides have otherwise, and bears the name of the first.
    """
    about, units = card["record_type"], evolution.unit_up(card["record_type"], card["unit"], version)
    sides = {side: _cast(card[side], lambda values: _side_up(evolution, about, values, version)) for side in SIDES}
    if len(units) > 1:
        mine, theirs = (json.loads(sides[side] or "{}") for side in ("mine", "theirs"))
        units = tuple(name for name in units if mine.get(name) != theirs.get(name)) or units
        sides = {side: _cast(text, lambda values: {name: values[name] for name in units}) for side, text in sides.items()}
    return {**card, **sides, "unit": units[0]}


def _cast(text: str | None, cast: Callable[[Values], Values]) -> str | None:
    return dumps(cast(json.loads(text))) if text else text


def _side_down(evolution: Evolution, about: str, side: Values, version: int) -> Values:
    """Return the values of a side; beside the archive flag it names units that were changed, and kinds of parts that are new."""
    values, told = _told(side)
    if CHANGED in told:
        told[CHANGED] = list(dict.fromkeys(evolution.unit_down(about, unit, version) for unit in told[CHANGED]))
    if ADDED in told:
        told[ADDED] = [kind for kind in told[ADDED] if evolution.knows(kind, version)]
    return {**evolution.part_down(about, values, version), **{key: names for key, names in told.items() if names}}


def _side_up(evolution: Evolution, about: str, side: Values, version: int) -> Values:
    values, told = _told(side)
    if CHANGED in told:
        told[CHANGED] = [name for unit in told[CHANGED] for name in evolution.unit_up(about, unit, version)]
    return {**evolution.row_up(about, values, version), **told}


def _told(side: Values) -> tuple[Values, dict[str, list[str]]]:
    """Return the values of a side without the names that it tells, and these."""
    names = {CHANGED, ADDED} if "archived_at" in side else set()
    return {k: v for k, v in side.items() if k not in names}, {k: v for k, v in side.items() if k in names}
