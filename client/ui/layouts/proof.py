"""The proof on the Sync page: that replica and centre are equal or what differs, and what was found and mended of late."""

from collections.abc import Sequence

import flet as ft

from client.ui.dates import moment
from client.ui.figures import NO_BREAK, count
from client.ui.pill import Fact, fact_of
from client.ui.theme import S8, Look
from client.ui.widgets import W6, Part, card, col, icon, rich, row, txt
from client.usecases.sync_answers import Found, Proof, SyncStatus
from shared_models.incidents import in_words


def proof_cards(look: Look, status: SyncStatus) -> list[ft.Control]:
    """Return the cards, those that have something to say."""
    proof = _proof(look, status.proof, fact_of(status), status.waiting > 0) if status.proof is not None else []
    return [*proof, *_found(look, status.found)]


def _proof(look: Look, proof: Proof, fact: Fact, waits: bool) -> list[ft.Control]:
    """Return the proof that replica and centre are equal, or what differs. Green only beside nothing that waits for anyone."""
    equal = not proof.differing
    tone = "need" if not equal else "ok" if fact == "sent" else "ink2"
    head = row(
        icon(look, "shield-check" if equal else "shield", 18, tone),
        txt(look, look.t("proof.equal" if equal else "proof.differs"), weight=W6, expand=True, key="proof"),
        txt(look, moment(look, proof.at), "meta", "ink3"),
    )
    rows: list[Part] = [(count(look, proof.total), "ink", W6), " " + look.t("proof.rows")]
    named = [(e, n) for e, n in proof.rows.items() if n and e in ("company", "contact", "note")]
    detail = ", ".join(f"{count(look, n)}{NO_BREAK}{look.n(f'proof.{e}', n)}" for e, n in named)
    words = rich(look, rows, "body", "ink2")
    if not equal:
        names = ", ".join(look.t(f"entity.{e}") for e in proof.differing)
        words = rich(look, [look.t("proof.differs_why", what=names)], "body", "ink2")
    figure = " · ".join(proof.figure[i : i + 4].upper() for i in range(0, 12, 4))
    return [
        card(
            look,
            col(
                head,
                words,
                txt(look, detail, "meta", "ink2", lines=3) if detail and equal else None,
                txt(look, look.t("proof.but_waiting"), "meta", "ink2", lines=2) if equal and waits else None,
                txt(look, look.t("proof.figure", figure=figure), "meta", "ink3"),
                gap=S8,
            ),
        )
    ]


def _found(look: Look, found: Sequence[Found]) -> list[ft.Control]:
    """Return what was not as it should be, and what became of it, newest first."""
    if not found:
        return []
    lines = [
        col(
            txt(look, in_words(look.texts, one.kind, one.entity, one.rows), "meta", "ink2", lines=4, key=f"found.{i}"),
            txt(look, moment(look, one.at), "meta", "ink3"),
        )
        for i, one in enumerate(found)
    ]
    head = row(icon(look, "shield", 18), txt(look, look.t("incident.title"), weight=W6, expand=True))
    return [card(look, col(head, *lines, gap=S8))]
