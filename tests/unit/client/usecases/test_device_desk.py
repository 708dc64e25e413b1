"""Devices as the centre tells of them, and what is shown when it does not answer."""

from dataclasses import dataclass, field

import pytest

from client.sync.reporting import report_of
from client.usecases.device_desk import Devices
from shared_models.device_desk import DeviceLine, DeviceOrdered, DevicePage, DeviceQuery, Reason
from shared_models.errors import Busy, ErrorCode, NeedsSignIn, SyncError, Unreachable
from tests.clients import make_replica

LINE = DeviceLine(
    id="d", name="Phone", user_id="u", person="Dan", form="phone", standing="well", reasons=[Reason(cause="well")], days=[0] * 9
)


@dataclass
class Centre:
    """Answers, or fails as a test says."""

    error: SyncError | None = None
    asked: list[object] = field(default_factory=list)

    def devices(self, query):
        self.asked.append(query)
        if self.error is not None:
            raise self.error
        return DevicePage(devices=[LINE], counts={"well": 1}, more=False, at=len(self.asked))

    def order_device(self, device, order):
        self.asked.append((device, order))
        if self.error is not None:
            raise self.error
        return DeviceOrdered(device=LINE)


@pytest.fixture
def replica(tmp_path):
    replica = make_replica(tmp_path)
    yield replica
    replica.close()


async def test_without_an_answer_the_last_one_to_the_same_question_is_shown(replica):
    centre = Centre()
    devices = Devices(replica, centre)
    first = await devices.page(DeviceQuery())
    centre.error = Busy(ErrorCode.S502)
    again = await devices.page(DeviceQuery())
    assert (first.is_old, again.is_old, again.page.at) == (False, True, 1)
    with pytest.raises(Busy):
        await devices.page(DeviceQuery(text="dan"))
    centre.error = None
    assert (await devices.page(DeviceQuery())).page.at == 4


async def test_whoever_is_no_admin_any_more_is_shown_nothing_old(replica):
    centre = Centre()
    devices = Devices(replica, centre)
    await devices.page(DeviceQuery())
    centre.error = NeedsSignIn(ErrorCode.A105)
    with pytest.raises(NeedsSignIn):
        await devices.page(DeviceQuery())


async def test_nothing_goes_out_while_the_person_works_offline(replica):
    from client.replica import meta

    centre = Centre()
    devices = Devices(replica, centre)
    await devices.page(DeviceQuery())
    with replica.write(durable=False) as writing:
        meta.put(writing.connection, {"paused": True})
    assert (await devices.page(DeviceQuery())).is_old
    with pytest.raises(Unreachable):
        await devices.order("d", "pause")
    assert len(centre.asked) == 1


async def test_an_order_returns_the_device_as_it_stands_then(replica):
    assert await Devices(replica, Centre()).order("d", "pause") == LINE


def test_a_new_replica_reports_that_it_is_not_loaded(replica):
    found = report_of(replica, "phone")
    assert (found.form, found.is_loaded, found.proof, found.works_offline) == ("phone", False, "none", False)
    assert found.size_bytes > 0
