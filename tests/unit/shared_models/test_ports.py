"""What a command makes of a port before it starts anything."""

import argparse
import socket

import pytest

from shared_models.ports import is_taken, port


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("8400", 8400), ("65535", 65_535)])
def test_port_is_a_number_that_a_server_can_have(text, number):
    assert port(text) == number


@pytest.mark.parametrize("text", ["65536", "99999", "-1", "http", "", "८४००"])
def test_anything_else_is_a_usage_error(text):
    with pytest.raises(argparse.ArgumentTypeError, match="not a port"):
        port(text)


def test_port_is_taken_while_something_listens_there():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number = listening.getsockname()[1]
        assert is_taken(number)
    assert not is_taken(number)


def test_address_of_another_machine_cannot_be_had():
    assert is_taken(0, "192.0.2.1")
