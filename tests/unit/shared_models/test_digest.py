import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared_models.digest import (
    LIST_ROWS,
    PLACE_DIGITS,
    Digest,
    combined,
    content_hash,
    differing,
    divided,
    is_within,
    place,
    row_hash,
)
from shared_models.protocol import DigestRequest

rows = st.lists(st.tuples(st.sampled_from(["company", "note"]), st.text(max_size=8), st.integers(0, 2**62)), max_size=8)


def digest_of(found):
    digest = Digest()
    for row in found:
        digest = digest.add(*row)
    return digest


@given(rows, st.randoms())
def test_the_order_of_rows_does_not_matter(found, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert digest_of(shuffled) == digest_of(found)


@given(rows, st.tuples(st.just("note"), st.text(max_size=8), st.integers(0, 2**62)))
def test_a_row_taken_out_leaves_no_trace(found, row):
    assert digest_of(found).add(*row).remove(*row) == digest_of(found)


@given(rows)
def test_the_wire_form_is_read_back(found):
    rows, total = digest_of(found).wire()
    assert len(total) == 16
    assert Digest.parse(rows, total) == digest_of(found)


def test_a_version_an_id_and_an_entity_each_change_the_digest():
    hashes = {row_hash("company", "a", 1), row_hash("company", "a", 2), row_hash("company", "b", 1), row_hash("note", "a", 1)}
    assert len(hashes) == 4


def test_the_combined_figure_tells_one_row_more():
    one = Digest().add("company", "a", 1)
    assert combined({"company": one}) != combined({"company": one.add("company", "b", 1)})
    assert combined({"company": one, "note": Digest()}) == combined({"note": Digest(), "company": one})
    assert len(combined({})) == 16


def hashed(pks):
    return [(pk, 1, row_hash("company", pk, 1)) for pk in pks]


ids = st.sets(st.text("0123456789abcdef", min_size=1, max_size=12), max_size=40)


@given(ids, st.integers(0, PLACE_DIGITS))
def test_each_row_lies_in_one_part_of_every_size(pks, digits):
    prefixes = sorted({f"{place(pk):08x}"[:digits] for pk in pks}) or ["0" * digits]
    parts = divided(hashed(pks), prefixes, lambda _: None)
    assert sorted(row.pk for part in parts.values() for row in part.rows) == sorted(pks)
    assert all(is_within([prefix])(row.pk) for prefix, part in parts.items() for row in part.rows)


@given(ids, st.integers(0, PLACE_DIGITS - 2))
def test_the_parts_of_a_part_add_up_to_it(pks, digits):
    prefixes = sorted({f"{place(pk):08x}"[:digits] for pk in pks}) or ["0" * digits]
    for part in divided(hashed(pks), prefixes, lambda _: 0).values():
        below = part.children()
        assert sum(one.rows for one in below.values()) == part.digest.rows
        assert sum(one.total for one in below.values()) % 2**64 == part.digest.total
        again = divided(hashed(pks), sorted(below), lambda _: None) if below else {}
        assert {prefix: one.digest for prefix, one in again.items()} == below


def test_rows_are_listed_while_they_are_few_and_always_where_a_part_cannot_be_divided():
    pks = [str(n) for n in range(LIST_ROWS + 1)]
    assert len(divided(hashed(pks[1:]), [""], lambda _: LIST_ROWS)[""].rows or ()) == LIST_ROWS
    assert divided(hashed(pks), [""], lambda _: LIST_ROWS)[""].rows is None
    at = f"{place('1'):08x}"
    assert divided(hashed(["1", "1"]), [at], lambda _: 1)[at].rows is not None
    assert divided([], [], lambda _: 0) == {}


def test_one_row_more_on_one_side_is_in_one_part_of_each_size():
    pks = [str(n) for n in range(5000)]
    mine, theirs = (divided(hashed(one), [""], lambda _: 0)[""].children() for one in (pks, pks[:-1]))
    (prefix,) = differing(mine, theirs)
    assert is_within([prefix])(pks[-1])
    assert differing(mine, mine) == []


def test_a_content_a_version_an_id_and_an_entity_each_change_the_hash_of_a_content():
    rows = [("company", "a", 1, b"[]"), ("company", "a", 1, b"[1]"), ("company", "a", 2, b"[]"), ("company", "b", 1, b"[]")]
    assert len({content_hash(*row) for row in [*rows, ("note", "a", 1, b"[]")]}) == 5


def test_a_text_that_is_no_text_any_more_has_a_place_and_a_hash():
    assert place("\udc80") >= 0
    assert content_hash("company", "\udc80", 1, b"[]") >= 0


@pytest.mark.parametrize("asked", [{"entity": "company", "prefixes": ["a", "bb"]}, {"prefixes": ["a", "b"]}])
def test_parts_of_different_lengths_or_several_of_all_entities_are_no_question(asked):
    with pytest.raises(ValidationError):
        DigestRequest(server_epoch="e", **asked)
