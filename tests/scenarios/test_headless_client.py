"""`fieldfare sync` and the installed client on a real server behind a socket: what they say, and how they end."""

import threading
from dataclasses import replace
from types import SimpleNamespace

import httpx
import pytest

from client.app import ClientWindow, InstalledClient, make_account, open_local, start_client
from client.config import ClientConfig, SyncTimes
from client.platform.lock_file import LockFile
from client.platform.profile import DAY_MS, ProfileStore
from client.sync import states
from client.sync.conversation import Stopped
from client.sync.engine import SyncEngine
from client.sync.farewell import Farewells
from client.sync.http_transport import HttpTransport
from client.usecases.door import LastHere
from shared_models.__main__ import main
from shared_models.diagnostics import Diagnostics
from shared_models.errors import NeedsSignIn, UnlockFailed, Unreachable
from tests.servers import EMAIL, PASSWORD, behind_socket, make_server


@pytest.fixture
def server(tmp_path):
    return make_server(tmp_path / "server")


@pytest.fixture
def address(server):
    with behind_socket(server) as url:
        yield url


def signed_in(folder, address):
    """Return a device's folder after its first sign-in."""
    replica = open_local(folder)
    make_account(folder, SyncTimes()).sign_in(replica, address, EMAIL, PASSWORD, "laptop")
    replica.close()
    return folder


@pytest.fixture
def folder(tmp_path, address):
    return signed_in(tmp_path / "device", address)


def change_profile(folder, **changed):
    store = ProfileStore(folder)
    profile = store.load()
    assert profile is not None
    store.save(replace(profile, **changed))


def add_company(folder, name):
    replica = open_local(folder)
    with replica.edit("New") as edit:
        pk = edit.insert("company", {"name": name})
    replica.close()
    return pk


def held(folder, pk):
    """Return a company as the device holds it, and how many saves wait there."""
    replica = open_local(folder)
    found = SimpleNamespace(row=replica.get("company", pk), waiting=len(replica.waiting()))
    replica.close()
    return found


@pytest.fixture
def sync(capsys):
    def run(folder, *options):
        """Run the command; returns its exit code and what it said."""
        capsys.readouterr()
        code = main(["sync", "--data", str(folder), *options])
        lines = capsys.readouterr().out.splitlines(keepends=True)
        return code, "".join(line for line in lines if "[info     ]" not in line)  # the server's log of the same process

    return run


@pytest.mark.functions(14, 141)
def test_what_one_device_sent_another_receives_and_both_are_proved_equal(tmp_path, address, folder, sync):
    pk = add_company(folder, "Hotel Șapte Brazi")
    code, said = sync(folder)
    assert code == 0
    assert said.startswith("1 sent, ")
    assert "0 waiting, 0 need you." in said
    assert "rows equal." in said
    other = signed_in(tmp_path / "other", address)
    assert sync(other)[0] == 0
    assert held(other, pk).row["name"] == "Hotel Șapte Brazi"


def test_an_audit_says_what_it_found_and_the_next_one_finds_nothing(folder, sync):
    pk = add_company(folder, "Hotel Șapte Brazi")
    assert sync(folder)[0] == 0
    replica = open_local(folder)
    with replica.write(durable=False) as writing:
        writing.connection.execute("UPDATE company SET name = 'Hotel Șapte Brazx'")
    replica.close()
    code, said = sync(folder, "--audit")
    assert code == 0
    assert "Company: rows that were not what the centre has: 1; fetched again" in said
    assert "rows compared with the centre, value by value: equal." in said
    assert held(folder, pk).row["name"] == "Hotel Șapte Brazi"
    code, said = sync(folder, "--audit")
    assert code == 0
    assert "fetched again" not in said


def test_an_audit_that_cannot_be_finished_fails(folder, sync, monkeypatch):
    def unreachable(*_):
        raise Unreachable(None, "no network in this test")

    monkeypatch.setattr(HttpTransport, "digest", unreachable)
    code, said = sync(folder, "--audit")
    assert code == 1
    assert "Audit not finished: No connection. What was put right stays so" in said


