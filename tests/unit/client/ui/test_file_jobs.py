"""Files on their way in: one after the other, how far each is, and how one is stopped at any moment."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from client.ui.exchange import NotReceived
from client.ui.view_models.file_jobs import FileJobs
from client.usecases.answers import Owner, Saved

pytestmark = pytest.mark.functions(135)
OWNER, OTHER = Owner("company", "1"), Owner("company", "2")


@dataclass
class Upload:
    """A file whose parts come when a test says so."""

    name: str
    size: int = 100
    is_temporary: bool = True
    come: asyncio.Event = field(default_factory=asyncio.Event)
    is_closed: bool = False
    fails: bool = False
    takes: int = 0

    async def take(self, received):
        self.takes += 1
        received(50)
        await self.come.wait()
        if self.fails:
            raise NotReceived
        received(100)
        return Path(self.name)

    def close(self):
        self.is_closed = True


@dataclass
class Documents:
    """Takes files in on a thread, part by part."""

    saved: list[tuple[str, str, bool]] = field(default_factory=list)
    go_on: list[bool] = field(default_factory=list)
    before: Callable[[], object] | None = None

    async def biggest(self):
        return 1000

    async def attach(self, owner, source, name, told, *, move):
        return await asyncio.to_thread(self._take, owner.id, name, told, move)

    async def replace(self, id, source, name, told, *, move):
        return await asyncio.to_thread(self._take, f"for {id}", name, told, move)

    def _take(self, whose, name, told, move):
        if self.before is not None:
            self.before()
        self.go_on.append(told(60))
        if not self.go_on[-1]:
            return None
        self.saved.append((whose, name, move))
        return Saved("tx", name)


@pytest.fixture
def documents():
    return Documents()


@pytest.fixture
def told():
    return []


@pytest.fixture
def jobs(documents, told):
    async def tell(saved):
        told.append(saved.id)

    return FileJobs(lambda: documents, tell)


async def turns(count=20):
    for _ in range(count):
        await asyncio.sleep(0)


async def test_files_come_one_after_the_other_and_each_tells_how_far_it_is(jobs, documents, told):
    first, second = Upload("a.pdf"), Upload("b.pdf")
    running = [asyncio.create_task(jobs.run(jobs.add(OWNER, one))) for one in (first, second)]
    await turns()
    assert [(job.name, job.done) for job in jobs.state.of(OWNER)] == [("a.pdf", 0.25), ("b.pdf", 0.0)]
    assert jobs.state.of(OTHER) == ()
    assert second.takes == 0
    first.come.set()
    second.come.set()
    await asyncio.gather(*running)
    assert documents.saved == [("1", "a.pdf", True), ("1", "b.pdf", True)]
    assert told == ["a.pdf", "b.pdf"]
    assert jobs.state.jobs == ()
    assert first.is_closed


async def test_a_new_version_names_what_it_replaces(jobs, documents):
    upload = Upload("b.pdf")
    upload.come.set()
    await jobs.run(jobs.add(OWNER, upload, replaces="old"))
    assert documents.saved == [("for old", "b.pdf", True)]


async def test_an_upload_is_stopped_in_the_middle_and_the_next_one_goes_on(jobs, documents, told):
    first, second = Upload("a.pdf"), Upload("b.pdf")
    number = jobs.add(OWNER, first)
    running = [asyncio.create_task(jobs.run(one)) for one in (number, jobs.add(OWNER, second))]
    await turns()
    jobs.cancel(number)
    second.come.set()
    await asyncio.gather(*running)
    assert first.is_closed
    assert told == ["b.pdf"]
    assert jobs.state.jobs == ()


async def test_a_file_is_stopped_while_it_is_taken_in(jobs, documents, told):
    upload, loop = Upload("a.pdf"), asyncio.get_running_loop()
    upload.come.set()
    number = jobs.add(OWNER, upload)

    async def cancel():
        jobs.cancel(number)

    documents.before = lambda: asyncio.run_coroutine_threadsafe(cancel(), loop).result(10)
    await jobs.run(number)
    assert documents.go_on == [False]
    assert documents.saved == told == []


async def test_a_file_that_waits_for_its_turn_is_stopped_before_it_comes(jobs):
    first, second = Upload("a.pdf"), Upload("b.pdf")
    running = [asyncio.create_task(jobs.run(jobs.add(OWNER, one))) for one in (first, second)]
    await turns()
    jobs.cancel(jobs.state.jobs[1].id)
    first.come.set()
    await asyncio.gather(*running)
    assert second.takes == 0


async def test_an_upload_that_breaks_off_stands_there_and_comes_at_the_next_try(jobs, documents):
    upload = Upload("a.pdf", fails=True)
    upload.come.set()
    number = jobs.add(OWNER, upload)
    await jobs.run(number)
    [job] = jobs.state.jobs
    assert (job.failure, job.done) == ("not_received", 0.0)
    upload.fails = False
    await jobs.again(number)
    assert documents.saved == [("1", "a.pdf", True)]


async def test_what_nobody_foresaw_stands_there_as_a_file_that_was_not_added(jobs, documents):
    def broken():
        raise ZeroDivisionError

    documents.before = broken
    upload = Upload("a.pdf")
    upload.come.set()
    await jobs.run(jobs.add(OWNER, upload))
    assert jobs.state.jobs[0].failure == "unexpected"


async def test_a_window_that_is_gone_stops_what_comes(jobs, documents):
    upload = Upload("a.pdf")
    running = asyncio.create_task(jobs.run(jobs.add(OWNER, upload)))
    await turns()
    jobs.stop()
    await running
    assert upload.is_closed
    assert documents.saved == []


async def test_a_file_that_the_server_would_not_take_is_not_even_uploaded(jobs):
    upload = Upload("a.mp4", size=1001)
    await jobs.run(jobs.add(OWNER, upload))
    [job] = jobs.state.jobs
    assert (job.failure, job.biggest, upload.takes) == ("L404", 1000, 0)
