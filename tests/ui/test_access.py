"""The details of a record say what its reader may do with it, and by which rule."""

import pytest

from client.usecases.answers import Label
from client.usecases.record_answers import Access
from tests.ui.fake_crm import believable_crm, company_id

HOTEL = company_id(0)
SALES: dict[str, Label | str] = {"source": "profile", "profile": Label("Salesperson", "Agent de vânzări")}
ACCESS = (
    Access("see", True, "why.all", SALES),
    Access("change", True, "why.own", {**SALES, "owner": "Ana Pop"}),
    Access("archive", False, "why.none"),
)


@pytest.mark.functions(35)
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("What you may do, and why", "The profile Salesperson gives the right to see all records of this kind.",
                "The profile Salesperson gives you the right to change your own records, and this one is yours.",
                "Nothing gives you the right to archive this record.")),
        ("ro", ("Ce ai voie și de ce", "Profilul Agent de vânzări dă dreptul de a vedea toate înregistrările de acest fel.",
                "Profilul Agent de vânzări îți dă dreptul de a modifica înregistrările tale, iar aceasta este a ta.")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("width", [1280, 390])
async def test_details_name_the_rule(window, language, words, width):
    crm = believable_crm()
    crm.preferences_ = type(crm.preferences_)(language, "light")
    crm.access = ACCESS
    ui = await window(f"/companies/{HOTEL}/details", crm, width=width)
    for sentence in words:
        assert ui.shows(sentence)


async def test_details_say_nothing_where_the_device_does_not_know(window):
    ui = await window(f"/companies/{HOTEL}/details")
    assert not ui.shows("What you may do")


@pytest.mark.functions(35)
@pytest.mark.parametrize("language", ["en", "ro"])
async def test_no_rule_speaks_to_its_reader_of_this_person(window, language):
    crm = believable_crm()
    crm.preferences_ = type(crm.preferences_)(language, "light")
    crm.access = (
        Access("see", True, "why.reports", {**SALES, "owner": "Dan Rusu"}),
        Access("change", False, "why.confidential", {"group": "accounts"}),
        Access("archive", True, "why.open"),
    )
    ui = await window(f"/companies/{HOTEL}/details", crm)
    told = [ui.keyed(f"access.{action}").value for action in ("see", "change", "archive")]
    assert "Dan Rusu" in told[0]
    assert not [one for one in told if "this person" in one or "această persoană" in one or "acestei persoane" in one]
