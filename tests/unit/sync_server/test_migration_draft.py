"""The draft of the next migration: what the entities have and the last revision lacks."""

import sqlalchemy as sa

from sync_server.db import migrate


def test_a_draft_holds_what_the_last_revision_lacks_under_the_next_number(tmp_path, monkeypatch):
    more = sa.MetaData()
    for table in migrate.wanted_metadata().tables.values():
        table.to_metadata(more)
    sa.Table("visit", more, sa.Column("id", sa.String(36), primary_key=True))
    monkeypatch.setattr(migrate, "wanted_metadata", lambda: more)
    known = {file.name for file in migrate.VERSIONS.glob("0*.py")}
    file = migrate.draft("Visits", tmp_path)
    assert file.parent == tmp_path
    assert file.name == f"{len(known) + 1:04}_visits.py"
    text = file.read_text()
    compile(text, file.name, "exec")
    assert text.startswith('"""Visits."""')
    assert f"down_revision = '{len(known):04}'" in text
    assert "op.create_table('visit'" in text
    assert "op.drop_table('visit')" in text
    assert {file.name for file in migrate.VERSIONS.glob("0*.py")} == known


def test_a_draft_without_news_changes_nothing(tmp_path):
    text = migrate.draft("Nothing", tmp_path).read_text()
    assert text.count("pass") == 2
    assert "op.create" not in text.replace("from alembic import op", "")
