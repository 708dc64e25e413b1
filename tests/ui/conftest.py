"""A window over the believable company, or over any other facade."""

from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count

import pytest_asyncio

from client.ui.app import open_ui
from client.ui.view_models.base import Rest
from tests.ui.believable import NOW
from tests.ui.fake_crm import FakeCrm, believable_crm
from tests.ui.probe import Probe, hurried


def unhurried() -> Callable[[], float]:
    """A clock by which a second goes by between any two presses."""
    seconds = count(1.0)
    return lambda: next(seconds)


OpenWindow = Callable[..., Awaitable[Probe]]


@pytest_asyncio.fixture
async def window() -> AsyncIterator[OpenWindow]:
    """Opens windows: `ui = await window("/inbox", crm, width=390)`; closed after the test."""
    opened: list[Probe] = []

    async def start(
        route: str = "/", crm: FakeCrm | None = None, width: int = 1280, height: int = 800, rest: Rest = hurried
    ) -> Probe:
        facade = crm or believable_crm()
        probe = await Probe.open(
            lambda page: open_ui(page, facade, lambda: NOW, rest=rest, clock=unhurried()),
            width=width,
            height=height,
            route=route,
        )
        opened.append(probe)
        return probe

    yield start
    for probe in opened:
        await probe.close()
