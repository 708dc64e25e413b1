"""Ports of this machine, as commands take them."""

import argparse
import socket

MAX_PORT = 65_535


def port(text: str) -> int:
    """Return the port that a person typed; 0 asks for a free one. Raises what argparse shows as a usage error."""
    if not (text.isascii() and text.isdigit()) or int(text) > MAX_PORT:
        raise argparse.ArgumentTypeError(f"{text} is not a port: a number from 0 to {MAX_PORT}")
    return int(text)


def is_taken(number: int, host: str = "127.0.0.1") -> bool:
    """Return whether a server could not listen there now: something else does, or the address is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, number), family=family).close()
    except OSError:
        return True
    return False
