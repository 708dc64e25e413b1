"""`/sync/v1/admin`: what admins ask about the devices of the organisation. Everybody else is refused (A105)."""

from typing import Annotated

from litestar import Router, get, post
from litestar.concurrency import sync_to_thread
from litestar.params import PathParameter, QueryParameter

from shared_models.device_desk import DeviceOrdered, DevicePage, DeviceQuery, Order, Standing
from shared_models.message import PRINTABLE
from shared_models.protocol import PATH
from sync_server.api.access import GivenAccounts, GivenActor, GivenCentral
from sync_server.api.documentation import BEARER, failures
from sync_server.services import device_desk, device_orders

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


def admin_router() -> Router:
    """Return the routes for admins."""
    return Router(path=f"{PATH}/admin", route_handlers=[ask_devices, order_device], tags=["admin"], security=[{BEARER: []}])
