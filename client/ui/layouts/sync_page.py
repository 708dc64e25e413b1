"""The Sync page: what waits, since when, why, and when it is tried again; the proof of equality; working offline."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.dates import clock, moment
from client.ui.figures import count, size
from client.ui.layouts.at_rest import at_rest_line
from client.ui.layouts.left_card import left_card
from client.ui.layouts.proof import proof_cards
from client.ui.layouts.trouble import trouble
from client.ui.pill import connection_of, fact_of, sent_of, state_of
from client.ui.theme import S8, S12, S16, S24, Look
from client.ui.view_models.sync_page import SyncPageState
from client.ui.widgets import (
    CENTRE,
    STRETCH,
    TOP,
    W4,
    W5,
    W6,
    Press,
    button,
    card,
    col,
    disc,
    dot,
    fill,
    group_header,
    icon,
    line,
    listing,
    pad,
    pane_header,
    pressable,
    row,
    skeleton,
    space,
    switch,
    txt,
)
from client.usecases.sync_answers import Inbox, SyncStatus, WaitingItem
from shared_models.errors import ErrorCode

GLYPHS = {
    "note": "sticky-note",
    "company": "building-2",
    "contact": "user",
    "contact_point": "phone",
    "address": "map-pin",
    "bank_account": "landmark",
    "company_contact": "link",
    "related_person": "users",
    "sync_conflict": "git-compare",
    "document": "paperclip",
}
MOVING = {"syncing": "refresh-cw", "loading": "download"}
LINKS = {
    "offline": "cloud-off",
    "paused": "timer",
    "work_offline": "plane",
    "needs_sign_in": "lock",
    "needs_upgrade": "download",
    "quarantined": "shield",
}
"""Sign of a conversation that does not go on."""
TONES = {"sent": "ok", "waiting": "wait", "needs_you": "need"}
TITLES = {"loading": "sync.title.loading", "never": "sync.title.never", "sent": "sync.title.all_sent"}
WHY = ("needs_sign_in", "needs_upgrade", "quarantined")
"""Why it does not go on, where the title and the line on the connection do not say it."""
SPEAKING = ("idle", "syncing", "loading")
"""While the conversation goes on, or is about to."""
SIDE = 344
DAY_US = 86_400_000_000


@dataclass(frozen=True)
class SyncCalls:
    """What a person can do on the Sync page."""

    sync_now: Press
    pause: Press
    work_offline: Press
    inbox: Press
    sign_in: Press
    again: Press
    copy: Callable[[str], None]
    """Details of a failure, by its cause."""
    lift: Press
    more: Press
    retry: Callable[[str], None]


def sync_page(look: Look, state: SyncPageState, on: SyncCalls) -> ft.Control:
    """Return the page in whatever state it is."""
    head = None if look.phone else pane_header(look, look.t("nav.sync"))
    if state.phase == "failed":
        return col(head, fill(trouble(look, "sync", look.t("sync.failed"), state.failure, on.again, on.copy)), expand=True)
    if state.phase != "ready":
        return col(head, fill(skeleton(look, 5) if state.phase == "slow" else None), expand=True)
    side = [
        *left_card(look, state.status),
        *_files(look, state.status),
        *proof_cards(look, state.status),
        _offline(look, state.status, on),
        _device(look, state.status),
    ]
    main = [_hero(look, state, on), space(S16), *_queue(look, state, on)]
    if look.phone or not look.wide:
        body = ft.ListView([ft.Container(col(*main, space(S16), col(*side, gap=S12)), padding=pad(S16, S8))], expand=True)
        return col(head, fill(body), expand=True)
    left = ft.ListView(main, expand=True, padding=pad(S24, S16))
    right = ft.Container(
        ft.ListView(side, spacing=S12, padding=S16),
        width=SIDE,
        bgcolor=look.c.canvas if look.c.dark else look.c.sunken,
        border_radius=ft.BorderRadius.only(bottom_right=11),
    )
    rule = ft.Container(width=1, bgcolor=look.c.line)
    return col(head, line(look), fill(row(ft.Container(left, expand=True), rule, right, gap=0, cross=STRETCH)), expand=True)


def _hero(look: Look, state: SyncPageState, on: SyncCalls) -> ft.Control:
    """Return where sync stands: what is so, what is safe, what happens next, and the one thing to press."""
    status = state.status
    glyph, tone = _sign(status)
    title = txt(look, _title(look, status), "title", weight=W6, lines=2, key="sync.title")
    known = _known(look, status)
    why = txt(look, _why(look, status), tone="ink2", lines=8)
    following = _next(look, status)
    glyph_after = "info" if status.link == "quarantined" else "timer"
    after = (
        row(icon(look, glyph_after, 16, "ink3"), txt(look, following, "meta", "ink2", lines=None, expand=True), cross=TOP)
        if following
        else None
    )
    bar = (
        ft.ProgressBar(value=_share(status), color=look.c.accent, bgcolor=look.c.line, bar_height=4)
        if status.link == "loading"
        else None
    )
    badge = disc(look, glyph, tone)
    if look.phone:
        return col(row(badge, fill(title), gap=S12), *known, why, bar, after, _acts(look, status, on), gap=S12)
    words = col(row(fill(title), _acts(look, status, on), gap=S16), *known, why, bar, after, gap=S8, expand=True)
    return row(badge, words, gap=S16, cross=TOP)


def _acts(look: Look, status: SyncStatus, on: SyncCalls) -> ft.Control | None:
    wide = True if look.phone else None
    if is_switched_off(status):
        again = look.t("sync.try_now")
        return row(button(look, "sync.now", again, on.sync_now, glyph="refresh-cw", kind="primary", expand=wide))
    if status.link == "needs_sign_in":
        return row(button(look, "sync.sign_in", look.t("sync.sign_in"), on.sign_in, glyph="lock", kind="primary", expand=wide))
    if status.link == "quarantined":
        return row(button(look, "sync.lift", look.t("sync.lift"), on.lift, glyph="rotate-ccw", kind="primary", expand=wide))
    if status.link in ("work_offline", "needs_upgrade"):
        return None
    if status.link == "paused":
        return row(
            button(look, "sync.pause", look.t("sync.continue"), on.pause, glyph="refresh-cw", kind="primary", expand=wide)
        )
    label = look.t("sync.try_now" if status.link == "offline" else "sync.now")
    now = button(
        look,
        "sync.now",
        label,
        on.sync_now,
        glyph="refresh-cw",
        kind="primary",
        busy=status.link in ("syncing", "loading"),
        expand=wide,
    )
    pause = button(look, "sync.pause", look.t("sync.pause"), on.pause, kind="outline")
    return row(now, pause) if look.phone else row(pause, now, tight=True)


def _sign(status: SyncStatus) -> tuple[str, str]:
    """Return glyph and tone of the worst fact. What moves has no colour of its own, and no colour says more than is so."""
    state = state_of(status)
    if fact_of(status) == "needs_you":
        return "inbox", "need"
    if status.link in MOVING:
        return MOVING[status.link], "ink2"
    if status.link in LINKS:
        return LINKS[status.link], "need" if state == "needs_you" else "wait"
    never = status.last_ok_at is None
    return "cloud-check" if state == "sent" and not never else "cloud-upload", "ink2" if never else TONES[state]


def _title(look: Look, status: SyncStatus) -> str:
    fact = fact_of(status)
    if fact == "stopped":
        return look.t(_by_cause(look, status, "sync.title"))
    if fact == "needs_you":
        return look.n("sync.title.needs_you", status.needs_you)
    return _waits(look, status) if fact == "waiting" else look.t(TITLES[fact])


def _waits(look: Look, status: SyncStatus) -> str:
    if not status.waiting:
        return look.n("sync.title.files", status.files.count)
    return look.n("sync.title.waiting_short" if look.phone else "sync.title.waiting", status.waiting)


def _known(look: Look, status: SyncStatus) -> list[ft.Control]:
    """Return what else is so, below the worst of it: what waits or was sent, and that there is no connection."""
    connection, sent = connection_of(look, status), ""
    if fact_of(status) in ("stopped", "needs_you"):
        sent = _waits(look, status) if status.waiting or status.files.count else sent_of(look, status, connection)
    lines = (("sync.sent", sent), ("sync.connection", connection))
    return [txt(look, words, weight=W5, lines=2, key=key) for key, words in lines if words]


def _why(look: Look, status: SyncStatus) -> str:
    """Return the reason in a sentence, and what is safe."""
    if status.link == "loading":
        total = count(look, status.total_rows) if status.total_rows is not None else "…"
        return look.t("sync.why.loading", rows=count(look, status.loaded_rows), total=total)
    if status.link == "idle":
        at = moment(look, status.last_ok_at) if status.last_ok_at is not None else ""
        return look.t("sync.why.idle", at=at) if at else look.t("sync.why.never")
    if status.link == "syncing":
        return look.t("sync.why.syncing")
    if status.signs_in and status.link in ("offline", "work_offline", "paused"):
        return look.t("sync.why.signs_in")
    reason = f"error.{status.cause}" if status.link == "offline" and status.cause else _reason(look, status)
    return " ".join([*([look.t(reason)] if reason else []), look.t("sync.safe")])


def _reason(look: Look, status: SyncStatus) -> str | None:
    return _by_cause(look, status, "sync.why") if status.link in WHY else None


def _by_cause(look: Look, status: SyncStatus, key: str) -> str:
    """Return the text key for why the centre does not know the person, where it has words of its own; else the one of the link."""
    own = f"{key}.{status.cause}"
    return own if status.link == "needs_sign_in" and look.texts.has(own) else f"{key}.{status.link}"


def is_switched_off(status: SyncStatus) -> bool:
    """Whether an admin has switched the account off: to sign in again is of no use before it is on again."""
    return status.link == "needs_sign_in" and status.cause == ErrorCode.A108


def _next(look: Look, status: SyncStatus) -> str:
    if status.link == "quarantined":
        return look.t("sync.lift_after")
    if status.next_attempt_at is None or status.link not in ("offline", "idle"):
        return ""
    seconds = max(0, round(status.next_attempt_at / 1_000_000 - look.now.timestamp()))
    if status.link == "idle" and status.is_live:
        return look.t("sync.live")
    if status.link == "idle":
        return look.t("sync.next_check", at=clock(look, status.next_attempt_at))
    return look.t("sync.next", in_=f"{seconds // 60}:{seconds % 60:02d}")


def _share(status: SyncStatus) -> float | None:
    return min(1.0, status.loaded_rows / status.total_rows) if status.total_rows else None


def _queue(look: Look, state: SyncPageState, on: SyncCalls) -> list[ft.Control]:
    """Return what needs a person, what only waits, and what was sent."""
    parts: list[ft.Control] = []
    needs = state.inbox.count
    if needs:
        why = txt(look, _needs(look, state.inbox), "meta", "need", lines=2)
        words = col(txt(look, look.t("sync.open_inbox"), weight=W5, lines=2), why, gap=2, expand=True)
        face = row(dot(look, "needs_you"), icon(look, "inbox", 18), words, icon(look, "chevron-right", 16, "ink3"), gap=S12)
        go = pressable("sync.inbox", look.t("sync.open_inbox"), face, on.inbox, padding=pad(S12, S8), radius=12)
        parts += [group_header(look, look.t("sync.needs_you"), str(needs), tone="need", left=0), listing(look, [go]), space(S8)]
    if state.queue.waiting:
        parts.append(group_header(look, look.t("sync.waiting"), str(len(state.queue.waiting)), left=0))
        parts += [listing(look, [_waiting(look, item, state.status, on) for item in state.queue.waiting[: state.shown]])]
        if len(state.queue.waiting) > state.shown:
            parts.append(row(button(look, "sync.more", look.t("sync.more"), on.more, kind="quiet")))
        parts.append(space(S8))
    if state.queue.sent:
        parts.append(group_header(look, look.t("sync.sent_today"), count(look, state.queue.sent_today), left=0))
        sent = [
            ft.Container(
                row(
                    icon(look, "check", 16, "ok"),
                    txt(look, s.label, tone="ink2", lines=2 if look.phone else 1, expand=True),
                    txt(look, clock(look, s.at), "meta", "ink3"),
                    gap=S12,
                ),
                height=None if look.phone else 40,
                padding=pad(S12, S12 if look.phone else 0),
            )
            for s in state.queue.sent
        ]
        parts.append(card(look, col(*sent), padding=0))
    return parts


def _needs(look: Look, inbox: Inbox) -> str:
    """Return how many things of each kind wait in the inbox."""
    cards, refused, news = len(inbox.cards), len(inbox.refused), len(inbox.news)
    parts = (
        look.n("sync.to_decide", cards) if cards else "",
        look.n("sync.to_mend", refused) if refused else "",
        look.n("sync.to_read", news) if news else "",
    )
    return " · ".join(part for part in parts if part)


def _waiting(look: Look, item: WaitingItem, status: SyncStatus, on: SyncCalls) -> ft.Control:
    """Return one save that waits: what, since when, why."""
    second = f"{look.t('sync.since', at=moment(look, item.saved_at))} · {_item_why(look, item, status)}"
    words = ft.Column(
        [
            txt(look, item.label, weight=W5, lines=2 if look.phone else 1),
            txt(look, second, "meta", "ink2", lines=2 if look.phone else 1),
        ],
        spacing=2 if look.phone else 0,
        expand=True,
        alignment=CENTRE,
        tight=True,
    )
    weight = txt(look, size(look, item.size_bytes), "meta", "ink3") if item.size_bytes else None
    weight = None if look.phone and item.state == "isolated" else weight
    again = (
        button(look, f"waiting.retry.{item.tx}", look.t("act.retry"), lambda: on.retry(item.tx), kind="quiet")
        if item.state == "isolated"
        else None
    )
    mark = dot(look, "needs_you" if again else "waiting")
    return ft.Container(
        row(mark, icon(look, GLYPHS.get(item.entity, "pencil"), 18), words, again, weight, gap=S12),
        height=None if look.phone else 56,
        padding=pad(S12, S12 if look.phone else 0),
    )


def _item_why(look: Look, item: WaitingItem, status: SyncStatus) -> str:
    """Return why a save waits. What is under way is being sent only while the centre is spoken to: else it waits like the others."""
    if item.state != "pending" and (item.state != "inflight" or status.link in SPEAKING):
        return look.t(f"sync.item.{item.state}")
    return look.t(_by_cause(look, status, "sync.item"))


def _offline(look: Look, status: SyncStatus, on: SyncCalls) -> ft.Control:
    words = col(
        txt(look, look.t("sync.work_offline"), weight=W6),
        txt(look, look.t("sync.work_offline_text"), "meta", "ink2", lines=3),
        expand=True,
    )
    is_on = status.link == "work_offline"
    return card(
        look,
        row(
            icon(look, "plane", 18),
            words,
            switch(look, "sync.work_offline", look.t("sync.work_offline"), is_on, on.work_offline),
            gap=S12,
        ),
    )


def _files(look: Look, status: SyncStatus) -> list[ft.Control]:
    """Return how many files have yet to be sent, and how much that is."""
    if not status.files.count:
        return []
    said = look.n("sync.files", status.files.count, size=size(look, status.files.size_bytes))
    head = row(
        icon(look, "paperclip", 18), txt(look, said, weight=W6, lines=2, expand=True, key="sync.files"), dot(look, "waiting")
    )
    return [card(look, col(head, txt(look, look.t("sync.files_text"), "meta", "ink2", lines=4), gap=S8))]


def _device(look: Look, status: SyncStatus) -> ft.Control:
    """Return how much is carried along on this device."""
    head = row(
        icon(look, "hard-drive", 18),
        txt(look, look.t("sync.on_device"), weight=W6, expand=True),
        txt(look, size(look, status.size_bytes), weight=W6) if status.size_bytes else None,
    )
    last = (
        look.t("sync.last_ok", at=moment(look, status.last_ok_at))
        if status.last_ok_at is not None
        else look.t("pill.nothing_yet")
    )
    return card(look, col(head, txt(look, last, "meta", "ink2", W4, lines=2), at_rest_line(look, status.at_rest), gap=S8))
