"""A client that is killed while records leave holds all of them or none, and cleans its files when it is opened again."""

import pytest

from client.replica import integrity, purging
from client.replica.apply_remote import apply_page
from client.replica.driver import connect
from tests.anomaly.test_killed_client import Fuse, Killed, mortal
from tests.clients import bring, central_row, make_replica, page_of

ACME, BETA, NOTE = (f"018f0000-0000-7000-8000-0000000000{n:02}" for n in range(1, 4))
SECRET = "Hotelplantedword"


def prepared(folder, name, fuse):
    """A replica with a company that is going to leave, whose edit waits, and one that stays."""
    replica = make_replica(folder, name=name, connect=mortal(fuse))
    bring(
        replica,
        (1, "company", central_row("company", ACME, name=SECRET, description=SECRET)),
        (2, "company", central_row("company", BETA, name="Beta")),
        (3, "note", central_row("note", NOTE, company_id=ACME, body=SECRET)),
        to=5,
    )
    with replica.edit("Edit") as edit:
        edit.update("company", ACME, {"code": "K1"})
    return replica


def leave(replica):
    apply_page(replica, page_of(replica, to=6, leaves=(("company", ACME),), hidden=("bank",)))
    purging.purge(replica)


@pytest.mark.slow
@pytest.mark.functions(35, 141)
def test_a_client_killed_at_any_statement_of_a_leave_holds_the_records_or_lacks_them(tmp_path):
    fuse, outcomes = Fuse(), set()
    counted = prepared(tmp_path, "counted", fuse)
    fuse.count = 0
    leave(counted)
    total = fuse.count
    counted.close()
    assert total > 30
    for at in range(total):
        replica = prepared(tmp_path, f"dan{at}", fuse)
        fuse.left = at
        with pytest.raises(Killed):
            leave(replica)
        fuse.left = None
        replica.close()
        replica = make_replica(tmp_path, name=f"dan{at}", connect=connect)
        has_left = replica.facts()["cursor"] == 6
        outcomes.add(has_left)
        assert [replica.get(entity, pk) is None for entity, pk in (("company", ACME), ("note", NOTE))] == [has_left] * 2
        assert integrity.check(replica) == []
        assert len(replica.waiting()) == 1
        if not has_left:
            leave(replica)
        assert purging.purge(replica)
        content = replica.path.read_bytes() + replica.path.with_name(replica.path.name + "-wal").read_bytes()
        assert SECRET.encode() not in content
        replica.close()
    assert outcomes == {True, False}
