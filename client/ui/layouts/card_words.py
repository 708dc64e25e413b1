"""A conflict card in words: what it is about, the clash as a sentence, and the values as text."""

from typing import Literal

from client.ui.dates import clock, local, short_day, weekday_of
from client.ui.figures import NO_BREAK, capital, unbroken, value
from client.ui.theme import Look
from client.usecases.sync_answers import (
    ARCHIVINGS,
    KEPT,
    OWN_ANSWERS,
    SETTLED_BY_LOOKING,
    CardView,
    Decision,
    How,
    RefusedChange,
    Side,
)
from client.usecases.timeline_answers import Outcome
from shared_models.fields import ARCHIVED, column_of, units
from shared_models.registry import CRM

GLYPHS = {
    "archived": "archive",
    "unarchived": "archive",
    "revived": "rotate-ccw",
    "link_removed": "unplug",
    "code": "hash",
    "cycle": "git-merge",
    "duplicate": "copy",
    "bank_account": "landmark",
}
FIELD_GLYPHS = {
    "name": "user",
    "fiscal": "landmark",
    "address": "map-pin",
    "value": "phone",
    "account": "landmark",
    "description": "file-text",
    "note": "sticky-note",
    "birth_date": "cake",
    "responsible_id": "user",
}
MAX_IN_SENTENCE = 60
"""Letters of a value that stands in a sentence; longer ones are only shown in their box."""


def glyph_of(thing: CardView | RefusedChange) -> tuple[str, str]:
    """Return glyph and tone of a thing in the inbox."""
    if isinstance(thing, RefusedChange):
        return ("clock", "wait") if thing.is_deferred else ("circle-x", "need")
    if thing.how is not None:
        return "undo-2", "ink2"
    if thing.kind == "value":
        return FIELD_GLYPHS.get(thing.unit, "pencil"), "need"
    return GLYPHS[thing.kind], "wait" if thing.kind in ("code", "duplicate", "bank_account") else "need"


def not_taken(look: Look, thing: RefusedChange) -> str:
    """Return that a new record was not accepted, by its kind."""
    key = f"refused.new.{thing.entity}"
    return look.t(key if look.texts.has(key) else "refused.new")


def unit_label(look: Look, entity: str, unit: str) -> str:
    """Return the words for a field or a field group."""
    fields = units(CRM.get(entity)).get(unit)
    if fields is not None and len(fields.fields) > 1:
        return look.t(f"unit.{entity}.{unit}")
    return look.t(f"{entity}.{unit}")


def title_of(look: Look, card: CardView) -> str:
    """Return what a card is called in the list."""
    if card.kind == "value":
        return f"{unit_label(look, card.entity, card.unit)} · {card.title}"
    if card.how is not None and card.kind in ARCHIVINGS:
        return subject_of(card)  # whether it is back, or is to go, is not the news
    return look.t(f"card.title.{card.kind}", title=subject_of(card))


def subject_of(card: CardView) -> str:
    """Return whom a card names: an account is named by its company, as the account itself is the news."""
    return card.about or card.title if card.kind == "bank_account" else card.title


Reader = Literal["", "_own", "_other", "_self"]
"""End of the text keys for a reader: whose value lost (empty), is in use (`_own`), both, or neither."""


def reader_of(card: CardView) -> Reader:
    """Return which reader of a card it is."""
    return _reader(lost_by_me=card.mine.is_me, used_by_me=card.theirs.is_me)


def _reader(*, lost_by_me: bool, used_by_me: bool) -> Reader:
    if lost_by_me:
        return "_self" if used_by_me else ""
    return "_own" if used_by_me else "_other"


def decision_words(look: Look, outcome: Outcome) -> str:
    """Return what was decided, as its reader sees it: "the other value" is his own for one of the two who wrote them."""
    if outcome.is_again:
        return look.t("decision.again")
    if outcome.decision not in KEPT:
        return look.t(f"decision.{outcome.decision}")
    who = outcome.used_by if KEPT[outcome.decision] == "theirs" else outcome.lost_by
    end = _reader(lost_by_me=outcome.lost_by_me, used_by_me=outcome.used_by_me)
    return look.t(f"decision.{outcome.decision}{end}", who=who or look.t("who.someone"))


