"""`/sync/v1/admin`: what admins ask about the devices of the organisation. Everybody else is refused (A105)."""

from typing import Annotated

from litestar import Router, get
from litestar.concurrency import sync_to_thread
from litestar.params import QueryParameter

from shared_models.device_desk import DevicePage, DeviceQuery, Standing
from shared_models.protocol import PATH
from sync_server.api.access import GivenActor, GivenCentral
from sync_server.api.documentation import BEARER, failures
from sync_server.services import device_desk

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


def admin_router() -> Router:
    """Return the routes for admins."""
    return Router(path=f"{PATH}/admin", route_handlers=[ask_devices], tags=["admin"], security=[{BEARER: []}])
