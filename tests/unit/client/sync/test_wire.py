"""A page that is not as the protocol says is refused whole; nothing of it reaches the replica."""

import json

import pytest

from client.replica.rows import names
from client.sync.wire import fastest_loads, read_page
from shared_models.errors import NeedsUpgrade, ProtocolFault
from shared_models.registry import CRM
from tests.clients import central_row

ACME = "018f1111-0000-7000-8000-000000000001"
BEGIN = {"k": "begin", "from": 1, "to": 2, "at": 2, "after": None, "stage": False, "epoch": "e", "schema": 1}
END = {"k": "end", "cursor": 2, "commit": True, "more": False, "safe_seq": 0}
COLS = list(names(CRM.get("company")))
ROW = [central_row("company", ACME, name="Acme")[name] for name in COLS]
ROWS = {"k": "rows", "t": "company", "cols": COLS, "v": [2], "rows": [ROW]}


class Lines:
    """A stream that notes that it was closed."""

    def __init__(self, *lines):
        self._lines = iter([line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines])
        self.closed = False

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._lines)

    def close(self):
        self.closed = True


def read(*lines, loads=json.loads, stop=lambda: False):
    return read_page(Lines(*lines), CRM, loads, stop, 1)


@pytest.mark.parametrize("loads", [json.loads, fastest_loads()])
def test_good_page_is_read(loads):
    ack = {"k": "ack", "tx": [["t1", "applied", 2, 77, None], ["t2", "rejected", 2, 77, "R303"]]}
    page = read(BEGIN, ROWS, {"k": "leave", "t": "company", "pks": ["x"]}, ack, END, loads=loads)
    assert page is not None
    assert (page.chunks[0].entity, page.chunks[0].versions, page.leaves) == ("company", [2], [("company", ["x"])])
    assert [(one.tx_id, one.verdict, one.code) for one in page.acks] == [("t1", "applied", None), ("t2", "rejected", "R303")]


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (b"{",),
        (b"[]",),
        ({"k": "rows"},),
        ({**BEGIN, "extra": 1}, END),
        (BEGIN,),
        (BEGIN, ROWS),
        (BEGIN, {"k": "what"}, END),
        (BEGIN, {**ROWS, "t": "nothing"}, END),
        (BEGIN, {**ROWS, "v": []}, END),
        (BEGIN, {**ROWS, "cols": COLS[:-1]}, END),
        (BEGIN, {**ROWS, "rows": [ROW[:-1]]}, END),
        (BEGIN, {"k": "rows", "t": "company"}, END),
        (BEGIN, {"k": "leave", "t": "nothing", "pks": []}, END),
        (BEGIN, {"k": "ack", "tx": [["t1", "maybe", 2, 77, None]]}, END),
        (BEGIN, {**END, "cursor": "x"}),
    ],
)
def test_page_in_another_shape_is_refused(lines):
    with pytest.raises(ProtocolFault):
        read(*lines)


def test_page_of_a_newer_schema_asks_for_an_update():
    with pytest.raises(NeedsUpgrade):
        read({**BEGIN, "schema": 2}, END)


def test_stopped_page_is_given_up_and_its_stream_closed():
    lines = Lines(BEGIN, ROWS, END)
    assert read_page(lines, CRM, json.loads, lambda: True, 1) is None
    assert lines.closed
