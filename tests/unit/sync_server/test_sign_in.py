from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from sync_server.app import create_app
from sync_server.services.accounts import NewUser
from sync_server.services.refusals import Refusal
from tests.servers import EMAIL, PASSWORD, Caller, ServerClock, in_process, make_server


@pytest.fixture
def clock():
    return ServerClock()


@pytest.fixture
def server(tmp_path, clock):
    return make_server(tmp_path, clock=clock)


@pytest.fixture
def device(server):
    with in_process(server) as http:
        yield Caller(http)


def code(answer):
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_a_device_signs_in_and_is_greeted(device):
    assert device.sign_in().status_code == 200
    assert len(device.tokens["device_token"]) == 43
    greeting = device.hello().json()
    assert greeting["action"] == "ok"
    assert (greeting["user_id"], greeting["device_id"]) == (device.tokens["user_id"], device.tokens["device_id"])


def test_letter_case_and_spaces_of_the_address_do_not_matter(device):
    assert device.sign_in(f" {EMAIL.upper()} ").status_code == 200


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(device):
    wrong, unknown = device.sign_in(password="not it"), device.sign_in(email="nobody@example.ro")
    assert code(wrong) == (401, "A103")
    assert wrong.content == unknown.content


def test_secrets_are_stored_only_as_hashes(server, device):
    device.sign_in()
    secrets = [PASSWORD, device.tokens["device_token"], device.tokens["access_token"]]
    stored = b"".join(file.read_bytes() for file in server.config.folder.glob("central.db*"))
    assert b"$argon2id$" in stored
    assert not [secret for secret in secrets if secret.encode() in stored]


def test_an_expired_access_token_is_replaced_by_the_device_token_which_stays(device, clock):
    device.sign_in()
    clock.forward(seconds=901)
    assert code(device.hello()) == (401, "A102")
    for _ in range(2):
        fresh = device.http.post("/auth/token", json={"device_token": device.tokens["device_token"]})
        device.tokens["access_token"] = fresh.json()["access_token"]
        assert device.hello().status_code == 200


def test_an_admin_revokes_a_device_and_its_next_request_is_refused(server, device):
    device.sign_in()
    assert server.accounts.revoke_device(device.tokens["device_id"])
    assert code(device.hello()) == (401, "A101")
    assert code(device.http.post("/auth/token", json={"device_token": device.tokens["device_token"]})) == (401, "A104")


def switch(server, *, on):
    user = server.central.tables.entities["user"]
    with server.central.store.write() as connection:
        connection.execute(sa.update(user).where(user.c.email == EMAIL).values(is_active=on))


def test_a_person_who_is_no_longer_active_is_out_at_once_and_told_so(server, device):
    device.sign_in()
    token = {"device_token": device.tokens["device_token"]}
    switch(server, on=False)
    assert code(device.hello()) == (401, "A101")
    assert code(device.http.post("/auth/token", json=token)) == (403, "A108")
    assert code(device.sign_in()) == (403, "A108")
    switch(server, on=True)
    assert device.http.post("/auth/token", json=token).status_code == 200


def test_that_an_account_is_off_is_told_to_nobody_without_its_password_or_token(server, device):
    device.sign_in()
    switch(server, on=False)
    assert code(device.sign_in(password="guess")) == (401, "A103")
    assert code(device.http.post("/auth/token", json={"device_token": "x" * 43})) == (401, "A101")
    server.accounts.revoke_device(device.tokens["device_id"])
    assert code(device.http.post("/auth/token", json={"device_token": device.tokens["device_token"]})) == (401, "A104")


def test_the_same_installation_stays_the_same_device(device):
    first = device.sign_in().json()
    again = device.sign_in().json()
    assert again["device_id"] == first["device_id"]
    assert code(device.http.post("/auth/token", json={"device_token": first["device_token"]})) == (401, "A101")


def test_signing_out_ends_the_tokens_and_keeps_the_device(device):
    first = device.sign_in().json()
    assert device.http.post("/auth/sign-out", headers=device.headers).status_code == 204
    assert code(device.hello()) == (401, "A101")
    assert device.sign_in().json()["device_id"] == first["device_id"]


def test_the_sixth_wrong_password_in_a_minute_has_to_wait_as_long_as_the_answer_says(device, clock):
    answers = [device.sign_in(password="guess") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert code(device.sign_in()) == (429, "L402")
    clock.forward(seconds=int(answers[-1].headers["retry-after"]))
    assert device.sign_in().status_code == 200


def test_guessing_one_persons_password_does_not_lock_out_another(server, device):
    server.accounts.create_user(NewUser("Dan Ilie", "dan@example.ro", PASSWORD))
    for _ in range(6):
        device.sign_in(password="guess")
    assert device.sign_in("dan@example.ro").status_code == 200


@pytest.mark.parametrize(
    ("address", "scheme", "proxy", "status"),
    [
        ("203.0.113.5", "http", "", 403),
        ("203.0.113.5", "https", "", 200),
        ("127.0.0.1", "http", "", 200),
        ("127.0.0.1", "http", "http", 403),
        ("127.0.0.1", "http", "https", 200),
    ],
)
async def test_plain_http_is_refused_but_on_this_machine(tmp_path, address, scheme, proxy, status):
    app: Any = create_app(make_server(tmp_path, behind_proxy=bool(proxy)))  # Any: ASGI's types differ by library
    transport = httpx.ASGITransport(app, client=(address, 4000))
    headers = {"x-forwarded-proto": proxy} if proxy else {}
    async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://crm.example.ro") as http:
        answer = await http.get("/health", headers=headers)
    assert answer.status_code == status
    assert status == 200 or answer.json()["code"] == "A106"


@pytest.mark.parametrize("password", ["", "short", "x" * 257])
def test_a_password_that_is_too_short_or_too_long_is_refused_when_it_is_set(server, device, password):
    with pytest.raises(Refusal):
        server.accounts.create_user(NewUser("Eva", "eva@example.ro", password))
    with pytest.raises(Refusal):
        server.accounts.set_password(EMAIL, password)
    assert device.sign_in().status_code == 200
    assert [person.email for person in server.accounts.people()] == [EMAIL]


def test_a_new_password_ends_the_sessions_of_the_office_and_no_device(server, device):
    device.sign_in()
    session = server.accounts.open_session(EMAIL, PASSWORD)
    server.accounts.set_password(f" {EMAIL} ", "battery staple")
    assert server.accounts.session(session) is None
    assert device.hello().status_code == 200


def test_an_address_has_one_account(server):
    with pytest.raises(Refusal):
        server.accounts.create_user(NewUser("Ana Two", EMAIL.upper(), PASSWORD))
