"""What a command makes of a port before it starts anything."""

import argparse

import pytest

from shared_models.ports import first_of_two, port


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("8400", 8400), ("65535", 65_535)])
def test_port_is_a_number_that_a_server_can_have(text, number):
    assert port(text) == number


@pytest.mark.parametrize("text", ["65536", "99999", "-1", "http", "", "८४००"])
def test_anything_else_is_a_usage_error(text):
    with pytest.raises(argparse.ArgumentTypeError, match="not a port"):
        port(text)


def test_a_command_that_takes_two_ports_takes_the_last_but_one_at_most():
    assert [first_of_two(text) for text in ("1", "8400", "65534")] == [1, 8400, 65_534]


@pytest.mark.parametrize("text", ["0", "65535"])
def test_a_command_that_takes_two_ports_refuses_one_that_has_no_next_or_is_any(text):
    with pytest.raises(argparse.ArgumentTypeError, match="from 1 to 65534, because the next one is taken too"):
        first_of_two(text)
