"""The sign-in page of the office in a real browser, under its own content security policy."""

import re

import pytest
from playwright.sync_api import Browser, expect

from shared_models.texts import Texts
from sync_server.api.office_page import sign_in_page
from sync_server.api.office_sign_in import PAGE_HEADERS

ADDRESS = "http://office.example/app/sign-in"


@pytest.mark.parametrize(("language", "shows", "hides"), [("en", "Show", "Hide"), ("ro", "Arată", "Ascunde")])
def test_the_eye_shows_the_password_and_hides_it_before_it_is_sent(browser: Browser, language, shows, hides) -> None:
    page = browser.new_page()
    headers = {**PAGE_HEADERS, "content-type": "text/html; charset=utf-8"}
    body = sign_in_page(Texts(language), "ana@firma.example", "")
    page.route(ADDRESS, lambda route: route.fulfill(body=body, headers=headers))
    page.goto(ADDRESS)
    box, eye = page.locator("#password"), page.locator("#eye")
    box.fill("nu-i asta")
    expect(box).to_have_attribute("type", "password")
    expect(eye).to_have_attribute("aria-label", re.compile(shows))
    eye.click()
    expect(box).to_have_attribute("type", "text")
    expect(box).to_be_focused()
    expect(eye).to_have_attribute("aria-label", re.compile(hides))
    page.evaluate("box.form.addEventListener('submit', (sent) => { sent.preventDefault(); document.title = box.type; })")
    page.keyboard.press("Enter")
    expect(page).to_have_title("password")
    page.close()


def test_without_script_there_is_no_eye_that_does_nothing(browser: Browser) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.set_content(sign_in_page(Texts("en"), "", ""))
        expect(page.locator("#password")).to_be_visible()
        expect(page.locator("#eye")).to_be_hidden()
