"""What left a person's lists is counted until he was told, and nothing else is."""

import pytest

from client.usecases import sync_desk
from tests.clients import bring, central_row, make_replica

pytestmark = pytest.mark.functions(34, 35)
ACME, BETA, OLD, ION, PHONE = (f"018f0000-0000-7000-8000-0000000000{n:02}" for n in range(1, 6))


@pytest.fixture
def replica(tmp_path):
    opened = make_replica(tmp_path)
    bring(
        opened,
        (1, "company", central_row("company", ACME, name="Acme")),
        (2, "company", central_row("company", BETA, name="Beta")),
        (3, "company", central_row("company", OLD, name="Old", archived_at=3)),
        (4, "contact", central_row("contact", ION, last_name="Pop")),
        (5, "contact_point", central_row("contact_point", PHONE, contact_id=ION, kind="phone", value="0721")),
        to=20,
    )
    yield opened
    opened.close()


def left(replica):
    known = replica.facts()["left"]
    return known and (known["rows"], known["told"])


def test_live_companies_and_contacts_are_counted_and_their_parts_are_not(replica):
    assert left(replica) is None
    bring(replica, to=21, leaves=(("company", ACME), ("company", OLD), ("contact", ION), ("contact_point", PHONE)))
    assert left(replica) == (2, False)


def test_what_the_same_page_brings_back_did_not_leave_and_a_part_that_leaves_is_nothing_to_tell(replica):
    bring(replica, (6, "company", central_row("company", ACME, name="Acme")), to=21, leaves=(("company", ACME),))
    bring(replica, to=22, leaves=(("contact_point", PHONE), ("company", "unknown")))
    assert left(replica) is None


def test_the_count_grows_until_it_was_told_and_begins_anew_then(replica):
    sync_desk.note_left_told(replica)
    bring(replica, to=21, leaves=(("company", ACME),))
    bring(replica, to=22, leaves=(("company", BETA),))
    assert left(replica) == (2, False)
    sync_desk.note_left_told(replica)
    assert left(replica) == (2, True)
    bring(replica, to=23, leaves=(("contact", ION),))
    assert left(replica) == (1, False)
