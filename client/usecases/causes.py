"""What a failure is called where a person reads of it: the text is `error.<cause>`."""

from shared_models.errors import ErrorCode, FieldfareError

CODES = frozenset(code.value for code in ErrorCode)
WITHOUT_CODE: dict[str, str] = {
    "ProtocolFault": "not_ours",
    "Busy": ErrorCode.S502.value,
    "NeedsSignIn": ErrorCode.A101.value,
    "NeedsUpgrade": ErrorCode.P202.value,
    "RecordInvalid": ErrorCode.R303.value,
    "NotReceived": "not_received",
    "CannotOpen": "cannot_open",
    "WouldRun": "would_run",
    "ReplicaFull": ErrorCode.D601.value,
    "ReplicaLocked": ErrorCode.D602.value,
    "ReplicaDamaged": ErrorCode.D603.value,
    "ReplicaNewer": ErrorCode.D604.value,
    "ReplicaSealed": ErrorCode.D607.value,
    "ReplicaKeyLost": ErrorCode.D608.value,
}
"""Kinds of failures without a code of their own."""


def cause(failure: str) -> str:
    """Return the cause for a code, or for the name of a kind of failure."""
    return failure if failure in CODES else WITHOUT_CODE.get(failure, "unexpected")


def cause_of(error: FieldfareError) -> str:
    """Return the cause of a failure."""
    code = getattr(error, "code", None)
    return cause(str(code) if code else type(error).__name__)
