import pytest

from shared_models.__main__ import main


def test_the_client_command_explains_itself(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["client", "--help"])
    assert stop.value.code == 0
    assert "usage: fieldfare client" in capsys.readouterr().out


@pytest.mark.parametrize("command", [["client", "--web", "--no-browser"], ["sync"]], ids=" ".join)
def test_a_folder_that_is_a_file_is_said(tmp_path, capsys, monkeypatch, command):
    monkeypatch.setenv("LC_ALL", "C")
    file = tmp_path / "notes.txt"
    file.write_text("mine")
    for folder in (file, file / "in"):
        assert main([*command, "--data", str(folder)]) == 1
        assert (
            capsys.readouterr().out == f"{folder} cannot be used: {file} is a file and no folder. Name another with --data.\n"
        )
    assert file.read_text() == "mine"


def test_a_folder_where_one_may_not_write_is_said(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "ro_RO.UTF-8")
    monkeypatch.setattr("client.cli.os.access", lambda path, mode: path != tmp_path)
    assert main(["sync", "--data", str(tmp_path / "new")]) == 1
    assert "nu ai voie să scrii acolo" in capsys.readouterr().out
