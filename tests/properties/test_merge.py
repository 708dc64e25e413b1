"""Promises of the merge over any values: the order of arrival does not matter where we say so, and nothing typed is lost."""

from hypothesis import given
from hypothesis import strategies as st

from conflict.lines import merge_lines
from conflict.merge import Outcome, Stored, Typed, decide
from conflict.sets import merge_set
from shared_models.fields import Kind, Merge

texts = st.lists(st.sampled_from("abcdefgh"), max_size=6).map("\n".join)
values = st.sampled_from(["x", "y", "z", None])
stamps = st.tuples(st.integers(0, 5), st.sampled_from("pqr"))


def lines(text):
    return set((text or "").split("\n")) - {""}


@given(texts, texts)
def test_a_line_merge_with_an_untouched_side_is_the_other_side(base, mine):
    assert (merge_lines(base, mine, base).text or "") == mine
    assert (merge_lines(base, base, mine).text or "") == mine


@given(texts, texts, texts)
def test_a_line_merge_without_overlap_does_not_depend_on_the_order(base, one, other):
    there, back = merge_lines(base, one, other), merge_lines(base, other, one)
    assert there.overlaps == back.overlaps
    if not there.overlaps:
        assert there.text == back.text


@given(texts, texts, texts)
def test_a_line_merge_loses_no_line_that_somebody_wrote_unless_it_asks(base, mine, theirs):
    merged = merge_lines(base, mine, theirs)
    assert lines(theirs) - lines(base) <= lines(merged.text)
    if not merged.overlaps:
        assert lines(mine) - lines(base) <= lines(merged.text)


@given(texts, texts, texts)
def test_a_line_merge_done_again_changes_nothing(base, mine, theirs):
    once = merge_lines(base, mine, theirs)
    if not once.overlaps:
        assert merge_lines(mine, once.text, once.text).text == once.text


@given(st.lists(st.tuples(stamps, values), min_size=2, max_size=4, unique_by=lambda one: one[0]), st.data())
def test_the_latest_edit_wins_in_any_order_of_arrival(edits, data):
    def end(order):
        stored = Stored("start", (-1, ""))
        for stamp, value in order:
            merged = decide(Merge.LE, Typed(value, stamp=stamp), stored)
            if merged.outcome is Outcome.APPLY:
                stored = Stored(merged.value, stamp)
            elif merged.outcome is Outcome.NOTHING:
                stored = Stored(stored.value, max(stored.stamp, stamp))
        return stored.value

    assert end(edits) == end(data.draw(st.permutations(edits))) == max(edits, key=lambda one: one[0])[1]


@given(st.lists(st.tuples(st.sets(st.sampled_from("abcd")), st.sets(st.sampled_from("abcd"))), max_size=4), st.data())
def test_sets_end_the_same_in_any_order_when_no_remove_saw_a_concurrent_add(changes, data):
    base = {"a", "b"}

    def end(order):
        stored, added = set(base), set()
        for add, remove in order:
            stored = set(merge_set(stored, add, remove & base, added))
            added |= add
        return stored

    plain = [(add, remove - add) for add, remove in changes]
    everything = set().union(*(add for add, _ in plain)) if plain else set()
    assert everything <= end(plain)
    assert end(plain) - base == end(data.draw(st.permutations(plain))) - base


@given(st.one_of(st.none(), st.integers(0, 9)), st.lists(st.one_of(st.none(), st.integers(0, 9)), max_size=4), st.data())
def test_sticky_values_end_the_same_in_any_order(start, edits, data):
    def end(order):
        value = start
        for typed in order:
            value = decide(Merge.MX, Typed(typed), Stored(value), kind=Kind.INSTANT).value
        return value

    assert end(edits) == end(data.draw(st.permutations(edits)))


@given(
    st.sampled_from([p for p in Merge if p is not Merge.SU]),
    values,
    values,
    values,
    st.booleans(),
    st.booleans(),
    stamps,
    stamps,
)
def test_every_value_that_gives_way_is_known_recorded_or_asked_about(policy, mine, base, theirs, seen, own, one, other):
    typed = Typed(mine, base, True, seen, own, one)
    merged = decide(policy, typed, Stored(theirs, other), moves={}, kind=Kind.INTEGER if policy is Merge.MX else Kind.TEXT)
    gone = merged.outcome is Outcome.APPLY and merged.value != theirs and policy not in (Merge.LM, Merge.MX)
    if gone:
        assert seen or own or base == theirs or merged.replaced_unseen
    assert merged.outcome is not Outcome.NOTHING or mine == merged.value or policy is Merge.LM
