"""A window without a browser: the real Flet session, diff, router and events over a connection that plays the client.

Every message is packed as it would be for the wire, so a value that Flet cannot send is seen. Not seen: layout, focus,
painting. It touches internals of Flet 1.0.x (`_i`, `_b`, `_dialogs`), which the dependency pins.
"""

import asyncio
import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import flet as ft
import msgpack  # type: ignore[import-untyped]  # ships no types
from flet.components.component import Component
from flet.controls.base_control import BaseControl
from flet.controls.context import _context_page, context
from flet.messaging.connection import Connection
from flet.messaging.protocol import MessageAction, configure_encode_object_for_msgpack
from flet.messaging.session import Session
from flet.pubsub.pubsub_hub import PubSubHub

from client.ui.quick_diff import parts_of

QUIET_TURNS = 25
"""Turns of the event loop without a message after which the window is taken to be still."""
MAX_TURNS = 1500


class AppCrashed(AssertionError):
    """The page was replaced by an error."""


class _Connection(Connection):
    """Packs what the server would send, and answers what the client would answer."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.loop = loop
        self.executor = ThreadPoolExecutor(1)
        self.pubsubhub = PubSubHub(loop, self.executor)
        self.page_url, self.page_name = "http://probe", ""
        self.sent = self.sent_bytes = 0
        self.invoked: list[tuple[str, Any]] = []
        self.asked: list[tuple[int, str]] = []
        self.crashes: list[str] = []
        self.session: Session

    def send_message(self, message: Any) -> None:
        packed = msgpack.packb([message.action, message.body], default=configure_encode_object_for_msgpack(BaseControl))
        self.sent += 1
        self.sent_bytes += len(packed)
        if message.action == MessageAction.SESSION_CRASHED:
            self.crashes.append(message.body.message)
        elif message.action == MessageAction.INVOKE_METHOD:
            body = message.body
            self.invoked.append((body.name, body.args))
            self.asked.append((body.control_id, body.name))
            if body.name == "push_route":
                self.loop.call_soon(lambda: asyncio.ensure_future(self.route(body.args["route"])))
            self.loop.call_soon(self.session.handle_invoke_method_results, body.control_id, body.call_id, None, None)

    async def route(self, route: str) -> None:
        self.session.apply_page_patch({"route": route})
        await self.session.dispatch_event(1, "route_change", {"route": route})


class Probe:
    """One open window, and what a person does in it."""

    def __init__(self, connection: _Connection, session: Session) -> None:
        self.connection, self.session, self.page = connection, session, session.page

    @classmethod
    async def open(
        cls, main: Callable[[ft.Page], object], *, width: int = 1280, height: int = 800, route: str = "/"
    ) -> "Probe":
        connection = _Connection(asyncio.get_running_loop())
        session = Session(connection)
        connection.session = session
        _context_page.set(session.page)
        session.apply_page_patch({
            "route": route, "width": width, "height": height, "platform": "windows", "platform_brightness": "light",
            "web": False, "pwa": False,
        })  # fmt: skip
        msgpack.packb(session.get_page_patch(), default=configure_encode_object_for_msgpack(BaseControl))
        context.reset_auto_update()
        main(session.page)
        await session.after_event(session.page)
        probe = cls(connection, session)
        await probe.settle()
        return probe

    async def close(self) -> None:
        self.session.close()
        await asyncio.sleep(0)
        self.connection.executor.shutdown(wait=False)

    async def settle(self) -> None:
        """Let updates, effects and intentions run until the window is still."""
        quiet = 0
        for _ in range(MAX_TURNS):
            sent = self.connection.sent
            await asyncio.sleep(0)
            quiet = quiet + 1 if self.connection.sent == sent else 0
            if quiet >= QUIET_TURNS:
                break
        if self.connection.crashes:
            raise AppCrashed(self.connection.crashes[0])

    # -- what is on the screen -------------------------------------------------------------------------------------------

    def controls(self, root: BaseControl | None = None) -> Iterator[BaseControl]:
        """Yield what is on the screen, from the root; or what is in one control."""
        seen, left = set[int](), list[Any]([root] if root is not None else self.page.views[-1:])
        while left:
            thing = left.pop()
            if isinstance(thing, list | tuple):
                left += reversed(thing)
            elif dataclasses.is_dataclass(type(thing)) and id(thing) not in seen:
                seen.add(id(thing))
                if isinstance(thing, Component):
                    left.append(thing._b)
                elif not isinstance(thing, BaseControl) or getattr(thing, "visible", True):
                    if isinstance(thing, BaseControl):
                        yield thing
                    left += reversed(parts_of(thing))

    def texts_of(self, id: str) -> list[str]:
        """Return every text in what has that identifier."""
        return self.texts(next(c for c in self.controls() if isinstance(c, ft.Semantics) and c.identifier == id))

    def label_of(self, id: str) -> str:
        """Return what a reader of screens is told of what has that identifier."""
        return next(c.label or "" for c in self.controls() if isinstance(c, ft.Semantics) and c.identifier == id)

    def texts(self, root: BaseControl | None = None) -> list[str]:
        """Return every text on the screen, or in one control, runs of a rich text joined."""
        found = []
        for control in self.controls(root):
            if isinstance(control, ft.Text):
                found.append(control.value or "".join(span.text or "" for span in control.spans or []))
        return found

    def shows(self, text: str) -> bool:
        """Whether a text holds these words."""
        return any(text in shown for shown in self.texts())

    def has(self, id: str) -> bool:
        """Whether something of that identifier is on the screen."""
        return any(isinstance(c, ft.Semantics) and c.identifier == id for c in self.controls())

    def ids(self) -> list[str]:
        """Return the identifiers on the screen."""
        return [c.identifier for c in self.controls() if isinstance(c, ft.Semantics) and c.identifier]

    def keyed(self, key: str) -> Any:
        """Return the newest control of a key."""
        found = [c for c in self.controls() if getattr(c.key, "value", c.key) == key]
        if not found:
            raise LookupError(f"no control {key!r}; there are {self.ids()}")
        return found[-1]

    # -- what a person does ----------------------------------------------------------------------------------------------

    async def press(self, id: str) -> None:
        """Press what has that identifier."""
        control = self.keyed(id)
        if control.on_click is None:
            raise AssertionError(f"{id} cannot be pressed")
        await self.session.dispatch_event(control._i, "click", None)
        await self.settle()

    async def type(self, id: str, text: str) -> None:
        """Put the cursor into a text field and type, letter by letter replaced by the whole text."""
        control = self.keyed(id)
        await self.session.dispatch_event(control._i, "focus", None)
        self.session.apply_patch(control._i, {"value": text})
        await self.session.dispatch_event(control._i, "change", text)
        await self.settle()

    async def type_on(self, id: str, first: str, then: str) -> None:
        """Type on while the screen is still drawn for what came first: the box has the newer text, nobody was told of it yet."""
        control = self.keyed(id)
        await self.session.dispatch_event(control._i, "focus", None)
        self.session.apply_patch(control._i, {"value": first})
        await self.session.dispatch_event(control._i, "change", first)
        self.session.apply_patch(control._i, {"value": then})
        await self.settle()

    async def enter(self, id: str) -> None:
        """Put the cursor into a text field."""
        await self.session.dispatch_event(self.keyed(id)._i, "focus", None)
        await self.settle()

    async def submit(self, id: str) -> None:
        """Press Enter in a text field of one line."""
        await self.session.dispatch_event(self.keyed(id)._i, "submit", None)
        await self.settle()

    async def leave(self, id: str) -> None:
        """Take the cursor out of a text field."""
        await self.session.dispatch_event(self.keyed(id)._i, "blur", None)
        await self.settle()

    async def key(self, key: str, *, ctrl: bool = False, shift: bool = False) -> None:
        """Press a key."""
        pressed = {"key": key, "shift": shift, "ctrl": ctrl, "alt": False, "meta": False}
        await self.session.dispatch_event(1, "keyboard_event", pressed)
        await self.settle()

    async def menu(self, id: str, event: str) -> None:
        """Open a menu ("open"), leave it ("cancel"), or choose from it ("select"), as the window tells it."""
        face = next(c for c in self.controls() if isinstance(c, ft.Semantics) and c.identifier == id)
        found = face.content
        assert isinstance(found, ft.PopupMenuButton), id
        await self.session.dispatch_event(found._i, event, None)
        await self.settle()

    async def resize(self, width: int, height: int) -> None:
        """Change the size of the window."""
        self.session.apply_page_patch({"width": width, "height": height})
        await self.session.dispatch_event(1, "resize", {"width": width, "height": height})
        await self.settle()

    async def go(self, route: str) -> None:
        """Type an address."""
        await self.connection.route(route)
        await self.settle()

    async def load_anew(self) -> None:
        """Load the page in the browser anew: its session goes on, and Flutter begins with all that scrolls at its beginning."""
        await self.session.disconnect(60)
        await self.settle()
        await self.session.connect(self.connection)
        await self.settle()


async def hurried(seconds: float) -> None:
    """Pass short rests at once and never end long ones, so that no test waits for a real clock."""
    if seconds <= 1:
        await asyncio.sleep(0)
        return
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
