"""Stories of two server processes on one database: what the one has done counts at the other at once."""

from client.usecases.answers import Owner
from sync_server.services.file_clearing import let_go
from sync_server.services.shipped_profiles import profile_id
from tests.simulation import file_checks, files
from tests.simulation.device import Device
from tests.simulation.evidence import Broken, Evidence
from tests.simulation.file_stories import DAY_MS, LARGE, content_of, moved, shows, together
from tests.simulation.file_week import clear_away
from tests.simulation.knowledge import Memory
from tests.simulation.reassignments import HERE, admin_of, apart, changed, given, own_thing
from tests.simulation.server_week import only
from tests.simulation.stage import Stage

MAILS = 12


def _each_at_its_own(stage: Stage, a: Device, b: Device) -> None:
    """Let one process answer `a` and the other the admin and `b`."""
    one, other = stage.organisation.processes
    only(a, one)
    for device in (b, admin_of(stage)):
        only(device, other)


def _all_at_any(stage: Stage) -> None:
    for device in stage.organisation.devices:
        only(device, None)


def right_taken_at_the_other_process(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """A right that was taken away through one process is gone at the other at once, also for what is on its way."""
    apart(stage, a, b, c)
    thing = own_thing(stage, a)
    _each_at_its_own(stage, a, b)
    stage.retitle(a, thing)
    stage.sync(a)
    changed(stage, ("user", a.user, {"profile_id": profile_id("guest")}))
    tx = stage.retitle(a, thing)
    stage.sync(a)
    if Evidence(stage.organisation, Memory()).verdicts.get(tx) != "rejected":
        raise Broken(f"12.6 {tx} of {a.name} was taken by a process that had not heard of his new profile")
    _all_at_any(stage)


def record_of_a_cell_that_the_other_process_made(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """What is given to somebody through one process he is sent by the other, whichever of them has seen such a record before."""
    apart(stage, a, b, c)
    _each_at_its_own(stage, a, b)
    mine = stage.new_thing(a, is_shared=False)
    stage.sync(a)
    thing = own_thing(stage, b)
    changed(stage, given(stage, thing, a, HERE))
    stage.sync(a)
    for one in (mine, thing):
        if a.replica.get(stage.people.cast.thing, one) is None:
            raise Broken(f"I2 {a.name} was given {one}, and does not hold it")
    _all_at_any(stage)


def mails_that_two_processes_send(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """A mail that one process has taken up is not sent by the other, until the first has died."""
    one, other = stage.organisation.processes
    jobs = stage.jobs
    jobs.order(one, MAILS)
    jobs.post(one, stage.random, other)
    jobs.post(other, stage.random, dies=True)
    jobs.rest()


def file_sent_to_two_processes(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """The pieces of a file go to the one and the other process, and one of them has all in the end."""
    owner, content = together(stage, a, b, c), content_of(stage, LARGE)
    files.attach(stage.people, a, owner, content)
    moved(stage, a, b)
    if not shows(b, owner, {content}):
        raise Broken(f"17.3 {b.name} does not have the file that went to two processes")


def _archived_long_ago(stage: Stage, a: Device, owner: Owner, content: bytes) -> None:
    document = files.attach(stage.people, a, owner, content)
    moved(stage, a)
    files.put_away(stage.people, a, document)
    moved(stage, a)
    stage.organisation.clock.now_ms += 5 * DAY_MS


def file_taken_in_while_the_other_process_clears_it_away(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """What is wanted again at the moment at which its bytes go is found, or is sent again."""
    owner, content = together(stage, a, b, c), content_of(stage)
    _archived_long_ago(stage, a, owner, content)
    one, other = stage.organisation.processes
    only(b, other)

    def wanted_again() -> None:
        files.attach(stage.people, b, owner, content)
        stage.sync(b)
        b.courier.run_once()

    clear_away(stage, 3, process=one, meanwhile=wanted_again)
    _is_honest(stage)
    _all_at_any(stage)
    stage.organisation.clock.now_ms += DAY_MS
    moved(stage, b, c)
    if not shows(c, owner, {content}):
        raise Broken(f"17.10 {c.name} does not have the file that was wanted again")


def file_cleared_away_while_the_other_process_takes_it_in(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """The same, and it goes between the moment at which it was put there and that at which its row says so."""
    owner, content = together(stage, a, b, c), content_of(stage)
    _archived_long_ago(stage, a, owner, content)
    one, other = stage.organisation.processes
    only(b, other)
    files.attach(stage.people, b, owner, content)
    digest = stage.people.contents.attached[-1].sha256
    with other.files.store.beside(lambda: let_go(one.files.files, digest), "put"):  # it was decided on before the row came
        stage.sync(b)
        b.courier.run_once()
    _is_honest(stage)
    _all_at_any(stage)
    stage.organisation.clock.now_ms += DAY_MS
    moved(stage, b, c)
    if not shows(c, owner, {content}):
        raise Broken(f"17.10 {c.name} does not have the file that was taken in")


def _is_honest(stage: Stage) -> None:
    file_checks.at_centre(stage.organisation, stage.people.contents, was_restored=stage.was_restored)


OF_SERVER_PROCESSES = (
    right_taken_at_the_other_process, record_of_a_cell_that_the_other_process_made, mails_that_two_processes_send,
    file_sent_to_two_processes, file_taken_in_while_the_other_process_clears_it_away,
    file_cleared_away_while_the_other_process_takes_it_in,
)  # fmt: skip
