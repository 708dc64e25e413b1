"""How texts are compared by a searcher; the centre folds names in the same way, for a snapshot (`shared_models.folding`)."""

from shared_models.folding import extra_tokens, fold, number_tokens, other_spelling, words

__all__ = ["extra_tokens", "fold", "number_tokens", "other_spelling", "words"]
