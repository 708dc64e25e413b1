"""What this program runs on, without a name that a person gave."""

import platform
import re
from importlib.metadata import PackageNotFoundError, version

NUMBERS = re.compile(r"[0-9]+(\.[0-9]+)*")


def versions() -> dict[str, str]:
    """Return `app`, `python`, `system`, `release` and `machine`, each empty where it is not known.

    Of the system's release only the leading numbers: the rest of it is what whoever built it called it.
    """
    return {
        "app": _app(),
        "python": platform.python_version(),
        "system": "".join(sign for sign in platform.system() if sign.isascii() and sign.isalpha())[:20],
        "release": leading_numbers(platform.release()),
        "machine": re.sub(r"[^A-Za-z0-9_]", "", platform.machine())[:20],
    }


def leading_numbers(release: str) -> str:
    """Return the numbers with which a release begins, of `6.8.0-anas-kernel` 6.8.0; empty for none."""
    found = NUMBERS.match(release)
    return found.group()[:20] if found else ""


def _app() -> str:
    try:
        return version("fieldfare")
    except PackageNotFoundError:  # a program that was packed without it
        return ""
