import pytest

from conflict.lines import LineMerge, merge_lines


@pytest.mark.functions(8)
def test_paragraphs_added_in_different_places_are_both_kept():
    assert merge_lines("a\nb\nc", "new\na\nb\nc", "a\nb\nc\nlast") == LineMerge("new\na\nb\nc\nlast", False)


def test_a_change_of_one_side_is_taken_as_it_is():
    assert merge_lines("a\nb", "a\nB", "a\nb") == LineMerge("a\nB", False)
    assert merge_lines("a\nb", "a\nb", "A\nb") == LineMerge("A\nb", False)


def test_the_same_change_on_both_sides_counts_once():
    assert merge_lines("a\nb\nc", "a\nB\nc", "a\nB\nc\nd") == LineMerge("a\nB\nc\nd", False)
    assert merge_lines("a", "b", "b") == LineMerge("b", False)


def test_one_line_changed_differently_keeps_theirs_and_asks():
    assert merge_lines("a\nb\nc", "a\nmine\nc", "a\ntheirs\nc") == LineMerge("a\ntheirs\nc", True)


def test_a_line_removed_here_and_changed_there_keeps_theirs_and_asks():
    assert merge_lines("a\nb", "b", "A\nb") == LineMerge("A\nb", True)


def test_lines_that_do_not_overlap_are_applied_beside_some_that_do():
    assert merge_lines("a\nb\nc\nd", "A1\nb\nc\nd\nmine", "A2\nb\nc\nd") == LineMerge("A2\nb\nc\nd\nmine", True)


def test_two_insertions_at_one_place_are_kept_in_an_order_of_their_own():
    assert merge_lines("a", "a\nx", "a\ny") == merge_lines("a", "a\ny", "a\nx") == LineMerge("a\nx\ny", False)


def test_an_absent_text_is_an_empty_one():
    assert merge_lines(None, "x", None) == LineMerge("x", False)
    assert merge_lines("x", None, "x") == LineMerge(None, False)
    assert merge_lines(None, "x", "y") == LineMerge("x\ny", False)


def test_a_long_text_of_equal_lines_counts_as_rewritten_and_is_not_aligned_for_minutes():
    base = "a\n" * 9_000
    merged = merge_lines(base, "mine" + base + "mine", "theirs" + base + "theirs")
    assert merged == LineMerge("theirs" + base + "theirs", True)


def test_lines_added_at_both_ends_of_a_long_text_are_found_without_aligning_it():
    base = "a\n" * 9_000 + "end"
    assert merge_lines(base, "mine\n" + base, base + "\ntheirs") == LineMerge("mine\n" + base + "\ntheirs", False)
