"""Two people edit with no connection, both sync, nothing is lost, and each understands what happened."""

import json

import pytest

from client.replica import change_log, epochs, outbox, standing
from tests.world import copy_of, put_back, view_of


@pytest.fixture
def ana(world):
    return world.device("ana-laptop", "ana")


@pytest.fixture
def dan(world, ana):
    return world.device("dan-laptop", "dan")


@pytest.fixture
def acme(world, ana, dan):
    pk = ana.save("company", name="Acme", description="one\ntwo\nthree", roles=["customer"])
    ana.sync()
    dan.sync()
    return pk


@pytest.mark.functions(141)
def test_edit_made_offline_survives_a_restart_and_reaches_the_other(world, ana, dan, acme):
    ana.network.is_up = False
    ana.edit("company", acme, name="Acme One")
    assert ana.sync().error is not None
    ana = ana.restart()
    assert ana.get("company", acme)["name"] == "Acme One"
    world.rest()
    assert dan.get("company", acme)["name"] == "Acme One"


@pytest.mark.functions(142)
def test_same_field_changed_twice_leaves_a_card_and_nothing_is_lost(world, ana, dan, acme):
    ana.edit("company", acme, name="Acme by Ana")
    dan.edit("company", acme, name="Acme by Dan")
    ana.sync()
    dan.sync()
    assert dan.get("company", acme)["name"] == "Acme by Ana"
    [card] = dan.replica.cards()
    assert [json.loads(card[part])["name"] for part in ("before", "mine", "theirs")] == [
        "Acme", "Acme by Dan", "Acme by Ana",
    ]  # fmt: skip
    assert (card["mine_by"], card["theirs_by"]) == (world.users["dan"], world.users["ana"])
    ana.sync()
    assert [found["id"] for found in ana.replica.cards()] == [card["id"]]
    assert dan.replica.pending_of("company", acme) == "needs_you"
    world.rest()


@pytest.mark.functions(142)
def test_restoring_mine_is_an_ordinary_edit_that_closes_the_card_everywhere(world, ana, dan, acme):
    ana.edit("company", acme, name="Acme by Ana")
    dan.edit("company", acme, name="Acme by Dan")
    ana.sync()
    dan.sync()
    ana.sync()
    [card] = dan.replica.cards()
    with dan.replica.edit("Restore mine") as edit:
        edit.update("company", acme, json.loads(card["mine"]), seen=dan.replica.look_at_card(card))
        edit.update("sync_conflict", card["id"], {"state": "restored_mine"})
    world.rest()
    assert ana.get("company", acme)["name"] == "Acme by Dan"
    assert ana.replica.cards() == dan.replica.cards() == []


def test_restore_on_a_card_that_is_out_of_date_asks_again(world, ana, dan, acme):
    ana.edit("company", acme, name="Acme by Ana")
    dan.edit("company", acme, name="Acme by Dan")
    ana.sync()
    dan.sync()
    [card] = dan.replica.cards()
    ana.sync()
    ana.edit("company", acme, name="Acme newer")
    ana.sync()
    dan.sync()
    with dan.replica.edit("Restore mine") as edit:
        edit.update("company", acme, json.loads(card["mine"]), seen=dan.replica.look_at_card(card))
        edit.update("sync_conflict", card["id"], {"state": "restored_mine"})
    dan.sync()
    assert dan.get("company", acme)["name"] == "Acme newer"
    [again] = dan.replica.cards()
    assert json.loads(again["theirs"])["name"] == "Acme newer"
    world.rest()


def test_different_fields_merge_without_a_question(world, ana, dan, acme):
    ana.edit("company", acme, name="Acme One", description="ONE\ntwo\nthree", roles=["customer", "supplier"])
    dan.edit("company", acme, legal_name="Acme SRL", description="one\ntwo\nTHREE", roles=["partner"])
    world.rest()
    row = ana.get("company", acme)
    assert (row["name"], row["legal_name"], row["description"], row["roles"]) == (
        "Acme One", "Acme SRL", "ONE\ntwo\nTHREE", ["partner", "supplier"],
    )  # fmt: skip
    assert ana.replica.cards() == []


def test_edit_beats_an_archive_made_without_knowing_it_and_its_author_is_told(world, ana, dan, acme):
    dan.edit("company", acme, name="Still needed")
    with ana.replica.edit("Archive") as edit:
        edit.archive("company", acme)
    ana.sync()
    dan.sync()
    ana.sync()
    row = ana.get("company", acme)
    assert (row["archived_at"], row["name"]) == (None, "Still needed")
    assert [card["kind"] for card in ana.replica.cards()] == ["revived"]
    world.rest()


