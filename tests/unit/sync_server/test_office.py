import gzip
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import flet as ft
import flet_web.fastapi as flet_fastapi
import httpx
import pytest
from litestar.exceptions import WebSocketDisconnect
from litestar.testing import TestClient

from shared_models.texts import Texts
from sync_server.api.limits import SignInLimits
from sync_server.api.office import Office
from sync_server.api.office_page import SCRIPT, SCRIPT_HASH
from sync_server.api.office_sockets import SIGNED_OUT, OpenSockets
from sync_server.services.accounts import NewUser
from tests.servers import EMAIL, PASSWORD, behind_socket, in_process, make_server

CODE = b"x = 1;" * 1000


class EchoApp:
    """Stands in for the office: says who is signed in, over http and over a websocket, and counts what it served."""

    def __init__(self) -> None:
        self.served: list[str] = []
        self.left = 0

    async def start(self) -> None:
        self.served.append("start")

    async def close(self) -> None:
        self.served.append("close")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.served.append(scope["path"])
        user = next((value.decode() for name, value in scope["headers"] if name == b"x-fieldfare-user"), "")
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.send", "text": f"{user} {scope['client'][0]}"})
            while (await receive())["type"] != "websocket.disconnect":
                pass
            self.left += 1
            return
        is_once = scope["path"].endswith("/once")
        body = CODE if is_once or scope["path"].endswith(".js") else user.encode()
        headers = [(b"content-type", b"text/javascript"), (b"access-control-allow-origin", b"*"), (b"etag", b'"1"')]
        headers += [(b"cache-control", b"no-store")] if is_once else []
        headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture
def server(tmp_path):
    return make_server(tmp_path)


@pytest.fixture
def app():
    return EchoApp()


@pytest.fixture
def office(server, app):
    return Office(app, server.accounts, SignInLimits.start(server.central.now_us), OpenSockets(check_s=3600))


@pytest.fixture
def browser(server, office) -> Iterator[TestClient[Any]]:
    with in_process(server, office) as client:
        client.follow_redirects = False
        yield client


def enter(browser, password=PASSWORD, **headers):
    form = {"email": EMAIL, "password": password, "lang": "en"}
    return browser.post("/app/sign-in", data=form, headers=headers)


def test_a_browser_without_a_session_is_led_to_the_sign_in_page(browser, app):
    for path in ("/", "/app", "/app/", "/app/companies/1"):
        answer = browser.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"] in ("/app/", "/app/sign-in")
    assert app.served == ["start"]


@pytest.mark.parametrize(
    "path",
    ["/app/main.dart.wasm", "/app/assets/x.json", "/app/fonts/../main.js", "/app/fonts/%2e%2e/main.js", "/app/fonts/x.js"],
)
def test_assets_are_refused_without_a_session(browser, app, path):
    assert browser.get(path).status_code == 401
    assert app.served == ["start"]


def test_the_font_of_the_sign_in_page_is_open_to_everyone(browser, app):
    assert browser.get("/app/fonts/Inter-tabular.ttf").status_code == 200
    assert browser.put("/app/fonts/Inter-tabular.ttf", content=b"x").status_code == 401


def test_uploads_are_refused_without_a_session(browser, app):
    assert browser.put("/app/upload?f=x", content=b"x").status_code == 401
    assert app.served == ["start"]