@pytest.mark.parametrize("end", [KeyboardInterrupt, Stopped])
def test_an_audit_that_a_person_ends_fails_and_says_that_the_rest_is_left(folder, sync, monkeypatch, end):
    def stop(*_):
        raise end

    monkeypatch.setattr(SyncEngine, "audit", stop)
    code, said = sync(folder, "--audit")
    assert (code, "Audit ended early" in said) == (1, True)


def test_a_device_on_which_nobody_signed_in_says_so(tmp_path, sync):
    code, said = sync(tmp_path / "new")
    assert code == 1
    assert "nobody is signed in on this device" in said
    assert f"fieldfare client --data {tmp_path / 'new'}\n" in said
    assert not (tmp_path / "new").exists()


@pytest.mark.functions(141)
def test_without_the_server_the_edit_stays_and_goes_later(tmp_path, server, sync):
    with behind_socket(server) as url:
        folder = signed_in(tmp_path / "device", url)
        assert sync(folder)[0] == 0
    pk = add_company(folder, "Offline")
    code, said = sync(folder)
    assert code == 1
    assert "1 waiting" in said
    assert f"Not finished: There is no connection to {url}." in said
    assert said.endswith("What you did is safe here; run it again later. [ConnectError]\n")
    with behind_socket(server) as url:
        change_profile(folder, server_url=url)
        assert sync(folder)[0] == 0
    assert held(folder, pk).waiting == 0


@pytest.mark.functions(141)
def test_a_device_whose_client_is_running_is_left_to_it(folder, sync):
    add_company(folder, "Hotel Șapte Brazi")
    with LockFile(folder / "sync.lock"):
        code, said = sync(folder)
        assert said.splitlines() == [
            f"Not needed: Fieldfare is open on {folder}, or another sync runs there, and it synchronizes by itself.",
            "1 waiting, 0 need you.",
        ]
        assert code == 0
        code, said = sync(folder, "--audit")
        assert said.endswith("\nThe audit needs the device for itself. Close Fieldfare there and run this again. [D602]\n")
        assert code == 1
    assert sync(folder)[1].startswith("1 sent, ")


def test_beside_a_client_that_works_offline_a_sync_says_that_nothing_is_sent(folder, sync):
    client = start_client(ClientConfig(folder, ""))
    try:
        client.crm.engine.scheduler.set_paused(True)
        (folder / "preferences.json").write_text('{"language": "ro"}')
        code, said = sync(folder)
    finally:
        client.close()
    assert said.startswith(f"Fieldfare este deschis pe {folder} și lucrează offline: nimic nu se trimite")
    assert "[D602]\n" in said
    assert code == 1


@pytest.mark.parametrize(("name", "content"), [("replica.db", b"not a database" * 100), ("profile.json", b"{")])
def test_a_damaged_file_is_left_as_it_is(folder, sync, name, content):
    (folder / name).write_bytes(content)
    for suffix in ("-wal", "-shm"):
        (folder / f"{name}{suffix}").unlink(missing_ok=True)
    code, said = sync(folder)
    assert code == 1
    assert said.startswith("Not possible with ")
    assert said.endswith(" [D603]\n")
    assert (folder / name).read_bytes() == content
    with LockFile(folder / "sync.lock"):
        assert sync(folder) == (1, said)
    assert name != "replica.db" or (str(folder) in said and "Do not delete it" in said)


@pytest.mark.functions(146)
def test_what_happened_is_said_in_the_language_of_whoever_used_the_device_last(server, folder, sync):
    assert sync(folder)[1].startswith("0 sent, ")
    (folder / "preferences.json").write_text('{"language": "ro"}')
    code, said = sync(folder)
    assert (code, said.splitlines()[0]) == (0, "0 trimise, 0 rânduri primite, 0 de trimis, 0 te așteaptă.")
    assert said.endswith("Dovadă: 1 rând identic.\n")
    server.accounts.revoke_device(ProfileStore(folder).load().device_id)
    assert sync(folder)[1].endswith(
        "Neterminat: Un administrator a revocat acest dispozitiv. Ce ai scris rămâne aici; întreabă administratorul. [A104]\n"
    )


