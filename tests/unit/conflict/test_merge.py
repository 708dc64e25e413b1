"""One unit of one record: every policy, seen and unseen."""

import pytest

from conflict.merge import STANDS_IF_SEEN, Merged, Outcome, Stored, Typed, decide
from conflict.sets import merge_set
from conflict.states import reaches
from shared_models.fields import Kind, Merge

MOVES = {"new": frozenset({"talk"}), "talk": frozenset({"won", "lost"}), "won": frozenset(), "lost": frozenset()}
NOTHING, APPLY, LOSE, ASK = Outcome.NOTHING, Outcome.APPLY, Outcome.LOSE, Outcome.ASK


@pytest.mark.parametrize("policy", [p for p in Merge if p is not Merge.SU])
def test_an_equal_value_changes_nothing(policy):
    assert decide(policy, Typed("v"), Stored("v")) == Merged(NOTHING, "v")


@pytest.mark.functions(3, 10)
@pytest.mark.parametrize("policy", [Merge.FM, Merge.GR, Merge.PN, Merge.SM])
def test_an_unseen_value_is_never_replaced_without_a_question(policy):
    assert decide(policy, Typed("mine", "before", True), Stored("theirs")) == Merged(ASK, "theirs")


@pytest.mark.parametrize("policy", [Merge.FM, Merge.GR, Merge.PN, Merge.SM, Merge.LE])
@pytest.mark.parametrize("how", [{"seen": True}, {"own": True}])
def test_a_value_that_was_seen_or_is_the_authors_own_is_replaced(policy, how):
    assert decide(policy, Typed("mine", **how), Stored("theirs")) == Merged(APPLY, "mine")


@pytest.mark.parametrize("policy", sorted(STANDS_IF_SEEN))
@pytest.mark.parametrize("stored", ["theirs", None, "mine"])
@pytest.mark.parametrize("base", [{}, {"base": "before", "has_base": True}])
def test_of_these_policies_whatever_was_typed_over_a_seen_value_stands(policy, stored, base):
    """The server asks no rule then (`reconcile`), so no rule may say anything else."""
    merged = decide(policy, Typed("mine", seen=True, **base), Stored(stored), moves=MOVES)
    assert merged == Merged(NOTHING if stored == "mine" else APPLY, "mine")


def test_the_very_value_that_was_on_the_screen_may_be_replaced():
    assert decide(Merge.FM, Typed("mine", "shown", True), Stored("shown")).outcome is APPLY
    assert decide(Merge.GR, Typed(("a", "b"), ("a", "c"), True), Stored(("a", "c"))).outcome is APPLY


def test_no_base_is_not_the_same_as_a_base_of_nothing():
    assert decide(Merge.FM, Typed("mine", None, False), Stored(None)).outcome is ASK
    assert decide(Merge.FM, Typed("mine", None, True), Stored(None)).outcome is APPLY


@pytest.mark.functions(2)
def test_a_code_as_it_was_typed_counts_as_seen_after_it_got_a_suffix():
    assert decide(Merge.PN, Typed("C-9", "C-1", True), Stored("C-1-2", typed="C-1")).outcome is APPLY
    assert decide(Merge.PN, Typed("C-9", "C-7", True), Stored("C-1-2", typed="C-1")).outcome is ASK


@pytest.mark.functions(14, 17)
def test_the_later_edit_wins_by_its_stamp_then_by_its_device():
    later = decide(Merge.LE, Typed("mine", stamp=(9, "a")), Stored("theirs", stamp=(8, "b")))
    assert later == Merged(APPLY, "mine", replaced_unseen=True)
    assert decide(Merge.LE, Typed("mine", stamp=(7, "z")), Stored("theirs", stamp=(8, "b"))) == Merged(LOSE, "theirs")
    assert decide(Merge.LE, Typed("mine", stamp=(8, "c")), Stored("theirs", stamp=(8, "b"))).outcome is APPLY
    assert decide(Merge.LE, Typed("mine", stamp=(8, "b")), Stored("theirs", stamp=(8, "b"))).outcome is LOSE


