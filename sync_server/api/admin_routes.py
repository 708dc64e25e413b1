"""`/sync/v1/admin`: what admins ask about the devices of the organisation. Everybody else is refused (A105)."""

from typing import Annotated

from litestar import Router, get, post, put
from litestar.concurrency import sync_to_thread
from litestar.datastructures import State
from litestar.params import PathParameter, QueryParameter

from shared_models.alarms import AlarmKind, AlarmPage, AlarmRule
from shared_models.device_code import DeviceCode
from shared_models.device_desk import DeviceOrdered, DevicePage, DeviceQuery, Order, Standing
from shared_models.diagnostics import DiagnosticsKept
from shared_models.incident_desk import IncidentPage
from shared_models.message import PRINTABLE
from shared_models.protocol import PATH
from sync_server.api.access import GivenAccounts, GivenActor, GivenCentral
from sync_server.api.documentation import BEARER, failures
from sync_server.config import ServerConfig
from sync_server.services import alarms, device_codes, device_desk, device_orders, diagnosing, incident_desk

STATE = "how they stand; none: all"


@get("/devices", operation_id="devices", summary="How the devices stand, and why", responses=failures())
async def ask_devices(
    central: GivenCentral,
    actor: GivenActor,
    standing: Annotated[Standing | None, QueryParameter(description=STATE)] = None,
    q: Annotated[str, QueryParameter(max_length=100, pattern=r"^[^\x00]*$", description="part of a name or address")] = "",
    page: Annotated[int, QueryParameter(ge=0, le=10_000, description="page, from 0")] = 0,
) -> DevicePage:
    """Those that need somebody first, 50 a page. For admins."""
    return await sync_to_thread(device_desk.page, central, actor, DeviceQuery(standing=standing, text=q, page=page))


@post(
    "/devices/{device:str}/{order:str}",
    operation_id="orderDevice",
    status_code=200,
    summary="Order something for a device",
    responses=failures(),
)
async def order_device(
    accounts: GivenAccounts,
    actor: GivenActor,
    device: Annotated[str, PathParameter(max_length=36, pattern=PRINTABLE, description="id of a device")],
    order: Annotated[Order, PathParameter(description="what it is to do")],
) -> DeviceOrdered:
    """The device as it stands then; P207 for one that there is not, or that cannot do it. For admins."""
    return await sync_to_thread(device_orders.carry_out, accounts, actor, device, order)


@get(
    "/devices/{device:str}/diagnostics",
    operation_id="diagnostics",
    summary="What a device told of itself, as it was ordered",
    responses=failures(),
)
async def ask_diagnostics(
    central: GivenCentral,
    actor: GivenActor,
    device: Annotated[str, PathParameter(max_length=36, pattern=PRINTABLE, description="id of a device")],
) -> DiagnosticsKept:
    """The newest of 30 days; S512 where there are none. For admins."""
    return await sync_to_thread(diagnosing.newest, central, actor, device)


@get("/alarms", operation_id="alarms", summary="Rules of alarms, and what was raised", responses=failures())
async def ask_alarms(central: GivenCentral, actor: GivenActor, state: State) -> AlarmPage:
    """Those that last first, 100 in all. For admins."""
    return await sync_to_thread(alarms.page, central, actor, by_mail=_by_mail(state))


@get("/incidents", operation_id="incidents", summary="What went wrong day by day, and on which device", responses=failures())
async def ask_incidents(
    central: GivenCentral,
    actor: GivenActor,
    page: Annotated[int, QueryParameter(ge=0, le=10_000, description="page, from 0")] = 0,
) -> IncidentPage:
    """Counts of 30 days, and the incidents of them, the newest first, 50 a page. For admins."""
    return await sync_to_thread(incident_desk.page, central, actor, page)


@put(
    "/alarm-rules/{kind:str}",
    operation_id="setAlarmRule",
    summary="Change a rule of alarms",
    responses=failures(),
)
async def set_alarm_rule(
    central: GivenCentral,
    actor: GivenActor,
    state: State,
    kind: Annotated[AlarmKind, PathParameter(description="of which kind")],
    on: Annotated[bool, QueryParameter(description="whether it is looked for at all")],
    threshold: Annotated[int, QueryParameter(ge=0, le=365 * 24, description="in days or hours, as its kind has it")],
) -> AlarmPage:
    """Rules and alarms as they are then; R303 for a threshold beyond the limits of its kind. For admins."""
    rule = AlarmRule(kind=kind, is_on=on, threshold=threshold)
    return await sync_to_thread(alarms.set_rule, central, actor, rule, by_mail=_by_mail(state))


@post(
    "/device-codes/{user:str}",
    operation_id="makeDeviceCode",
    status_code=200,
    summary="Make a one-time code with which a device of a person signs in",
    responses=failures(),
)
async def make_device_code(
    accounts: GivenAccounts,
    actor: GivenActor,
    user: Annotated[str, PathParameter(max_length=36, pattern=PRINTABLE, description="id of a person")],
) -> DeviceCode:
    """Good for 15 minutes, once; an earlier one of the person is good no more. S514 for whoever has no account that is on. For admins."""
    return await sync_to_thread(device_codes.make, accounts, actor, user)


def _by_mail(state: State) -> bool:
    config: ServerConfig = state.config
    return config.mail is not None


def admin_router() -> Router:
    """Return the routes for admins."""
    return Router(
        path=f"{PATH}/admin",
        route_handlers=[
            ask_devices,
            order_device,
            ask_diagnostics,
            ask_alarms,
            set_alarm_rule,
            ask_incidents,
            make_device_code,
        ],
        tags=["admin"],
        security=[{BEARER: []}],
    )