@pytest.mark.functions(146)
def test_where_nobody_used_it_yet_the_terminal_names_the_language(tmp_path, sync, monkeypatch):
    for name, value in (("LC_ALL", ""), ("LC_MESSAGES", "ro_RO.UTF-8"), ("LANG", "en_GB.UTF-8")):
        monkeypatch.setenv(name, value)
    assert sync(tmp_path / "new")[1].startswith("Nu se poate: nimeni nu este conectat")
    monkeypatch.setenv("LC_ALL", "C")
    assert sync(tmp_path / "new")[1].startswith("Not possible: nobody")


@pytest.mark.functions(148)
def test_a_device_that_was_locked_out_keeps_what_it_could_not_send(server, folder, sync):
    pk = add_company(folder, "Too late")
    server.accounts.revoke_device(ProfileStore(folder).load().device_id)
    code, said = sync(folder)
    assert code == 1
    assert said.endswith("Not finished: An admin has revoked this device. What you typed stays here; ask the admin. [A104]\n")
    found = held(folder, pk)
    assert (found.row["name"], found.waiting) == ("Too late", 1)


@pytest.mark.functions(140)
def test_whoever_was_switched_off_is_told_so_and_goes_on_once_he_is_on_again(server, folder, sync):
    pk = add_company(folder, "Waits")
    user = server.central.tables.entities["user"]

    def switch(on):
        with server.central.store.write() as connection:
            connection.execute(user.update().where(user.c.email == EMAIL).values(is_active=on))

    switch(False)
    code, said = sync(folder)
    assert code == 1
    assert "An admin has switched off your account" in said
    assert said.endswith("[A108]\n")
    replica = open_local(folder)
    assert (replica.facts()["state"], replica.facts()["last_error"]) == ("needs_auth", "A108")
    replica.close()
    switch(True)
    assert sync(folder)[0] == 0
    assert held(folder, pk).waiting == 0


def test_a_sync_begins_the_offline_lease_anew(folder, sync):
    store = ProfileStore(folder)
    today = store.load().last_contact_ms
    change_profile(folder, last_contact_ms=today - 13 * DAY_MS)
    assert sync(folder)[0] == 0
    assert store.load().last_contact_ms >= today


def test_a_lease_that_cannot_be_written_down_ends_no_sync(folder, sync, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ProfileStore, "touch", full)
    assert sync(folder)[0] == 0


def test_the_installed_client_sends_a_save_by_itself(server, folder):
    client = start_client(ClientConfig(folder, "", SyncTimes(settle_s=0.0)))
    try:
        went = threading.Event()

        def look(_):
            if not client.crm.replica.waiting():
                went.set()

        with client.crm.replica.edit("New") as edit:
            pk = edit.insert("company", {"name": "By itself"})
        client.crm.replica.events.subscribe(look)
        look(None)
        assert went.wait(60)
    finally:
        client.close()
    company = server.central.tables.entities["company"]
    with server.central.store.read() as connection:
        [row] = connection.execute(company.select().where(company.c.id == pk)).all()
    assert row.name == "By itself"


def test_a_client_that_runs_already_is_not_started_twice(folder):
    client = start_client(ClientConfig(folder, ""))
    try:
        with pytest.raises(Exception, match=r"sync\.lock"):
            start_client(ClientConfig(folder, ""))
    finally:
        client.close()
    start_client(ClientConfig(folder, "")).close()


@pytest.mark.functions(140)
async def test_a_second_client_of_a_folder_says_at_its_door_that_the_first_is_open(folder):
    first, second = (ClientWindow(ClientConfig(folder, "")) for _ in range(2))
    assert await second.door().notice() == ""
    crm = first.open_crm()
    assert await second.door().notice() == "sign_in.open_already"
    assert await first.door().notice() == ""
    await crm.sign_out()
    assert [await one.door().notice() for one in (first, second)] == ["", ""]
    first.close()
    second.close()


async def test_a_door_that_opens_while_the_last_person_leaves_takes_nobody_for_another_program(folder, monkeypatch):
    window, told = ClientWindow(ClientConfig(folder, "")), []
    crm = window.open_crm()
    stop = InstalledClient.stop

    def stop_slowly(client):
        told.append((window.running, window.door().look_for_notice()))
        stop(client)

    monkeypatch.setattr(InstalledClient, "stop", stop_slowly)
    await crm.sign_out()
    monkeypatch.undo()
    assert told == [(None, "")]
    window.close()


