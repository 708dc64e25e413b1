"""Stories of files: cut, killed, changed on the way, replaced by two, owed by one who sees them no more, cleared away (part 17)."""

from client.usecases.answers import Owner
from client.usecases.documents import again
from sync_server.services.shipped_profiles import profile_id
from tests.simulation import files
from tests.simulation.device import Device
from tests.simulation.evidence import Broken
from tests.simulation.file_week import clear_away, die, move
from tests.simulation.reassignments import HERE, THERE, admin_of, apart, changed, given, own_thing
from tests.simulation.stage import Stage

LARGE, SMALL = 150_000, 700
DAY_MS = 86_400_000
CUTS, KILLS, STEPS = 6, 8, 90
SERVER_STEPS = range(20, 66)
STRIDE = 2
TRIES = 8


def together(stage: Stage, a: Device, b: Device, c: Device) -> Owner:
    """Let everybody see and change everything; returns a record that they hold."""
    apart(stage, a, b, c)
    changed(stage, *(("user", one.user, {"profile_id": profile_id("office")}) for one in (a, b, c)))
    thing = own_thing(stage, a)
    stage.sync(b, c)
    return Owner(stage.people.cast.thing, thing)


def content_of(stage: Stage, size: int = SMALL) -> bytes:
    """Return a content that nobody has attached."""
    return stage.random.randbytes(size)


def moved(stage: Stage, *devices: Device) -> None:
    """Sync, move the files, and sync again: what was sent is known then.

    Of several server processes each has its own part of a file: it takes a while until one has all of it.
    """
    tries = 1 if len(stage.organisation.processes) == 1 else TRIES
    for device in devices:
        stage.sync(device)
        for _ in range(tries):
            move(stage, device)
        stage.sync(device)


def shows(device: Device, owner: Owner, contents: set[bytes]) -> bool:
    """Whether a device shows just these contents as what the files of a record are now, and has them."""
    heads = [head for found in files.shown(device, owner) for head in found.heads]
    rows = {head.id: device.replica.get(files.DOCUMENT, head.id) or {} for head in heads}
    here = [device.replica.files.file(row["sha256"]) for row in rows.values()]
    return len(here) == len(contents) and {path.read_bytes() for path in here if path.exists()} == contents


