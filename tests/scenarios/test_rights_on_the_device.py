"""What a device says of its person's rights is what the centre says; and what the centre alone knew stays in sight until it is settled."""

from dataclasses import replace

import pytest

from client.app import make_crm
from client.ui.router import FormPlace
from client.ui.view_models.form import FormModel
from client.ui.view_models.inbox import InboxModel
from client.ui.view_models.record_list import RecordList
from client.ui.view_models.record_page import RecordPageModel
from client.usecases.allowed import allowed
from client.usecases.list_answers import ListQuery
from shared_models.ids import derived_id
from sync_server.services.accounts import NewUser
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.shipped_profiles import PROFILES, profile_id, shipped_profiles
from tests.clients import held_account
from tests.servers import PASSWORD

NORTH, SOUTH = derived_id("team", "north"), derived_id("team", "south")
HOUR_US = 3_600_000_000


@pytest.fixture
def ion(world):
    return world.server.accounts.create_user(NewUser("Ion Pop", "ion@example.ro", PASSWORD))


@pytest.fixture
def ana(world, ion):
    """The admin of two teams: Dan's in the north, Ion's in the south; Dan reports to nobody."""
    teams = [("team", {"id": NORTH, "name": "Nord"}), ("team", {"id": SOUTH, "name": "Sud"})]
    with world.server.central.store.write() as connection:
        import_rows(connection, world.server.central, [*shipped_profiles(), *teams], ImportedBy(world.users["ana"], "setup"))
    device = world.device("ana-laptop", "ana")
    device.sync()
    device.edit("user", ion, profile_id=profile_id("salesperson"), team_id=SOUTH)
    device.sync()
    return device


@pytest.fixture
def dan(world, ana):
    return world.device("dan-laptop", "dan")


def give(world, ana, *devices, **values):
    """Let Ana change Dan's own record, and bring it to everyone."""
    ana.edit("user", world.users["dan"], **values)
    for device in (ana, *devices):
        assert device.sync().error is None


def crm_of(device):
    folder = device.world.folder / f"{device.name}-files"
    folder.mkdir()
    crm = make_crm(device.replica, device.network, device.engine, device.engine, folder, held_account(folder, device.replica))
    crm.now_ms = device.world.clock
    return crm


async def no_rest(_seconds):
    return None


@pytest.mark.functions(32, 34, 35)
@pytest.mark.parametrize("profile", PROFILES)
def test_the_device_says_of_every_company_what_the_centre_will_say(world, ana, dan, ion, profile):
    give(world, ana, dan, profile_id=profile_id(profile), team_id=NORTH)
    owners = {
        "own": (world.users["dan"], NORTH),
        "team": (world.users["ana"], NORTH),
        "other": (ion, SOUTH),
        "lent": (ion, SOUTH),
    }
    made = {n: ana.save("company", name=n, responsible_id=who, team_id=team) for n, (who, team) in owners.items()}
    ana.sync()
    for name in ("other", "lent"):
        ana.save(
            "record_share",
            record_type="company",
            record_id=made[name],
            user_id=world.users["dan"],
            level="change" if name == "lent" else "see",
            ends_at=world.server.central.now_us() + HOUR_US,
        )
    ana.sync()
    dan.sync()
    may, said, txs = allowed(dan.replica), {}, {}
    here = [name for name in made if dan.replica.get("company", made[name]) is not None]
    for name in here:
        pk = made[name]
        account = {"company_id": pk, "iban": "RO49AAAA1B31007593840000", "currency": "RON"}
        said |= {(name, "change"): may.change("company", pk), (name, "archive"): may.archive("company", pk)}
        said |= {(name, "note"): may.part("note", {"company_id": pk}), (name, "account"): may.part("bank_account", account)}
        txs[name, "change"] = dan.edit("company", pk, description="Heard in the field")
        for what, entity, values in (
            ("note", "note", {"company_id": pk, "body": "Call", "written_at": 1}),
            ("account", "bank_account", account),
        ):
            with dan.replica.edit(what) as edit:
                edit.insert(entity, values)
            txs[name, what] = edit.tx_id
        with dan.replica.edit("archive") as edit:
            edit.archive("company", pk)
        txs[name, "archive"] = edit.tx_id
    said["new", "create"] = may.create("company")
    said["his", "create"] = may.create("company", {"responsible_id": ion, "team_id": SOUTH})
    for name, values in (("new", {}), ("his", {"responsible_id": ion, "team_id": SOUTH})):
        with dan.replica.edit("create") as edit:
            edit.insert("company", {"name": name, **values})
        txs[name, "create"] = edit.tx_id
    assert dan.sync().error is None
    refused = {draft.tx_id for draft in dan.replica.drafts()}
    assert {key for key, why in said.items() if why} == {key for key, tx in txs.items() if tx in refused}
    assert "own" in here


