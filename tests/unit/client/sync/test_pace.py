"""How large the pieces of a file are while the line holds, and after it broke."""

import pytest

from client.sync.pace import LEAST, MOST, SHARE, Pace

pytestmark = pytest.mark.functions(135)


def test_pieces_grow_while_the_line_holds_and_a_cut_never_costs_more_than_a_32nd_of_what_went():
    pace, went = Pace(), 0
    assert pace.size == LEAST
    sizes = []
    while pace.size < MOST:
        sizes.append(pace.size)
        assert pace.size <= max(LEAST, went // SHARE)
        went += pace.size
        pace.went(pace.size)
    assert sizes == sorted(sizes)
    pace.cut()
    assert pace.size == LEAST
