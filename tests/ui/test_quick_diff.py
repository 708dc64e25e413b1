"""The quick walks over what is drawn find what Flet's own find: on every kind of screen, and in values within values."""

import dataclasses
import importlib.util
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import flet as ft
import pytest
from flet.controls import object_patch
from flet.controls.base_control import BaseControl
from flet.controls.object_patch import DiffBuilder

from client.ui.quick_diff import draw_quickly
from tests.ui.conftest import OpenWindow


@pytest.fixture(scope="module")
def own() -> ModuleType:
    """Flet's module once more, as it was shipped."""
    spec = importlib.util.spec_from_file_location("own_object_patch", object_patch.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tree() -> ft.Column:
    """Controls in lists, in dictionaries and within values, some of them hidden, with texts of several runs."""
    style = ft.ButtonStyle(padding={ft.ControlState.DEFAULT: ft.Padding.all(4)}, text_style=ft.TextStyle(size=12))
    return ft.Column([
        ft.Row([ft.Button("Save", style=style, icon=ft.Icon(ft.Icons.SAVE)), ft.Text(spans=[ft.TextSpan("a"), ft.TextSpan("b")])]),
        ft.Container(ft.Text("hidden", visible=False), border=ft.Border.all(1), badge=ft.Badge(label=ft.Text("3"))),
        ft.TextField(value="x", suffix=ft.Text("EUR"), on_change=lambda _: None, data={"of": [ft.Text("kept aside")]}),
    ])  # fmt: skip


def signs(controls: list[Any]) -> list[tuple[type, object, bool]]:
    """Return what can be compared of controls that are not the same objects: kind, kind of the parent, is it frozen."""
    return [(type(one), type(one.parent), hasattr(one, "_frozen")) for one in controls]


@pytest.mark.parametrize("is_frozen", [False, True])
def test_a_tree_is_walked_as_by_flet(own: ModuleType, is_frozen: bool) -> None:
    draw_quickly()
    theirs, ours, root = tree(), tree(), ft.Row()
    expected = list(own.DiffBuilder(None, None, BaseControl)._configure_dataclass(theirs, root, is_frozen))
    found = list(DiffBuilder(None, None, BaseControl)._configure_dataclass(ours, root, is_frozen))
    assert len(found) > 10
    assert signs(found) == signs(expected)
    gone = list(own.DiffBuilder(None, None, BaseControl)._removed_controls(ours, True))
    assert list(DiffBuilder(None, None, BaseControl)._removed_controls(ours, True)) == gone
    assert set(map(id, gone)) == set(map(id, found))


def declared(thing: object) -> Iterator[BaseControl]:
    """Yield the controls within a value by all the fields that its type declares, as Flet does."""
    if isinstance(thing, dict | list):
        for one in thing.values() if isinstance(thing, dict) else thing:
            yield from declared(one)
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        if isinstance(thing, BaseControl):
            yield thing
        for part in dataclasses.fields(thing):
            if not part.metadata.get("skip", False):
                yield from declared(getattr(thing, part.name))


@pytest.mark.parametrize("route", ["/companies", "/contacts", "/inbox", "/sync", "/settings", "/companies/new"])
async def test_no_control_of_a_screen_is_missed(window: OpenWindow, monkeypatch: pytest.MonkeyPatch, route: str) -> None:
    draw_quickly()
    walk, drawn = DiffBuilder._configure_dataclass, list[int]()

    def watched(self: DiffBuilder, item: object, parent: object, frozen: bool, only: bool = False) -> list[BaseControl]:
        found = list(walk(self, item, parent, frozen, only))
        if not only:
            assert {id(one) for one in found} == {id(one) for one in declared(item)}
            drawn.append(len(found))
        return found

    monkeypatch.setattr(DiffBuilder, "_configure_dataclass", watched)
    monkeypatch.setattr("client.ui.app.draw_quickly", lambda: None)
    ui = await window(route)
    await ui.resize(390, 844)
    assert sum(drawn) > 100
