"""Each scenario runs at a small size, ends as it says, and prints the object that the table of targets is compared with."""

import json
from dataclasses import replace

import pytest

from tests.bench.__main__ import _as_json
from tests.bench.data import OWN, WORKLOAD
from tests.bench.scenarios import OF_SCREENS, SCENARIOS
from tests.missing_services import ServiceMissing, not_run

ONCE = replace(WORKLOAD, runs=1, base=1_000, ways=("columns",))
SMALL = {"conflict": 20, "live": 5, "office": 2, "kill": 6_000, "slow-link": 6_000, "memory": 6_000, "snapshot": 6_000}
"""Enough rows that there is a snapshot, where one is measured; few edits where each is the first after a pause."""
KEYS = {"scenario", "rows", "figure", "unit", "limit", "ratio", "bytes_per_row"}
WITH_BYTES = {"first-sync", "snapshot", "push", "pull", "push-postgresql", "pull-postgresql", "slow-link"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.postgresql] if "postgresql" in name else []) for name in SCENARIOS]
)
def test_scenario_measures_its_figure_beside_a_limit(tmp_path, name):
    run, _ = SCENARIOS[name]
    rows = SMALL.get(name, 200)
    try:
        figure = run(tmp_path, rows, OWN if name in OF_SCREENS else ONCE)
    except ServiceMissing as missing:
        not_run(missing)
    said = json.loads(_as_json(figure))
    assert said.keys() == KEYS
    assert said["scenario"] == name
    assert said["rows"] >= rows * 0.9
    assert figure.figure > 0
    assert name.startswith("push") or said["ratio"] > 0  # a push's limit needs PostgreSQL
    assert (said["bytes_per_row"] is not None) == (name in WITH_BYTES)
    if name == "kill":
        assert len(figure.notes) == 2
        assert figure.figure < 30  # of the half that had come before; buffers hold some of it on a busy machine