def act_words(look: Look, card: CardView, decision: Decision) -> str:
    """Return what the button of an answer says."""
    if card.kind in SETTLED_BY_LOOKING:
        return look.t(f"card.act.{card.kind}")
    if card.kind in OWN_ANSWERS:
        return look.t(f"card.act.{card.kind}.{decision}{_of_person(card)}")
    if decision == "kept_both":
        return look.t("card.act.kept_both")
    end = f"{reader_of(card)}{'_short' if look.phone else ''}"
    return look.t(f"card.act.{decision}{end}", who=card.mine.by or look.t("who.someone"))


def heads(look: Look, card: CardView) -> tuple[str, str]:
    """Return what stands over the losing value and over the one in use."""
    if card.kind in ("code", "cycle"):
        end = _of_person(card)
        return look.t(f"card.asked.{card.kind}{end}"), look.t(f"card.given.{card.kind}{end}")
    who = card.mine.by or look.t("who.someone")
    lost = look.t("card.mine") if card.mine.is_me else look.t("card.by", who=who)
    if card.theirs.is_me:
        return lost, look.t("card.yours_used")
    if card.mine.is_me:
        return lost, look.t("card.theirs_used")
    return lost, look.t("card.by_used", who=card.theirs.by or look.t("who.someone"))


def values_of(look: Look, card: CardView, side: Side) -> list[tuple[str, str]]:
    """Return (label, text) of what a side holds, in order of the fields; one without a label when it is a single field."""
    entity = CRM.get(card.entity)
    known = [name for name in side.values if name in entity.model_fields and name != "id"]
    lines = [
        (
            look.t(f"{card.entity}.{name}"),
            unbroken(value(look, entity, column_of(entity, name), side.values[name], side.shown.get(name))),
        )
        for name in known
    ]
    filled = [(label, text) for label, text in lines if text]
    return [("", filled[0][1])] if len(known) == 1 and filled else filled


def value_in_line(look: Look, card: CardView, side: Side) -> str:
    """Return a side's value in one line: the parts of a person's name as the name, those of another group with commas."""
    is_name = set(side.values) <= set(CRM.get(card.entity).title_fields)
    return (" " if is_name else ", ").join(text for _, text in values_of(look, card, side))


def short_value(look: Look, card: CardView, side: Side) -> str:
    """Return a side's value for the sentence: short, or empty when it does not fit into one."""
    text = value_in_line(look, card, side)
    return text if len(text) <= MAX_IN_SENTENCE else ""


def sentence(look: Look, card: CardView) -> tuple[str, list[str]]:
    """Return the clash in a sentence or two, and the values in it that stand in bold."""
    mine, theirs = short_value(look, card, card.mine), short_value(look, card, card.theirs)
    if card.how is not None:
        is_mine = card.mine.is_me if card.how == "lost" else card.state != "kept_theirs"
        return _otherwise(look, card, card.how, mine if is_mine else theirs)
    if card.kind != "value":
        twin = next((twin.name for twin in card.twins if twin.id != card.record), "")
        other = card.other or twin or look.t("who.another_company")
        before = short_value(look, card, card.before)
        words = {"title": subject_of(card), "mine": mine, "theirs": theirs, "before": before, "other": other}
        who = {"mine_who": _who(look, card.mine), "theirs_who": _who(look, card.theirs)}
        when = {"mine_when": _when(look, card.mine), "theirs_when": _when(look, card.theirs)}
        return look.t(_tell_key(card), **words, **who, **when), [v for v in words.values() if v]
    parts = [_wrote(look, card, card.mine, mine), _wrote(look, card, card.theirs, theirs)]
    return " ".join(parts), [v for v in (mine, theirs) if v]


