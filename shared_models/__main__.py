"""The console script: one parser whose subcommands come from both halves by entry point."""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points, version
from typing import Any


class CommandParser(argparse.ArgumentParser):
    """A parser that tells its own usage with a word that it does not know, where argparse would tell that of the whole program."""

    def parse_known_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]  # Any: argparse spreads what it returns over three overloads
        """Parse, and end with a usage error for what is left over."""
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return known, unknown


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of `fieldfare`.

    Every entry point of the group `fieldfare.commands` is a function `register(subparsers)`; the parsers that it adds
    set the default `run` to a function of the parsed arguments that returns an exit code.
    """
    parser = CommandParser(prog="fieldfare", description="Fieldfare, the offline-first CRM.")
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
