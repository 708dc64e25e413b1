"""Whatever stops a round, the Sync page has words for it in both languages."""

import pytest

from client.usecases import sync_desk
from shared_models.errors import (
    Busy,
    ErrorCode,
    NeedsSignIn,
    NeedsUpgrade,
    ProtocolFault,
    Refused,
    ReplicaDamaged,
    ReplicaError,
    ReplicaFull,
    ReplicaKeyLost,
    ReplicaNewer,
    ReplicaSealed,
    Unreachable,
)
from shared_models.texts import LANGUAGES, Texts

FAILURES = [
    (ProtocolFault(None, "a page of a hotel"), "not_ours"),
    (Busy(None), "S502"),
    (NeedsSignIn(None), "A101"),
    (NeedsUpgrade(None), "P202"),
    (ReplicaFull("x"), "D601"),
    (ReplicaDamaged("x"), "D603"),
    (ReplicaNewer("x"), "D604"),
    (ReplicaSealed("x"), "D607"),
    (ReplicaKeyLost("x"), "D608"),
    (ReplicaError("x"), "unexpected"),
    *((Refused(code), code.value) for code in ErrorCode if code.value[0] in "LRS"),
]


def status_after(device, error):
    def fail(*_):
        raise error

    device.network.hello = device.network.push = device.network.pull = fail
    device.sync()
    return sync_desk.status(device.replica, device.engine.status(), is_paused=False)


@pytest.mark.functions(140)
@pytest.mark.parametrize(("error", "cause"), FAILURES, ids=lambda value: value if isinstance(value, str) else "")
def test_the_cause_of_a_failure_has_words(world, error, cause):
    status = status_after(world.device("ana-laptop"), error)
    assert status.cause == cause
    assert all(Texts(language).t(f"error.{status.cause}") for language in LANGUAGES)


def test_a_plain_lack_of_connection_has_no_cause(world):
    status = status_after(world.device("ana-laptop"), Unreachable(None, "no network"))
    assert (status.link, status.cause) == ("offline", None)
