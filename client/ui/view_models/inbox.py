"""The inbox: cards to decide, and changes that the centre refused. Every decision is an ordinary save that can be undone."""

import asyncio
from dataclasses import dataclass, field

from client.events import ChangeLogChanged, Event, RecordsChanged
from client.ui.facade import Crm
from client.ui.router import FORMS
from client.ui.view_models.base import Phase, Rest, ViewModel
from client.usecases.answers import Saved
from client.usecases.sync_answers import OWN_ANSWERS, SETTLED_BY_LOOKING, CardView, Decision, Inbox, RefusedChange

INBOX_PAGE = 50


@dataclass(frozen=True)
class InboxState:
    """What the inbox shows. busy: a decision is being saved."""

    inbox: Inbox = field(default_factory=Inbox)
    decided: tuple[CardView, ...] | None = None
    """What was decided lately; None until someone asks for it."""
    decided_next: str | None = None
    """Where further decided cards begin; None when all of them are listed."""
    busy: bool = False
    shown: int = INBOX_PAGE
    """How many things are listed; an import that went wrong can leave hundreds."""
    phase: Phase = "reading"
    failure: str = ""

    @property
    def ids(self) -> list[str]:
        """Ids of all things, in the order of the screen."""
        return [id_of(thing) for thing in self.things]

    @property
    def things(self) -> list[CardView | RefusedChange]:
        """What the badge counts: cards to decide, refused changes, and decisions of which another one holds."""
        return [*self.inbox.cards, *self.inbox.refused, *self.inbox.news]

    def chosen(self, id: str | None) -> CardView | RefusedChange | None:
        """Return the thing of that id; the first one when there is none (any more)."""
        things = self.things
        return next((t for t in things if id_of(t) == id), things[0] if things else None)

    def after(self, thing: CardView | RefusedChange) -> CardView | RefusedChange | None:
        """Return the thing that follows on the screen; None after the last one."""
        things = self.things
        place = things.index(thing) + 1
        return things[place] if place < len(things) else None


def id_of(thing: CardView | RefusedChange) -> str:
    """Return what names a thing in the address: the card's id, or the refused transaction's."""
    return thing.id if isinstance(thing, CardView) else thing.tx


def answers_of(card: CardView) -> tuple[Decision, ...]:
    """Return the answers that fit a card, in the order of their keys; editing has a key of its own."""
    if card.how is not None:
        return ()  # decided: there is only something to read
    if card.kind in SETTLED_BY_LOOKING:
        return ("kept_theirs",)
    if card.kind in OWN_ANSWERS:
        return tuple(answer for answer in OWN_ANSWERS[card.kind] if answer != "edited")
    return ("kept_theirs", "restored_mine", "kept_both") if card.can_keep_both else ("kept_theirs", "restored_mine")


def can_edit(card: CardView | RefusedChange) -> bool:
    """Whether a form on its record is an answer to a card, or to a refusal."""
    if card.entity not in FORMS:
        return False  # people, teams and profiles are changed on their pages
    if isinstance(card, RefusedChange):
        return card.is_here
    if card.how is not None or card.kind in ("duplicate", "link_removed"):
        return False
    return card.kind not in OWN_ANSWERS or "edited" in OWN_ANSWERS[card.kind]


def suggested(card: CardView) -> Decision:
    """Return the sensible answer: both where both can stand, else what was typed last."""
    if card.kind in SETTLED_BY_LOOKING or card.kind in OWN_ANSWERS:
        return answers_of(card)[0]
    if card.can_keep_both:
        return "kept_both"
    return "restored_mine" if (card.mine.at or 0) > (card.theirs.at or 0) else "kept_theirs"


class InboxModel(ViewModel[InboxState]):
    """Intentions in the inbox."""

    def __init__(self, crm: Crm, rest: Rest = asyncio.sleep) -> None:
        super().__init__(InboxState(), rest)
        self._crm = crm
        self._more_coming = False

    async def start(self) -> None:
        """Read what needs the reader."""
        await self._load(first=True)

    async def on_event(self, event: Event) -> None:
        """Read again when something was decided here or elsewhere."""
        if isinstance(event, ChangeLogChanged | RecordsChanged):
            await self._load(first=False)
            if self.state.decided is not None:
                await self.read_decided()

    def neighbour(self, id: str | None, step: int) -> str | None:
        """Return the id of the next or previous thing."""
        ids = self.state.ids
        if not ids:
            return None
        here = ids.index(id) if id in ids else 0
        return ids[max(0, min(len(ids) - 1, here + step))]

    def more(self) -> None:
        """List further things."""
        self.put(shown=self.state.shown + INBOX_PAGE)

    def show(self, id: str) -> None:
        """List as many things as it takes to have that one among them."""
        while id in self.state.ids[self.state.shown :]:
            self.more()

    async def decide(self, card: str, decision: Decision) -> Saved | None:
        """Close a card; None while another decision is being saved."""
        if self.state.busy:
            return None
        self.put(busy=True)
        try:
            saved = await self._crm.decide(card, decision)
        finally:
            self.put(busy=False)
        await self._load(first=False)
        return saved

    async def read_decided(self) -> None:
        """Read what was decided lately, as much of it as is listed."""
        wanted, page = len(self.state.decided or ()), await self._crm.decided_cards()
        cards, following = page.rows, page.next
        while following is not None and len(cards) < wanted:
            page = await self._crm.decided_cards(following)
            cards, following = cards + page.rows, page.next
        self.put(decided=cards, decided_next=following)

    async def more_decided(self) -> None:
        """List the next page of what was decided, unless it is on its way."""
        known, following = self.state.decided, self.state.decided_next
        if self._more_coming or known is None or following is None:
            return
        self._more_coming = True
        try:
            page = await self._crm.decided_cards(following)
        finally:
            self._more_coming = False
        if self.state.decided is known:
            self.put(decided=known + page.rows, decided_next=page.next)

    async def restore_lost(self, card: str) -> Saved | None:
        """Bring the losing value of a decided card back; None while something else is being saved."""
        if self.state.busy:
            return None
        self.put(busy=True)
        try:
            saved = await self._crm.restore_lost(card)
        finally:
            self.put(busy=False)
        await self.read_decided()
        return saved

    async def read_news(self, card: str) -> None:
        """Take away what the reader knows now."""
        await self._crm.read_news(card)
        await self._load(first=False)

    async def retry(self, tx: str) -> None:
        """Send a refused change again."""
        await self._crm.retry(tx)
        await self._load(first=False)

    async def discard(self, tx: str) -> None:
        """Give a refused change up."""
        await self._crm.discard(tx)
        await self._load(first=False)

    async def _load(self, first: bool) -> None:
        found = await self.read(self._crm.inbox(), first=first)
        if found is not None:
            self.put(inbox=found)
