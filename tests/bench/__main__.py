"""`python -m tests.bench [scenario ...] [--rows N] [--json]`: measure speed and size beside the limits of this machine.

A second figure, `own`, is of the product's own entities and has no target.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import TextIO

from tests.bench.data import OWN, WORKLOAD, Data
from tests.bench.figure import Figure
from tests.bench.scenarios import OF_SCREENS, SCENARIOS
from tests.missing_services import ServiceMissing


def main() -> None:
    """Run the scenarios and print two lines for each; with --json one object a line, the own figure on stderr."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("scenario", nargs="*", help=f"any of {', '.join(SCENARIOS)}; all of them by default")
    parser.add_argument("--rows", type=int, help="size of the data set; of push, pull and conflict, the number of edits")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON, a line each")
    chosen = parser.parse_args()
    unknown = set(chosen.scenario) - set(SCENARIOS)
    if unknown:
        parser.error(f"unknown scenario: {', '.join(sorted(unknown))}")
    if chosen.rows is not None and chosen.rows < 1:
        parser.error("--rows is at least 1")
    for name in chosen.scenario or SCENARIOS:
        try:
            _run(name, chosen.rows, as_json=chosen.json)
        except ServiceMissing as missing:
            print(f"{name}: not run: {missing}", file=sys.stderr, flush=True)


def _run(name: str, rows: int | None, *, as_json: bool) -> None:
    beside = sys.stderr if as_json else sys.stdout
    if name in OF_SCREENS:
        figure = _measure(name, OWN, rows)
        print(_as_json(figure) if as_json else _as_line(figure, "own"), flush=True)
        _print_notes(figure, beside)
        return
    figure = _measure(name, WORKLOAD, rows)
    print(_as_json(figure) if as_json else _as_line(figure), flush=True)
    _print_notes(figure, beside)
    own = _measure(name, OWN, rows)
    print(_as_line(own, "own"), file=beside, flush=True)
    _print_notes(own, beside)


def _measure(name: str, data: Data, rows: int | None) -> Figure:
    run, usual = SCENARIOS[name]
    with tempfile.TemporaryDirectory(prefix="fieldfare-bench-", ignore_cleanup_errors=True) as folder:
        return run(Path(folder), rows or usual, data)


def _print_notes(figure: Figure, place: TextIO) -> None:
    for note in figure.notes:
        print(f"    {note}", file=place, flush=True)


def _as_json(figure: Figure) -> str:
    return json.dumps(
        {
            "scenario": figure.scenario,
            "rows": figure.rows,
            "figure": round(figure.figure, 3),
            "unit": figure.unit,
            "limit": None if figure.limit is None else round(figure.limit, 3),
            "ratio": None if figure.ratio is None else round(figure.ratio, 3),
            "bytes_per_row": None if figure.bytes_per_row is None else round(figure.bytes_per_row, 1),
        }
    )


def _as_line(figure: Figure, mark: str = "") -> str:
    beside = "" if figure.limit is None else f"  limit {figure.limit:,.1f}  ratio {figure.ratio:.2f}"
    size = "" if figure.bytes_per_row is None else f"  {figure.bytes_per_row:,.0f} bytes a row"
    sealed = "" if figure.encrypted is None else f"  encrypted {figure.encrypted:,.1f} ({figure.encrypted_ratio:.2f} of it)"
    return f"{figure.scenario:16}{mark:4}{figure.rows:>9,} rows  {figure.figure:>12,.1f} {figure.unit}{beside}{size}{sealed}"


if __name__ == "__main__":
    main()
