"""What a command makes of a port before it starts anything."""

import argparse

import pytest

from shared_models.ports import port


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("8400", 8400), ("65535", 65_535)])
def test_port_is_a_number_that_a_server_can_have(text, number):
    assert port(text) == number


@pytest.mark.parametrize("text", ["65536", "99999", "-1", "http", "", "८४००"])
def test_anything_else_is_a_usage_error(text):
    with pytest.raises(argparse.ArgumentTypeError, match="not a port"):
        port(text)