async def test_the_windows_of_one_client_share_what_runs_behind_the_door(tmp_path, address):
    window = ClientWindow(ClientConfig(tmp_path / "device", address), address)
    door = window.door()
    assert await door.last() == LastHere(address)
    with pytest.raises(NeedsSignIn):
        await door.enter(address, EMAIL, "a guess")
    assert window.running is None
    crm = await door.enter(address, EMAIL, PASSWORD)
    assert window.open_crm() is crm
    assert (await crm.person()).is_office is False
    window.close()


async def test_after_a_sign_out_every_further_window_begins_at_the_door(tmp_path, address):
    window = ClientWindow(ClientConfig(tmp_path / "device", address), address)
    crm = await window.door().enter(address, EMAIL, PASSWORD)
    await crm.sign_out()
    assert window.running is None
    assert await window.door().last() == LastHere(address, EMAIL, is_known=True)
    with pytest.raises(LookupError):
        window.open_crm()
    again = await window.door().enter(address, EMAIL, PASSWORD)
    assert again is not crm
    window.close()
    window.close()


@pytest.fixture
def network(monkeypatch):
    """The network of every client in this process, which a test can take away."""
    usual, found = httpx.Client.send, SimpleNamespace(is_up=True)

    def send(client, *given, **more):
        if not found.is_up:
            raise httpx.ConnectError("no network in this test")
        return usual(client, *given, **more)

    monkeypatch.setattr(httpx.Client, "send", send)
    return found


def tokens(server):
    """Return how many device tokens the server knows."""
    table = server.accounts.tables.device_token
    with server.central.store.read() as connection:
        return len(connection.execute(table.select()).all())


@pytest.mark.functions(140)
async def test_a_sign_out_ends_the_token_at_the_server(tmp_path, server, address):
    window = ClientWindow(ClientConfig(tmp_path / "device", address), address)
    crm = await window.door().enter(address, EMAIL, PASSWORD)
    assert tokens(server) == 1
    await crm.sign_out()
    window.close()
    assert tokens(server) == 0
    assert ProfileStore(tmp_path / "device").load().device_token is None


@pytest.mark.functions(140)
async def test_who_signed_out_without_a_connection_comes_back_and_sends_what_waits(tmp_path, server, address, network):
    times = SyncTimes(settle_s=0.0, backoff_first_s=0.01, backoff_most_s=0.05)
    window = ClientWindow(ClientConfig(tmp_path / "device", address, times), address)
    crm = await window.door().enter(address, EMAIL, PASSWORD)
    network.is_up = False
    with crm.replica.edit("In the basement") as edit:
        pk = edit.insert("company", {"name": "Beciul Vechi"})
    await crm.sign_out()
    with pytest.raises(Unreachable):
        await window.door().enter(address, "dan@example.ro", PASSWORD)
    with pytest.raises(UnlockFailed):
        await window.door().enter(address, EMAIL, "a guess")

    again = await window.door().enter(address, EMAIL, PASSWORD)

    assert again.replica.get("company", pk)["name"] == "Beciul Vechi"
    assert (await again.account()).is_signed_in is False
    status = await again.status()
    assert (status.waiting, status.signs_in) == (1, True)
    went = threading.Event()
    again.replica.events.subscribe(lambda _: went.set() if not again.replica.waiting() else None)
    network.is_up = True
    assert went.wait(60)
    assert (await again.account()).is_signed_in is True
    assert (await again.status()).signs_in is False
    window.close()
    company = server.central.tables.entities["company"]
    with server.central.store.read() as connection:
        assert connection.execute(company.select().where(company.c.id == pk)).one().name == "Beciul Vechi"
    assert tokens(server) == 1


