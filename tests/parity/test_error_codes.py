"""The table of codes in the protocol, the codes themselves, and what the server says of them are one list."""

import re
from pathlib import Path

import sync_server
from shared_models.errors import ErrorCode
from shared_models.texts import Texts
from sync_server.api.documentation import FAILURES
from sync_server.api.problems import CODES, TITLES

PROTOCOL = (Path(sync_server.__file__).parent / "PROTOCOL.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| ([APRLS]\d{3}) \| ([^|]+) \|", PROTOCOL, re.MULTILINE))


def test_every_code_is_in_the_table():
    device_only = {code.value for code in ErrorCode if code.value.startswith("D")}
    assert set(ROWS) == {code.value for code in ErrorCode} - device_only
    assert all(code in PROTOCOL for code in device_only)


def test_every_code_that_the_server_answers_with_has_a_title():
    answered = {code for code, statuses in ROWS.items() if re.search(r"\d{3}", statuses)}
    assert {code.value for code in TITLES} == answered


def test_the_document_names_every_status_of_the_table_that_is_no_fault():
    statuses = {int(status) for row in ROWS.values() for status in re.findall(r"\d{3}", row)}
    assert statuses - {500} == set(FAILURES)
    assert set(CODES) <= statuses


def test_every_code_has_a_text_in_both_languages():
    for language in ("en", "ro"):
        missing = [code for code in ErrorCode if not Texts(language).has(f"error.{code}")]
        assert missing == []
