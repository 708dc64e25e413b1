"""What must be true of the bytes of files (PROTOCOL 17): on a device at any moment, at the centre, and at rest."""

import hashlib
from pathlib import Path

from client.replica import blobs
from shared_models.codec import Row
from shared_models.fields import ARCHIVED
from sync_server.services.file_clearing import NEW_S
from tests.rights_model import is_seen, rules_of
from tests.simulation.device import Device
from tests.simulation.evidence import Broken, Evidence
from tests.simulation.file_centre import FileCentre
from tests.simulation.files import DOCUMENT, Contents
from tests.simulation.organisation import Organisation

DAY_US = 86_400_000_000


def is_whole(sha256: str, path: Path) -> bool:
    """Whether a file has the bytes of its name."""
    return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def on_device(device: Device, contents: Contents) -> None:
    """17.8: what is said to be here is here, whole; what has a digest for a name is it; a part is the start of its file."""
    assert device.disk is not None
    whole = device.disk.whole()
    with device.replica.reading() as reader:
        here = {sha256 for (sha256,) in reader.execute("SELECT sha256 FROM _blob WHERE here = 1")}
    for sha256 in sorted(here - whole.keys()):
        raise Broken(f"17.8 {device.name} says that it has {sha256[:8]}, and has no bytes of it")
    for sha256, path in whole.items():
        if path.read_bytes() != contents.bytes_of[sha256]:
            raise Broken(f"17.8 {device.name} has other bytes under the name of {sha256[:8]}")
    for sha256, path in {} if _way_is_bent(device) else device.disk.parts().items():
        if not contents.bytes_of[sha256].startswith(path.read_bytes()):
            raise Broken(f"17.5 {device.name} goes on with a part of {sha256[:8]} that is of another file")


def _way_is_bent(device: Device) -> bool:
    return bool(getattr(device.network, "is_bent", False)) or device.network.is_spoilt


def at_centre(organisation: Organisation, contents: Contents, *, was_restored: bool) -> None:
    """17.3: what the centre keeps under a digest is it; what has come of a file is its start, where the line changes nothing.

    What it says to have, it has, but for what a row from a backup says.
    """
    kept = organisation.files.store.whole()
    for sha256, path in kept.items():
        if path.read_bytes() != contents.bytes_of[sha256]:
            raise Broken(f"17.3 the centre has other bytes under the name of {sha256[:8]}")
    for row in () if was_restored else organisation.tables()[DOCUMENT].values():
        if row[ARCHIVED] is None and row["state"] == "stored" and row["sha256"] not in kept:
            raise Broken(f"17.1 the centre says that it has the bytes of {row['id']} ({row['sha256'][:8]}), and has not")
    if not any(getattr(device.network, "sent_bent", False) for device in organisation.devices):
        parts = [found for process in organisation.processes for found in process.files.parts().items()]
        for name, path in parts:
            if not contents.bytes_of[name.partition(".")[0]].startswith(path.read_bytes()):
                raise Broken(f"17.3 what has come of {name[:8]} is of another file")


def nothing_denied(device: Device, contents: Contents, at: int) -> None:
    """I3: after a pull a device has no bytes of others that its person may not see. at: before it pulled."""
    organisation, facts = device.organisation, device.replica.facts()
    if not facts["complete"] or facts["replace"] or (facts["server_epoch"], facts["cursor"]) != organisation.now():
        return
    own = {one.sha256 for one in contents.attached if one.device == device.name}
    for sha256 in sorted(_held(device) - own - _seen(device, at)):
        raise Broken(f"I3 {device.name} has bytes of {sha256[:8]}, which {device.user} may not see")


def _held(device: Device) -> set[str]:
    """Return the digests of which a device has any bytes."""
    assert device.disk is not None
    return device.disk.whole().keys() | device.disk.parts().keys()


def _seen(device: Device, at: int) -> set[str]:
    organisation = device.organisation
    tables = organisation.tables()
    rules = rules_of(organisation.registry, tables)
    rows = tables[DOCUMENT].values()
    return {row["sha256"] for row in rows if is_seen(organisation.registry, rules, tables, device.user, DOCUMENT, row, at)}


def needed(organisation: Organisation, kept_days: int) -> set[str]:
    """Return the digests that a row at the centre needs: a live one, or one that was archived less than so many days ago."""
    oldest = organisation.clock.now_ms * 1000 - kept_days * DAY_US
    rows = organisation.tables()[DOCUMENT].values()
    return {row["sha256"] for row in rows if row[ARCHIVED] is None or row[ARCHIVED] > oldest}


def ages_s(centre: FileCentre, now_ms: int) -> dict[str, float]:
    """Return digest -> seconds for which the centre has its bytes."""
    return {sha256: now_ms / 1000 - path.stat().st_mtime for sha256, path in centre.store.whole().items()}


