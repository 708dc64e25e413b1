"""Random requests made from the server's own OpenAPI document: whatever comes, the answer is documented and below 500."""

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.servers import Caller, behind_socket, make_server

NOTHING_TO_BREAK = {(name, GenerationMode.NEGATIVE) for name in ("health", "signOut", "alarms")}
"""Operations without parameters and without a body."""
EXAMPLES = {False: 10, True: 500}
"""Whether it is a long proof -> requests of each kind to each operation."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def is_long() -> bool:
    """Whether `make prove` runs."""
    return settings.default.max_examples > 1_000


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def server(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    if request.param == "sqlite":
        yield make_server(folder)
    else:
        with request.getfixturevalue("postgresql_server").empty_database() as url:
            yield make_server(folder, url)


@pytest.fixture(scope="module")
def caller(server):
    with behind_socket(server) as address, httpx.Client(base_url=address) as http:
        caller = Caller(http)
        caller.sign_in()
        caller.hello()
        yield caller


@pytest.fixture(scope="module")
def operations(caller):
    document = schemathesis.openapi.from_dict(caller.http.get("/schema/openapi.json").json())
    found = [one.ok() for one in document.get_all_operations()]  # an Err fails here, loudly
    return {one.definition.raw["operationId"]: one for one in found}


OPERATIONS = [
    "health",
    "signIn",
    "signInByCode",
    "token",
    "signOut",
    "hello",
    "push",
    "pull",
    "history",
    "digest",
    "fetch",
    "salvage",
    "events",
    "snapshot",
    "snapshotBytes",
    "announceFile",
    "filePlace",
    "sendFile",
    "fileBytes",
    "devices",
    "orderDevice",
    "sendDiagnostics",
    "diagnostics",
    "alarms",
    "incidents",
    "setAlarmRule",
    "makeDeviceCode",
]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as-described", "broken"])
@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_no_request_made_from_the_document_is_a_fault_of_the_server(operations, caller, operation_id, mode):
    # Signing out would end the device that asks, and listening would not end: those come without a token.
    headers = {} if operation_id in ("signOut", "events") else caller.headers

    @settings(max_examples=EXAMPLES[is_long()], deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operations[operation_id].as_strategy(generation_mode=mode))
    def ask(case):
        case.call_and_validate(base_url=str(caller.http.base_url), headers=headers, checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:
        assert (operation_id, mode) in NOTHING_TO_BREAK


def test_the_document_names_every_operation(operations):
    assert sorted(operations) == sorted(OPERATIONS)
