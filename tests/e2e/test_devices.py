"""An administrator asks in the office why each device is behind, and reads the cause in words: the real server in a real browser."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from shared_models.registry import SCHEMA_VERSION
from sync_server.app import Server
from sync_server.db import accounts, devices
from sync_server.services.accounts import NewUser
from sync_server.services.device_causes import DAY_US, MINUTE_US
from sync_server.serving import make_office
from tests.e2e import driver
from tests.servers import EMAIL, PASSWORD, ServerClock, behind_socket, make_server

pytestmark = [pytest.mark.browser, pytest.mark.functions(148)]
SEEDED: dict[str, tuple[dict[str, Any], str]] = {
    "silent": ({"last_seen_at": -4 * DAY_US}, "silent for 4 days"),
    "signed-out": ({}, "signed out"),
    "account-off": ({}, "account switched off"),
    "lease-over": ({"last_seen_at": -15 * DAY_US}, "away for 15 days, opens only online"),
    "refused-changes": ({}, "2 changes refused"),
    "works-offline": ({"works_offline": True}, "set to work offline"),
    "paused": ({"paused_at": 0}, "paused by an administrator"),
    "too-old": ({"schema_version": 99}, "version does not fit the server"),
    "wrong-clock": ({"clock_offset_ms": -2 * 3_600_000}, "clock 2 hours slow"),
    "unequal": ({"proof": "unequal"}, "copy differs, being repaired"),
    "loading": ({"is_loaded": False, "cursor": 0}, "first sync not finished"),
    "turned-away": ({"failures": 7, "last_error": "L401"}, "turned away 7 times in a row"),
    "unreached": ({"last_seen_at": -50 * MINUTE_US, "pending": 3}, "no connection of late"),
}
"""Device -> what is known of it beside what all have (moments as microseconds from now), and the words that say why it is behind."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The office of a server that knows a device for each cause, and one that is well."""
    clock = ServerClock()
    clock.now = time.time_ns() // 1000
    server = make_server(tmp_path_factory.mktemp("office"), clock=clock)
    people = {name: server.accounts.create_user(NewUser(name, f"{name}@example.ro", PASSWORD)) for name in ("dan", "ina")}
    for name, (facts, _) in {**SEEDED, "well": ({}, "")}.items():
        seed(server, name, people["ina" if name == "account-off" else "dan"], facts)
    with server.central.store.write() as connection:
        user = server.central.tables.entities["user"]
        connection.execute(user.update().where(user.c.id == people["ina"]).values(is_active=False))
    with behind_socket(server, make_office(server)) as address:
        yield f"{address}/app/"


def seed(server: Server, name: str, user: str, facts: dict[str, Any]) -> None:
    """Add a device as the server would know it."""
    now, tables = server.central.now_us(), server.central.tables
    moments = ("last_seen_at", "paused_at")
    known = {"last_seen_at": 0, "cursor": 1, "schema_version": SCHEMA_VERSION, "app": "fieldfare", "proof": "equal", **facts}
    with server.central.store.write() as connection:
        devices.add(connection, tables, devices.NewDevice(name, user, f"Phone {name}", name, now - 90 * DAY_US))
        devices.note(connection, tables, name, {k: now + v if k in moments else v for k, v in known.items()})
        if name != "signed-out":
            accounts.add_device_token(connection, server.accounts.tables, f"token of {name}", name, user, now)
        if name == "refused-changes":
            for n in (1, 2):
                letter = {"tx_id": f"tx-{n}", "seq": n, "origin": f"tx-{n}", "user": user, "device": name, "at": now}
                rest = {"verdict": "rejected", "error": None, "body": "{}", "state": "open"}
                connection.execute(tables.deadletter.insert().values({**letter, **rest}))


SAID = "e => [e, ...e.querySelectorAll('*')].map(x => (x.getAttribute('aria-label') || '') + ' ' + x.textContent).join(' ')"
"""Script for all that a part of the screen says."""


def said(window: driver.Window, identifier: str) -> str:
    """Return all that a part of the screen says."""
    place = window.id(identifier).first
    place.wait_for(state="attached", timeout=driver.PATIENCE_MS)
    return str(place.evaluate(SAID))


def comes_to_say(window: driver.Window, identifier: str, words: str) -> None:
    """Wait until a part of the screen says some words, wherever else they stand."""
    script = f"([where, words]) => [...document.querySelectorAll(where)].some(e => ({SAID})(e).includes(words))"
    where = f"[flt-semantics-identifier='{identifier}']"
    window.page.wait_for_function(script, arg=[where, words], timeout=driver.PATIENCE_MS)


def test_the_administrator_reads_why_each_device_is_behind(browser: Browser, office: str) -> None:
    with driver.window(browser, height=1100) as window:
        window.page.goto(office)
        window.page.locator("input[name=email]").fill(EMAIL)
        window.page.locator("input[name=password]").fill(PASSWORD)
        window.page.keyboard.press("Enter")
        window.ready()
        window.press("nav.devices")
        for name, (_, words) in SEEDED.items():
            assert words in said(window, f"device.{name}"), name
        well = said(window, "device.well")
        assert not any(words in well for _, words in SEEDED.values())
        window.press("device.silent")
        window.sees("Silent for 4 days")
        window.sees("Nothing was heard of it.")
        window.press("device.pause")
        window.sees("Paused by an administrator")
        comes_to_say(window, "device.silent", "paused by an administrator")
        assert window.outside == []
