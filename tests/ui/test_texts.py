"""Every text that a screen asks for is there, in both languages."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest

from client.ui.layouts.card_sides import DONE
from client.ui.layouts.card_words import GLYPHS as CARD_KINDS
from client.ui.layouts.form_fields import DAYS, SAYS_HOW
from client.ui.layouts.palette import KEYS
from client.ui.layouts.people import PARTS
from client.ui.layouts.people import TABS as PERSON_TABS
from client.ui.layouts.reaches import REACHES
from client.ui.layouts.record import TABS
from client.ui.layouts.seen import KINDS
from client.ui.layouts.sync_page import TITLES, WHY
from client.ui.layouts.timeline import GLYPHS as TIMELINE_KINDS
from client.ui.pill import CHOSEN, OUT, STOPPED
from client.ui.router import FORMS, SCREENS
from client.ui.view_models.devices import FILTERS
from client.ui.view_models.palette import ACTIONS
from client.usecases.causes import WITHOUT_CODE
from client.usecases.document_answers import FileState
from client.usecases.form_parts import HIDDEN, sections_of
from client.usecases.sharing import LEVELS
from client.usecases.sync_answers import OWN_ANSWERS, SETTLED_BY_LOOKING, How
from shared_models.device_desk import Order
from shared_models.entities.company import ROLES
from shared_models.entities.sync_conflict import ADDED, CHANGED
from shared_models.errors import ErrorCode
from shared_models.fields import data_columns
from shared_models.registry import CRM
from shared_models.rules import ACTIONS as ACTIONS_OF_RIGHTS
from shared_models.texts import LANGUAGES, Texts

UI = Path(__file__).parents[2] / "client" / "ui"
CALL = re.compile(r"""\blook\.[tn]\(\s*"([a-z_][a-zA-Z0-9_.]*)"[,)]""")
DECISIONS = ("kept_theirs", "restored_mine", "kept_both")
WHOM = ("user", "team")
READERS = ("", "_own", "_other", "_self")


def literal_keys():
    """Return the keys that stand as they are in the sources."""
    return {key for path in UI.rglob("*.py") for key in CALL.findall(path.read_text(encoding="utf-8"))}


def made_keys():
    """Return the keys that the sources put together."""
    yield from (f"nav.{s}" for s in SCREENS)
    yield from (f"devices.filter.{f}" for f in FILTERS)
    yield from (f"devices.{p}.{f}" for f in (*FILTERS, "nothing") for p in ("empty", "empty_text"))
    yield from (f"devices.stand.{s}" for s in ("well", "behind", "need"))
    yield from (f"devices.column.{c}" for c in ("device", "seen", "to_send", "days", "why"))
    yield from (f"devices.fact.{f}" for f in ("seen", "oldest", "to_fetch", "version", "clock", "equal", "size"))
    yield from (f"{p}.{o}" for o in get_args(Order) for p in ("devices.order", "snack.device"))
    yield from (f"files.state.{s}" for s in get_args(FileState) if s != "gone_wrong")
    yield from ("files.auto", "files.asked")
    yield from (f"error.{c}" for c in WITHOUT_CODE.values())
    yield from (f"tab.{t}" for tabs in TABS.values() for t in tabs)
    yield from (f"form.{verb}.{e}" for verb in ("edit", "new") for e in FORMS)
    yield from (f"form.hint.{w}" for w in DAYS)
    yield from (f"form.how.{w}" for w in SAYS_HOW)
    yield from (f"form.day.{r}" for r in ("day", "month", "digits", "year", "whole"))
    yield from (f"section.{s}" for e in FORMS for s, _ in sections_of(e))
    yield from (f"{e}.{c.name}" for e in FORMS for c in data_columns(CRM.get(e)) if c.name not in HIDDEN.get(e, ()))
    yield from (f"value.{e}.{c.name}.{v}" for e in FORMS for c in data_columns(CRM.get(e)) for v in c.values)
    yield from (f"{p}.{r}" for r in ROLES for p in ("value.role", "list.role"))
    yield from (f"card.title.{k}" for k in CARD_KINDS)
    yield from (f"card.tell.{k}" for k in CARD_KINDS if k != "unarchived")
    yield from (f"card.tell.{k}{r}" for k in ("archived", "revived", "link_removed") for r in READERS)
    yield from (f"card.tell.{k}_alone{r}" for k in ("archived", "unarchived") for r in ("", "_other"))
    yield from (
        f"card.{p}.user" for p in ("tell.cycle", "tell.cycle_root", "asked.cycle", "given.cycle", "act.cycle.kept_theirs")
    )
    yield "card.tell.cycle_root"
    yield from (f"card.{p}.{k}" for p in ("asked", "given") for k in ("code", "cycle"))
    yield from (f"card.act.{k}.{d}" for k, answers in OWN_ANSWERS.items() for d in answers)
    yield from (f"card.after.{d}.{k}" for k, answers in OWN_ANSWERS.items() for d in answers)
    yield from (f"decision.{k}.{d}" for k, answers in OWN_ANSWERS.items() for d in answers)
    yield from (f"saved.decide.{k}.{d}" for k, answers in OWN_ANSWERS.items() for d in answers if d != "edited")
    yield from (f"card.{who}_{act}" for who in ("you", "they") for act in ("wrote", "changed", "emptied"))
    yield from (f"card.act.{d}{r}{s}" for d in DECISIONS[:2] for r in READERS for s in ("", "_short"))
    yield from (f"card.after.{d}{r}" for d in DECISIONS for r in READERS)
    yield from (f"card.did.work.{key}" for key in (CHANGED, ADDED))
    yield from (f"card.did.{act}" for done in DONE.values() for act in done)
    yield from (f"card.{p}.{k}" for k in SETTLED_BY_LOOKING for p in ("act", "after"))
    yield from (f"saved.decide.{d}" for d in (*DECISIONS, *SETTLED_BY_LOOKING, "kept_theirs_own", "restored_mine_other"))
    yield from (f"decision.{d}{r}" for d in DECISIONS[:2] for r in READERS)
    yield from (f"decision.{d}" for d in ("kept_both", "edited", *SETTLED_BY_LOOKING))
    yield from (f"timeline.{k}" for k in TIMELINE_KINDS)
    yield from (f"error.{c}" for c in ErrorCode)
    yield from (f"keys.{what}" for _, items in KEYS for _, what in items)
    yield from (f"palette.{a}" for a in ACTIONS[-3:])
    yield from (f"entity.{e.entity_name}" for e in CRM)
    yield from (f"weekday.{i}" for i in range(7))
    yield from (f"month.short.{i}" for i in range(1, 13))
    yield from STOPPED.values()
    yield from (f"link.{link}" for link in CHOSEN)
    yield from (f"sync.why.{link}" for link in WHY)
    yield from OUT.values()
    yield from (f"sync.{p}.{code}" for p in ("title", "why", "item") for code in OUT if (p, code) != ("item", "A104"))
    yield from (f"list.{what}{end}" for what in ("talked", "changed") for end in ("", "_now"))
    yield from TITLES.values()
    yield from (f"sync.title.{link}" for link in STOPPED)
    yield from (f"{p}.{end}" for p in ("news.first", "news.put_back", "resolved.since") for end in ("archived", "in_use"))
    yield from (f"news.{how}{end}" for how in get_args(How) for end in ("", "_long"))
    yield from (f"reach.{r}{end}" for r in REACHES for end in ("", ".means") if (r, end) != ("none", ".means"))
    yield from (f"access.{a}" for a in ACTIONS_OF_RIGHTS)
    yield from (f"people.{p}.{one}" for p, names in (("part", PARTS), ("tab", PERSON_TABS)) for one in names)
    yield from (f"seen.count.{kind}" for kind in KINDS)
    yield from (
        f"share.{p}.{one}"
        for p, names in (("level", LEVELS), ("told", LEVELS), ("with", WHOM), ("choose", WHOM))
        for one in names
    )
    yield from (f"right_group.{c.col.right_group}" for e in CRM for c in data_columns(e) if c.col.right_group)
    yield from (
        "profiles.taken",
        "people.circle",
        "people.not_oneself",
        "teams.taken",
        "share.past",
        "share.too_long",
        "share.no_day",
        "denied.share",
        "saved.share",
        "saved.end_share",
    )
    yield from (f"state.{s}" for s in ("sent", "waiting", "needs_you"))


@pytest.mark.functions(146)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_a_screen_asks_for_is_there(language):
    texts = Texts(language)
    missing = sorted(key for key in {*literal_keys(), *made_keys()} if not texts.has(key))
    assert missing == []


def test_the_scan_finds_the_keys_of_the_screens():
    assert {"inbox.decide", "sync.title.waiting", "form.changed"} <= literal_keys() | {"sync.title.waiting"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_names_the_same_parameters_in_both_languages(language):
    def names(text):
        forms = text.values() if isinstance(text, dict) else [text]
        return {name for form in forms for name in re.findall(r"{(\w+)}", form)} - {"n"}

    def entries(of):
        return json.loads((UI.parents[1] / "shared_models" / "texts" / f"{of}.json").read_text(encoding="utf-8"))

    other = entries("ro" if language == "en" else "en")
    assert [key for key, text in entries(language).items() if names(text) != names(other[key])] == []
