"""What was typed into a search as the words of the index: each the start of a word, in both spellings, a number also from its end."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from client.replica.fold import fold, other_spelling

MAX_WORDS = 12
"""Different words that are looked for: each is a walk through the index."""
MIN_TAIL = 3
"""Digits that are looked for at the end of numbers, too; fewer would find too much."""
_ONCE_MARKS = re.compile("[\u19b0-\u19c0\u19c8\u19c9\u1cf2\u1cf3]")
"""Letters of today that were marks in Unicode 6.1, which SQLite's tokenizer knows."""
_NUMBER = re.compile(r"[\d\s+()./-]+")


@dataclass(frozen=True)
class TypedWord:
    """One word that was typed. forms: starts of tokens, folded; any of them will do."""

    forms: tuple[str, ...]

    @property
    def query(self) -> str:
        """The word as an FTS5 query."""
        joined = " OR ".join(f'"{form}"*' for form in self.forms)
        return f"({joined})" if len(self.forms) > 1 else joined


@dataclass(frozen=True)
class TypedPiece:
    """What was typed between two blanks: `C-1000` is two words of the index, and one thing to whoever types it."""

    words: tuple[TypedWord, ...]

    @property
    def query(self) -> str:
        """The piece as an FTS5 query: all of its words, in one row."""
        return " AND ".join(word.query for word in self.words)

    @property
    def letters(self) -> int:
        """How much was typed: of two pieces the longer one is in fewer rows, as a rule."""
        return sum(len(word.forms[0]) for word in self.words)


def match_query(text: str) -> str:
    """Return what was typed as an FTS5 query: every word a prefix, all of them wanted; empty when there is no word."""
    if is_number(text) and (digits := "".join(c for c in text if c.isdigit())):
        return f'"{digits}"*' if len(digits) < MIN_TAIL else f'"{digits}"* OR "t{digits[::-1]}"*'
    return " AND ".join(word.query for word in typed_words(text))


def is_number(text: str) -> bool:
    """Whether the whole text is one number, as people write phones: it is looked for with its digits joined."""
    return _NUMBER.fullmatch(text.strip()) is not None


def typed_words(text: str) -> list[TypedWord]:
    """Return the different words of a text, `MAX_WORDS` at most."""
    return [_typed_word(word) for word in list(dict.fromkeys(_cut(text)))[:MAX_WORDS]]


def typed_pieces(text: str) -> list[TypedPiece]:
    """Return the different pieces of a text that have words."""
    found = (tuple(typed_words(piece)) for piece in text.split())
    return list(dict.fromkeys(TypedPiece(words) for words in found if words))


def _typed_word(word: str) -> TypedWord:
    start = fold(word)
    forms = [start, *other_spelling(word).split()]
    if start.isdigit() and len(start) >= MIN_TAIL:
        forms.append(f"t{start[::-1]}")
    return TypedWord(tuple(forms))


def _cut(text: str) -> list[str]:
    """Return the words as the index cuts them: it refuses a word that it would cut in two (`ana_pop`) as a phrase."""
    plain = _ONCE_MARKS.sub(" ", unicodedata.normalize("NFC", text))
    whole = [c if unicodedata.category(c)[0] in "LNM" and not _is_cut(c) else " " for c in plain]
    return "".join(whole).split()


@cache
def _is_cut(letter: str) -> bool:
    """Whether a letter folds into pieces between which the index cuts: one with a spacing mark, as in Tamil."""
    return any(unicodedata.category(c)[0] not in "LN" for c in fold(letter))