def test_archive_after_an_edit_that_its_author_did_not_see_is_refused_with_a_card(world, ana, dan, acme):
    with dan.replica.edit("Archive") as edit:
        edit.archive("company", acme)
    ana.edit("company", acme, name="Still needed")
    ana.sync()
    dan.sync()
    assert dan.get("company", acme)["archived_at"] is None
    assert [card["kind"] for card in dan.replica.cards()] == ["archived"]
    world.rest()


def test_lost_answer_is_repeated_and_changes_nothing_twice(world, ana, dan, acme):
    ana.network.lost_answers = ["push", "pull"]
    ana.edit("company", acme, name="Acme One")
    assert ana.sync().error is not None
    assert [tx.state for tx in ana.replica.waiting()] == ["inflight"]
    world.rest()
    assert dan.get("company", acme)["name"] == "Acme One"
    assert dan.replica.cards() == []


def test_answer_lost_on_the_way_is_made_good_by_the_pull_of_the_same_round(world, ana, acme):
    ana.network.lost_answers = ["push"]
    ana.edit("company", acme, name="Acme One")
    result = ana.sync()
    assert result.error is not None
    assert ana.replica.waiting() == []
    world.rest()


def test_edit_made_while_a_push_is_under_way_is_a_save_of_its_own(world, ana, dan, acme):
    ana.network.lost_answers = ["push", "pull"]
    ana.edit("company", acme, name="First")
    ana.sync()
    ana.edit("company", acme, name="Second")
    world.rest()
    assert dan.get("company", acme)["name"] == "Second"
    assert ana.replica.cards() == []


def test_two_adds_of_one_phone_make_one_row_and_a_remove_takes_only_what_it_saw(world, ana, dan, acme):
    point = {"company_id": acme, "kind": "phone", "value": "0721 000 001", "value_normalised": "+40721000001"}
    first, second = ana.save("contact_point", **point), dan.save("contact_point", **{**point, "value": "0721000001"})
    assert first == second
    ana.sync()
    with ana.replica.edit("Remove") as edit:
        edit.archive("contact_point", first)
    dan.sync()
    ana.sync()
    world.rest()
    assert len(dan.replica.children_of("contact_point", "company_id", acme)) == 1, "Dan's add was seen by no remove"
    with dan.replica.edit("Remove") as edit:
        edit.archive("contact_point", first)
    world.rest()
    assert ana.replica.children_of("contact_point", "company_id", acme) == []
    ana.save("contact_point", **point)
    world.rest()
    assert len(dan.replica.children_of("contact_point", "company_id", acme)) == 1


def test_child_of_a_refused_parent_waits_and_goes_again_when_the_parent_is_there(world, ana, dan):
    bad = "018f0000-0000-7000-8000-00000000beef"
    with dan.replica.edit("New company") as edit:
        edit.insert("company", {"name": "Later"}, bad)
    dan.save("note", company_id=bad, body="Called", written_at=1)
    with dan.replica.write(durable=False) as writing:
        # A value that this version lets through and the centre refuses.
        writing.connection.execute("""UPDATE _sync_op SET "set" = '{"name":""}' WHERE pk = ?""", (bad,))
    dan.sync()
    assert [(draft.verdict, draft.ops[0].t) for draft in dan.replica.drafts()] == [
        ("rejected", "company"),
        ("deferred", "note"),
    ]
    [refused, _] = dan.replica.drafts()
    with dan.replica.edit("Corrected", corrects=refused.tx_id) as edit:
        edit.insert("company", {"name": "Now good"}, bad)
    dan.sync()
    world.rest()
    assert [row["body"] for row in ana.replica.children_of("note", "company_id", bad)] == ["Called"]
    assert dan.replica.drafts() == []


def test_share_of_a_refused_record_waits_for_it_however_many_rounds_pass(world, ana, dan):
    bad = "018f0000-0000-7000-8000-00000000beef"
    with dan.replica.edit("New company") as edit:
        edit.insert("company", {"name": "Later"}, bad)
    to = {"user_id": world.users["ana"], "ends_at": world.server.central.now_us() + 10**12}
    dan.save("record_share", record_type="company", record_id=bad, **to)
    with dan.replica.write(durable=False) as writing:
        writing.connection.execute("""UPDATE _sync_op SET "set" = '{"name":""}' WHERE pk = ?""", (bad,))
    dan.sync()
    [refused, put_off] = dan.replica.drafts()
    assert (put_off.verdict, put_off.ops[0].t) == ("deferred", "record_share")
    for _ in range(standing.MAX_REISSUES + 2):
        dan.sync()
    assert [draft.tx_id for draft in dan.replica.drafts()] == [refused.tx_id, put_off.tx_id], "it went in vain"
    with dan.replica.edit("Corrected", corrects=refused.tx_id) as edit:
        edit.insert("company", {"name": "Now good"}, bad)
    dan.sync()
    world.rest()
    assert [row["record_id"] for row in ana.replica.list_page("record_share").rows] == [bad]
    assert dan.replica.drafts() == []


