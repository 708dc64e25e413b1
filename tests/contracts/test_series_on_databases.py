"""Blocks of numbers are disjoint on every engine, also when devices ask at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared_models.protocol import HelloRequest
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.hello import greet
from sync_server.services.refusals import Refusal

pytestmark = pytest.mark.functions(2)
DEVICES = 8


@pytest.fixture
def central(centre):
    return centre.central


def asked(central: Central, device: int) -> list[tuple[int, int]]:
    """Ask until the database is free, as a device does."""
    told = {"install": f"install{device}", "device_epoch": f"e{device}", "app": "test", "cursor": 0, "clock": 0}
    leased = {"company": {"left": 0}}
    request = HelloRequest.model_validate({**told, "schema": central.schema_version, "leased": leased})
    while True:
        try:
            found = greet(central, Actor(f"device{device}", "ana"), request).leases["company"]
            return [(one.first, one.last) for one in found]
        except Refusal:
            continue


def test_blocks_that_are_asked_for_at_once_are_disjoint(central):
    with ThreadPoolExecutor(DEVICES) as pool:
        blocks = [block for found in pool.map(lambda n: asked(central, n), range(DEVICES)) for block in found]
    assert sorted(blocks) == [(1001 + 50 * i, 1050 + 50 * i) for i in range(DEVICES)]
    assert asked(central, 3) in [[block] for block in blocks], "what it was granted before it is granted again"
