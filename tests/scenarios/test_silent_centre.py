"""What a device does while the centre takes a question and does not answer it: it goes on with what it has."""

import asyncio
import threading

import pytest

from tests.scenarios.test_inbox_decisions import crm_of

MANY = 60
"""More than the threads that Python reads with."""


@pytest.fixture
def ana(world):
    return crm_of(world.device("ana-laptop", "ana"))


async def test_pages_are_read_while_many_histories_hang(ana, monkeypatch):
    thawed = threading.Event()
    real = ana.crm.centre.history

    def hang(*question):
        thawed.wait()
        return real(*question)

    pk = ana.device.save("company", name="Acme", roles=["customer"])
    assert ana.device.sync().error is None
    monkeypatch.setattr(ana.crm.centre, "history", hang)
    asked = [asyncio.create_task(ana.crm.timeline("company", pk)) for _ in range(MANY)]
    try:
        await asyncio.sleep(0)
        async with asyncio.timeout(60):
            page = await ana.crm.record("company", pk)
            here = await ana.crm.timeline_here("company", pk)
    finally:
        thawed.set()
    assert page.title == "Acme"
    assert ([(entry.kind, entry.state) for entry in here.entries], here.has_history) == ([("created", "sent")], False)
    assert all(found.has_history for found in await asyncio.gather(*asked))


async def test_a_note_that_was_added_while_the_centre_was_asked_is_in_the_answer(ana, monkeypatch):
    pk = ana.device.save("company", name="Acme", roles=["customer"])
    real = ana.crm.centre.history

    def ask(*question):
        ana.device.save("note", company_id=pk, body="Meanwhile", written_at=1)
        return real(*question)

    monkeypatch.setattr(ana.crm.centre, "history", ask)
    assert ana.device.sync().error is None
    assert "Meanwhile" in [entry.body for entry in (await ana.crm.timeline("company", pk)).entries]