def test_refused_save_holds_up_nothing_and_can_be_discarded(world, ana, dan, acme):
    with dan.replica.edit("Not allowed") as edit:
        edit.insert("team", {"name": "Mine"})
    dan.edit("company", acme, name="Allowed")
    dan.sync()
    assert ana.sync().error is None
    assert ana.get("company", acme)["name"] == "Allowed"
    [draft] = dan.replica.drafts()
    assert draft.error is not None
    assert draft.error["code"] == "R305"
    assert dan.replica.count("team") == 0
    assert dan.replica.discard_draft(draft.tx_id)
    world.rest()


def test_restored_device_takes_a_new_numbering_and_loses_nothing_that_it_still_holds(world, ana, dan, acme, tmp_path):
    ana.edit("company", acme, name="Before the copy")
    copy_of(ana, tmp_path / "copy.db")
    ana.edit("company", acme, name="After the copy")
    ana.sync()
    ana = put_back(ana, tmp_path / "copy.db")
    ana.edit("company", acme, legal_name="Typed on the restored device")
    before = ana.replica.facts()["device_epoch"]
    world.rest()
    assert ana.replica.facts()["device_epoch"] != before
    row = dan.get("company", acme)
    assert (row["name"], row["legal_name"]) == ("After the copy", "Typed on the restored device")


def test_restored_server_gets_back_what_its_backup_lacks(world, ana, dan, acme):
    backup = world.back_up()
    ana.edit("company", acme, name="Lost by the server")
    dan.save("company", name="Lost as well")
    world.rest()
    world.restore(backup, "epoch-2")
    ana.edit("company", acme, legal_name="Typed afterwards")
    world.rest()
    assert ana.get("company", acme)["name"] == "Lost by the server"
    assert ana.get("company", acme)["legal_name"] == "Typed afterwards"
    assert sorted(row["name"] for row in ana.replica.list_page("company").rows) == ["Lost as well", "Lost by the server"]


def test_server_that_comes_back_empty_takes_away_what_only_the_lost_time_had(world, ana, dan):
    """Found by the simulator: at seq 0 nothing was newer than cursor 0, and the old rows stayed with an unequal digest."""
    backup = world.back_up()
    ana.save("company", name="Lost until Ana is back")
    ana.sync()
    dan.sync()
    assert dan.replica.count("company") == 1
    world.restore(backup, "epoch-2")
    assert dan.sync().proof.equal
    assert dan.replica.count("company") == 0
    world.rest()
    assert dan.replica.count("company") == 1


def test_rows_stay_on_the_screen_while_a_restored_server_is_loaded_anew(world, ana, acme):
    backup = world.back_up()
    world.restore(backup, "epoch-2")
    ana.network.broken_after_lines = 1
    assert ana.sync().error is not None
    assert ana.get("company", acme)["name"] == "Acme"
    ana.edit("company", acme, name="Typed between")
    world.rest()
    assert ana.get("company", acme)["name"] == "Typed between"


def test_staged_first_sync_is_shown_as_it_comes_and_goes_on_after_a_break(world, ana, monkeypatch):
    from sync_server.services import pull

    with ana.replica.edit("Many") as edit:
        for i in range(40):
            edit.insert("company", {"name": f"Company {i:02}"})
    ana.sync()
    real = pull.open_page
    monkeypatch.setattr(pull, "open_page", lambda central, actor, request: real(central, actor, request, 10))
    late = world.device("late", "dan")
    late.network.calls.clear()
    asked = []
    inner_pull = late.network.inner.pull

    class Counting:
        def __getattr__(self, name):
            return getattr(world.devices["late"].network.inner_real, name)

        def pull(self, request):
            asked.append(request.after)
            if len(asked) == 3:
                from shared_models.errors import Unreachable

                raise Unreachable(None, "broken in this test")
            return inner_pull(request)

    late.network.inner_real = late.network.inner
    late.network.inner = Counting()
    assert late.sync().error is not None
    assert 0 < late.replica.count("company") < 40
    late = late.restart()
    late.edit("company", late.replica.list_page("company", limit=1).rows[0]["id"], legal_name="Typed during the load")
    assert late.sync().error is None
    assert asked[3] is not None, "goes on where it was"
    assert late.replica.count("company") == 40
    assert len(late.replica.search("company", limit=50)) == 40
    late.sync()
    ana.sync()
    assert view_of(ana.replica) == view_of(late.replica)


