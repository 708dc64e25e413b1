"""The console script: one parser whose subcommands come from both halves by entry point."""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points, version


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of `fieldfare`.

    Every entry point of the group `fieldfare.commands` is a function `register(subparsers)`; the parsers that it adds
    set the default `run` to a function of the parsed arguments that returns an exit code.
    """
    parser = argparse.ArgumentParser(prog="fieldfare", description="Fieldfare, the offline-first CRM.")
    parser.add_argument("--version", action="version", version=f"fieldfare {version('fieldfare')}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for entry_point in sorted(entry_points(group="fieldfare.commands"), key=lambda point: point.name):
        entry_point.load()(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parsed = build_parser().parse_args(arguments)
    return int(parsed.run(parsed))


if __name__ == "__main__":
    sys.exit(main())
