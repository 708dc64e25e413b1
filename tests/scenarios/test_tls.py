"""A server with a certificate of its own, as a firm runs it: the real commands, a real TLS connection."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import trustme

from client.config import SyncTimes
from client.sync.http_transport import make_client, sign_in
from shared_models.errors import Unreachable
from shared_models.protocol import SignInRequest
from tests.ports import free_port

EMAIL, PASSWORD = "ana@example.ro", "correct horse"
START_S = 60.0
CA = trustme.CA()
ANA = SignInRequest(email=EMAIL, password=PASSWORD, device_name="laptop", install="install-1")


def command(*words: object) -> list[str]:
    """Return a command line of the product."""
    return [sys.executable, "-m", "shared_models", "server", *map(str, words)]


@contextmanager
def serving(folder: Path, *words: object) -> Iterator[str]:
    """Yield the address of `fieldfare server run` with these options."""
    port = free_port()
    server = subprocess.Popen(command("run", "--data", folder, "--port", port, *words), stdout=subprocess.DEVNULL)
    try:
        wait_for(port, server)
        yield f"https://localhost:{port}"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    """Wait until the server answers, whoever is asked to vouch for it."""
    end = time.monotonic() + START_S
    while server.poll() is None and time.monotonic() < end:
        try:
            httpx.get(f"https://localhost:{port}/health", verify=False)  # only whether it is there
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the server did not come up")


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A folder of a server that knows Ana, with a certificate and its key beside it."""
    (tmp_path / "password").write_text(PASSWORD)
    folder, made = tmp_path / "data", CA.issue_cert("localhost", "127.0.0.1")
    made.private_key_pem.write_to_path(str(tmp_path / "crm.key"))
    for pem in made.cert_chain_pems:
        pem.write_to_path(str(tmp_path / "crm.pem"), append=True)
    CA.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    words = "init", "--data", folder, "--name", "Ana Pop", "--email", EMAIL, "--password-file", tmp_path / "password"
    subprocess.run(command(*words), check=True, stdout=subprocess.DEVNULL)
    return tmp_path


@pytest.mark.functions(35)
def test_a_device_signs_in_to_a_server_whose_certificate_it_trusts_and_to_no_other(begun, monkeypatch):
    with serving(begun / "data", "--certificate", begun / "crm.pem", "--key", begun / "crm.key") as address:
        monkeypatch.setenv("SSL_CERT_FILE", str(begun / "ca.pem"))
        with make_client(address, SyncTimes()) as http:
            assert sign_in(http, ANA).user_id
        monkeypatch.delenv("SSL_CERT_FILE")
        with make_client(address, SyncTimes()) as http, pytest.raises(Unreachable):
            sign_in(http, ANA)


@pytest.mark.functions(35)
def test_a_key_of_another_certificate_is_told_before_anything_is_served(begun):
    CA.issue_cert("localhost").private_key_pem.write_to_path(str(begun / "other.key"))
    run = command("run", "--data", begun / "data", "--certificate", begun / "crm.pem", "--key", begun / "other.key")
    ended = subprocess.run(
        run, capture_output=True, text=True, timeout=START_S, env={**os.environ, "NO_COLOR": "1"}, check=False
    )
    assert ended.returncode == 1
    assert "the key is that of the certificate" in ended.stdout + ended.stderr