@pytest.mark.functions(34, 35)
async def test_what_a_right_that_was_taken_away_takes_off_the_lists_is_told_once(world, ana, dan, ion):
    give(world, ana, dan, profile_id=profile_id("manager"), team_id=NORTH)
    for name, who, team in (("A", ion, SOUTH), ("B", ion, SOUTH), ("C", world.users["dan"], NORTH)):
        ana.save("company", name=name, responsible_id=who, team_id=team)
    give(world, ana, dan, team_id=SOUTH)
    crm = crm_of(dan)
    listed = len((await crm.companies(ListQuery(), None)).rows)
    assert (await crm.status()).left is None
    give(world, ana, dan, profile_id=profile_id("salesperson"), team_id=NORTH)
    assert (await crm.person()).narrowed == {"company", "contact"}
    gone = listed - len((await crm.companies(ListQuery(), None)).rows)
    assert gone > 0
    assert ((await crm.status()).left.rows, (await crm.status()).left.is_told) == (gone, False)
    await crm.note_left_told()
    assert dan.sync().error is None
    assert (await crm.status()).left.is_told
    world.clock.now += 31 * 24 * HOUR_US // 1000
    assert (await crm.status()).left is None


@pytest.mark.functions(32, 146)
async def test_a_change_that_only_the_centre_could_refuse_marks_its_record_until_it_is_discarded(world, ana, dan):
    give(world, ana, dan, profile_id=profile_id("office"), team_id=NORTH)
    hotel = ana.save("company", name="Hotel", responsible_id=world.users["ana"], team_id=NORTH)
    ana.sync()
    dan.sync()
    crm = crm_of(dan)
    form = FormModel(crm, FormPlace("company", hotel), None, {}, "key", no_rest)
    await form.start()
    dan.network.is_up = False
    give(world, ana, profile_id=profile_id("manager"), team_id=SOUTH)
    ana.save(
        "record_share", record_type="company", record_id=hotel, user_id=world.users["dan"], level="see",
        ends_at=world.server.central.now_us() + HOUR_US,
    )  # fmt: skip
    ana.sync()
    form.type("name", "Hotel & Spa")
    assert await form.save() is not None  # this device does not know yet
    dan.network.is_up = True
    assert dan.sync().error is None

    page, listed = (
        RecordPageModel(crm, "company", hotel, {}, no_rest),
        RecordList("company", crm.companies, ListQuery(), crm.last_used, no_rest),
    )
    await page.start()
    await listed.start()
    assert (page.state.page.title, page.state.page.state, len(page.state.page.refused)) == ("Hotel", "needs_you", 1)
    assert page.state.page.denied["change"] == "denied.change.company"  # the new rights came with the refusal
    assert [row.state for row in listed.state.rows if row.id == hotel] == ["needs_you"]

    again = FormModel(crm, FormPlace("company", hotel, refused=page.state.page.refused[0]), None, {}, "again", no_rest)
    await again.start()
    assert again.state.shows("name") == "Hotel & Spa"
    assert await again.save() is None
    assert [finding.reason for finding in again.state.findings] == ["denied.change.company"]

    inbox = InboxModel(crm, no_rest)
    await inbox.start()
    [change] = inbox.state.inbox.refused
    assert (change.tx, change.is_new) == (page.state.page.refused[0], False)
    await inbox.discard(change.tx)
    await page.start()
    await listed.start()
    assert (page.state.page.state, page.state.page.refused) == ("sent", ())
    assert [row.state for row in listed.state.rows if row.id == hotel] == ["sent"]
    world.rest()


@pytest.mark.functions(32, 136, 146)
async def test_a_refused_note_marks_the_company_that_it_is_about(world, ana, dan):
    give(world, ana, dan, profile_id=profile_id("office"), team_id=NORTH)
    hotel = ana.save("company", name="Hotel", responsible_id=world.users["ana"], team_id=NORTH)
    ana.sync()
    dan.sync()
    with dan.replica.edit("Note at Hotel") as edit:
        edit.insert("note", {"company_id": hotel, "body": "They move in May", "written_at": 1})
    right = next(r for r in ana.replica.list_page("profile_right", limit=100).rows if _is_of(r, "office", "company"))
    ana.edit("profile_right", right["id"], change_reach="own")
    ana.sync()
    assert dan.sync().error is None
    page = RecordPageModel(crm_of(dan), "company", hotel, {}, no_rest)
    await page.start()
    assert (page.state.page.state, page.state.page.refused) == ("needs_you", (edit.tx_id,))
    dan.replica.retry_draft(edit.tx_id)
    await page.start()
    assert (page.state.page.state, page.state.page.refused) == ("sent", ())  # it waits again, in a save of its own
    ana.edit("profile_right", right["id"], change_reach="all")
    ana.sync()
    dan.sync()
    assert dan.replica.drafts() == []
    world.rest()


