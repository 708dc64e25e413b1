"""What a round of synchronisation makes the frame draw again: nothing, unless the frame tells of it."""

from dataclasses import replace
from typing import get_args

import pytest

from client.events import SyncStatusChanged
from client.ui.colours import SETS
from client.ui.pill import pill_of
from client.ui.theme import Look
from client.ui.view_models.shell import MINUTE_US, Shell, in_frame
from client.usecases.document_answers import FilesWaiting
from client.usecases.sync_answers import Link, Proof, SyncStatus
from shared_models.texts import Texts
from tests.ui.believable import NOW, ago
from tests.ui.fake_crm import believable_crm

AT = ago() // MINUTE_US * MINUTE_US
QUIET = SyncStatus(last_ok_at=AT, size_bytes=1_000_000)
A_ROUND = (
    replace(QUIET, next_attempt_at=1),
    replace(QUIET, link="syncing"),
    replace(QUIET, link="syncing", loaded_rows=3, total_rows=10),
    replace(QUIET, link="syncing", proof=Proof(2, {"company": 10}, "0f")),
    replace(QUIET, proof=Proof(3, {"company": 11}, "1f"), size_bytes=1_004_096, last_ok_at=AT + 1, is_live=True),
)


async def test_a_round_in_which_nothing_is_told_draws_nothing():
    crm = believable_crm()
    crm.status_ = QUIET
    shell, drawn = Shell(crm), []
    await shell.start()
    shell.subscribe(lambda: drawn.append(shell.state.status))
    for crm.status_ in A_ROUND:
        await shell.on_event(SyncStatusChanged())
    assert drawn == []
    crm.status_ = replace(QUIET, waiting=1)
    await shell.on_event(SyncStatusChanged())
    assert [one.waiting for one in drawn] == [1]


@pytest.mark.parametrize("language", ["en", "ro"])
@pytest.mark.parametrize("link", get_args(Link))
@pytest.mark.parametrize(
    "more", [{}, {"waiting": 2}, {"needs_you": 1}, {"files": FilesWaiting(2, 9)}, {"last_ok_at": None}], ids=str
)
def test_the_frame_tells_of_what_is_kept_just_what_it_tells_of_all(language, link, more):
    status = replace(
        QUIET, link=link, offline_since=ago(hours=3), cause="A108", last_ok_at=ago(minutes=7) + 17, next_attempt_at=9
    )
    status = replace(status, **more)
    look = Look(SETS["light"], Texts(language), now=NOW)
    assert pill_of(look, in_frame(status)) == pill_of(look, status)
