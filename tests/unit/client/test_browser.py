"""The page of a device: what it carries, and whom it refuses, on Flet's real app."""

from pathlib import Path

import httpx
import pytest

import client

ASSETS = Path(client.__file__).parent / "ui" / "assets"
browser = pytest.importorskip("client.browser", reason="a phone serves no page", exc_type=ImportError)


@pytest.fixture
def page(tmp_path):
    """Flet's app behind the guard of a device."""
    return browser.DevicePage(browser.flet_app(lambda page: None, tmp_path, 60))


async def ask(page, path, method="GET", **headers):
    transport = httpx.ASGITransport(page)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        return await client.request(method, path, headers=headers)


async def test_the_page_fetches_nothing_from_elsewhere_and_is_closed_to_other_sites(page):
    for path in ("/", "/companies/1", "/main.dart.js"):
        answer = await ask(page, path)
        assert answer.status_code == 200
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "http" not in answer.headers["content-security-policy"]
        assert "access-control-allow-origin" not in answer.headers
        assert "cross-origin-embedder-policy" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_page_says_in_both_languages_when_nothing_answers_and_its_files_stay_as_they_are(page):
    for path in ("/", "/companies/1"):
        answer = await ask(page, path)
        assert "Fieldfare nu răspunde" in answer.text
        assert "Fieldfare does not answer" in answer.text
        assert int(answer.headers["content-length"]) == len(answer.content)
    assert "răspunde" not in (await ask(page, "/flutter_bootstrap.js")).text
    assert (await ask(page, "/", "HEAD")).status_code == 200


@pytest.mark.parametrize(
    ("asked", "answers"),
    [
        ("notocoloremoji/v32/Yq6P.9", "NotoEmoji"),
        ("notosansarabic/v28/nwpx", "NotoSansArabic"),
        ("notosanshebrew/v46/or3H", "NotoSansHebrew"),
        ("notosansthai/v25/iJWn", "NotoSansThai"),
        ("notosanssc/v37/k3.119", "Boxes"),
    ],
)
async def test_the_fonts_that_flutter_looks_for_are_here_under_any_mount(asked, answers):
    page = browser.flet_app(lambda page: None, ASSETS, 60)
    font = (ASSETS / "fonts" / f"{answers}.woff2").read_bytes()
    path = f"/assets/fonts/{asked}.woff2"
    assert (await ask(browser.DevicePage(page), path)).content == font

    async def mounted(scope, receive, send):
        await browser.flet_app(lambda page: None, ASSETS, 60)({**scope, "root_path": "/app"}, receive, send)

    assert (await ask(mounted, f"/app{path}")).content == font


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/redoc"])
async def test_the_framework_below_shows_nothing_of_itself(page, path):
    assert (await ask(page, path)).status_code == 404


async def test_a_name_that_was_made_to_point_to_this_machine_is_refused(page):
    assert (await ask(page, "/", host="evil.example:8000")).status_code == 403
    assert (await ask(page, "/", host="evil.example")).status_code == 403
    assert (await ask(page, "/", host="localhost:8000")).status_code == 200


async def test_a_form_of_another_site_is_refused(page):
    assert (await ask(page, "/", "POST", origin="https://evil.example")).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:9000", "http://127.0.0.1:8000"])
async def test_only_the_own_tab_of_the_page_gets_a_session(origin):
    sent = []

    async def opens(scope, receive, send):
        await send({"type": "websocket.accept"})

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message["type"])

    headers = [(b"host", b"127.0.0.1:8000"), (b"origin", origin.encode())]
    await browser.DevicePage(opens)({"type": "websocket", "path": "/ws", "headers": headers}, receive, send)
    assert sent == ["websocket.accept" if origin == "http://127.0.0.1:8000" else "websocket.close"]
