"""The office web as each profile: its pages, its search, its records and the files that the server keeps for it, against `decide`."""

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest

from client.usecases.list_answers import ListQuery
from shared_models.errors import FieldfareError
from sync_server.serving import make_office
from tests.doors import contents, texts_of
from tests.planted import PEOPLE, USERS, plant
from tests.servers import PASSWORD, Caller, in_process, make_server

pytestmark = pytest.mark.functions(32, 35, 36, 38, 147)
SEARCHED = ("company.name", "contact.last_name", "bank_account.iban", "note.body")
ADDRESSES = (
    "/",
    "/app",
    "/app/",
    "/app/sign-in",
    "/app/sign-out",
    "/app/index.html",
    "/app/manifest.json",
    "/app/office",
    "/office",
)


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    server = make_server(tmp_path_factory.mktemp("office"))
    with in_process(server) as http:
        yield plant(server, Caller(http, install="boss", device_epoch="boss-epoch"))


@asynccontextmanager
async def desk_of(planted, name):
    """Yield the open desk of a person, and close it."""
    desks = make_office(planted.server).app.desks
    try:
        yield await desks.enter(USERS[name])
    finally:
        await desks.close()


async def read_all(crm, keys):
    """Ask the desk for whatever its screens show of every record, and of all lists; returns it as bytes."""
    found = []
    found += [await crm.companies(ListQuery()), await crm.contacts(ListQuery())]
    for key in keys:
        for ask in (crm.record, crm.timeline, crm.open_form, crm.is_here):
            try:
                found.append(await ask(*key))
            except (FieldfareError, KeyError, LookupError) as error:
                found.append(error)
    found += [await crm.inbox(), await crm.decided_cards(), await crm.queue(), await crm.status()]
    return repr(found).encode()


@pytest.mark.parametrize("name", PEOPLE)
def test_the_desk_of_a_person_finds_shows_and_keeps_what_decide_lets_him_see(planted, name):
    words, right = planted.words, planted.right_of(name)
    opened, shown = words.open_to(right), words.shown(right)
    seen = SimpleNamespace()

    async def look():
        async with desk_of(planted, name) as desk:
            seen.hits = {word: await desk.crm.search(word) for word in words.places}
            seen.screens = await read_all(desk.crm, sorted(planted.stored()))

    asyncio.run(look())
    found = {word for word, hits in seen.hits.items() if hits}
    assert found <= opened, {word: words.places[word] for word in found - opened}
    searched = {row[field] for (entity, _), (_, row) in right.items() for field in row if f"{entity}.{field}" in SEARCHED}
    assert searched
    assert searched <= found
    assert words.within(repr(seen.hits.values()).encode()) <= opened
    screens = words.within(seen.screens)
    assert screens <= opened, {word: words.places[word] for word in screens - opened}
    assert len(screens & shown) > len(shown) / 2
    kept = words_in(words, planted.server.config.folder / "office" / USERS[name])
    assert kept <= opened, {word: words.places[word] for word in kept - opened}
    assert shown <= kept


def words_in(words, folder):
    """Return the words in any byte of the files of a folder, and in any row of a database among them."""
    found = set()
    for path in (path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        found |= words.within(content)
        if path.suffix == ".db":
            found |= {word for rows in texts_of(content) for word in words.within(rows)}
    return found


@pytest.mark.parametrize("name", [*PEOPLE, "nobody"])
def test_no_page_of_the_office_has_a_word_of_a_record_in_it(planted, name):
    """What its screens show goes over the websocket, from the desk above; pages and files are the same for everybody."""
    with in_process(planted.server, make_office(planted.server)) as browser:
        if name != "nobody":
            form = {"email": f"{name}@example.ro", "password": PASSWORD}
            assert browser.post("/app/sign-in", data=form, follow_redirects=False).status_code == 303
        records = [f"/app/{kind}/{pk}" for kind, pk in sorted(planted.stored())[::5]]
        files = [
            f"/app/{USERS['manager']}/replica.db",
            f"/app/../office/{USERS['manager']}/replica.db",
            "/app/assets/replica.db",
        ]
        for address in (*ADDRESSES, *records, *files):
            answer = browser.get(address, headers={"x-fieldfare-user": USERS["admin"]})
            assert answer.status_code < 500
            assert {word for part in contents(answer) for word in planted.words.within(part)} == set(), address
