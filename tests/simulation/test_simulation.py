"""CI's share of the simulation: sixty weeks from a fixed seed, the seeds that once broke, and proof that planted bugs are found."""

import os
import subprocess
import sys

import pytest

from shared_models.errors import ReplicaError
from tests.simulation.casts import FILES, INVENTED, MIXED, RIGHTS, TWO_SERVERS, Cast
from tests.simulation.corpus import SEEDS
from tests.simulation.evidence import Broken
from tests.simulation.run import Run
from tests.simulation.stage import Stage
from tests.simulation.stories import OF_FILES, OF_RIGHTS, OF_SERVER_PROCESSES, OF_VERSIONS, STORIES
from tests.simulation.wrong import WRONG, Missing, planted

RUNS = int(os.environ.get("FIELDFARE_SIMULATED_RUNS", "60"))
FEW_RUNS = max(4, RUNS // 12)
QUICKLY_FOUND = ("cursor_by_clock", "cursor_before_rows", "ack_before_stored")


A_FEW_STEPS, STORY_AT, SOME_SEEDS = 24, 12, (1, 2, 3, 4)
TOLD_BY = {
    "bv_moves": "second_edit_of_a_hidden_value",
    "rebase_moves_bv": "typed_while_a_round_is_under_way",
    "ask_is_apply": "second_edit_of_a_hidden_value",
    "own_writer": "form_open_over_an_own_save",
    "form_after": "form_open_over_the_first_sync",
    "after_empty": "built_on_what_was_refused",
    "after_flat": "built_on_what_was_refused",
    "lm_own": "text_merged_under_the_second_edit",
    "lm_last_wins": "text_merged_under_the_second_edit",
    "echo_refused": "two_records_of_which_one_is_asked_about",
    "archive_column": "archived_over_an_unseen_edit",
    "no_resurrect": "edited_while_archived_unseen",
    "child_hidden": "child_while_archived_unseen",
    "su_noop_add": "link_added_twice_and_removed_once",
    "su_last_writer": "link_removed_in_an_old_list",
    "insert_overwrites": "link_added_over_an_unseen_edit",
    "restore_blind": "restored_on_a_card_that_is_old",
    "ack_of_refused": "put_off_until_its_parent_is_there",
    "no_reissue": "put_off_until_its_parent_is_there",
    "deferred_resend": "put_off_until_its_parent_is_there",
    "reissue_late": "reissued_beside_a_newer_edit",
    "fix_is_origin": "corrected_beside_what_was_built_on_it",
    "code_reuse": "code_of_an_archived_record",
    "code_unchecked": "code_of_an_archived_record",
    "le_raw_stamp": "later_edit_with_a_slow_clock",
    "lose_forgotten": "later_edit_with_a_slow_clock",
    "sm_direct": "two_moves_in_one_chain",
    "group_split": "each_half_of_a_group",
    "ack_moves_ver": "verdict_before_the_pull",
    "early_settle": "verdict_before_the_pull",
    "echo_by_device": "verdict_before_the_pull",
    "torn_stage": "changed_between_two_pages",
    "stale_page": "page_of_an_earlier_pull",
    "no_ledger": "sent_until_an_answer_comes",
    "echo_no_epoch": "laptop_that_has_nothing_to_send",
    "ack_by_number": "laptop_that_sent_its_next_number",
    "ledger_by_number": "laptop_that_sent_its_next_number",
    "number_acked": "laptop_whose_number_was_used",
    "old_numbers": "laptop_with_an_answer_to_its_old_numbers",
    "old_answer": "answer_of_another_timeline",
    "bv_any_epoch": "version_of_another_timeline",
    "form_epoch": "form_open_over_a_restore",
    "pn_typed": "code_as_it_was_typed",
    "silent_verdict": "refused_after_the_backup",
    "reoffer_if_ahead": "server_that_is_ahead_again",
    "last_restore": "server_that_came_back_twice",
    "repair_over_edit": "file_that_a_disk_changed",
    "digest_adopted": "file_that_a_disk_changed",
    "rewind_only": "value_that_nobody_can_offer_again",
    "snapshot_torn": "snapshot_written_to_while_it_is_built",
    "snapshot_present_seq": "snapshot_of_an_older_day",
    "snapshot_over_saves": "first_sync_with_saves_of_its_own",
    "snapshot_not_overlaid": "first_sync_with_saves_of_its_own",
    "settle_out_of_order": "first_sync_after_a_lost_answer",
    "snapshot_any_shape": "snapshot_of_an_older_program",
    "snapshot_any_epoch": "snapshot_of_an_older_timeline",
    "snapshot_unchecked": "snapshot_with_another_byte",
    "gap_unnoticed": "phone_that_is_found",
    "locked_out_forgets": "phone_that_is_found",
    "timer_by_the_clock": "row_that_a_disk_changed_after_the_clock",
    "stamp_of_the_future": "latest_edit_from_years_ahead",
    "audit_never": "row_that_a_disk_changed_under_its_people",
    "audit_of_one_part": "row_that_a_disk_changed_under_its_people",
    "audit_by_the_clock": "row_that_a_disk_changed_after_the_clock",
    "recount_never": "figure_that_the_centre_has_wrong",
    "recount_unwritten": "figure_that_the_centre_has_wrong",
    "part_of_another": "first_sync_that_is_cut",
    "leave_unsent": "given_away_under_an_edit",
    "leave_drops_ops": "given_away_under_an_edit",
    "leave_roots_only": "profile_taken_and_given_back",
    "cards_survive": "asked_about_what_has_left",
    "stage_leaves": "moved_between_two_pages",
    "no_enter": "profile_taken_and_given_back",
    "view_of_now": "profile_taken_and_given_back",
    "share_never_ends": "share_that_ends",
    "hidden_stays": "fields_closed_and_opened",
    "auth_now": "given_away_with_an_edit_behind_it",
    "auth_never": "given_away_under_an_edit",
    "ack_of_what_left": "given_away_with_an_edit_behind_it",
    "log_not_cast": "updated_with_a_push_under_way",
    "resent_in_new_form": "updated_with_a_push_under_way",
    "unsent_in_new_form": "backup_from_before_the_save_was_sent",
    "bases_not_cast": "lines_of_an_older_version",
    "versions_not_cast": "second_edit_of_a_value_hidden_from_an_older_version",
    "ack_of_up_cast": "the_other_half_came_below_an_own_one",
    "later_lost": "each_version_changes_its_part",
    "not_laid_again": "updated_over_the_other_half_of_a_name",
    "cards_not_cast": "asked_in_the_words_of_an_older_version",
    "page_of_any_version": "page_from_before_the_update",
    "row_before_file": "program_that_dies_with_a_file",
    "attach_unsynced": "power_gone_after_attaching",
    "fetched_unchecked": "file_changed_on_the_way",
    "one_part_for_all": "file_cut_on_the_way",
    "second_version_is_first": "file_replaced_by_two",
    "purge_leaves_bytes": "file_that_leaves_with_its_record",
    "owed_forgotten": "file_owed_to_the_centre",
    "wiped_unsent": "device_that_is_wiped_with_a_file",
    "marked_before_put": "server_that_dies_with_a_file",
    "taken_unchecked": "file_changed_on_the_way",
    "cleared_at_once": "file_that_the_backup_lacks",
    "cleared_when_archived": "file_cleared_and_brought_back",
    "state_is_news": "file_archived_while_its_bytes_arrive",
    "rules_of_this_process": "right_taken_at_the_other_process",
    "cells_of_this_process": "record_of_a_cell_that_the_other_process_made",
    "mails_of_this_process": "mails_that_two_processes_send",
    "cleared_and_not_looked_again": "file_taken_in_while_the_other_process_clears_it_away",
}
"""Wrong variant -> the story that leads to it. The others need only what happens by chance."""


def cast_for(story: str) -> Cast:
    """Return who plays a story: the plainest cast that can."""
    special = ((OF_RIGHTS, RIGHTS), (OF_VERSIONS, MIXED), (OF_FILES, FILES), (OF_SERVER_PROCESSES, TWO_SERVERS))
    return next((cast for told, cast in special if story in told), INVENTED)


def simulate(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does, in a process of its own: the seed fixes the order of sets, too."""
    command = [sys.executable, "-m", "tests.simulation", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=1500)


@pytest.fixture(scope="module")
def weeks(tmp_path_factory):
    """One folder for all weeks: each empties it, and what is copied into it is made once."""
    return tmp_path_factory.mktemp("weeks") / "week"


@pytest.mark.slow
def test_every_promise_holds_in_simulated_weeks_of_four_devices():
    done = simulate("--runs", str(RUNS), "--seed", "1")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]


@pytest.mark.slow
@pytest.mark.functions(135)
@pytest.mark.parametrize("cast", [FILES.name, TWO_SERVERS.name])
def test_every_promise_holds_in_weeks_with_files_at_one_server_process_and_at_two(cast):
    done = simulate("--runs", str(FEW_RUNS), "--seed", "1", "--cast", cast)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]


@pytest.mark.parametrize("seed", SEEDS)
def test_week_that_once_broke_a_promise_keeps_it(seed, weeks):
    assert Run(weeks, seed).play() > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICKLY_FOUND)
def test_planted_bug_is_found(name):
    done = simulate("--runs", "80", "--seed", "1", "--wrong", name, "--no-shrink")
    assert done.returncode == 1, f"{name} was not found: {done.stdout[-500:]}"


@pytest.mark.parametrize("story", STORIES)
def test_story_ends_well(story, weeks):
    assert Run(weeks, 1, A_FEW_STEPS, cast=cast_for(story), told={STORY_AT: story}).play() > 0


@pytest.mark.parametrize(("name", "story"), TOLD_BY.items())
def test_wrong_variant_is_found_by_its_story(name, story, weeks):
    def found(seed: int) -> bool:
        try:
            with planted(name):
                Run(weeks, seed, A_FEW_STEPS, cast=cast_for(story), told={STORY_AT: story}).play()
        except (Broken, ReplicaError):
            return True
        return False

    assert any(found(seed) for seed in SOME_SEEDS)


def test_own_value_that_goes_back_is_found_while_its_author_may_see_it(weeks, monkeypatch):
    cut, told = Stage.cut, {STORY_AT: "fields_closed_over_an_own_value"}

    def cut_and_settled_early(*arguments):
        with planted("early_settle"):
            cut(*arguments)

    monkeypatch.setattr(Stage, "cut", cut_and_settled_early)
    with pytest.raises(Broken, match=r"I9 .*price_segment_id.* back to \(\(None,\),\)"):
        Run(weeks, 1, A_FEW_STEPS, cast=RIGHTS, told=told).play()


@pytest.mark.parametrize("name", WRONG)
def test_wrong_variant_replaces_something_that_exists(name):
    with planted(name):
        pass


def test_wrong_variant_of_something_that_is_gone_fails_loudly(monkeypatch):
    monkeypatch.setitem(WRONG, "gone", lambda: [(Run, "no_such_function", None)])
    with pytest.raises(Missing), planted("gone"):
        pass