def _otherwise(look: Look, card: CardView, how: How, kept: str) -> tuple[str, list[str]]:
    """Return who decided otherwise, and which value he and the reader kept, or the reader typed, where they fit into a sentence."""
    who = card.since_by or look.t("who.someone")
    if card.kind in ARCHIVINGS:
        title = subject_of(card)
        return capital(look.t(f"news.{how}.{standing_of(card)}", who=who, title=title)), [title]
    now = short_value(look, card, card.now)
    if how == "lost" and card.since is not None:
        told, bold = _changed_since(look, card, who, now)
    else:
        told, bold = look.t(f"news.{how}{'' if now else '_long'}", who=who, value=now), [now]
    if kept and (how == "lost" or (how != "first" and card.state in KEPT)):
        told += " " + look.t("news.had_typed" if how == "lost" else "news.had_kept", value=kept)
        bold.append(kept)
    return capital(told), [value for value in bold if value]


def _changed_since(look: Look, card: CardView, who: str, now: str) -> tuple[str, list[str]]:
    """Return what was kept when a clash was decided, where the card knows it, and what holds in its place since."""
    side = KEPT.get(card.state)
    decided = short_value(look, card, card.theirs if side == "theirs" else card.mine) if side else ""
    first = look.t("news.lost_kept", who=who, value=decided) if decided else look.t("news.lost_resolved", who=who)
    return f"{first} {look.t('news.since' if now else 'news.since_long', value=now)}", [decided, now]


def standing_of(card: CardView) -> str:
    """Return the end of the text keys for whether the record of a card is archived now."""
    return "in_use" if card.now.values.get(ARCHIVED) is None else "archived"


def _tell_key(card: CardView) -> str:
    """Return the text key of what happened: of an archiving it fits the reader, of a circle what stands above now."""
    if card.kind in ("revived", "link_removed"):
        return f"card.tell.{card.kind}{reader_of(card)}"
    if card.kind == "unarchived" or (card.kind == "archived" and card.theirs.at is None):
        return f"card.tell.{card.kind}_alone{'' if card.mine.is_me else '_other'}"
    if card.kind == "archived":
        return f"card.tell.archived{reader_of(card)}"
    is_root = card.kind == "cycle" and not card.theirs.values.get(card.unit)
    return f"card.tell.{card.kind}{'_root' if is_root else ''}{_of_person(card)}"


def _of_person(card: CardView) -> str:
    """Return the end of the text keys for a circle of people who report to each other: others are of companies."""
    return ".user" if card.kind == "cycle" and card.entity == "user" else ""


def _when(look: Look, side: Side) -> str:
    return weekday_of(look, side.at) if side.at is not None else ""


def _wrote(look: Look, card: CardView, side: Side, text: str) -> str:
    has_value = bool(values_of(look, card, side))
    act = "wrote" if text else ("changed" if has_value else "emptied")
    who = "you" if side.is_me else "they"
    what = unit_label(look, card.entity, card.unit)
    return (
        look.t(f"card.{who}_{act}", who=side.by, value=text, what=what, when=_when(look, side))
        .replace(" .", ".")
        .replace("..", ".")
    )


def _who(look: Look, side: Side) -> str:
    return look.t("who.you") if side.is_me else side.by or look.t("who.someone")


def signature(look: Look, side: Side) -> tuple[str, str]:
    """Return who wrote a value and when, in two lines: `You · Tue 17 Nov` and `11:20 · on this device`.

    A phone's box is too narrow for that: there who it was has a line alone, `Tue 17 Nov, 11:20 · on this device` the other, which may
    break after the weekday.
    """
    if side.at is None:
        return side.by, ""
    when = local(look, side.at).date()
    weekday, day = look.t(f"weekday.short.{when.weekday()}"), short_day(look, when).replace(" ", NO_BREAK)
    time, who = clock(look, side.at), _who(look, side)
    here = look.t("card.here") if side.is_here else ""
    if look.phone:
        return who, " · ".join(part for part in (f"{weekday} {day}, {time}", here) if part)
    return f"{who} · {weekday}{NO_BREAK}{day}", " · ".join(part for part in (time, here) if part)
