"""`fieldfare sync --diagnostics FILE`: how a device fares, in a file that its person can send to the admin where the device cannot."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from client.app import now_ms, open_local
from client.platform.form import form
from client.sync.diagnosing import diagnose, of_unread
from client.usecases.at_rest import AtRest
from client.usecases.causes import cause_of
from shared_models.diagnostics import Diagnostics, StateAt
from shared_models.errors import ReplicaError

NOBODY = "nobody"
"""Why there is no replica to look at: nobody has signed in."""


def write(file: Path, at_rest: AtRest, states: Sequence[StateAt]) -> None:
    """Write it, also of a replica that cannot be read. states: of the round that ran, oldest first. Raises OSError for the file."""
    found = _found(at_rest, states)
    file.write_text(f"{found.model_dump_json(indent=1, by_alias=True, exclude_defaults=True)}\n", encoding="utf-8")


def _found(at_rest: AtRest, states: Sequence[StateAt]) -> Diagnostics:
    path = at_rest.replica
    if not path.exists():
        return of_unread(path, now_ms(), form(), NOBODY, states)
    try:
        with closing(open_local(path.parent, at_rest)) as replica:
            return diagnose(replica, form(), states)
    except ReplicaError as error:
        return of_unread(path, now_ms(), form(), cause_of(error), states)
