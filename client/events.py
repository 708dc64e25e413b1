"""News that travels up: what the lower layers tell the upper ones, after it has happened and is committed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock


@dataclass(frozen=True)
class RecordsChanged:
    """Rows on the screen changed: by a save, an undo or a pull. Entity -> ids; `every` when too many to name."""

    ids: Mapping[str, frozenset[str]]
    every: frozenset[str] = frozenset()
    """Entities of which any row may have changed."""
    from_centre: bool = False
    """Whether a pull brought it; a form that is open then says so and keeps what was typed."""


@dataclass(frozen=True)
class ChangeLogChanged:
    """What waits, or what needs attention, is not what it was."""


@dataclass(frozen=True)
class SyncStatusChanged:
    """The engine entered another state, armed another attempt, or has news of a long pull."""


@dataclass(frozen=True)
class IncidentLogged:
    """Something is not as the protocol promises: a digest that differs, a row that bypassed the change log."""

    kind: str
    detail: str


@dataclass(frozen=True)
class DeviceWiped:
    """An admin had the device wiped: what waited was sent, and nothing is here any more."""


@dataclass(frozen=True)
class DraftsChanged:
    """There is a draft of a form or note of which there was none, or one is gone; not told of every letter in it."""


@dataclass(frozen=True)
class FilesChanged:
    """The bytes of a file came, went or moved on. is_asked: a person has just asked for some, or stopped some."""

    is_asked: bool = False


@dataclass(frozen=True)
class SignedOut:
    """The person signed out in one of the windows: all of them go back to the door."""


Event = (
    RecordsChanged
    | ChangeLogChanged
    | SyncStatusChanged
    | IncidentLogged
    | DeviceWiped
    | DraftsChanged
    | FilesChanged
    | SignedOut
)
Handler = Callable[[Event], None]


@dataclass
class Events:
    """Hands events to whoever subscribed, on the thread that publishes; a screen moves to its own thread by itself."""

    _handlers: list[Handler] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def subscribe(self, handler: Handler) -> Callable[[], None]:
        """Call `handler` with every later event. Returns the function that ends it."""
        with self._lock:
            self._handlers.append(handler)

        def unsubscribe() -> None:
            with self._lock:
                if handler in self._handlers:
                    self._handlers.remove(handler)

        return unsubscribe

    def publish(self, event: Event) -> None:
        """Tell every subscriber, in order of subscription."""
        with self._lock:
            handlers = tuple(self._handlers)
        for handler in handlers:
            handler(event)
