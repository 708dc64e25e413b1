"""What a tx is refused for: a code, the field and the rule, and the rest of the request goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.sync_server.centre import Centre, archive, edit, new, open_centre, pk


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = open_centre(tmp_path)
    made.save("ana", new(1), new(2, "contact", last_name="Pop"))
    yield made
    made.central.store.close()


NOTE = {"company_id": pk(1), "body": "b", "written_at": 1}
LIST = {"key": "sizes", "label_en": "Sizes", "label_ro": "Mărimi"}


@pytest.mark.parametrize(
    ("op", "code", "field"),
    [
        ({"t": "spaceship", "pk": "1", "op": "u", "set": {}}, "R301", None),
        (edit(1, 1, {}, warp=9), "R302", "warp"),
        (edit(1, 1, {}, created_at=5), "R302", "created_at"),
        (edit(1, 1, {}, archived_at=5), "R302", "archived_at"),
        ({**archive(1, 1), "set": {"name": "x"}}, "R302", "name"),
        (edit(1, 1, {}, name=5), "R303", "name"),
        (edit(1, 1, {}, name="x" * 201), "R303", "name"),
        (edit(1, 1, {}, visit_every_days=0), "R303", "visit_every_days"),
        (edit(1, 1, {}, do_not_contact=1), "R303", "do_not_contact"),
        (edit(1, 1, {}, roles=["customer"]), "R303", "roles"),
        (edit(1, 1, {}, roles={"add": [5]}), "R303", "roles"),
        (edit(1, 1, {}, fiscal_code="1"), "R307", "vat_country"),
        (edit(1, 1, {}), "R307", None),
        ({"t": "company", "pk": pk(3), "op": "i", "set": {"language": "ro"}}, "R307", "name"),
        ({"t": "company", "pk": "NOT-AN-ID", "op": "i", "set": {"name": "x"}}, "R303", "id"),
        ({"t": "note", "pk": pk(3), "op": "i", "set": {**NOTE, "contact_id": pk(2)}}, "R303", ""),
        (new(3, "pick_list", **LIST), "R305", None),
        ({"t": "sync_conflict", "pk": pk(3), "op": "d"}, "R305", None),
    ],
)
def test_what_can_never_be_applied_is_rejected_with_its_code(centre, op, code, field):
    answer = centre.send("ion", {"ops": [op]}, {"ops": [new(9)]})
    error = answer.verdicts[0].error
    assert error is not None
    assert [verdict.v for verdict in answer.verdicts] == ["rejected", "applied"]
    assert error.code == code
    assert error.field in (field, field or None)


@pytest.mark.parametrize(
    "op",
    [edit(7, 0, {}, name="x"), archive(7, 0), {"t": "note", "pk": pk(3), "op": "i", "set": {**NOTE, "company_id": pk(7)}}],
)
def test_what_needs_a_record_that_is_not_there_is_deferred(centre, op):
    verdict = centre.save("ion", op)
    assert verdict.error is not None
    assert (verdict.v, verdict.error.code, verdict.error.record) == ("deferred", "R304", pk(7))


def test_a_reference_that_is_no_parent_need_not_exist(centre):
    assert centre.save("ana", edit(1, 1, {"type_id": None}, type_id=pk(7))).v == "applied"


def test_an_admin_writes_lists_and_a_person_his_own_language(centre):
    seq = centre.save("boss", new(3, "pick_list", **LIST), admin=True).seq
    assert centre.save("boss", edit(3, seq, {"label_en": "Sizes"}, "pick_list", label_en="Size"), admin=True).v == "applied"
    assert centre.row("pick_list", 3)["label_en"] == "Size"


def test_a_note_is_written_once(centre):
    seq = centre.save("ana", {"t": "note", "pk": pk(3), "op": "i", "set": NOTE}).seq
    refused = centre.save("ana", edit(3, seq, {"body": "b"}, "note", body="c"))
    assert refused.error is not None
    assert (refused.v, refused.error.code) == ("rejected", "R302")
