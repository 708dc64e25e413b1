"""Wrong variants of who sees what, and of what becomes of the saves of those who see it no more (part 12)."""

import json
from typing import Any

from client.replica import leaving
from shared_models.rights import view
from sync_server.services import pull, sight
from sync_server.services.authority import Authority
from sync_server.services.scoped_pull import Span
from sync_server.services.sight import Sights
from tests.simulation.wrong_client import Patch


def leave_unsent() -> list[Patch]:
    """What somebody sees no more is not named to his device."""
    return [(pull, "_gone", lambda *_: iter(()))]


def leave_drops_ops() -> list[Patch]:
    """With a record that leaves go the saves on it that wait."""
    original = leaving.take_leave

    def take_leave(checkpoint: Any, leaves: Any) -> None:
        found = [(entity, sorted(pks)) for entity, pks in leaves]
        original(checkpoint, found)
        for _, pks in found:
            for table in ("_sync_tx", "_sync_op"):  # the log of a tx goes first, while its ops still name it
                checkpoint.writing.connection.execute(
                    f"DELETE FROM {table} WHERE n IN (SELECT o.n FROM _sync_op o LEFT JOIN _sync_tx t ON t.n = o.n "
                    "WHERE o.pk IN (SELECT value FROM json_each(?)) AND (t.n IS NULL OR t.state IN ('pending', 'inflight')))",
                    (json.dumps(pks),),
                )

    return [(leaving, "take_leave", take_leave)]


def leave_roots_only() -> list[Patch]:
    """A record leaves without its parts."""
    return [(leaving, "closure", lambda _, leaves: {entity: set(pks) for entity, pks in leaves})]


def cards_survive() -> list[Patch]:
    """A card stays when the record leaves that it is about."""
    parts, leaving_of = leaving._parts, Span.leaving

    def _parts(*given: Any) -> Any:
        return [(entity, pks) for entity, pks in parts(*given) if entity != "sync_conflict"]

    def without_cards(self: Any, acked: Any) -> Any:
        return [(entity, pks) for entity, pks in leaving_of(self, acked) if entity != "sync_conflict"]

    return [(leaving, "_parts", _parts), (Span, "leaving", without_cards)]


def stage_leaves() -> list[Patch]:
    """After a long pull only what left since its stage's end is named."""
    original = pull._gone

    def _gone(asked: Any, spans: Any, acked: Any) -> Any:
        return original(asked, spans[-1:], acked)

    return [(pull, "_gone", _gone)]


def no_enter() -> list[Patch]:
    """A record that somebody sees now and did not see is sent to him only when it changes."""
    return [(Span, "enters", lambda *_: False)]


def view_of_now() -> list[Patch]:
    """What a device holds is told by what its person sees now."""
    return [(Sights, "at", lambda self, _: self.now)]


def share_never_ends() -> list[Patch]:
    """What was shared is seen for ever; centre and device agree on that."""
    return [(sight, "view", lambda rules, person, _: view(rules, person, 0))]


def hidden_stays() -> list[Patch]:
    """Confidential fields stay on the device of somebody from whom they are kept now."""
    return [(leaving, "hide", lambda *_: None)]


def auth_now() -> list[Patch]:
    """A right that somebody gave away himself is missing to the saves that he made behind that."""
    return [(Authority, "_lost_it_himself", lambda *_: False)]


def auth_never() -> list[Patch]:
    """Whoever had a right when he typed has it."""
    return [(Authority, "may_write", lambda *_: True)]


def ack_of_what_left() -> list[Patch]:
    """An ack stands for a row that has left."""
    original = leaving.take_leave

    def take_leave(checkpoint: Any, leaves: Any) -> None:
        before = set(checkpoint.sent)
        original(checkpoint, leaves)
        checkpoint.sent.intersection_update(before)

    return [(leaving, "take_leave", take_leave)]


VARIANTS = (
    leave_unsent, leave_drops_ops, leave_roots_only, cards_survive, stage_leaves, no_enter, view_of_now, share_never_ends,
    hidden_stays, auth_now, auth_never, ack_of_what_left,
)  # fmt: skip
