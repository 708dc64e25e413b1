"""The list of restores that is kept outside the backup (trap 28): a file beside the server's others.

A backup knows the restores before it was made, and none since: a device of a timeline that a restore has ended is told by this list
how far it can count on what it was answered.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from sync_server.db import backup_file
from sync_server.db.timeline import Restore

NAME = "restores.json"


def read(folder: Path) -> list[Restore]:
    """Return the list; an empty one where there is no file. Raises OSError, ValueError for a file that is none of ours."""
    try:
        text = (folder / NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    try:
        return [Restore(str(one["epoch"]), int(one["place"]), int(one["restored_seq"])) for one in json.loads(text)]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{folder / NAME} is damaged") from error


def write(folder: Path, listed: Sequence[Restore]) -> None:
    """Replace the list; on the disk when this returns. Raises OSError."""
    part = folder / f"{NAME}.part"
    with part.open("w", encoding="utf-8") as file:
        json.dump([vars(one) for one in sorted(listed, key=lambda one: one.place)], file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / NAME)
    backup_file.keep_on_disk(folder)


def merged(held: Sequence[Restore], *others: Sequence[Restore]) -> list[Restore]:
    """Return what lists outside a backup add to that of the backup itself.

    One that shares no epoch with it is of another database, and nothing of it counts: an epoch that is in no list counts as 0.
    """
    epochs = {one.epoch: one for one in held}
    for other in others:
        if any(one.epoch in {mine.epoch for mine in held} for one in other):
            epochs = {**{one.epoch: one for one in other}, **epochs}
    return sorted(epochs.values(), key=lambda one: one.place)