def test_idle_round_is_one_question(world, ana, acme):
    ana.sync()
    ana.network.calls.clear()
    result = ana.sync()
    assert ana.network.calls == ["pull"]
    assert result.proof is not None
    assert result.proof.equal


def test_whoever_signs_in_again_as_another_device_says_hello_before_anything_else(world, ana, acme):
    ana.sync()
    ana.replica.bind(world.users["ana"], "device-anew")
    ana.network.calls.clear()
    ana.edit("company", acme, name="Acme anew")
    assert ana.sync().error is None
    assert ana.network.calls[0] == "hello"
    ana.network.calls.clear()
    ana.sync()
    assert ana.network.calls == ["pull"]


def test_poisoned_save_is_set_aside_and_the_next_ones_go(world, ana, dan, acme):
    from shared_models.errors import ProtocolFault

    bad = ana.edit("company", acme, name="Breaks the server")
    ana.save("company", name="Good")
    inner_push = ana.network.inner.push

    class Breaking:
        def __getattr__(self, name):
            return getattr(ana.network.inner_real, name)

        def push(self, body):
            if bad.encode() in body:
                raise ProtocolFault(None, "an answer that cannot be read")
            return inner_push(body)

    ana.network.inner_real = ana.network.inner
    ana.network.inner = Breaking()
    for _ in range(6):
        ana.sync()
    dan.sync()
    assert [row["name"] for row in dan.replica.list_page("company").rows] == ["Acme", "Good"]
    assert [(tx.tx_id, tx.state) for tx in ana.replica.waiting()] == [(bad, "isolated")]
    assert ana.get("company", acme)["name"] == "Breaks the server"
    with ana.replica.reading() as reader:
        assert standing.waiting(reader)[0].attempts >= 5


def taken_before_a_new_numbering(ana, acme) -> tuple[str, str]:
    """Save twice: the centre takes the first before the device begins a new epoch, whose pulls have the second's verdict only."""
    first = ana.edit("company", acme, name="First")
    ana.network.lost_answers = ["push", "pull"]
    ana.sync()
    with ana.replica.write(durable=True) as writing:
        epochs.renumber(writing, ana.replica.ids)
    second = ana.edit("company", acme, name="Second")
    ana.network.lost_answers = ["push"]
    ana.sync()
    return first, second


def test_screen_does_not_go_back_to_a_save_whose_verdict_is_on_no_page(ana, acme):
    first, second = taken_before_a_new_numbering(ana, acme)
    assert ana.get("company", acme)["name"] == "Second"
    assert [(tx.tx_id, tx.state) for tx in ana.replica.waiting()] == [(first, "inflight"), (second, "acked")]
    assert ana.sync().error is None
    assert (ana.replica.waiting(), ana.get("company", acme)["name"]) == ([], "Second")


def test_save_behind_one_that_is_set_aside_does_not_wait_for_it(ana, acme):
    first, _ = taken_before_a_new_numbering(ana, acme)
    with ana.replica.write(durable=True) as writing:
        tx = change_log.find(writing.connection, first)
        change_log.set_state(writing.connection, (tx.n,), {"attempts": outbox.POISON_ATTEMPTS})
    ana.sync()
    assert [(tx.tx_id, tx.state) for tx in ana.replica.waiting()] == [(first, "isolated")]


def test_quarantined_device_still_pulls_and_sends_again_when_a_person_lets_it(world, ana, dan, acme):
    sent = ana.edit("company", acme, name="Lost on the way")
    ana.network.lost_answers = ["push", "pull"]
    ana.sync()
    with ana.replica.write(durable=False) as writing:
        writing.connection.execute("UPDATE _sync_tx SET label = 'forged' WHERE id = ?", (sent,))
    assert ana.sync().state == "quarantined"
    dan.edit("company", acme, legal_name="Seen all the same")
    dan.sync()
    ana.sync()
    assert ana.get("company", acme)["legal_name"] == "Seen all the same"
    ana.save("company", name="Waits")
    assert ana.sync().answered == 0
    ana.engine.lift_quarantine()
    world.rest()
    assert dan.get("company", acme)["name"] == "Lost on the way"
    assert dan.replica.count("company") == 2
