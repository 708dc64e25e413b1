"""The commands of the client."""

import argparse


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `fieldfare client`."""
    parser = subparsers.add_parser("client", help="open Fieldfare on this device")
    parser.set_defaults(run=run_client)


def run_client(arguments: argparse.Namespace) -> int:
    """Open the client; 2 as long as there is none to open."""
    return 2
