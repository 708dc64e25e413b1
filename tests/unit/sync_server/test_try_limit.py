import pytest

from sync_server.api.limits import TryLimit
from sync_server.services.refusals import Refusal

SECOND_US, YEAR_US = 1_000_000, 365 * 86_400 * 1_000_000


def test_a_clock_that_is_set_back_by_years_takes_no_tries_and_new_ones_come_as_before():
    now = [5 * YEAR_US]
    limit = TryLimit(lambda: now[0])
    limit.take("ana")
    now[0] = 0
    for _ in range(4):
        limit.take("ana")
    with pytest.raises(Refusal) as refused:
        limit.take("ana")
    assert (refused.value.retry_after_s or 99) <= 13
    now[0] += 13 * SECOND_US
    limit.take("ana")
