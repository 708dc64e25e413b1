"""What a device tells an admin who has ordered it, or writes into a file where the centre cannot be reached (PROTOCOL 16.10)."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from client.platform.form import Form
from client.platform.machine import versions
from client.replica import diagnosis, digests, integrity
from client.replica.replica import Replica
from client.sync.conversation import Conversation
from shared_models.diagnostics import (
    MAX_INCIDENTS,
    Diagnostics,
    IncidentAt,
    QueueLine,
    RefusedLine,
    Standing,
    StateAt,
    Versions,
)
from shared_models.digest import Digest
from shared_models.errors import ReplicaError, SyncError

log = logging.getLogger("fieldfare.sync")


def send(talk: Conversation) -> None:
    """Tell the centre how the device fares. What goes wrong with it ends no round: the centre asks again."""
    form, states = talk.reporting.form, talk.trail.states()
    try:
        found = diagnose(talk.replica, form, states)
    except ReplicaError as error:
        found = of_unread(talk.replica.path, talk.now_ms(), form, type(error).__name__, states)
    try:
        talk.transport.send_diagnostics(found)
    except SyncError as error:
        log.warning("the diagnostics did not arrive", extra={"code": error.code or type(error).__name__})


def diagnose(replica: Replica, form: Form, states: Sequence[StateAt] = ()) -> Diagnostics:
    """Return how a device fares: figures, codes and names of ours, and of a damaged replica what can still be read.

    states: of the engine that runs, oldest first. Raises ReplicaError where nothing can.
    """
    with replica.reading() as reader:
        attempt = diagnosis.Attempt()
        found = Diagnostics(
            made_at=replica.ids.now_ms() * 1000,
            versions=_versions(replica, form, diagnosis.library(reader), attempt),
            sizes=attempt.read(lambda: diagnosis.sizes(replica.path, reader), diagnosis.sizes(replica.path, None)),
            standing=attempt.read(lambda: _standing(replica.facts()), None),
            soundness=diagnosis.soundness(reader),
            states=list(states),
            queue=attempt.read(lambda: diagnosis.queue(reader), list[QueueLine]()),
            refused=attempt.read(lambda: diagnosis.refused(reader), list[RefusedLine]()),
            incidents=attempt.read(lambda: _incidents(replica, integrity.newest(reader, 0, MAX_INCIDENTS)), list[IncidentAt]()),
            digests=attempt.read(lambda: _digests(replica, digests.stored(reader)), dict[str, tuple[int, str]]()),
        )
    return found.model_copy(update={"trouble": "ReplicaDamaged"}) if attempt.failed else found


def of_unread(path: Path, now_ms: int, form: Form, trouble: str, states: Sequence[StateAt] = ()) -> Diagnostics:
    """Return what can be told of a device whose replica cannot be read. trouble: code or kind of why."""
    known = Versions.model_validate({**versions(), "form": form})
    sizes = diagnosis.sizes(path, None)
    return Diagnostics(made_at=now_ms * 1000, versions=known, sizes=sizes, trouble=trouble, states=list(states))


def _standing(facts: Mapping[str, Any]) -> Standing:  # Any: see `meta`
    return Standing(
        state=facts["state"],
        cursor=facts["cursor"],
        failures=facts["failures"],
        error=facts["last_error"],
        error_at=_us(facts["last_error_at"]),
        success_at=_us(facts["last_success_at"]),
        next_attempt_at=_us(facts["next_attempt_at"]),
        clock_offset_ms=facts["offset_ms"],
        is_loaded=facts["complete"],
        is_to_load_anew=facts["replace"],
        is_quarantined=facts["quarantined"],
        works_offline=facts["paused"],
        staged_rows=facts["stage_rows"],
    )


def _versions(replica: Replica, form: Form, sqlite: str, attempt: diagnosis.Attempt) -> Versions:
    known = {
        "form": form,
        "sqlite": sqlite,
        "schema": replica.registry.evolution.newest,
        "server_schema": attempt.read(lambda: int(replica.facts()["server_schema"]), 0),
        "is_encrypted": replica.is_encrypted,
    }
    return Versions.model_validate({**versions(), **known})


def _incidents(replica: Replica, found: Sequence[integrity.Incident]) -> list[IncidentAt]:
    """Return incidents without what they say in words, and without a name that only the server knows."""
    known = replica.registry.by_name
    return [
        IncidentAt(at=max(one.at, 0), kind=one.kind, entity=one.entity if one.entity in known else None, rows=one.rows)
        for one in found
    ]


def _digests(replica: Replica, found: Mapping[str, Digest]) -> dict[str, tuple[int, str]]:
    """Return what is kept of entities of ours."""
    return {name: (max(one.rows, 0), one.wire()[1]) for name, one in found.items() if name in replica.registry.by_name}


def _us(millis: int | None) -> int | None:
    return None if millis is None else max(millis, 0) * 1000
