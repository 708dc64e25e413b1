import pytest

from sync_server.db.engine import Contended
from tests.servers import Caller, in_process, make_server


def test_a_server_whose_database_answers_is_healthy(tmp_path):
    with in_process(make_server(tmp_path)) as http:
        assert http.get("/health").json() == {"status": "ok"}


@pytest.mark.postgresql
def test_a_server_whose_database_is_gone_says_so_and_asks_to_come_back(tmp_path, postgresql_server):
    with postgresql_server.empty_database() as url:
        server = make_server(tmp_path, url)
    with in_process(server) as http:
        answer = http.get("/health")
    assert (answer.status_code, answer.json()["code"]) == (503, "S502")
    assert int(answer.headers["retry-after"]) > 0


def test_the_api_document_loads_nothing_from_elsewhere(tmp_path):
    with in_process(make_server(tmp_path)) as http:
        assert http.get("/schema/openapi.json").status_code == 200
        for page in ("/schema", "/schema/swagger", "/schema/redoc", "/docs"):
            assert "<script" not in http.get(page).text


def test_a_deadlock_asks_to_come_back_and_is_no_fault(tmp_path, monkeypatch):
    server = make_server(tmp_path)

    def deadlock(_: str) -> None:
        raise Contended("DeadlockDetected")

    monkeypatch.setattr(server.accounts, "exchange", deadlock)
    with in_process(server) as http:
        answer = Caller(http).http.post("/auth/token", json={"device_token": "x"})
    assert (answer.status_code, answer.json()["code"]) == (503, "S502")


@pytest.mark.postgresql
def test_while_the_database_is_gone_every_request_asks_to_come_back(tmp_path, postgresql_server):
    with postgresql_server.empty_database() as url:
        server = make_server(tmp_path, url)
        with in_process(server) as http:
            device = Caller(http)
            device.sign_in()
            device.hello()
    with in_process(server) as http:
        device.http = http
        answers = [device.hello(), device.push([]), device.pull(0), device.sign_in()]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(503, "S502")] * 4
    assert all(int(one.headers["retry-after"]) > 0 for one in answers)