@pytest.mark.functions(32, 146)
async def test_a_new_company_that_was_not_accepted_is_corrected_once_the_right_is_there(world, ana, dan):
    give(world, ana, dan, profile_id=profile_id("office"), team_id=NORTH)
    crm = crm_of(dan)
    dan.network.is_up = False
    form = FormModel(crm, FormPlace("company"), None, {}, "new", no_rest)
    await form.start()
    form.type("name", "Popas Nou")
    saved = await form.save()
    give(world, ana, profile_id=profile_id("accountant"))
    dan.network.is_up = True
    assert dan.sync().error is None

    page = RecordPageModel(crm, "company", saved.id, {}, no_rest)
    await page.start()
    assert page.state.is_gone
    assert (page.state.refused.is_new, page.state.refused.code) == (True, "R305")
    listed = await crm.companies(ListQuery(order="due"))
    assert [(row.name, row.state) for row in listed.rows if row.is_refused] == [("Popas Nou", "needs_you")]
    assert listed.total == len(listed.rows)
    for text, found in (("popas", [saved.id]), ("popasul", []), ("%", [])):
        assert [row.id for row in (await crm.companies(ListQuery(text))).rows] == found
        assert [(hit.id, hit.state) for hit in await crm.search(text)] == [(pk, "needs_you") for pk in found]
    assert (await crm.companies(ListQuery(role="supplier"))).rows == ()
    person = await crm.person()
    assert person.denied == {"company": "denied.create.company", "contact": "denied.create.contact"}
    assert person.narrowed == set()
    place = FormPlace("company", saved.id, refused=page.state.refused.tx)
    form = FormModel(crm, place, None, {}, "correct", no_rest)
    await form.start()
    assert form.state.start.denied == "denied.create.company"
    assert await form.save() is None

    give(world, ana, dan, profile_id=profile_id("office"))
    assert (await form.save()).id == saved.id
    dan.sync()
    await page.start()
    assert (page.state.page.title, page.state.refused) == ("Popas Nou", None)
    assert dan.replica.drafts() == []
    [found] = (await crm.companies(ListQuery("popas"))).rows
    assert (found.state, found.is_refused) == ("sent", False)
    world.rest()


@pytest.mark.functions(32, 146)
async def test_a_person_and_a_company_that_were_not_accepted_together_are_both_found(world, ana, dan):
    give(world, ana, dan, profile_id=profile_id("office"), team_id=NORTH)
    crm = crm_of(dan)
    with dan.replica.edit("Ioana") as edit:
        hotel = edit.insert("company", {"name": "Popas Nou"})
        ioana = edit.insert("contact", {"first_name": "Ioana", "last_name": "Știrbei"})
        edit.insert("company_contact", {"company_id": hotel, "contact_id": ioana})
        edit.insert(
            "contact_point",
            {"contact_id": ioana, "kind": "mobile", "value": "0700 018 300", "value_normalised": "+40700018300"},
        )
    give(world, ana, profile_id=profile_id("accountant"))
    assert dan.sync().error is None
    [row] = [row for row in (await crm.contacts(ListQuery())).rows if row.is_refused]
    assert (row.name, row.company, row.phone, row.state) == ("Ioana Știrbei", "Popas Nou", "0700 018 300", "needs_you")
    assert {(hit.entity, hit.detail) for hit in await crm.search("stirbei")} == {("company", ""), ("contact", "Popas Nou")}
    page = RecordPageModel(crm, "contact", ioana, {}, no_rest)
    await page.start()
    assert page.state.refused.record == hotel
    await crm.discard(page.state.refused.tx)
    assert [row for row in (await crm.contacts(ListQuery())).rows if row.is_refused] == []


def _is_of(row, profile, entity):
    return (row["profile_id"], row["record_type"]) == (profile_id(profile), entity)


def test_the_clock_of_the_centre_decides_whether_a_share_has_ended(world, ana, dan, ion):
    give(world, ana, dan, profile_id=profile_id("salesperson"), team_id=NORTH)
    theirs = ana.save("company", name="Theirs", responsible_id=ion, team_id=SOUTH)
    ana.sync()
    ends = world.server.central.now_us() + HOUR_US
    ana.save("record_share", record_type="company", record_id=theirs, user_id=world.users["dan"], level="change", ends_at=ends)
    ana.sync()
    dan.sync()
    may = allowed(dan.replica)
    assert may.change("company", theirs) == ""
    assert may.known is not None
    assert replace(may, known=replace(may.known, at=ends)).change("company", theirs) == "denied.change.company"
    world.clock.forward(days=800)  # a laptop whose clock is two years ahead when Fieldfare starts
    dan = dan.restart()
    assert dan.sync().error is None
    assert allowed(dan.replica).change("company", theirs) == ""
