"""Sets that several people edit: a remove takes away only what its author saw."""

from collections.abc import Collection, Iterable


def merge_set(stored: Iterable[str], add: Iterable[str], remove: Iterable[str], unseen: Collection[str]) -> list[str]:
    """Return stored + add - (remove that the author had seen), sorted.

    unseen: stored elements that were added by a tx which the author of the remove had not seen. Source: `sync.md` 1, SU.
    """
    return sorted((set(stored) | set(add)) - (set(remove) - set(unseen) - set(add)))
