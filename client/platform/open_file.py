"""Opening a file with the program that this machine has for its type."""

import os
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from shared_models.errors import FieldfareError

UNSAFE = '<>:"/\\|?*'
"""Signs that one of the systems takes for no part of a name."""
MOST_LETTERS = 120
OPEN_S = 20
"""Seconds that the system may take to find a program and start it."""
RUNS = (
    "app", "application", "appimage", "bat", "cmd", "com", "command", "cpl", "desktop", "exe", "gadget", "hta", "inf", "jar", "js",
    "jse", "ksh", "lnk", "msc", "msi", "msp", "pif", "ps1", "reg", "scf", "scpt", "scr", "sh", "tool", "url", "vb", "vbe", "vbs",
    "workflow", "ws", "wsc", "wsf", "wsh",
)  # fmt: skip
"""Endings of files that a system would run rather than show."""


class CannotOpen(FieldfareError):
    """The machine has no program for the file. It can be saved, or opened elsewhere."""


class WouldRun(FieldfareError):
    """The file is a program or a way to one: it is not opened, since the machine would run it."""


def open_file(path: Path) -> None:
    """Open a file, and return once its program is on its way. Raises CannotOpen, WouldRun."""
    if path.suffix.lower().removeprefix(".") in RUNS:
        raise WouldRun
    try:
        if sys.platform == "win32":
            os.startfile(path)
        else:
            opener = "open" if sys.platform == "darwin" else "xdg-open"
            subprocess.run([opener, str(path)], check=True, capture_output=True, timeout=OPEN_S)
    except (OSError, subprocess.SubprocessError) as error:
        raise CannotOpen from error


def copy_under(folder: Path, pieces: Iterable[bytes], name: str) -> Path:
    """Return a copy of a file under a name, in a folder of its own within `folder`. It cannot be written: changes would be lost.

    Raises what `pieces` does; then there is no copy.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    copy = Path(tempfile.mkdtemp(dir=folder)) / safe_name(name)
    try:
        with copy.open("wb") as file:
            file.writelines(pieces)
    except BaseException:
        shutil.rmtree(copy.parent, ignore_errors=True)
        raise
    copy.chmod(0o400)
    return copy


def text_under(folder: Path, text: str, name: str) -> Path:
    """Return a file with a text, under a name, in a folder that has no other file then. Raises OSError."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    file = folder / safe_name(name)
    file.write_text(text, encoding="utf-8")
    return file


def clear_copies(folder: Path) -> None:
    """Remove the copies of an earlier run; one that a program still has open stays where the system wants it so."""
    for copy in folder.glob("*/*"):
        with suppress(OSError):
            copy.chmod(0o600)
    shutil.rmtree(folder, ignore_errors=True)


def safe_name(name: str) -> str:
    """Return a name that every system can have: without signs that mean something else, not too long, with its ending."""
    plain = "".join("_" if sign in UNSAFE or unicodedata.category(sign)[0] == "C" else sign for sign in name).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 10:
        stem, ending = plain, ""
    return f"{stem[: MOST_LETTERS - 11] or 'file'}{'.' if ending else ''}{ending}"
