from hypothesis import given
from hypothesis import strategies as st

from shared_models.clock import COUNTER_BITS, clamp, stamp_ms, tick, witness

NOW = 1_795_000_000_000
stamps = st.integers(0, 2**62)
times = st.integers(0, 2**45)


@given(stamps, times)
def test_a_stamp_is_later_than_every_one_before_it(last, now_ms):
    assert tick(last, now_ms) > last


def test_a_stamp_follows_the_wall_clock_and_counts_on_while_it_stands_still():
    first = tick(0, NOW)
    assert stamp_ms(first) == NOW
    assert tick(first, NOW) == first + 1
    assert tick(first, NOW - 3_600_000) == first + 1


@given(stamps, stamps)
def test_a_seen_stamp_never_takes_a_clock_back(last, seen):
    assert witness(last, seen) >= max(last, seen)


def test_a_fast_device_is_corrected_by_its_offset():
    assert stamp_ms(clamp(tick(0, NOW + 60_000), 60_000, 0, NOW + 5_000)) == NOW


def test_a_stamp_from_the_future_is_pulled_back_to_the_servers_now():
    assert stamp_ms(clamp((NOW + 86_400_000) << COUNTER_BITS, 0, 0, NOW)) == NOW


@given(stamps, st.integers(-(2**40), 2**40), stamps, times)
def test_a_corrected_stamp_is_later_than_what_its_author_had_seen(stamp, offset, seen, now_ms):
    assert clamp(stamp, offset, seen, now_ms) > seen
