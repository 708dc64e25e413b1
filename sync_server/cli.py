"""The commands of the server."""

import argparse


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `fieldfare server`."""
    parser = subparsers.add_parser("server", help="run and look after a sync server")
    parser.set_defaults(run=run_server)


def run_server(arguments: argparse.Namespace) -> int:
    """Run the server; 2 as long as there is none to run."""
    return 2
