"""Hooks that tie a component to its view model, the news and the keys."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import flet as ft

from client.ui.desk import Desk
from client.ui.keyboard import KeyHandler
from client.ui.view_models.base import ViewModel

A = TypeVar("A")
M = TypeVar("M", bound=ViewModel)  # type: ignore[type-arg]  # of any state


def keyed(key: str, component: Callable[..., ft.Control], *args: object) -> ft.Control:
    """Draw a component under a key: another key is another component, with a state of its own."""
    return component(*args, key=key)


def use_model(desk: Desk, make: Callable[[], M], dependencies: Sequence[object] = ()) -> M:
    """Return a view model that lives as long as the dependencies stay, redraws the component, and hears the news."""
    model = ft.use_memo(make, list(dependencies))
    use_redraw(model)
    stop = _use_stops()

    def begin() -> None:
        end()
        stop.append(desk.on_news(model.on_event))
        desk.run(model.start())

    def end() -> None:
        for one in stop:
            one()
        stop.clear()

    ft.use_effect(begin, [model], end)
    return model


def use_redraw(model: ViewModel) -> None:  # type: ignore[type-arg]  # of any state
    """Draw the component again whenever the model's state is new."""
    _, redraw = ft.use_state(0)
    stop = _use_stops()

    def again() -> None:
        redraw(lambda count: count + 1)

    def begin() -> None:
        end()
        stop.append(model.subscribe(again))
        again()

    def end() -> None:
        for one in stop:
            one()
        stop.clear()

    ft.use_effect(begin, [model], end)


def use_keys(desk: Desk, handler: KeyHandler) -> None:
    """Offer keys to the newest version of `handler` while the component is on the screen."""
    newest: list[KeyHandler] = ft.use_memo(list, [])
    newest[:] = [handler]
    stop = _use_stops()

    def begin() -> None:
        stop.append(desk.keyboard.push(lambda key: newest[-1](key)))

    def end() -> None:
        for one in stop:
            one()
        stop.clear()

    ft.use_effect(begin, [], end)


def use_latest(call: Callable[[A], None]) -> Callable[[A], None]:
    """Return the same function at every drawing, which calls the newest one.

    For parts that are drawn again only when their arguments are others.
    """
    newest: list[Callable[[A], None]] = ft.use_memo(list, [])
    newest[:] = [call]
    same: Callable[[A], None] = ft.use_memo(lambda: lambda given: newest[0](given), [])
    return same


def _use_stops() -> list[Callable[[], None]]:
    """Return the component's own list of what to call when it ends: the same list at every drawing."""
    stops: list[Callable[[], None]] = ft.use_memo(list, [])
    return stops
