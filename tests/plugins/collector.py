"""Lets Python look for garbage rarely: each look goes over all that the modules hold, and cost a tenth of a run."""

import gc

import pytest

RARE = (50_000, 20, 20)
"""Objects made between two looks, and how many looks at young ones come before one at older ones."""


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leave what is there before the first test out of every look."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*RARE)
