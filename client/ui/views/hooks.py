"""Hooks that tie a component to its view model, the news and the keys."""

import contextlib
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
    stop = _use_stops()

    def begin() -> M:
        _end(stop)
        model = make()
        stop.extend((desk.on_news(model.on_event), model.stop))
        desk.run(model.start())
        return model

    model = ft.use_memo(begin, list(dependencies))
    ft.on_unmounted(lambda: _end(stop))
    use_redraw(model)
    return model


def use_redraw(model: ViewModel) -> None:  # type: ignore[type-arg]  # of any state
    """Draw the component again whenever the model's state is new."""
    _, redraw = ft.use_state(0)
    stop = _use_stops()

    def begin() -> None:
        _end(stop)
        stop.append(model.subscribe(lambda: redraw(lambda count: count + 1)))

    use_once(begin, model)
    ft.on_unmounted(lambda: _end(stop))


def use_keys(desk: Desk, handler: KeyHandler) -> None:
    """Offer keys to the newest version of `handler` while the component is on the screen."""
    newest: list[KeyHandler] = ft.use_memo(list, [])
    newest[:] = [handler]
    stop = _use_stops()
    use_once(lambda: stop.append(desk.keyboard.push(lambda key: newest[-1](key))))
    ft.on_unmounted(lambda: _end(stop))


def use_once(begin: Callable[[], object], *dependencies: object) -> None:
    """Call `begin` as the component is drawn first, and when a dependency is another one than before.

    Flet's own effects run a moment later, and those of a window that loses its connection in that moment never do: a page
    would wait for what nobody has begun (`Session.disconnect` of Flet 1.0.5).
    """
    ft.use_memo(lambda: (begin(), True), list(dependencies))


def use_latest(call: Callable[[A], None]) -> Callable[[A], None]:
    """Return the same function at every drawing, which calls the newest one.

    For parts that are drawn again only when their arguments are others.
    """
    newest: list[Callable[[A], None]] = ft.use_memo(list, [])
    newest[:] = [call]
    same: Callable[[A], None] = ft.use_memo(lambda: lambda given: newest[0](given), [])
    return same


async def scroll(strip: ft.Ref[ft.ListView] | ft.Ref[ft.Row], target: float) -> None:
    """Scroll at once to that many pixels from the beginning, if it is on the screen and stays there."""
    if strip.current is not None:
        with contextlib.suppress(RuntimeError):  # Flet's answer for a strip that went away meanwhile
            await strip.current.scroll_to(offset=target, duration=0)


def _use_stops() -> list[Callable[[], None]]:
    """Return the component's own list of what to call when it ends: the same list at every drawing."""
    stops: list[Callable[[], None]] = ft.use_memo(list, [])
    return stops


def _end(stops: list[Callable[[], None]]) -> None:
    for stop in stops:
        stop()
    stops.clear()
