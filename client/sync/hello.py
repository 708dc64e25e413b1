"""First step of a round, at start and after trouble: where do we both stand?"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from client.replica import change_log, epochs, file_purging, integrity, meta, numbers
from client.replica.integrity import Incident
from client.sync import diagnosing
from client.sync.conversation import Conversation
from client.sync.reporting import report_of
from shared_models.errors import Busy, ErrorCode, NeedsSignIn, NeedsUpgrade, ReplicaError
from shared_models.protocol import MAX_INCIDENTS, DeviceIncident, HelloAnswer, HelloRequest, Pending

WAIT_S = 60.0
"""Seconds after which a device that an admin has paused asks again."""


def say_hello(talk: Conversation) -> None:
    """Tell the server where the device stands and do what it answers.

    Another server epoch: everything that its backup may lack is offered again, and the next pull loads the replica anew.
    Raises NeedsUpgrade, NeedsSignIn A107 (wipe: `wiping` does it), Busy (wait).
    """
    facts = talk.replica.facts()
    with talk.replica.reading() as reader:
        waiting, oldest = change_log.count_unsettled(reader)
        found = integrity.untold(reader)[-MAX_INCIDENTS:]
    sent_ms, report = talk.now_ms(), report_of(talk.replica, talk.reporting.form)
    told = {
        "report": report,
        "pending": Pending(n=waiting, oldest=oldest),
        "incidents": [_wire(one, talk) for one in found],
        "leased": numbers.held(facts, talk.replica.registry),
    }
    answer = talk.transport.hello(_request(talk, facts, sent_ms, told))
    talk.reporting.told(report)
    if answer.diagnose:  # before anything that could end the round: it is asked of devices that do not fare well
        diagnosing.send(talk)
    _obey(answer)
    _note(talk, answer, (sent_ms + talk.now_ms()) // 2)
    with suppress(ReplicaError):  # a damaged file has more to tell than that
        file_purging.purge(talk.replica, answer.server_time)
    if found:
        with talk.replica.write(durable=False) as writing:
            integrity.note_told(writing, found)
    if answer.action == "wipe":
        raise NeedsSignIn(ErrorCode.A107, "the device is to be wiped")


def say_wiped(talk: Conversation, facts: Mapping[str, Any]) -> None:  # Any: see `meta`
    """Tell the server that all is gone. facts: what the replica said of itself before. Raises SyncError."""
    talk.transport.hello(_request(talk, facts, talk.now_ms(), {"wiped": True}))


def _request(
    talk: Conversation, facts: Mapping[str, Any], at_ms: int, told: Mapping[str, Any]
) -> HelloRequest:  # Any: see `meta`
    return HelloRequest.model_validate(
        {
            "install": facts["install"],
            "device_epoch": facts["device_epoch"],
            "server_epoch": facts["server_epoch"],
            "app": talk.app,
            "schema": talk.schema_version,
            "cursor": facts["cursor"],
            "clock": at_ms,
            **told,
        }
    )


def _wire(found: Incident, talk: Conversation) -> DeviceIncident:
    entity = found.entity if found.entity in talk.replica.registry.by_name else ""  # a name that only the server knows
    return DeviceIncident(kind=found.kind, entity=entity, rows=found.rows, at=max(found.at, 0))


def _obey(answer: HelloAnswer) -> None:
    if answer.action == "upgrade":
        raise NeedsUpgrade(ErrorCode.P202, f"server speaks schema {answer.schema_version}")
    if answer.action == "wait":
        raise Busy(ErrorCode.S503, "an admin has paused the device", WAIT_S)


def _note(talk: Conversation, answer: HelloAnswer, at_ms: int) -> None:
    """Store the clock's offset and whose device this is, and follow the server to its timeline."""
    with talk.replica.write(durable=True) as writing:
        known = meta.get(writing.connection, "server_epoch")
        meta.put(
            writing.connection,
            {
                "offset_ms": at_ms - answer.server_time,
                "user": answer.user_id,
                "device": answer.device_id,
                "server_schema": answer.schema_version,
                "biggest_file": answer.biggest_file,
            },
        )
        numbers.take(writing.connection, answer.leases)
        if known is None:
            epochs.server_met(writing, answer.server_epoch)
        elif known != answer.server_epoch:
            restored = answer.restored_seq or 0
            epochs.server_restored(writing, talk.replica.registry, talk.replica.ids, answer.server_epoch, restored)
