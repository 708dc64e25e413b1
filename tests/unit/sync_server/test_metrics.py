"""The figures for Prometheus: what they say, who may read them, and that they name nobody."""

from dataclasses import replace

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from sync_server.services.accounts import NewUser
from tests.servers import PASSWORD, Caller, ServerClock, behind_socket, in_process, make_server, record_id

pytestmark = pytest.mark.functions(148)
TOKEN = "a token of the settings"


def with_token(server):
    return replace(server, config=replace(server.config, metrics_token=TOKEN))


def figures(text):
    """Return (name, labels) -> value."""
    families = text_string_to_metric_families(text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def test_the_figures_are_those_of_the_devices(tmp_path):
    clock = ServerClock()
    server = with_token(make_server(tmp_path, clock=clock))
    server.accounts.create_user(NewUser("Dan Mureșan", "dan@example.ro", PASSWORD))
    with in_process(server) as http:
        boss, dan = Caller(http, install="boss"), Caller(http, install="dan")
        boss.sign_in()
        dan.sign_in("dan@example.ro")
        boss.hello(clock=clock.now // 1000)
        saved_at = clock.now - 90_000_000
        dan.hello(clock=clock.now // 1000 + 600_000, pending={"n": 3, "oldest": saved_at + 600_000_000})
        bad = {"id": "bad", "tx": 1, "hlc": 1, "ops": [{"t": "company", "pk": record_id(1), "op": "i", "set": {}}]}
        dan.push([bad])
        answer = http.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = figures(answer.text)
    assert found["fieldfare_devices", "need"] == 1
    assert found["fieldfare_devices", "well"] == 1
    assert found["fieldfare_devices_by_cause", "refused_changes"] == 1
    assert found["fieldfare_pending_changes",] == 3
    assert found["fieldfare_oldest_pending_seconds",] == pytest.approx(90, abs=1)
    assert found["fieldfare_open_letters",] == found["fieldfare_letters_last_day",] == 1
    assert found["fieldfare_live_channels",] == 0
    for personal in ("dan", "Dan", "Ana", "laptop", "example.ro", dan.tokens["device_id"]):
        assert personal not in answer.text


def test_this_machine_reads_them_without_a_token_where_none_is_set(tmp_path):
    with behind_socket(make_server(tmp_path)) as address:
        assert httpx.get(f"{address}/metrics").status_code == 200


@pytest.mark.parametrize("authorization", ["", "Bearer x", f"Basic {TOKEN}"])
def test_with_a_token_in_the_settings_this_machine_needs_it_too(tmp_path, authorization):
    with behind_socket(with_token(make_server(tmp_path))) as address:
        answer = httpx.get(f"{address}/metrics", headers={"authorization": authorization})
        assert (answer.status_code, answer.json()["code"]) == (401, "A101")
        assert httpx.get(f"{address}/metrics", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_behind_a_proxy_nobody_is_taken_for_this_machine(tmp_path):
    with behind_socket(make_server(tmp_path, behind_proxy=True)) as address:
        answer = httpx.get(f"{address}/metrics", headers={"x-forwarded-proto": "https"})
    assert (answer.status_code, answer.json()["code"]) == (401, "A101")


def test_an_access_token_of_a_device_opens_nothing(tmp_path):
    server = with_token(make_server(tmp_path))
    with in_process(server) as http:
        boss = Caller(http)
        boss.sign_in()
        assert http.get("/metrics", headers=boss.headers).status_code == 401


def test_requests_are_timed_by_route_and_no_label_names_anything(tmp_path):
    with in_process(with_token(make_server(tmp_path))) as http:
        boss = Caller(http)
        boss.sign_in()
        boss.hello()
        boss.pull(0)
        http.get("/sync/v1/snapshot/ion-popescu", headers=boss.headers)
        http.post(f"/sync/v1/admin/devices/{boss.tokens['device_id']}/pause", headers=boss.headers)
        http.get("/popescu/of/cluj")
        text = http.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).text
    counted = {
        (one.labels["method"], one.labels["route"], one.labels["status"]): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
        if one.name == "fieldfare_request_seconds_count"
    }
    assert counted["POST", "/sync/v1/hello", "2xx"] == 1
    assert counted["POST", "/sync/v1/admin/devices/{device}/{order}", "2xx"] == 1
    assert counted["GET", "/sync/v1/snapshot/{name}", "4xx"] == 1
    for personal in ("popescu", "cluj", boss.tokens["device_id"]):
        assert personal not in text
