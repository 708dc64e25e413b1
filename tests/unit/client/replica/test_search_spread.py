"""Every word has to be found somewhere: in the record, or in an address, a phone or another part of it."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client.replica import search, search_spread
from tests.clients import make_replica


@pytest.fixture
def replica(tmp_path):
    opened = make_replica(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def hotel(replica):
    """A hotel with an address, a phone and an account, and another one elsewhere."""
    return company(
        replica, "Hotel Șapte Brazi", city="Predeal", street="Gării 1", phone="0721 000 306", iban="RO49AAAA1B31007593840000"
    )


def company(replica, name, *, city=None, street=None, phone=None, iban=None):
    with replica.edit("company") as edit:
        pk = edit.insert("company", {"name": name})
        if city or street:
            edit.insert("address", {"company_id": pk, "city": city, "street": street})
        if phone:
            point = {"kind": "mobile", "value": phone, "value_normalised": f"+4{phone.replace(' ', '')}"}
            edit.insert("contact_point", {"company_id": pk, **point})
        if iban:
            edit.insert("bank_account", {"company_id": pk, "iban": iban})
    return pk


@pytest.mark.functions(38)
@pytest.mark.parametrize(
    "typed",
    [
        "sapte predeal",
        "predeal sapte",
        "Șapte Gării",
        "garii brazi hotel predeal",
        "brazi 306",
        "predeal 0721",
        "RO49 brazi",
        "sap pre",
    ],
)
def test_words_of_the_name_the_town_the_street_and_the_phone_find_the_company_together(replica, hotel, typed):
    company(replica, "Hotel Șapte Brazi", city="Sinaia", phone="0721 000 307")
    company(replica, "Predeal Turism", city="Predeal", street="Gării 2")
    assert hotel in [hit.pk for hit in replica.search(typed)]


@pytest.mark.parametrize("typed", ["sapte sinaia", "brazi predeal zzz", "gării 999", "brazi predeal sinaia"])
def test_a_word_that_is_nowhere_in_the_record_keeps_it_out(replica, hotel, typed):
    company(replica, "Vila Sinaia", city="Sinaia")
    assert replica.search(typed) == []


def test_a_word_of_an_archived_part_does_not_count(replica, hotel):
    [address] = replica.children_of("address", "company_id", hotel)
    with replica.edit("gone") as edit:
        edit.archive("address", address["id"])
    assert replica.search("sapte predeal") == replica.search("predeal sapte") == []
    assert [hit.pk for hit in replica.search("sapte 306")] == [hotel]


def test_an_archived_record_is_not_found_by_its_parts(replica, hotel):
    with replica.edit("gone") as edit:
        edit.archive("company", hotel)
    assert replica.search("sapte predeal") == []


def test_a_record_with_a_word_in_its_name_comes_before_one_with_all_words_in_a_part_and_after_one_that_has_them_itself(
    replica, hotel
):
    street = company(replica, "Alimentara", city="Predeal", street="Șapte Brazi")
    named = company(replica, "Predeal Șapte Stele")
    hits = replica.search("sapte predeal")
    assert [(hit.pk, hit.through) for hit in hits] == [(named, None), (hotel, "address"), (street, "address")]


def test_the_lately_used_comes_first_among_equals(replica, hotel):
    other = company(replica, "Hotel Șapte Izvoare", city="Predeal")
    assert [hit.pk for hit in replica.search("sapte predeal")] == [hotel, other]
    replica.used("company", other)
    assert [hit.pk for hit in replica.search("sapte predeal")] == [other, hotel]


def test_a_person_is_found_by_name_and_phone(replica):
    with replica.edit("person") as edit:
        pk = edit.insert("contact", {"first_name": "Ioana", "last_name": "Știrbei"})
        edit.insert(
            "contact_point", {"contact_id": pk, "kind": "mobile", "value": "0700 018 306", "value_normalised": "+40700018306"}
        )
    assert [hit.pk for hit in replica.search("stirbei 306")] == [pk]


@pytest.mark.functions(38)
def test_of_too_many_rows_those_that_have_more_of_the_words_are_looked_up_first(replica, monkeypatch):
    for n in range(6):
        company(replica, f"Hotel {n}", city="Sinaia")
    late = company(replica, "Hotel Brazi", city="Predeal")
    for n in range(9):
        company(replica, f"Brazi {n}", city="Predeal")
    monkeypatch.setattr(search_spread, "MAX_FOLLOWED", 1)
    assert [hit.pk for hit in replica.search("hotel brazi predeal")] == [late]


def walked(replica, typed):
    """Return what the index finds of the pieces of a text, and how often it was asked."""
    statements = []
    with replica.reading() as reader:
        reader.set_trace_callback(statements.append)
        found = search_spread.rows_of(reader, replica.registry, typed)
        reader.set_trace_callback(None)
    return found, sum(" MATCH " in statement for statement in statements)


@pytest.mark.parametrize("typed", ["hotel sapte brazi predeal garii 1 306", "hotel", "0721 000 306"])
def test_a_text_of_many_words_is_no_record_and_not_walked_through_nor_is_one_word_or_one_number(replica, hotel, typed):
    assert walked(replica, typed) == ({}, 0)


def test_after_a_word_that_is_nowhere_no_other_is_looked_up(replica, hotel):
    _, both = walked(replica, "sapte predeal")
    _, first = walked(replica, "sapte nicaieri")
    assert first * 2 == both


def test_each_part_is_looked_through_once_whatever_it_may_belong_to(replica, hotel):
    statements = []
    with replica.reading() as reader:
        reader.set_trace_callback(statements.append)
        search.search(reader, replica.registry, "predeal")
        reader.set_trace_callback(None)
    for part in ("note", "contact_point", "address", "bank_account"):
        assert sum(f'"_fts_{part}" MATCH ' in statement for statement in statements) == 1


def test_rows_that_are_not_all_there_are_not_taken_for_all(replica, monkeypatch):
    for n in range(4):
        company(replica, f"Hotel {n}", street="Hotel Mare")
    last = company(replica, "Popas", street="Hotel Brazi")
    monkeypatch.setattr(search_spread, "MAX_ROWS", 3)
    assert [(hit.pk, hit.through) for hit in replica.search("hotel brazi")] == [(last, "address")]


WORDS = ("ana", "brad", "cerb", "dor")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), batch=st.sampled_from([1, 2, 300]))
def test_the_search_finds_what_the_plain_definition_says(tmp_path, seed, batch):
    random = Random(seed)
    with TemporaryDirectory(dir=tmp_path) as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_spread, "BATCH", batch)
        replica = make_replica(Path(folder))
        held = [fill_one(replica, random) for _ in range(12)]
        for typed in ("ana brad", "a br", "cerb dor ana", "dor dor cerb"):
            wanted = {pk: through for pk, rows in held if (through := plain(rows, typed.split())) is not False}
            found = {hit.pk: hit.through for hit in replica.search(typed)}
            assert found.keys() == wanted.keys()
            assert all(found[pk] in wanted[pk] for pk in found)
        replica.close()


def fill_one(replica, random):
    """Add a company or a person with parts, some of them archived; return its id and its live rows as (entity, text)."""
    entity, title = random.choice([("company", "name"), ("contact", "last_name")])
    rows = [(None, "x " + words(random))]
    with replica.edit("one") as edit:
        pk = edit.insert(entity, {title: rows[0][1]})
        parts = [("address", "city", {}), ("contact_point", "value", {"kind": "url"})] * 2
        for n, (part, field, rest) in enumerate(random.sample(parts, random.randint(0, 4))):
            text = "x " + words(random)
            more = {**rest, "value_normalised": f"x{n}"} if rest else {}
            made = edit.insert(part, {f"{entity}_id": pk, field: text, **more})
            if random.random() < 0.8:
                rows.append((part, text))
            else:
                edit.archive(part, made)
        if is_archived := random.random() < 0.1:
            edit.archive(entity, pk)
    return pk, [] if is_archived else rows


def words(random):
    return " ".join(random.sample(WORDS, random.randint(0, 2)))


def plain(rows, typed):
    """Return through which entities a record may be found, None being itself; False when a word is in none of its rows."""
    having = [{entity for entity, text in rows if any(word.startswith(start) for word in text.split())} for start in typed]
    if not all(having):
        return False
    if rows[0][0] is None and all(any(w.startswith(start) for w in rows[0][1].split()) for start in typed):
        return {None}
    return {entity for entities in having for entity in entities} - {None}


def test_what_is_typed_in_one_piece_is_not_spread(replica):
    with replica.edit("company") as edit:
        coded = edit.insert("company", {"name": "Hotel", "code": "C-1000"})
    company(replica, "Casa Albă", city="Cluj", phone="0721 001 000")
    assert [hit.pk for hit in replica.search("C-1000")] == [coded]
