"""How texts are compared by a searcher: without case, diacritics, or the two spellings of â and î."""

import re
import unicodedata

_WORD = re.compile(r"\w+")
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


def tail_token(text: str) -> str:
    """Return the token by which a number is found from its end: `t` and the reversed digits; empty below four digits.

    `+40 721 000 001` gives `t10000012704`, which the prefix `t100` (typed: 001) finds.
    """
    digits = "".join(c for c in text if c.isdigit())
    return f"t{digits[::-1]}" if len(digits) >= 4 else ""


def extra_tokens(*texts: str | None) -> str:
    """Return what the index holds beside the texts themselves: other spellings and number tails."""
    found = [part for text in texts if text for part in (other_spelling(text), tail_token(text), _joined(text)) if part]
    return " ".join(found)


def _joined(text: str) -> str:
    """Return the digits of a number that is written in groups or with letters, so that `0721000` finds `0721 000 001`."""
    digits = "".join(c for c in text if c.isdigit())
    return digits if len(digits) >= 4 and digits != text else ""
