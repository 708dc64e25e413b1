"""The card of the Sync page that tells what left the reader's lists, as what he may see had changed."""

import flet as ft

from client.ui.dates import moment
from client.ui.theme import S8, Look
from client.ui.widgets import W6, card, col, icon, row, txt
from client.usecases.sync_answers import SyncStatus


def left_card(look: Look, status: SyncStatus) -> list[ft.Control]:
    """Return the card, where there is something to tell."""
    if status.left is None:
        return []
    head = row(
        icon(look, "eye-off", 18),
        txt(look, look.t("sync.left"), weight=W6, expand=True),
        txt(look, moment(look, status.left.at), "meta", "ink3"),
    )
    words = txt(look, look.n("sync.left_text", status.left.rows), "meta", "ink2", lines=None, key="sync.left")
    return [card(look, col(head, words, gap=S8))]
