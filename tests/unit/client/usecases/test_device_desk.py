"""Devices as the centre tells of them, and what is shown when it does not answer."""

import json
from dataclasses import dataclass, field

import pytest

from client.sync.reporting import report_of
from client.usecases.device_desk import Devices
from shared_models.device_code import DeviceCode
from shared_models.device_desk import DeviceLine, DeviceOrdered, DevicePage, DeviceQuery, Reason
from shared_models.diagnostics import Diagnostics, DiagnosticsKept, Sizes, Versions
from shared_models.errors import Busy, ErrorCode, FileUnwritten, NeedsSignIn, SyncError, Unreachable
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

    def make_device_code(self, user):
        self.asked.append(user)
        return DeviceCode(code="K7QF29XWRM", user_id=user, email="dan@example.ro", expires_at=1)

    def diagnostics(self, device):
        found = Diagnostics(made_at=1, versions=Versions(app="0.1.0"), sizes=Sizes(file=500))
        return DiagnosticsKept(device=device, arrived_at=1_795_000_000_000_000, found=found)


@pytest.fixture
def replica(tmp_path):
    replica = make_replica(tmp_path)
    yield replica
    replica.close()


async def test_without_an_answer_the_last_one_to_the_same_question_is_shown(replica, tmp_path):
    centre = Centre()
    devices = Devices(replica, centre, tmp_path)
    first = await devices.page(DeviceQuery())
    centre.error = Busy(ErrorCode.S502)
    again = await devices.page(DeviceQuery())
    assert (first.is_old, again.is_old, again.page.at) == (False, True, 1)
    with pytest.raises(Busy):
        await devices.page(DeviceQuery(text="dan"))
    centre.error = None
    assert (await devices.page(DeviceQuery())).page.at == 4


async def test_whoever_is_no_admin_any_more_is_shown_nothing_old(replica, tmp_path):
    centre = Centre()
    devices = Devices(replica, centre, tmp_path)
    await devices.page(DeviceQuery())
    centre.error = NeedsSignIn(ErrorCode.A105)
    with pytest.raises(NeedsSignIn):
        await devices.page(DeviceQuery())


async def test_nothing_goes_out_while_the_person_works_offline(replica, tmp_path):
    from client.replica import meta

    centre = Centre()
    devices = Devices(replica, centre, tmp_path)
    await devices.page(DeviceQuery())
    with replica.write(durable=False) as writing:
        meta.put(writing.connection, {"paused": True})
    assert (await devices.page(DeviceQuery())).is_old
    with pytest.raises(Unreachable):
        await devices.order("d", "pause")
    assert len(centre.asked) == 1


async def test_an_order_returns_the_device_as_it_stands_then(replica, tmp_path):
    assert await Devices(replica, Centre(), tmp_path).order("d", "pause") == LINE


async def test_diagnostics_lie_in_a_file_that_names_nobody_one_at_a_time(replica, tmp_path):
    devices = Devices(replica, Centre(), tmp_path)
    first = await devices.diagnostics("018f-aaaaaaaa")
    assert first.name == "diagnostics-aaaaaaaa-20261118T110640Z.json"
    assert json.loads(first.read_text()) == {"made_at": 1, "versions": {"app": "0.1.0"}, "sizes": {"file": 500}}
    second = await devices.diagnostics("018f-bbbbbbbb")
    assert [one.name for one in second.parent.iterdir()] == [second.name]


async def test_a_disk_without_room_for_diagnostics_is_told(replica, tmp_path):
    (tmp_path / "opened").write_text("a file where the folder would be")
    with pytest.raises(FileUnwritten):
        await Devices(replica, Centre(), tmp_path).diagnostics("d")


async def test_a_code_is_asked_for_the_person_who_is_named(replica, tmp_path):
    centre = Centre()
    assert (await Devices(replica, centre, tmp_path).make_code("u")).code == "K7QF29XWRM"
    assert centre.asked == ["u"]


def test_a_new_replica_reports_that_it_is_not_loaded(replica):
    found = report_of(replica, "phone")
    assert (found.form, found.is_loaded, found.proof, found.works_offline) == ("phone", False, "none", False)
    assert found.size_bytes > 0
