import sys

import pytest

from shared_models.__main__ import main


def test_help_names_the_commands_of_both_halves(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    text = capsys.readouterr().out
    assert "client" in text
    assert "server" in text


def test_version_is_that_of_the_distribution(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out.split() == ["fieldfare", "0.1.0"]


def test_a_missing_command_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as stop:
        main([])
    assert stop.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["sync"], ["client"], ["demo"], ["server", "run"], ["server", "user", "list"]], ids=" ".join)
def test_an_unknown_option_is_told_with_the_usage_of_its_command(capsys, words):
    with pytest.raises(SystemExit) as stop:
        main([*words, "--bogus"])
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith(f"usage: fieldfare {' '.join(words)} ")
    assert f"fieldfare {' '.join(words)}: error: unrecognized arguments: --bogus" in said


def test_help_does_not_load_the_frameworks(tmp_path):
    import subprocess

    code = "import sys\nfrom shared_models.__main__ import build_parser\nbuild_parser().format_help()\nprint(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert not {"flet", "litestar", "sqlalchemy"} & set(loaded.stdout.split())


def test_a_command_ends_with_the_exit_code_of_what_it_runs(monkeypatch):
    def register(subparsers):
        parser = subparsers.add_parser("sing", help="sings")
        parser.set_defaults(run=lambda parsed: 3)

    class Point:
        name = "choir"

        def load(self):
            return register

    monkeypatch.setattr("shared_models.__main__.entry_points", lambda group: [Point()])
    assert main(["sing"]) == 3


def test_the_package_runs_as_a_script(monkeypatch, capsys):
    import runpy

    monkeypatch.setattr(sys, "argv", ["fieldfare", "--version"])
    monkeypatch.delitem(sys.modules, "shared_models.__main__", raising=False)
    with pytest.raises(SystemExit) as stop:
        runpy.run_module("shared_models", run_name="__main__")
    assert stop.value.code == 0
    assert capsys.readouterr().out.startswith("fieldfare ")
