import asyncio
import io
import json

import pytest
import structlog
from structlog.testing import capture_logs

from sync_server import serving
from sync_server.config import MailConfig
from sync_server.db import outbox
from sync_server.db.outbox import Mail
from sync_server.services import alarms, posting
from tests.ports import free_port
from tests.servers import EMAIL, Caller, company_tx, in_process, make_server, record_id

PLANTED = ("Popescu", "0721 000 111", "RO99000081", "Strada Ascunsă", "parola-mea", "popescu@firma.ro")


def test_the_log_has_facts_and_nothing_about_people(tmp_path):
    with capture_logs() as lines, in_process(make_server(tmp_path)) as http:
        device = Caller(http)
        device.sign_in()
        device.hello()
        device.pull(0)
        http.get("/app/companies/0190-secret-record?q=popescu")
    assert [(line["path"], line["status"]) for line in lines][:3] == [
        ("/auth/sign-in", 200),
        ("/sync/v1/hello", 200),
        ("/sync/v1/pull", 200),
    ]
    assert all(line["duration_ms"] >= 0 for line in lines)
    said = repr(lines)
    secrets = [EMAIL, "popescu", "0190-secret-record", device.tokens["access_token"], device.tokens["user_id"]]
    assert not [secret for secret in secrets if secret in said]


@pytest.fixture
def log(monkeypatch):
    """What the server writes to its log, as it does in service."""
    written = io.StringIO()
    with monkeypatch.context() as patched:
        patched.setattr("sys.stderr", written)
        serving.log_as_json()
    yield written.getvalue
    structlog.reset_defaults()


@pytest.mark.functions(148)
def test_nothing_that_was_planted_is_in_the_log_whatever_goes_wrong(tmp_path, log, monkeypatch):
    """Names, numbers, addresses and passwords in every place where a request can have them: taken, refused, broken, and mailed."""
    server = make_server(tmp_path)
    name, phone, code, street, password, email = PLANTED
    with in_process(server) as http:
        device = Caller(http, install="laptop of Popescu")
        device.sign_in(email, password)
        device.sign_in(EMAIL, password)
        device.sign_in()
        device.hello(app=name)
        device.push([company_tx(1, record_id(1), name=name, fiscal_code=code, note=phone)])
        device.push([company_tx(1, record_id(2), name=name)])
        device.push_bytes(f'{{"{name}": "{phone}"'.encode())
        device.push([{**company_tx(3, record_id(3), name=street), "label": name, "hlc": -1}])
        http.get("/sync/v1/history", params={"t": name, "r": street}, headers=device.headers)
        http.get("/sync/v1/admin/devices", params={"q": name}, headers=device.headers)
        http.get(f"/{name}/{street}")

        def broken(*_, **__):
            raise ValueError(f"{name} {phone} {street}")

        with monkeypatch.context() as patched:
            patched.setattr("sync_server.services.push._carry_out", broken)
            device.push([company_tx(2, record_id(4), name=name)])
    with server.central.store.write() as connection:
        mail = Mail("alarm", "1", email, f"{name}", f"{phone} {street}")
        outbox.add(connection, server.central.tables, [(server.ids.record_id(), mail)], server.central.now_us())
    asyncio.run(posting.post_due(server.central, MailConfig("127.0.0.1", free_port(), email, "user", password)))
    alarms.look(server.central, server.ids.record_id, by_mail=True)
    said = log()
    lines = [json.loads(line) for line in said.splitlines()]
    assert {"/sync/v1/push", "/auth/sign-in"} <= {line.get("path") for line in lines}
    assert "mail_server_unreachable" in {line["event"] for line in lines}
    assert not [word for word in PLANTED if word.casefold() in said.casefold()]
