"""The wire's form of what tests write down more plainly."""

from collections.abc import Iterable
from typing import Any


def with_origins(txs: Iterable[dict[str, Any]]) -> dict[str, Any]:  # Any: JSON
    """Return `txs` and `origins` of a push whose `after` lists were written as ids."""
    made = [dict(tx) for tx in txs]
    named: dict[str, int] = {}
    for tx in made:
        if "after" in tx:
            tx["after"] = [named.setdefault(origin, len(named)) for origin in tx["after"]]
    return {"txs": made, "origins": list(named)}
