"""Alarms as the centre tells of them, and what is shown when it does not answer."""

from dataclasses import dataclass

import pytest

from client.replica import meta
from client.usecases.alarm_desk import Alarms
from shared_models.alarms import ALARM_KINDS, DEFAULTS, LIMITS, AlarmPage, AlarmRule, alarm_in_words
from shared_models.errors import Busy, ErrorCode, NeedsSignIn, SyncError, Unreachable
from shared_models.texts import LANGUAGES, Texts
from tests.clients import make_replica

RULE = AlarmRule(kind="silent", is_on=True, threshold=5)


@dataclass
class Centre:
    """Answers, or fails as a test says."""

    error: SyncError | None = None
    asked: int = 0

    def alarms(self):
        return self._answer()

    def set_alarm_rule(self, rule):
        return self._answer(rule)

    def _answer(self, *rules):
        self.asked += 1
        if self.error is not None:
            raise self.error
        return AlarmPage(rules=list(rules), alarms=[], open=0, by_mail=False, at=self.asked)


@pytest.fixture
def replica(tmp_path):
    replica = make_replica(tmp_path)
    yield replica
    replica.close()


async def test_without_an_answer_the_last_one_is_shown_with_a_rule_that_was_changed(replica):
    centre = Centre()
    alarms = Alarms(replica, centre)
    assert not (await alarms.page()).is_old
    await alarms.set_rule(RULE)
    centre.error = Busy(ErrorCode.S502)
    again = await alarms.page()
    assert (again.is_old, again.page.rules) == (True, [RULE])


async def test_whoever_is_no_admin_any_more_is_shown_nothing_old(replica):
    centre = Centre()
    alarms = Alarms(replica, centre)
    await alarms.page()
    centre.error = NeedsSignIn(ErrorCode.A105)
    with pytest.raises(NeedsSignIn):
        await alarms.page()


async def test_a_centre_that_never_answered_has_nothing_to_show_and_nothing_is_asked_offline(replica):
    centre = Centre(Busy(ErrorCode.S502))
    alarms = Alarms(replica, centre)
    with pytest.raises(Busy):
        await alarms.page()
    with replica.write(durable=False) as writing:
        meta.put(writing.connection, {"paused": True})
    with pytest.raises(Unreachable):
        await alarms.set_rule(RULE)
    assert centre.asked == 1


@pytest.mark.parametrize("kind", ALARM_KINDS)
def test_every_kind_has_words_and_a_threshold_within_its_limits(kind):
    assert AlarmRule(kind=kind, is_on=True, threshold=DEFAULTS[kind]).is_possible
    assert not AlarmRule(kind=kind, is_on=True, threshold=LIMITS[kind][1] + 1).is_possible
    for language in LANGUAGES:
        for n in (1, 2, 20):
            words = alarm_in_words(Texts(language), kind, n)
            assert words
            assert (str(n) in words) is (kind != "unequal") or n == 1
