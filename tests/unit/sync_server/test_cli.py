import pytest

from shared_models.__main__ import main


def test_the_server_command_explains_itself(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["server", "--help"])
    assert stop.value.code == 0
    assert "usage: fieldfare server" in capsys.readouterr().out
