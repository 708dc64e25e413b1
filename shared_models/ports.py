"""Ports, as commands take them."""

import argparse

MAX_PORT = 65_535


def port(text: str) -> int:
    """Return the port that a person typed; 0 asks for a free one. Raises what argparse shows as a usage error."""
    if not (text.isascii() and text.isdigit()) or int(text) > MAX_PORT:
        raise argparse.ArgumentTypeError(f"{text} is not a port: a number from 0 to {MAX_PORT}")
    return int(text)


def first_of_two(text: str) -> int:
    """Return the port that a person typed for a command that takes the next one too. Raises what argparse shows as a usage error."""
    if port(text) not in range(1, MAX_PORT):
        raise argparse.ArgumentTypeError(
            f"{text} cannot be used: a number from 1 to {MAX_PORT - 1}, because the next one is taken too"
        )
    return port(text)