@pytest.mark.functions(140)
async def test_a_device_that_was_locked_out_signs_in_beside_its_open_data(tmp_path, server, address):
    window = ClientWindow(ClientConfig(tmp_path / "device", address, SyncTimes(settle_s=0.0)), address)
    crm = await window.door().enter(address, EMAIL, PASSWORD)
    server.accounts.revoke_device(ProfileStore(tmp_path / "device").load().device_id)
    with crm.replica.edit("New") as edit:
        edit.insert("company", {"name": "Waits"})
    stopped = threading.Event()
    crm.replica.events.subscribe(lambda _: stopped.set() if crm.replica.facts()["state"] == "needs_auth" else None)
    crm.rounds.notify(states.Event.SYNC_NOW)
    assert stopped.wait(60)
    with pytest.raises(NeedsSignIn):
        await crm.sign_in("a guess")
    went = threading.Event()
    crm.replica.events.subscribe(lambda _: went.set() if not crm.replica.waiting() else None)
    await crm.sign_in(PASSWORD)
    assert went.wait(60)
    window.close()


def test_a_sync_with_a_server_that_is_not_the_devices_does_nothing(folder, address, sync):
    assert sync(folder, "--server", f"{address}/")[0] == 0
    code, said = sync(folder, "--server", "https://other.example")
    assert code == 1
    assert said == (
        f"Not possible: the data in {folder} belongs to {address}. For https://other.example choose another folder with --data.\n"
    )


def test_a_sync_after_a_sign_out_says_that_nobody_is_in(folder, sync):
    ProfileStore(folder).sign_out()
    code, said = sync(folder)
    assert code == 1
    assert said.startswith("Not possible: nobody is signed in on this device.")


async def test_whose_account_is_lost_reads_whose_data_is_here(folder, address, sync):
    assert sync(folder)[0] == 0
    window = ClientWindow(ClientConfig(folder, address), address)
    ProfileStore(folder).forget()
    assert await window.door().last() == LastHere(address, EMAIL)
    assert await ClientWindow(ClientConfig(folder / "new", address), address).door().last() == LastHere(address)


def test_a_server_that_cannot_be_told_of_a_sign_out_holds_nobody_up(address, network):
    network.is_up = False
    farewells = Farewells()
    farewells.tell(address, "secret")
    farewells.wait()


@pytest.mark.functions(148)
def test_how_the_device_fares_is_written_to_a_file_although_the_centre_cannot_be_reached(folder, sync, monkeypatch, tmp_path):
    add_company(folder, "Hotel Zaharescu")
    assert sync(folder)[0] == 0
    add_company(folder, "Hotel Zaharescu")

    def unreachable(*_):
        raise Unreachable(None, "no network in this test")

    monkeypatch.setattr(HttpTransport, "push", unreachable)
    monkeypatch.setattr(HttpTransport, "pull", unreachable)
    file = tmp_path / "told.json"
    code, said = sync(folder, "--diagnostics", str(file))
    assert code == 1, "as the round ended"
    assert f"How this device fares is in {file}" in said
    told = Diagnostics.model_validate_json(file.read_text())
    assert [(one.entity, one.state, one.n) for one in told.queue] == [("company", "inflight", 1)]
    assert [one.error for one in told.states if one.error] == ["Unreachable"]
    assert "Zaharescu" not in file.read_text()


@pytest.mark.functions(148)
def test_beside_an_open_window_and_of_a_file_that_cannot_be_read_it_is_written_too(tmp_path, folder, sync):
    file = tmp_path / "told.json"
    with LockFile(folder / "sync.lock"):
        assert sync(folder, "--diagnostics", str(file))[0] == 0
    assert Diagnostics.model_validate_json(file.read_text()).soundness == "sound"
    for one in folder.glob("replica.db*"):
        if one.is_file():
            one.write_bytes(b"no database" * 500)
    assert sync(folder, "--diagnostics", str(file))[0] == 1
    assert Diagnostics.model_validate_json(file.read_text()).trouble == "D603"
    code, said = sync(tmp_path / "new", "--diagnostics", str(file))
    assert (code, Diagnostics.model_validate_json(file.read_text()).trouble) == (1, "nobody")
    code, said = sync(folder, "--diagnostics", str(tmp_path / "no" / "folder.json"))
    assert (code, "cannot be written: No such file or directory" in said, "[D611]" in said) == (1, True, True)
