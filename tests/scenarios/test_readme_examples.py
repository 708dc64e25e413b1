"""What the README says that a search finds is found in the demo company."""

import re
from pathlib import Path

import pytest

from sync_server.services.demo_company import build_demo
from tests.clients import bring, central_row, make_replica

DAY_US = 1_795_478_400_000_000
README = Path(__file__).parents[2] / "README.md"
EXAMPLES = re.findall(r"`([^`]+)`\s+finds\s+\*([^*]+)\*", README.read_text("utf-8"))


@pytest.fixture(scope="module")
def replica(tmp_path_factory):
    opened = make_replica(tmp_path_factory.mktemp("demo"))
    rows = [(1, entity, central_row(entity, row["id"], **row)) for entity, row in build_demo("small", DAY_US)]
    bring(opened, *rows, to=1)
    yield opened
    opened.close()


@pytest.mark.functions(38)
@pytest.mark.parametrize(("typed", "found"), EXAMPLES, ids=[typed for typed, _ in EXAMPLES])
def test_an_example_of_the_readme_finds_what_it_says(replica, typed, found):
    assert any(found in hit.title for hit in replica.search(typed))


def test_the_readme_has_examples_of_every_kind():
    assert len(EXAMPLES) == 4