def file_replaced_by_two(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """Two people replace one file offline: both find both versions, and neither loses one (row 135, trap 27)."""
    owner = together(stage, a, b, c)
    document = files.attach(stage.people, a, owner, content_of(stage))
    moved(stage, a, b)
    mine, theirs = content_of(stage), content_of(stage)
    files.replace(stage.people, a, document, mine)
    files.replace(stage.people, b, document, theirs)
    moved(stage, a, b, a)
    for device in (a, b):
        if not shows(device, owner, {mine, theirs}):
            raise Broken(f"17.2 {device.name} does not have both versions of {document}")


def file_cut_on_the_way(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """Files go on from where each was cut, up and down, and never with the rest of another that came in between."""
    owner = together(stage, a, b, c)
    contents = [content_of(stage, LARGE), content_of(stage, LARGE - 1)]
    documents = [files.attach(stage.people, a, owner, content) for content in contents]
    for device in (a, b):
        stage.sync(device)
        device.network.lost = frozenset({"file end"})
        for n in range(CUTS):
            again(device.replica, documents[n % 2])  # what somebody asks for comes first
            move(stage, device)
        device.network.lost = frozenset()
        moved(stage, device)
    if not shows(b, owner, set(contents)):
        raise Broken(f"17.5 {b.name} does not have the files that were cut on the way")


def file_changed_on_the_way(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """Nothing is taken for the file before its digest is right, at the centre as on a device."""
    owner, content = together(stage, a, b, c), content_of(stage)
    files.attach(stage.people, a, owner, content)
    for device in (a, b):
        stage.sync(device)
        device.way.to_bend = 1
        moved(stage, device)
    if not shows(b, owner, {content}):
        raise Broken(f"17.5 {b.name} does not have the file that was changed on the way")


def program_that_dies_with_a_file(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """Killed at any step of attaching and sending, with its power or without: a row has its bytes, or there is no row."""
    owner = together(stage, a, b, c)

    def busy() -> None:
        files.attach(stage.people, a, owner, content_of(stage, LARGE))
        move(stage, a)

    for n in range(KILLS):
        die(stage, a, stage.random.randrange(1, STEPS), busy, stage.random if n % 2 else None)
    moved(stage, a, b)


def power_gone_after_attaching(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """What was said to be attached is on the medium (trap 22)."""
    owner = together(stage, a, b, c)
    for _ in range(KILLS):
        files.attach(stage.people, a, owner, content_of(stage, LARGE))
        die(stage, a, 0, lambda: None, stage.random)
    moved(stage, a, b)


def server_that_dies_with_a_file(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """Killed at any step of taking a file in, and away for a while: it says to have it once it has it, and goes on with what had come."""
    owner, server = together(stage, a, b, c), stage.organisation.server
    begins = server.begins

    def goes_away() -> None:
        begins()
        a.network.lost = frozenset({"file", "file piece"})

    for steps in SERVER_STEPS[stage.random.randrange(STRIDE) :: STRIDE]:
        files.attach(stage.people, a, owner, content_of(stage))
        stage.sync(a)
        server.begins = goes_away
        move(stage, a, steps)
        server.begins, a.network.lost = begins, frozenset()
    moved(stage, a, b)


def file_that_leaves_with_its_record(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """The bytes leave a device with the right to see their record (I3), those of a part, too."""
    apart(stage, a, b, c)
    thing = own_thing(stage, a)
    owner = Owner(stage.people.cast.thing, thing)
    for size in (SMALL, LARGE):
        files.attach(stage.people, a, owner, content_of(stage, size))
    moved(stage, a)
    changed(stage, given(stage, thing, b, THERE))
    stage.sync(b)
    b.network.lost = frozenset({"file end"})
    move(stage, b)
    b.network.lost = frozenset()
    move(stage, b)
    changed(stage, given(stage, thing, a, HERE))
    stage.sync(b)


def file_owed_to_the_centre(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """Whoever sees a row no more sends its bytes all the same: nobody else has them."""
    apart(stage, a, b, c)
    thing, content = own_thing(stage, a), content_of(stage)
    owner = Owner(stage.people.cast.thing, thing)
    files.attach(stage.people, a, owner, content)
    stage.sync(a)
    changed(stage, given(stage, thing, b, THERE))
    moved(stage, a, b)
    if not shows(b, owner, {content}):
        raise Broken(f"17.4 {b.name} was given a record, and does not have the file that {a.name} owed")


def device_that_is_wiped_with_a_file(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """A device that is to be emptied sends its files first (9.10)."""
    owner, content = together(stage, a, b, c), content_of(stage, LARGE)
    files.attach(stage.people, a, owner, content)
    stage.order_wipe(a)
    a.network.lost = frozenset({"file end"})
    stage.round(a)
    a.network.lost = frozenset()
    stage.round(a)
    if a.way.is_lost:
        raise Broken(f"9.10 {a.name} was not wiped")
    moved(stage, a, b)
    if not shows(b, owner, {content}):
        raise Broken(f"9.10 {a.name} was wiped before it had sent its file")


def file_archived_while_its_bytes_arrive(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """That the centre has the bytes now is no news that keeps a file from being archived."""
    owner = together(stage, a, b, c)
    document = files.attach(stage.people, a, owner, content_of(stage))
    stage.sync(a)
    move(stage, a)
    files.put_away(stage.people, a, document)
    stage.sync(a)
    if stage.card_of(a, document) is not None:
        raise Broken(f"I5 {a.name} is asked about {document}, which nobody else has touched")


def file_cleared_and_brought_back(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """An archived file stays for some days; then its bytes go, and whoever has them sends them when it is brought back."""
    owner, content = together(stage, a, b, c), content_of(stage)
    document = files.attach(stage.people, a, owner, content)
    moved(stage, a)
    stage.organisation.clock.now_ms += 2 * DAY_MS
    files.put_away(stage.people, a, document)
    moved(stage, a)
    clear_away(stage, 3)
    stage.organisation.clock.now_ms += 4 * DAY_MS
    clear_away(stage, 3)
    with stage.people.save(a, "bring back", is_atomic=False) as save:
        save.act.knew[files.DOCUMENT, document] = stage.people.memory.knowledge(a, files.DOCUMENT, document)
        save.edit.unarchive(files.DOCUMENT, document)
    moved(stage, a, b)
    if not shows(b, owner, {content}):
        raise Broken(f"17.10 {b.name} does not have the file that was brought back")


def file_sent_again_from_the_start(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """A part that nobody went on with is cleared away; its sender begins anew."""
    owner, content = together(stage, a, b, c), content_of(stage, LARGE)
    files.attach(stage.people, a, owner, content)
    stage.sync(a)
    a.network.lost = frozenset({"file end"})
    move(stage, a)
    a.network.lost = frozenset()
    stage.organisation.clock.now_ms += 8 * DAY_MS
    clear_away(stage, 3)
    moved(stage, a, b)
    if not shows(b, owner, {content}):
        raise Broken(f"17.10 {b.name} does not have the file that was begun and cleared away")


def same_file_from_two(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """Two people who know nothing of each other attach one content; one puts his away, and the other keeps it."""
    apart(stage, a, b, c)
    content, owners = content_of(stage), []
    for device in (a, b):
        owners.append(Owner(stage.people.cast.thing, own_thing(stage, device)))
        files.attach(stage.people, device, owners[-1], content)
    moved(stage, a, b)
    files.put_away(stage.people, a, files.shown(a, owners[0])[0].id)
    stage.sync(a)
    stage.organisation.clock.now_ms += 5 * DAY_MS
    clear_away(stage, 3)
    moved(stage, admin_of(stage))
    if not shows(admin_of(stage), owners[1], {content}):
        raise Broken("17.10 a content that two people had went with one of them")


def file_that_the_backup_lacks(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """After a restore of the database a file is offered again, row and bytes, though its centre has cleared away meanwhile."""
    owner, content = together(stage, a, b, c), content_of(stage)
    stage.organisation.back_up()
    files.attach(stage.people, a, owner, content)
    moved(stage, a, b)
    stage.restore_server()
    clear_away(stage, 3)
    stage.organisation.clock.now_ms += 2 * DAY_MS
    clear_away(stage, 3)
    moved(stage, a, b)
    if not shows(b, owner, {content}):
        raise Broken(f"17.10 {b.name} does not have the file that the backup lacked")


OF_FILES = (
    file_replaced_by_two, file_cut_on_the_way, file_changed_on_the_way, program_that_dies_with_a_file,
    power_gone_after_attaching, server_that_dies_with_a_file, file_that_leaves_with_its_record, file_owed_to_the_centre,
    device_that_is_wiped_with_a_file, file_archived_while_its_bytes_arrive, file_cleared_and_brought_back,
    file_sent_again_from_the_start, same_file_from_two, file_that_the_backup_lacks,
)  # fmt: skip
