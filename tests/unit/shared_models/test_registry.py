import pytest

from shared_models.entities.company import Company
from shared_models.entities.contact import Contact
from shared_models.entities.reach import Note
from shared_models.errors import Busy, ErrorCode, FileGone, FileTooLarge, FileUnreadable, Refused, Unreachable
from shared_models.registry import CRM


def test_an_entity_is_found_by_its_name():
    assert CRM.get("company") is Company
    with pytest.raises(KeyError):
        CRM.get("invoice")


def test_parents_come_before_their_children():
    names = [entity.entity_name for entity in CRM]
    for entity in CRM:
        for _, parent in CRM.parents(entity):
            assert names.index(parent) < names.index(entity.entity_name)


def test_a_record_belongs_to_its_parents():
    assert CRM.parents(Note) == (("company_id", "company"), ("contact_id", "contact"))
    assert {child.entity_name for child, _ in CRM.children(Contact)} == {
        "company_contact",
        "contact_point",
        "address",
        "note",
        "document",
        "related_person",
    }


def test_an_error_says_its_code_or_what_it_is():
    assert str(Refused(ErrorCode.R305, "op 3")) == "R305: op 3"
    assert str(Unreachable(None, "timeout")) == "Unreachable: timeout"
    assert Busy(ErrorCode.S502).retry_after_s == 5.0
    assert str(FileTooLarge(detail="9 bytes")) == "L404: 9 bytes"
    assert (FileUnreadable().code, FileGone().code) == (ErrorCode.D605, ErrorCode.D606)
