"""How a save is named in the list of what waits, in the history of the server and in the snack bar: a short sentence."""

from collections.abc import Callable, Iterable, Mapping

from shared_models.base import normal_text

MAX_LABEL = 120
Say = Callable[..., str]
"""Text of a key in the reader's language: `Texts.t(key, **params)`."""


def saved_label(
    say: Say, entity: str, title: str, fields: Iterable[str], *, verb: str, keys: Mapping[str, str] | None = None
) -> str:
    """Return what was done: "Hotel X: phone, status", or "New company: Hotel X". verb: new, edit, archive, restore or note.

    keys: field -> text key of what it is called, where that is not its usual name.
    """
    if verb == "edit":
        names = ", ".join(say((keys or {}).get(field) or f"{entity}.{field}") for field in fields)
        text = f"{title}: {names}" if title and names else title or names
    else:
        text = say(f"saved.{verb}", what=say(f"entity.{entity}"), title=title)
    return _cut(text)


def undo_label(say: Say, taken_back: str) -> str:
    """Return what was done where a save was taken back. taken_back: the label of that save."""
    return _cut(say("saved.undo", label=taken_back))


def _cut(text: str) -> str:
    """Return a label as it is stored: what was typed may hold signs that turn it around (`normal_text`)."""
    text = normal_text(text)
    return text if len(text) <= MAX_LABEL else f"{text[: MAX_LABEL - 1]}…"
