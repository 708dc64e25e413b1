"""What the OpenAPI document says beyond the handlers' types: bodies that we unpack ourselves, failures, the bearer token."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, OpenAPIMediaType, Operation, RequestBody, SecurityScheme
from pydantic import BaseModel

BEARER = "accessToken"
PROBLEM = "application/problem+json"
Json = Any
"""Any: a JSON schema."""


@dataclass
class Problem:
    """A coded failure (RFC 9457). The codes: `sync_server/PROTOCOL.md`, part 11."""

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None


FAILURES: Mapping[int, str] = {
    400: "Not what the document says: P201, P207",
    401: "Access: A101, A102, A103, A104",
    403: "Access, or a code that is not good: A105, A106, A107, A108, S513",
    404: "No such address, snapshot, file or diagnostics: P207, P208, R309, S512, S514",
    405: "No such method: P207",
    408: "The body did not arrive in time: S502",
    409: "Another version, epoch, content or place: P202, P203, P205, P206, P209, S511",
    413: "Too large: L401, L404",
    415: "Unknown content encoding: P201",
    416: "The snapshot or file has no such place: P208",
    422: "Unknown or missing parts, too many of them, other bytes: P201, L403, R301, P210",
    429: "Too many tries, see Retry-After: L402",
    503: "Busy, or the device is paused, see Retry-After: S502, S503",
}


def failures() -> dict[int, ResponseSpec]:
    """Return the documented failures of every operation."""
    return {
        status: ResponseSpec(Problem, media_type=PROBLEM, description=text, generate_examples=False)
        for status, text in FAILURES.items()
    }


def taking(model: type[BaseModel]) -> type[Operation]:
    """Return the operation of a handler whose body is one message, which the handler reads and unpacks itself."""

    @dataclass
    class Taking(Operation):
        def __post_init__(self) -> None:
            schema = inlined(model.model_json_schema(by_alias=True))
            self.request_body = RequestBody({"application/json": OpenAPIMediaType(schema)}, required=True)

    return Taking


def inlined(schema: Json) -> Json:
    """Return a JSON schema with its definitions in place of the references to them; none of ours refers to itself."""
    definitions = schema.get("$defs", {})

    def resolved(part: Json) -> Json:
        if isinstance(part, list):
            return [resolved(one) for one in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return resolved(definitions[part["$ref"].rsplit("/", 1)[-1]])
        return {key: resolved(value) for key, value in part.items() if key != "$defs"}

    return resolved(schema)


def openapi_config() -> OpenAPIConfig:
    """Return the document at /schema/openapi.json: JSON only, so that no page of it loads anything from elsewhere."""
    scheme = SecurityScheme(type="http", scheme="bearer", description="Access token of POST /auth/sign-in or /auth/token")
    return OpenAPIConfig(
        title="Fieldfare sync",
        version="1",
        path="/schema",
        description="How a device signs in and syncs. The rules behind it: sync_server/PROTOCOL.md.",
        components=Components(security_schemes={BEARER: scheme}),
        render_plugins=[JsonRenderPlugin()],
    )
