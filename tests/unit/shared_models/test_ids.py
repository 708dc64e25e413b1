from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from shared_models.entities.company import Company
from shared_models.entities.contact import CompanyContact
from shared_models.entities.reach import ContactPoint
from shared_models.ids import RUN_CHARS, RUN_SAVES, IdMaker, derived_id, uuid7
from shared_models.natural_ids import natural_id

HOTEL, IOANA = "018f0000-0000-7000-8000-000000000001", "018f0000-0000-7000-8000-000000000002"


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**74 - 1))
def test_an_id_is_a_version_7_uuid_that_carries_its_time(ms, randomness):
    found = UUID(uuid7(ms, randomness))
    assert (found.version, found.variant) == (7, "specified in RFC 4122")
    assert found.int >> 80 == ms


@given(st.integers(0, 2**48 - 2), st.integers(0, 2**74 - 1), st.integers(0, 2**74 - 1))
def test_ids_sort_by_time(ms, one, other):
    assert uuid7(ms, one) < uuid7(ms + 1, other)


def test_the_same_clock_and_chance_make_the_same_ids():
    def made():
        ids = IdMaker(lambda: 1_795_000_000_000, Random(7))
        return ids.record_id(), ids.token(), ids.record_id()

    assert made() == made()
    assert len(set(made())) == 3


def test_a_token_is_22_letters_that_a_url_can_carry():
    token = IdMaker(lambda: 0, Random(1)).token()
    assert len(token) == 22
    assert token.replace("-", "").replace("_", "").isalnum()


def test_the_transactions_of_a_run_share_most_of_their_ids_in_the_order_of_their_making():
    ids = IdMaker(lambda: 0, Random(1))
    made = [ids.tx_id() for _ in range(300)]
    assert {len(one) for one in made} == {22}
    assert made == sorted(set(made)), "no id twice"
    assert len({one[:RUN_CHARS] for one in made}) == 1
    assert len({one[-4:] for one in made}) == 300, "what nobody can guess"


def test_a_run_ends_when_its_ids_leave_the_device_and_when_its_count_is_full():
    ids = IdMaker(lambda: 0, Random(1))
    first = ids.tx_id()
    ids.end_run()
    second = [ids.tx_id() for _ in range(RUN_SAVES + 1)]
    assert len({one[:RUN_CHARS] for one in (first, second[0], second[-1])}) == 3
    assert second[0][:RUN_CHARS] == second[-2][:RUN_CHARS]


def test_two_processes_that_open_one_replica_make_other_ids():
    assert IdMaker(lambda: 0, Random(1)).tx_id()[:RUN_CHARS] != IdMaker(lambda: 0, Random(2)).tx_id()[:RUN_CHARS]
    ids = IdMaker(lambda: 0, Random(1))
    assert ids.tx_id()[:RUN_CHARS] not in repr(ids)


def test_a_derived_id_depends_on_the_entity_and_on_where_its_parts_end():
    assert derived_id("note", "ab", "c") == derived_id("note", "ab", "c")
    assert len({derived_id("note", "ab", "c"), derived_id("note", "a", "bc"), derived_id("address", "ab", "c")}) == 3


def test_two_devices_that_add_one_number_make_one_record():
    row = {
        "contact_id": IOANA,
        "company_id": None,
        "kind": "phone",
        "value": "0700 018 300",
        "value_normalised": "+40700018300",
    }
    other = {**row, "kind": "mobile", "value": "+40 700 018 300"}
    assert natural_id(ContactPoint, row) == natural_id(ContactPoint, other)
    assert natural_id(ContactPoint, row) != natural_id(
        ContactPoint, {**row, "contact_id": None, "company_id": IOANA[:-1] + "3"}
    )


def test_a_contact_has_one_place_at_a_company():
    assert natural_id(CompanyContact, {"company_id": HOTEL, "contact_id": IOANA}) == derived_id("company_contact", HOTEL, IOANA)


def test_other_records_have_free_ids():
    assert natural_id(Company, {"name": "Hotel"}) is None


def test_a_point_without_an_owner_still_has_an_id():
    assert natural_id(ContactPoint, {"kind": "phone", "value_normalised": "+40700018300"}) is not None