def cleared_well(organisation: Organisation, before: dict[str, float], wanted: set[str]) -> None:
    """17.10: nothing went that a row needs, nor what came in the last day. before: `ages_s`; wanted: `needed`."""
    for sha256 in before.keys() - organisation.files.store.whole().keys():
        if sha256 in wanted:
            raise Broken(f"17.10 the centre cleared away {sha256[:8]}, which a row needs")
        if before[sha256] <= NEW_OF_THE_RULE_S:
            raise Broken(f"17.10 the centre cleared away {sha256[:8]} after {before[sha256]:.0f} s")


NEW_OF_THE_RULE_S = float(NEW_S)
"""As the rule has it, whatever a wrong variant makes of it."""


# -- at rest -----------------------------------------------------------------------------------------------------------------


def at_rest(organisation: Organisation, contents: Contents, evidence: Evidence, *, was_restored: bool) -> None:
    """Every file is found: whole at the centre and with everybody who sees it; or it waits where it was attached."""
    at_centre(organisation, contents, was_restored=was_restored)
    _attached_rows(organisation, contents, evidence)
    for row in organisation.tables()[DOCUMENT].values():
        if row[ARCHIVED] is None:
            _row_is_served(organisation, contents, evidence, row, was_restored=was_restored)
    for device in organisation.devices:
        on_device(device, contents)
        _has_what_it_shows(device)
        _nothing_kept(device, contents)


def _attached_rows(organisation: Organisation, contents: Contents, evidence: Evidence) -> None:
    """17.2: every file that was attached and taken has its own row: both versions where two people replaced one."""
    rows = organisation.tables()[DOCUMENT]
    for one in contents.attached:
        if one.tx in evidence.took_effect and (row := rows.get(one.pk, {})).get("sha256") != one.sha256:
            raise Broken(f"17.2 {one.sha256[:8]} of {one.tx} was taken, and its row is {row or 'nowhere'}")


def _row_is_served(organisation: Organisation, contents: Contents, evidence: Evidence, row: Row, *, was_restored: bool) -> None:
    """17.1: a live row is `stored` and the centre has its bytes, or it waits and nobody who could send them has them.

    What a backup says of bytes that were cleared away since is wrong until somebody asks for them.
    """
    sha256, name = row["sha256"], f"{row['id']} ({row['sha256'][:8]})"
    kept = organisation.files.store.whole().get(sha256)
    if row["state"] == "stored":
        was_cleared = was_restored and sha256 in contents.cleared  # the backup is from before its row was archived
        if kept is None and not was_cleared:
            raise Broken(f"17.1 the centre says that it has the bytes of {name}, and has not")
        return
    holders = [device for device in organisation.devices if sha256 in (device.disk.whole() if device.disk else ())]
    able = [device.name for device in holders if device.is_admin or device.user == row["created_by"]]
    if able:
        raise Broken(f"17.1 {able} never sent the bytes of {name}")
    was_archived = any(line.place == (DOCUMENT, row["id"], ARCHIVED) for line in evidence.lines)
    is_of_the_backup = was_restored and (
        kept is not None or sha256 in contents.cleared
    )  # nobody is left who can show that he has them
    if not holders and not was_archived and not is_of_the_backup and sha256 not in contents.gone:
        raise Broken(f"17.1 nobody has the bytes of {name} any more")


def _has_what_it_shows(device: Device) -> None:
    """17.7: a device has whatever it shows as the present version of a file, unless its person let it be."""
    assert device.disk is not None
    whole = device.disk.whole()
    rows = device.replica.list_page(DOCUMENT, sort="id", limit=100_000).rows
    replaced = {row["version_of_id"] for row in rows}
    with device.replica.reading() as reader:
        known = blobs.read(reader, [row["sha256"] for row in rows]) if rows else {}
    for row in rows:
        found = known.get(row["sha256"])
        is_left = found is not None and found.wanted == -1
        if row["state"] == "stored" and row["id"] not in replaced and not is_left and row["sha256"] not in whole:
            raise Broken(f"17.7 {device.name} has not fetched {row['name']} ({row['sha256'][:8]}): {found}")


def _nothing_kept(device: Device, contents: Contents) -> None:
    """17.9: at rest a device has no bytes but of rows that its person sees, and of saves that were refused or put off."""
    drafts = {op.set.get("sha256") for draft in device.replica.drafts() for op in draft.ops}
    for sha256 in sorted(_held(device) - drafts - _seen(device, device.organisation.clock.now_ms * 1000)):
        if sha256 not in contents.gone and not _is_owed(device, sha256):
            raise Broken(f"17.9 {device.name} keeps bytes of {sha256[:8]}, which nothing there needs")


def _is_owed(device: Device, sha256: str) -> bool:
    """Whether a live row that its person made waits for these bytes, though he sees it no more."""
    rows = device.organisation.tables()[DOCUMENT].values()
    return any(row["sha256"] == sha256 and row["created_by"] == device.user and row["state"] == "pending" for row in rows)
