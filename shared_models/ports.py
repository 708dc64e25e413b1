"""Ports, as commands take them."""

import argparse

MAX_PORT = 65_535


def port(text: str) -> int:
    """Return the port that a person typed; 0 asks for a free one. Raises what argparse shows as a usage error."""
    if not (text.isascii() and text.isdigit()) or int(text) > MAX_PORT:
        raise argparse.ArgumentTypeError(f"{text} is not a port: a number from 0 to {MAX_PORT}")
    return int(text)
