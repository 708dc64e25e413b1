"""Files that a person adds in one window: each comes from his machine, is taken in, and can be cancelled until it is.

They go on while the person is on another screen.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from dataclasses import dataclass, replace
from itertools import count

from client.ui.exchange import Source
from client.ui.facade_documents import Documents
from client.ui.view_models.base import ViewModel
from client.usecases.answers import Owner, Saved
from client.usecases.causes import cause_of
from shared_models.errors import FieldfareError, FileTooLarge

log = logging.getLogger("fieldfare.ui")
STEP = 0.01
"""Part of a file after which the screen is told that it goes on."""


class TooBig(FileTooLarge):
    """A file has more bytes than the server takes: known before anything of it is uploaded."""

    def __init__(self, biggest: int) -> None:
        super().__init__()
        self.biggest = biggest


@dataclass(frozen=True)
class Job:
    """One file on its way in. id: of the job; replaces: id of the version whose place it takes; done: 0 to 1."""

    id: int
    owner: Owner
    name: str
    size: int
    replaces: str = ""
    done: float = 0.0
    failure: str = ""
    """Cause of a failure; its text is `error.<failure>`."""
    biggest: int = 0
    """Bytes that a file may have, where this one has more; then its failure is said so."""


@dataclass(frozen=True)
class JobsState:
    """What is on its way, and what failed and was not yet put aside."""

    jobs: tuple[Job, ...] = ()

    def of(self, owner: Owner) -> tuple[Job, ...]:
        """Return those of a record."""
        return tuple(job for job in self.jobs if job.owner == owner)


class FileJobs(ViewModel[JobsState]):
    """Intentions on files that are added. told: is called with every save."""

    def __init__(self, documents: Callable[[], Documents], told: Callable[[Saved], Awaitable[None]]) -> None:
        super().__init__(JobsState())
        self._documents, self._told = documents, told
        self._sources: dict[int, Source] = {}
        self._comings: dict[int, asyncio.Task[object]] = {}
        self._numbers = count(1)
        self._one_by_one = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def add(self, owner: Owner, source: Source, replaces: str = "") -> int:
        """Put a file on the list; `run` takes it in. Returns the number of its job."""
        id = next(self._numbers)
        self._sources[id] = source
        self.put(jobs=(*self.state.jobs, Job(id, owner, source.name, source.size, replaces)))
        return id

    async def run(self, id: int) -> None:
        """Take a file in, after those before it. What goes wrong stands at it, and can be tried again."""
        self._loop = asyncio.get_running_loop()
        async with self._one_by_one:
            job = self._job(id)
            if job is None:
                return
            try:
                saved = await self._take(job, self._sources[id])
            except TooBig as error:
                self._change(id, failure=cause_of(error), done=0.0, biggest=error.biggest)
                return
            except FieldfareError as error:
                self._change(id, failure=cause_of(error), done=0.0)
                return
            except Exception:  # whatever it is, the file stands there as one that was not added
                log.exception("a file cannot be added")
                self._change(id, failure="unexpected", done=0.0)
                return
        self._end(id)
        if saved is not None:
            await self._told(saved)

    async def again(self, id: int) -> None:
        """Try once more."""
        self._change(id, failure="", done=0.0)
        await self.run(id)

    def cancel(self, id: int) -> None:
        """Take a file off the list; what came of it is deleted."""
        coming = self._comings.get(id)
        self._end(id)
        if coming is not None:
            coming.cancel()

    def stop(self) -> None:
        """End everything: the window is gone, which whatever thread has noticed."""
        self._listeners.clear()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._cancel_all)

    def _cancel_all(self) -> None:
        for job in self.state.jobs:
            self.cancel(job.id)

    async def _take(self, job: Job, source: Source) -> Saved | None:
        """Return the save; None for a file that was cancelled."""
        documents, loop = self._documents(), asyncio.get_running_loop()
        biggest = await documents.biggest()
        if source.size > biggest:
            raise TooBig(biggest)
        half, here = 0.5 if source.is_temporary else 0.0, copy_context()

        def note(done: float) -> None:
            """Note how far it is, in the window's own context: who tells of it may be another thread, or another request."""
            loop.call_soon_threadsafe(self._note, job.id, done, context=here)

        coming = asyncio.ensure_future(source.take(lambda had: note(half * had / max(1, job.size))))
        self._comings[job.id] = coming
        try:
            path = await coming
        except asyncio.CancelledError:
            if self._job(job.id) is None:
                return None
            raise
        finally:
            self._comings.pop(job.id, None)

        def told(had: int) -> bool:
            note(half + (1 - half) * had / max(1, job.size))
            return job.id in self._sources

        if job.replaces:
            return await documents.replace(job.replaces, path, job.name, told, move=source.is_temporary)
        return await documents.attach(job.owner, path, job.name, told, move=source.is_temporary)

    def _note(self, id: int, done: float) -> None:
        job = self._job(id)
        if job is not None and (done - job.done >= STEP or done >= 1):
            self._change(id, done=min(1.0, done))

    def _end(self, id: int) -> None:
        source = self._sources.pop(id, None)
        if source is not None:
            source.close()
        self.put(jobs=tuple(job for job in self.state.jobs if job.id != id))

    def _job(self, id: int) -> Job | None:
        return next((job for job in self.state.jobs if job.id == id), None)

    def _change(self, id: int, *, done: float, failure: str = "", biggest: int = 0) -> None:
        changed = {"done": done, "failure": failure, "biggest": biggest}
        self.put(jobs=tuple(replace(job, **changed) if job.id == id else job for job in self.state.jobs))  # type: ignore[arg-type]  # its fields
