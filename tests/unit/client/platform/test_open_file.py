"""Files for other programs: under what name, which are not opened, and what a machine without a program says."""

import os
import stat
import subprocess
import sys

import pytest

from client.platform.open_file import CannotOpen, WouldRun, clear_copies, copy_under, open_file, safe_name
from shared_models.errors import FileDamaged

pytestmark = pytest.mark.functions(135)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Ofertă „finală”.pdf", "Ofertă „finală”.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Windows\\a.txt", "C__Windows_a.txt"),
        ("evil.exe.", "evil.exe"),
        ("a\u202efdp.exe", "a_fdp.exe"),
        ("tab\there.txt", "tab_here.txt"),
        ("", "file"),
        ("...", "file"),
        ("no ending", "no ending"),
        ("a." + "b" * 30, "a." + "b" * 30),
        ("x" * 300 + ".pdf", "x" * 109 + ".pdf"),
    ],
)
def test_a_copy_has_a_name_that_every_system_can_have(name, safe):
    assert safe_name(name) == safe


def test_copies_of_one_name_lie_beside_each_other_and_cannot_be_written(tmp_path):
    first, second = (copy_under(tmp_path / "opened", iter((b"con", b"tent")), "a.pdf") for _ in range(2))
    assert first != second
    assert (first.name, second.read_bytes()) == ("a.pdf", b"content")
    assert stat.S_IMODE(first.stat().st_mode) == 0o400
    clear_copies(tmp_path / "opened")
    assert not (tmp_path / "opened").exists()
    clear_copies(tmp_path / "opened")


def test_of_what_breaks_off_there_is_no_copy(tmp_path):
    def broken():
        yield b"con"
        raise FileDamaged

    with pytest.raises(FileDamaged):
        copy_under(tmp_path / "opened", broken(), "a.pdf")
    assert list((tmp_path / "opened").iterdir()) == []


@pytest.mark.parametrize("name", ["a.exe", "a.EXE", "a.pdf.bat", "a.desktop", "a.lnk", "a.js"])
def test_what_the_machine_would_run_is_not_opened(tmp_path, monkeypatch, name):
    monkeypatch.setattr(subprocess, "run", lambda *asked, **how: pytest.fail("it was run"))
    with pytest.raises(WouldRun):
        open_file(tmp_path / name)


@pytest.mark.skipif(sys.platform != "linux", reason="the opener of Linux")
def test_the_system_is_asked_for_its_program(tmp_path, monkeypatch):
    note = tmp_path / "opened"
    opener = tmp_path / "bin" / "xdg-open"
    opener.parent.mkdir()
    opener.write_text(f'#!/bin/sh\nprintf %s "$1" > {note}\n')
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", f"{opener.parent}:{os.environ['PATH']}")
    open_file(tmp_path / "Ofertă nouă.pdf")
    assert note.read_text() == str(tmp_path / "Ofertă nouă.pdf")
    opener.write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(CannotOpen):
        open_file(tmp_path / "a.pdf")


@pytest.mark.parametrize("error", [FileNotFoundError(), subprocess.TimeoutExpired("xdg-open", 20)])
def test_a_machine_that_opens_nothing_says_so(tmp_path, monkeypatch, error):
    def run(*asked, **how):
        raise error

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(CannotOpen):
        open_file(tmp_path / "a.pdf")
