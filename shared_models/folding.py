"""How texts are compared by a searcher: without case, diacritics, or the two spellings of â and î."""

import re
import unicodedata

_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"[0-9]+")
_TWO_SPELLINGS = str.maketrans("âîÂÎ", "iaIA")
"""Each to what the other spelling gives once its diacritic is gone: â (a) is also written î (i)."""


def fold(text: str) -> str:
    """Return the text as the search index sees it: lower case, no diacritics; comma and cedilla letters become one.

    `Ștefan` and `Ştefan` give `stefan`. Used for the hidden sort key of names, and for what is typed in a search.
    """
    lower = text.lower()
    if lower.isascii():
        return lower
    return "".join(c for c in unicodedata.normalize("NFD", lower) if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """Return the folded words of a text: runs of letters and digits."""
    return _WORD.findall(fold(text))


def other_spelling(text: str) -> str:
    """Return the words with â or î as the other orthography folds, separated by spaces: `Brîncuși` gives `brancusi`."""
    if text.isascii():
        return ""
    found = _WORD.findall(unicodedata.normalize("NFC", text))
    return " ".join(fold(word.translate(_TWO_SPELLINGS)) for word in found if word.translate(_TWO_SPELLINGS) != word)


def number_tokens(text: str) -> str:
    """Return the tokens by which a number is found: its digits joined, and from its end; empty below four digits.

    `+40 721 000 001` gives `40721000001`, which the prefix `40721` finds, and `t10000012704`, which the prefix `t100` (typed:
    001) finds.
    """
    digits = "".join(_DIGITS.findall(text))
    if len(digits) < 4:
        return ""
    return f"t{digits[::-1]}" if digits == text else f"{digits} t{digits[::-1]}"


def extra_tokens(*texts: str | None) -> str:
    """Return what the index holds beside the texts themselves: other spellings and numbers."""
    return " ".join([part for text in texts if text for part in (other_spelling(text), number_tokens(text)) if part])
