"""Flet's walk through what it is about to draw, without looking at fields that nobody set.

`DiffBuilder` of Flet 1.0.5 reads every declared field of every control, some 60 of a text, by generators within generators:
two fifths of the time in which a screen is drawn. Its own descriptors keep what was set in `_values`, which is all that a control
can be in. The two walks below do what the walks of `flet/controls/object_patch.py` do, in the same order, over those alone.
`tests/ui/test_quick_diff.py` holds them to Flet's own; the version of Flet is pinned. Its words for a debugger, one or more for
each value that it compares, take another tenth: they are asked for before the first window, or never.
"""

import dataclasses
import logging
import weakref
from collections.abc import Iterator
from functools import cache
from typing import Any

from flet.controls.object_patch import DiffBuilder, ObjectPatchException, _control_setattr, logger

PLAIN = (type(None), str, int, float, bool)


@cache
def _structure(kind: type) -> tuple[bool, tuple[str, ...]]:
    """Return whether a type keeps what was set in `_values`, and which of its other fields the walk looks at."""
    names = tuple(one.name for one in dataclasses.fields(kind) if not one.metadata.get("skip", False))
    structural = kind.__dict__.get("_structural_fields")
    return structural is not None, names if structural is None else tuple(name for name in names if name in structural)


def parts_of(item: Any) -> list[Any]:
    """Return the values within a control or a value object in which controls can be, in the order in which they were set."""
    kind: type = type(item)
    is_sparse, names = _structure(kind)
    parts = list(item._values.values()) if is_sparse else []
    parts += [getattr(item, name) for name in names]
    return [part for part in parts if type(part) not in PLAIN]


def _configured(self: DiffBuilder, item: Any, parent: Any, frozen: bool, configure_setattr_only: bool = False) -> list[Any]:
    """Give everything within a new value its parent, build its controls and return them (`_configure_dataclass`)."""
    found: list[Any] = []
    _configure(self.control_cls, item, parent, frozen, found, configure_setattr_only)
    return found


def _configure(
    control_cls: type | None, item: Any, parent: Any, frozen: bool, found: list[Any], configure_setattr_only: bool = False
) -> None:
    if not dataclasses.is_dataclass(type(item)):
        within = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        for one in within:
            if type(one) not in PLAIN:
                _configure(control_cls, one, parent, frozen, found)
        return
    if parent is None:
        reference = getattr(item, "_parent", None)
        parent = reference() if reference else None
    if parent:
        if parent is item:
            raise ObjectPatchException(f"Parent is the same as item: {item}")
        item._parent = weakref.ref(parent)
    if hasattr(item, "_frozen"):
        frozen = item._frozen
    elif frozen:
        item._frozen = frozen
    if getattr(type(item), "__flet_control_cls__", None) is None:
        type(item).__flet_control_cls__ = control_cls
    is_control = control_cls is not None and isinstance(item, control_cls)
    if is_control:
        if not configure_setattr_only:
            item.build()
            item._before_update_safe()
            object.__setattr__(item, "_initialized", True)
        found.append(item)
    if not configure_setattr_only:
        for part in parts_of(item):
            _configure(control_cls, part, item if is_control else parent, frozen, found)
    if not frozen:
        _start_anew(item)


def _start_anew(item: Any) -> None:
    """Forget what changed so far: from here on changes are noted one by one."""
    dirty = getattr(item, "_dirty", None)
    if dirty is not None:
        dirty.clear()
        return
    kind: Any = type(item)
    if kind.__setattr__ is not _control_setattr:
        kind.__setattr__ = _control_setattr
    object.__setattr__(item, "__changes", {})


def _removed(self: DiffBuilder, item: Any, recurse: bool) -> Iterator[Any]:
    """Yield the controls within a value that is gone, the inner ones first (`_removed_controls`)."""
    if self.control_cls and isinstance(item, self.control_cls):
        if hasattr(item, "__prev_lists"):
            for name in ("__prev_lists", "__prev_dicts", "__prev_classes"):
                for value in getattr(item, name, {}).values():
                    yield from _removed(self, value, recurse)
        elif recurse:
            for part in parts_of(item):
                yield from _removed(self, part, recurse)
        yield item
    elif isinstance(item, dict | list):
        for value in item.values() if isinstance(item, dict) else item:
            yield from _removed(self, value, recurse)


def _say_nothing(*_: object) -> None:
    """Take the place of `Logger.debug`."""


def draw_quickly() -> None:
    """Let every window of this process be drawn so; again does no harm."""
    DiffBuilder._configure_dataclass = _configured  # type: ignore[method-assign,assignment]
    DiffBuilder._removed_controls = _removed  # type: ignore[method-assign]
    if not logger.isEnabledFor(logging.DEBUG):
        logger.debug = _say_nothing  # type: ignore[method-assign,assignment]  # of this one logger