def test_administered_data_keeps_the_servers_value():
    assert decide(Merge.SV, Typed("mine", stamp=(99, "z")), Stored("theirs")).outcome is LOSE
    assert decide(Merge.SV, Typed("mine", seen=True), Stored("theirs")).outcome is APPLY
    assert decide(Merge.SV, Typed("mine", "theirs", True), Stored("theirs")).outcome is APPLY


def test_a_long_text_always_merges_by_lines_also_after_an_own_value():
    merged = decide(Merge.LM, Typed("a\nmine", "a", True, seen=True, own=True), Stored("a\ntheirs"))
    assert merged == Merged(APPLY, "a\nmine\ntheirs")


def test_overlapping_lines_are_asked_about_and_the_others_applied():
    assert decide(Merge.LM, Typed("M\nb\nx", "a\nb", True), Stored("T\nb")) == Merged(APPLY, "T\nb\nx", asks_too=True)
    assert decide(Merge.LM, Typed("M", "a", True), Stored("T")) == Merged(ASK, "T")
    assert decide(Merge.LM, Typed("a", "a", True), Stored("a\nb")) == Merged(NOTHING, "a\nb")


@pytest.mark.functions(19)
def test_a_sticky_mark_is_never_taken_away():
    assert decide(Merge.MX, Typed(False), Stored(True), kind=Kind.BOOLEAN) == Merged(LOSE, True)
    assert decide(Merge.MX, Typed(True), Stored(False), kind=Kind.BOOLEAN) == Merged(APPLY, True)
    assert decide(Merge.MX, Typed(5), Stored(9), kind=Kind.INSTANT) == Merged(APPLY, 5)
    assert decide(Merge.MX, Typed(None), Stored(9), kind=Kind.INSTANT) == Merged(LOSE, 9)


def test_two_forward_moves_chain_and_the_shorter_goes_to_the_history():
    longer = decide(Merge.SM, Typed("won", "new", True), Stored("talk"), moves=MOVES)
    assert longer == Merged(APPLY, "won", replaced_unseen=True)
    assert decide(Merge.SM, Typed("talk", "new", True), Stored("won"), moves=MOVES) == Merged(LOSE, "won")


@pytest.mark.parametrize(("mine", "base", "theirs"), [("won", "talk", "lost"), ("new", "talk", "won"), ("won", "lost", "talk")])
def test_moves_that_do_not_chain_ask(mine, base, theirs):
    assert decide(Merge.SM, Typed(mine, base, True), Stored(theirs), moves=MOVES) == Merged(ASK, theirs)


def test_a_state_reaches_itself_and_what_follows():
    assert reaches(MOVES, "won", "won")
    assert reaches(MOVES, "new", "lost")
    assert not reaches(MOVES, "lost", "new")
    assert not reaches({}, "a", "b")


@pytest.mark.functions(1)
def test_one_adds_supplier_another_customer_and_both_stay():
    merged = decide(Merge.SU, Typed({"add": ["supplier"]}), Stored(["customer"]))
    assert merged == Merged(APPLY, ["customer", "supplier"])


def test_a_remove_takes_only_what_was_seen():
    assert merge_set(["a", "b"], [], ["a", "b"], {"b"}) == ["b"]
    assert merge_set(["a"], ["a"], ["a"], ()) == ["a"]
    assert decide(Merge.SU, Typed({"remove": ["a"]}), Stored(["a"], unseen=frozenset("a"))) == Merged(NOTHING, ["a"])
    assert decide(Merge.SU, Typed(["x"]), Stored(None)) == Merged(APPLY, ["x"])
    assert decide(Merge.SU, Typed(None), Stored(["x"])) == Merged(NOTHING, ["x"])
