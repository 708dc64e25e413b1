"""What the terminal does with the bytes of files, and what the settings of them may be."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from shared_models.__main__ import main
from sync_server.app import open_server
from sync_server.config import ServerConfig
from sync_server.db import rows
from sync_server.services import setup, shipped_later
from sync_server.services.file_store import StoreFailed
from sync_server.services.shipped_lists import list_id

pytestmark = pytest.mark.functions(135)


@pytest.fixture
def data(tmp_path):
    (tmp_path / "password").write_text("correct horse\n")
    words = ["init", "--email", "ana@example.ro", "--password-file", str(tmp_path / "password")]
    assert main(["server", *words, "--data", str(tmp_path / "data")]) == 0
    return str(tmp_path / "data")


def test_what_was_cleared_away_is_told(data, capsys, monkeypatch):
    kept = Path(data, "files", "ab", "ab" * 32)
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"nobody names it")
    monkeypatch.setattr("sync_server.services.file_clearing.NEW_S", -10.0)
    assert main(["server", "files", "clear", "--data", data]) == 0
    assert "1 file removed, 0 files that were given up, 0 files kept." in capsys.readouterr().out
    assert not kept.exists()


@pytest.mark.parametrize("words", [["files", "clear"], ["run", "--port", "0"]], ids=" ".join)
def test_a_place_that_is_none_or_does_not_answer_is_told_in_a_sentence(data, capsys, monkeypatch, words):
    monkeypatch.setenv("FIELDFARE_FILES_URL", "nowhere://x")
    assert main(["server", *words, "--data", data]) == 1
    assert "FIELDFARE_FILES_URL names no place for files" in capsys.readouterr().out
    monkeypatch.delenv("FIELDFARE_FILES_URL")

    def fail(*_):
        raise StoreFailed("no connection")

    for name in ("size_of", "all"):
        monkeypatch.setattr(f"sync_server.services.file_store.ObjectFiles.{name}", fail)
    assert main(["server", *words, "--data", data]) == 1
    assert "does not answer (no connection)" in capsys.readouterr().out


@pytest.mark.parametrize(("text", "is_taken"), [("120", True), ("0", False), ("many", False), ("-5", False), ("", True)])
def test_the_largest_file_is_a_number_of_megabytes(data, capsys, monkeypatch, text, is_taken):
    monkeypatch.setenv("FIELDFARE_BIGGEST_FILE_MB", text)
    assert main(["server", "status", "--data", data]) == (0 if is_taken else 1)
    assert ("Give a number of megabytes" in capsys.readouterr().out) is not is_taken


def test_a_database_of_an_earlier_version_gets_the_lists_of_a_later_one_once(data):
    central = open_server(ServerConfig(Path(data))).central
    wanted = list_id("document_kind")
    with central.store.write() as connection:  # as an installation from before had it
        for name, field in (("pick_list_item", "list_id"), ("pick_list", "id")):
            table = central.tables.entities[name]
            gone = [pk for (pk,) in connection.execute(sa.select(table.c.id).where(table.c[field] == wanted))]
            connection.execute(table.delete().where(table.c.id.in_(gone)))
            connection.execute(central.tables.row.delete().where(central.tables.row.c.pk.in_(gone)))
    setup.complete(central)
    assert shipped_later.bring_in(central) == 0
    with central.store.read() as connection:
        assert wanted in rows.load(connection, central.tables, central.registry.get("pick_list"), [wanted], lock=False)
        items = central.tables.entities["pick_list_item"]
        assert connection.execute(sa.select(sa.func.count()).where(items.c.list_id == wanted)).scalar_one() == 7
