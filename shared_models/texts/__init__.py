"""Every sentence that a person reads, in Romanian and English, with plural forms, numbers, days and order by language.

`en.json` and `ro.json` are flat: key -> text with `{names}`, or key -> plural forms (`one`, `few`, `other`). Sorted by key
(`python -m shared_models.texts --sort`), so that the edits of two people merge.
"""

from shared_models.texts.catalogue import LANGUAGES, MissingText, Texts

__all__ = ["LANGUAGES", "MissingText", "Texts"]
