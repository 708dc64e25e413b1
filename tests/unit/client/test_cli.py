import pytest

from shared_models.__main__ import main


def test_the_client_command_explains_itself(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["client", "--help"])
    assert stop.value.code == 0
    assert "usage: fieldfare client" in capsys.readouterr().out
