"""A day that has not come is no birthday, and no day of a consent: a warning, by the day where the reader is."""

from datetime import UTC, date, datetime

import pytest

from client.usecases import findings
from client.usecases.answers import Preferences
from client.usecases.crm import LocalCrm
from client.usecases.preferences import today
from shared_models.registry import CRM
from shared_models.texts import Texts

TODAY = date(2026, 11, 30)
LATE_MS = int(datetime(2026, 11, 30, 22, 30, tzinfo=UTC).timestamp() * 1000)
"""Half past midnight of 1 December in Bucharest."""


def warned(entity, **values):
    """Return the fields in which a day is said not to have come."""
    found = findings.not_come_yet(CRM.get(entity), values, TODAY)
    assert {(one.reason, one.severity) for one in found} <= {("warning.not_come_yet", "warning")}
    return [one.field for one in found]


@pytest.mark.functions(20)
@pytest.mark.parametrize("day", ["2026-12-01", "2026-12", "2027"])
def test_a_birthday_after_today_is_a_warning_as_far_as_it_is_known(day):
    assert warned("contact", birth_date=day) == ["birth_date"]
    assert warned("related_person", birth_date=day) == ["birth_date"]


@pytest.mark.parametrize("day", ["2026-11-30", "2026-11", "2026", "1980-05-17", "--12-25", "", None, "30 Maiembrie 2050"])
def test_a_birthday_that_may_have_been_is_none(day):
    assert warned("contact", birth_date=day) == []


def test_a_consent_is_given_today_or_before():
    assert warned("contact", consent_on="2026-12-01") == ["consent_on"]
    assert warned("contact", consent_on="2026-11-30") == []


def test_what_is_agreed_on_for_later_is_no_warning():
    assert warned("company_contact", started_on="2027-01-01", ended_on="2028-01-01") == []


def test_the_day_is_the_one_where_the_reader_is():
    assert today(Preferences(time_zone="Europe/Bucharest"), LATE_MS) == date(2026, 12, 1)
    assert today(Preferences(time_zone="America/New_York"), LATE_MS) == date(2026, 11, 30)


@pytest.mark.parametrize(("day", "reasons"), [("2026-12-01", []), ("2026-12-02", ["warning.not_come_yet"])])
async def test_a_form_is_checked_by_the_readers_day(replica, tmp_path, day, reasons):
    crm = LocalCrm(replica, None, None, None, lambda language: Texts(language).t, tmp_path, lambda: LATE_MS, None)  # type: ignore[arg-type]  # a check needs none of them
    found = await crm.check("contact", {"last_name": "Pop", "consent_on": day})
    assert [one.reason for one in found] == reasons