def test_a_websocket_is_refused_without_a_session(browser, app):
    with pytest.raises(WebSocketDisconnect), browser.websocket_connect("/app/ws"):
        pass
    assert app.served == ["start"]


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(browser):
    answer = enter(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/app/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/app" in cookie
    assert "secure" not in cookie


def test_the_cookie_is_secure_behind_a_proxy_that_ends_tls(tmp_path, app):
    server = make_server(tmp_path / "proxied", behind_proxy=True)
    office = Office(app, server.accounts, SignInLimits.start(server.central.now_us))
    with in_process(server, office) as browser:
        browser.follow_redirects = False
        assert "secure" in enter(browser, **{"x-forwarded-proto": "https"}).headers["set-cookie"].lower()


@pytest.mark.functions(147)
def test_a_signed_in_person_reaches_the_app_as_themselves(browser, server):
    enter(browser)
    user = server.central.tables.entities["user"]
    with server.central.store.read() as connection:
        expected = connection.execute(user.select()).one().id
    answer = browser.get("/app/", headers={"x-fieldfare-user": "somebody-else"})
    assert answer.text == expected
    with browser.websocket_connect("/app/ws") as socket:
        assert socket.receive_text(timeout=10).split()[0] == expected


def test_two_sessions_are_two_clients_for_the_app_so_that_no_page_is_resumed_across_them(browser):
    marks = []
    for _ in range(2):
        enter(browser)
        with browser.websocket_connect("/app/ws") as socket:
            marks.append(socket.receive_text(timeout=10).split()[1])
    assert len(set(marks)) == 2


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.local.evil.example"])
def test_a_websocket_from_another_site_is_refused_even_with_the_cookie(browser, app, origin):
    enter(browser)
    with pytest.raises(WebSocketDisconnect), browser.websocket_connect("/app/ws", headers={"origin": origin}):
        pass
    assert app.served == ["start"]


def test_a_sign_in_form_from_another_site_is_refused(browser):
    answer = enter(browser, origin="https://evil.example")
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_an_upload_from_another_site_is_refused_even_with_the_cookie(browser, app):
    enter(browser)
    assert browser.put("/app/upload", content=b"x", headers={"origin": "https://evil.example"}).status_code == 401
    assert app.served == ["start"]


def test_signing_out_closes_the_open_websocket_and_the_app_tidies_up(browser, app):
    enter(browser)
    with browser.websocket_connect("/app/ws") as socket:
        socket.receive_text(timeout=10)
        assert "Sign out" in browser.get("/app/sign-out").text
        assert browser.post("/app/sign-out").headers["location"] == "/app/sign-in"
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text(timeout=10)
    assert closed.value.code == SIGNED_OUT
    assert app.left == 1
    assert browser.get("/app/").headers["location"] == "/app/sign-in"


def test_a_sign_out_form_of_another_site_ends_nothing(browser):
    enter(browser)
    answer = browser.post("/app/sign-out", headers={"origin": "https://evil.example"})
    assert "set-cookie" not in answer.headers
    assert browser.get("/app/").status_code == 200


def test_revoking_the_office_device_closes_the_open_websocket(browser, server, office):
    office.sockets.check_s = 0.01
    enter(browser)
    with browser.websocket_connect("/app/ws") as socket:
        user = socket.receive_text(timeout=10).split()[0]
        server.accounts.revoke_device(user)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text(timeout=10)
    assert closed.value.code == SIGNED_OUT
    assert browser.get("/app/").status_code == 303


def test_a_wrong_password_shows_the_page_again_with_what_was_typed(browser):
    answer = enter(browser, password="<wrong>")
    assert answer.status_code == 401
    assert f'value="{EMAIL}"' in answer.text
    assert 'role="alert"' in answer.text
    assert "&lt;wrong&gt;" not in answer.text
    assert "<wrong>" not in answer.text


def test_what_was_typed_is_shown_as_text_only(browser):
    form = {"email": '"><script>alert(1)</script>', "password": "x"}
    page = browser.post("/app/sign-in", data=form).text
    assert page.count("<script") == page.count(f"<script>{SCRIPT}</script>") == 1


def test_whoever_was_switched_off_reads_so_at_the_sign_in_of_the_office(browser, server):
    user = server.central.tables.entities["user"]
    with server.central.store.write() as connection:
        connection.execute(user.update().values(is_active=False))
    answer = enter(browser)
    assert answer.status_code == 403
    assert "An admin has switched off your account" in answer.text
    assert "An admin has" not in enter(browser, password="guess").text


def test_guessing_is_slowed_down_and_says_how_long(browser):
    answers = [enter(browser, password="guess") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    seconds = int(answers[-1].headers["retry-after"])
    assert seconds > 0
    assert Texts("en").n("sign_in.braked", seconds) in answers[-1].text


@pytest.mark.parametrize(
    ("headers", "query", "word"),
    [
        ({}, "", "Sign in"),
        ({"accept-language": "ro-RO,ro"}, "", "Conectare"),
        ({"accept-language": "de-DE,de;q=0.9,ro;q=0.8,en;q=0.7"}, "", "Conectare"),
        ({"accept-language": "ro;q=0.5, en-GB"}, "", "Sign in"),
        ({"accept-language": "fr, *;q=0.5"}, "", "Sign in"),
        ({"accept-language": "ro;q=x,;,en;q=0.1"}, "", "Sign in"),
        ({"accept-language": "ro"}, "?lang=en", "Sign in"),
    ],
)
def test_the_page_speaks_the_browsers_language(browser, headers, query, word):
    page = browser.get(f"/app/sign-in{query}", headers=headers).text
    assert f"<h1>{word}</h1>" in page


def test_the_page_speaks_the_language_of_the_last_person_on_this_browser(browser, server):
    romanian = {"accept-language": "ro"}
    assert "<h1>Conectare</h1>" in browser.get("/app/sign-in", headers=romanian).text
    enter(browser)
    browser.post("/app/sign-out")
    assert "<h1>Sign in</h1>" in browser.get("/app/sign-in", headers=romanian).text
    server.accounts.create_user(NewUser("Dan Ilie", "dan@example.ro", PASSWORD, language="ro"))
    browser.post("/app/sign-in", data={"email": "dan@example.ro", "password": PASSWORD, "lang": "en"})
    assert "<h1>Conectare</h1>" in browser.get("/app/sign-in").text


def test_a_language_that_was_chosen_on_the_page_is_kept(browser):
    browser.get("/app/sign-in?lang=ro")
    assert "<h1>Conectare</h1>" in browser.get("/app/sign-in").text


def test_a_language_changed_in_the_office_is_known_after_the_sign_out(browser, server):
    enter(browser)
    user = server.central.tables.entities["user"]
    with server.central.store.write() as connection:
        connection.execute(user.update().values(language="ro"))
    browser.post("/app/sign-out")
    assert "<h1>Conectare</h1>" in browser.get("/app/sign-in").text


def test_the_pages_need_no_script_but_for_the_eye_and_nothing_from_elsewhere(browser):
    for path in ("/app/sign-in?lang=ro", "/app/sign-out"):
        answer = browser.get(path)
        found = Elements()
        found.feed(answer.text)
        assert found.scripts == [SCRIPT][: found.tags.count("script")]
        assert found.hidden == ["eye"][: len(found.scripts)]
        assert not [link for link in found.links if not link.startswith("/app/")]
        assert (
            f"default-src 'none'; style-src 'unsafe-inline'; font-src 'self'; script-src {SCRIPT_HASH};"
            in (answer.headers["content-security-policy"])
        )


class Elements(HTMLParser):
    """Tags and addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.hidden: list[str | None] = []
        self.scripts: list[str] = []

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == "script" and data.strip():
            self.scripts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.hidden += [dict(attrs).get("id")] if ("hidden", None) in attrs else []
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]


def test_answers_of_the_app_are_closed_to_other_sites_and_fetch_nothing_from_elsewhere(browser):
    enter(browser)
    headers = browser.get("/app/main.js").headers
    assert "access-control-allow-origin" not in headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "http" not in headers["content-security-policy"]


def test_an_asset_is_packed_once_and_kept(browser, office):
    enter(browser)
    first = browser.get("/app/main.js", headers={"accept-encoding": "gzip"})
    assert first.headers["content-encoding"] == "gzip"
    assert (first.content, int(first.headers["content-length"])) == (CODE, len(gzip.compress(CODE, 6, mtime=0)))
    kept = dict(office.assets._kept)
    assert browser.get("/app/main.js", headers={"accept-encoding": "gzip"}).content == CODE
    assert dict(office.assets._kept) == kept
    assert "content-encoding" not in browser.get("/app/main.js", headers={"accept-encoding": "identity"}).headers


@pytest.mark.parametrize("path", ["/app/docs", "/app/openapi.json", "/app/redoc"])
def test_the_apps_framework_shows_nothing_of_itself(browser, path):
    enter(browser)
    assert browser.get(path).status_code == 404


class FletApp:
    """A page of Flet, mounted as the office is."""

    async def start(self) -> None:
        await flet_fastapi.app_manager.start()
        self.app = flet_fastapi.app(self.main, no_cdn=True, app_name="Hello")

    async def close(self) -> None:
        await flet_fastapi.app_manager.shutdown()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)

    def main(self, page: ft.Page) -> None:
        page.add(ft.Text("hello"))


@pytest.mark.functions(135)
def test_what_must_not_be_kept_is_neither_packed_nor_kept(browser, office):
    enter(browser)
    answer = browser.get("/app/files/once", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content == CODE
    assert not any("files" in path for path, _ in office.assets._kept)


def test_flets_own_web_files_are_served_packed_over_a_real_socket(server):
    office = Office(FletApp(), server.accounts, SignInLimits.start(server.central.now_us))
    with behind_socket(server, office) as address, httpx.Client(base_url=address, timeout=60) as browser:
        assert browser.get("/app/main.dart.wasm").status_code == 401
        browser.post("/app/sign-in", data={"email": EMAIL, "password": PASSWORD})
        page = browser.get("/app/")
        assert page.status_code == 200
        assert '<base href="/app/' in page.text
        wasm = browser.get("/app/main.dart.wasm", headers={"accept-encoding": "gzip"})
        assert wasm.headers["content-encoding"] == "gzip"
        assert int(wasm.headers["content-length"]) < len(wasm.content) / 2
        again = browser.get("/app/main.dart.wasm", headers={"if-none-match": wasm.headers["etag"]})
        assert again.status_code == 304


@pytest.mark.parametrize("origin", ["null", "http://[", "https://elsewhere.example", "", "\x01"])
def test_an_origin_that_is_not_ours_is_refused_whatever_it_is(browser, origin):
    assert enter(browser, origin=origin).status_code == 403
    enter(browser)
    assert browser.put("/app/upload", content=b"x", headers={"origin": origin}).status_code == 401


def test_odd_forms_are_refused_by_every_database(tmp_path, app, central_url):
    server = make_server(tmp_path, central_url)
    office = Office(app, server.accounts, SignInLimits.start(server.central.now_us))
    with in_process(server, office) as client:
        for body in (b"email=%00a%40b&password=%00", b"email=%ff%fe&password=%ed%a0%80", b"\xff=&email=\xff", b"{"):
            answer = client.post("/app/sign-in", content=body, headers={"content-type": "application/x-www-form-urlencoded"})
            assert answer.status_code == 401
