"""Why a device is behind: each cause alone, what comes first where several stand, and how it then stands."""

from dataclasses import replace

import pytest

from shared_models.device_desk import Cause, Reason
from shared_models.device_words import advice, cause_in_words
from shared_models.texts import LANGUAGES, Texts
from sync_server.services.device_causes import DAY_US, MINUTE_US, DeviceFacts, reasons, standing

AT = 1_795_000_000_000_000
WELL = DeviceFacts(
    at=AT, newest_schema=7, supported_schemas=6, created_at=AT - 100 * DAY_US, last_seen_at=AT - MINUTE_US, schema_version=7
)
SEEDED = [
    ({}, Cause.WELL, 0, "well"),
    ({"last_seen_at": AT - 3 * DAY_US}, Cause.SILENT, 3, "need"),
    ({"last_seen_at": None, "created_at": AT - 5 * DAY_US}, Cause.SILENT, 5, "need"),
    ({"is_signed_in": False}, Cause.SIGNED_OUT, 0, "out"),
    ({"is_signed_in": False, "pending": 2}, Cause.SIGNED_OUT, 2, "need"),
    ({"is_account_on": False}, Cause.ACCOUNT_OFF, 0, "out"),
    ({"is_account_on": False, "pending": 3}, Cause.ACCOUNT_OFF, 3, "need"),
    ({"revoked_at": AT}, Cause.LOCKED_OUT, 0, "out"),
    ({"wiped_at": AT, "revoked_at": AT, "pending": 1}, Cause.WIPED, 0, "out"),
    ({"wipe_at": AT}, Cause.TO_BE_WIPED, 0, "behind"),
    ({"last_seen_at": AT - 14 * DAY_US}, Cause.LEASE_OVER, 14, "need"),
    ({"letters": 2}, Cause.REFUSED_CHANGES, 2, "need"),
    ({"isolated": 1}, Cause.REFUSED_CHANGES, 1, "need"),
    ({"works_offline": True, "pending": 4}, Cause.WORKS_OFFLINE, 4, "behind"),
    ({"paused_at": AT}, Cause.PAUSED_BY_ADMIN, 0, "behind"),
    ({"resync_at": AT}, Cause.TO_RESYNC, 0, "behind"),
    ({"schema_version": 1}, Cause.TOO_OLD, 1, "need"),
    ({"schema_version": 8}, Cause.TOO_OLD, 8, "need"),
    ({"clock_offset_ms": 7 * 60_000}, Cause.CLOCK_WRONG, 7, "need"),
    ({"clock_offset_ms": -3 * 3_600_000}, Cause.CLOCK_WRONG, -180, "need"),
    ({"is_unequal": True}, Cause.UNEQUAL, 0, "behind"),
    ({"is_loaded": False}, Cause.LOADING, 0, "behind"),
    ({"failures": 5, "error": "L401"}, Cause.REFUSED, 5, "need"),
    ({"is_quarantined": True}, Cause.QUARANTINED, 0, "need"),
    ({"last_seen_at": AT - 20 * MINUTE_US, "pending": 3}, Cause.UNREACHED, 3, "behind"),
    ({"last_seen_at": AT - 20 * MINUTE_US, "lag_rows": 9}, Cause.UNREACHED, 0, "behind"),
]


@pytest.mark.functions(148)
@pytest.mark.parametrize(("facts", "cause", "n", "stands"), SEEDED, ids=[f"{one[1]}-{i}" for i, one in enumerate(SEEDED)])
def test_a_device_is_behind_for_the_cause_that_there_is(facts, cause, n, stands):
    seeded = replace(WELL, **facts)
    found = reasons(seeded)
    assert [(one.cause, one.n) for one in found] == [(cause, n)]
    assert standing(seeded, found) == stands


def test_every_cause_is_seeded_here():
    assert {one[1] for one in SEEDED} == set(Cause)


@pytest.mark.parametrize(
    "facts",
    [
        {"clock_offset_ms": 5 * 60_000},
        {"failures": 4, "error": "S501"},
        {"failures": 9},  # no answer at all: out of reach, which the centre sees by itself
        {"schema_version": None},
        {"schema_version": 2},
        {"last_seen_at": AT - 2 * DAY_US},
        {"last_seen_at": AT - 14 * MINUTE_US, "pending": 3},
        {"last_seen_at": AT + DAY_US},
        {"is_office": True, "last_seen_at": AT - 90 * DAY_US, "lag_rows": 100, "is_signed_in": False},
    ],
)
def test_what_is_no_trouble_yet_is_called_none(facts):
    assert [one.cause for one in reasons(replace(WELL, **facts))] == [Cause.WELL]


def test_of_several_causes_the_one_that_keeps_the_others_from_passing_comes_first():
    facts = replace(WELL, paused_at=AT, letters=1, works_offline=True, clock_offset_ms=600_000, is_unequal=True)
    found = [one.cause for one in reasons(facts)]
    assert found == [
        Cause.PAUSED_BY_ADMIN,
        Cause.REFUSED_CHANGES,
        Cause.UNEQUAL,
        Cause.CLOCK_WRONG,
        Cause.WORKS_OFFLINE,
    ]
    assert standing(facts, reasons(facts)) == "need"


def test_a_device_that_cannot_come_is_not_called_silent_as_well():
    gone = replace(WELL, last_seen_at=AT - 30 * DAY_US, is_signed_in=False)
    assert [one.cause for one in reasons(gone)] == [Cause.SIGNED_OUT]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_words_and_advice(language, cause):
    reason = Reason(cause=cause, n=3, code="L401")
    words, what_to_do = cause_in_words(Texts(language), reason), advice(Texts(language), reason)
    assert "{" not in words + what_to_do
    assert words[-1].isalpha()
    assert what_to_do.endswith(".")


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(7, "clock 7 minutes fast"), (-180, "clock 3 hours slow"), (2 * 1440, "clock 2 days fast")],
)
def test_a_wrong_clock_is_told_in_a_unit_that_fits(minutes, words):
    assert cause_in_words(Texts(), Reason(cause=Cause.CLOCK_WRONG, n=minutes)) == words


def test_a_refusal_that_we_have_no_words_for_is_no_code_on_the_screen():
    assert "ZZ" not in advice(Texts(), Reason(cause=Cause.REFUSED, n=5, code="ZZ"))
