from hypothesis import given
from hypothesis import strategies as st

from shared_models.digest import Digest, combined, row_hash

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
