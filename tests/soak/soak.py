"""A soak: devices that work all the time through bad networks, servers and devices that are killed, and then a calm hour of proof."""

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random, SystemRandom

import httpx

from client.app import open_local
from client.config import SyncTimes
from client.replica import integrity
from client.replica.replica import Replica
from client.sync.engine import SyncEngine
from client.sync.http_transport import AccessToken, HttpTransport, make_client, sign_in
from shared_models.protocol import SignInRequest
from tests.e2e import driver
from tests.ports import free_port
from tests.server_commands import EMAIL, PASSWORD, init, start
from tests.soak import salesperson, toxics
from tests.soak.accounting import kept, promised
from tests.soak.salesperson import JOURNAL

Say = Callable[[str], None]
CALM_ROUNDS = 4
START_S = 120.0
STOPPED_S = 2.0
WITHOUT_SERVER_S = 3.0


@dataclass
class Result:
    """What came of a soak."""

    saves: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    ailments: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    companies: int = 0
    broken: list[str] = field(default_factory=list)
    """What did not hold, in words; empty when all did."""


@dataclass(frozen=True)
class How:
    """How a soak is played. url: of an empty central database; none: an SQLite file. servers: processes on it."""

    seconds: float
    devices: int = 4
    seed: int = 1
    url: str = ""
    servers: int = 1
    wrong: str = ""
    """A wrong variant of the client (`tests/simulation/wrong.py`) that the devices run: a soak should find it."""


class Servers:
    """The server processes of one centre; each keeps its port when it is started again."""

    def __init__(self, folder: Path, how: How) -> None:
        self._folder, self._url = folder, how.url
        init(folder / "central", how.url)
        self._ports = [free_port() for _ in range(how.servers)]
        self._running = [self._start(number) for number in range(how.servers)]

    @property
    def addresses(self) -> list[str]:
        """Where they listen."""
        return [f"http://127.0.0.1:{port}" for port in self._ports]

    def kill(self, number: int, how: signal.Signals) -> None:
        """End one, in order or not."""
        driver.end(self._running[number], how)

    def start(self, number: int) -> None:
        """Start one that was ended."""
        self._running[number] = self._start(number)

    def close(self) -> None:
        """End all, in order."""
        for server in self._running:
            driver.end(server, signal.SIGINT)

    def _start(self, number: int) -> "subprocess.Popen[bytes]":
        folder = self._folder / ("central" if number == 0 else f"central-{number}")
        return start(folder, self._url, self._ports[number], self._folder / f"server-{number}.log")


class Devices:
    """The processes of the salespeople."""

    def __init__(self, folders: list[Path], how: How, log: Path) -> None:
        self._folders, self._how, self._log, self._lives = folders, how, log, 0
        self._running = [self._start(folder) for folder in folders]

    def wait_for_work(self) -> None:
        """Wait until each has saved something. Raises TimeoutError."""
        end = time.monotonic() + START_S
        while not all((folder / JOURNAL).exists() for folder in self._folders):
            if time.monotonic() > end:
                raise TimeoutError("a device does not begin to work")
            time.sleep(0.1)

    def kill(self, number: int, how: signal.Signals) -> None:
        """End one and start it again, as a person does whose laptop died."""
        self._end(number, how)
        self._running[number] = self._start(self._folders[number])

    def stop_for(self, number: int, seconds: float) -> None:
        """Have one stand still, as a closed laptop does."""
        self._running[number].send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self._running[number].send_signal(signal.SIGCONT)

    def close(self) -> list[int]:
        """End all in order; returns with which codes."""
        for device in self._running:
            device.terminate()
        return [device.wait(60) for device in self._running]

    def _end(self, number: int, how: signal.Signals) -> None:
        self._running[number].send_signal(how)
        self._running[number].wait(60)

    def _start(self, folder: Path) -> "subprocess.Popen[bytes]":
        self._lives += 1
        words = [sys.executable, "-m", "tests.soak.salesperson", str(folder), f"{self._how.seed}-{self._lives}"]
        with self._log.open("ab") as out:
            return subprocess.Popen([*words, self._how.wrong], stdout=out, stderr=subprocess.STDOUT)


def play(folder: Path, how: How, say: Say = lambda _text: None) -> Result:
    """Play a soak in an empty folder. Bounded: `how.seconds` of trouble, at most 50 saves a second on each device, then a few rounds."""
    result, random = Result(), Random(how.seed)
    servers = Servers(folder, how)
    try:
        network = toxics.Network(servers.addresses, Random(how.seed), is_bad=False)
        with toxics.proxies(network, how.devices) as addresses:
            folders = [folder / f"device-{number}" for number in range(how.devices)]
            for place, address in zip(folders, addresses, strict=True):
                place.mkdir()
                salesperson.sign_in(place, address, EMAIL, PASSWORD)
            network.is_bad = True
            devices = Devices(folders, how, folder / "devices.log")
            try:
                devices.wait_for_work()
                for fate in _fates(random, how, servers, devices):
                    result.fates[fate] += 1
            finally:
                codes = devices.close()
            network.heal()
            result.broken += [f"a device ended with {code}" for code in codes if code not in (0, -signal.SIGTERM)]
        say(f"{sum(result.fates.values())} misfortunes are over; now all sync in peace")
        result.ailments, result.statuses = network.ailments, network.statuses
        result.broken += [
            f"{count} answers were {status}" for status, count in network.statuses.items() if status >= 500 and status != 503
        ]
        result.companies = _prove(folders, servers.addresses[0], result)
    finally:
        servers.close()
    marks = promised(folders)
    result.saves = len(marks)
    lost = marks - kept(how.url or f"sqlite:///{next((folder / 'central').glob('*.db'))}")
    result.broken += [f"{len(lost)} saves are nowhere: {sorted(lost)[:5]}"] if lost else []
    return result


def _fates(random: Random, how: How, servers: Servers, devices: Devices) -> Iterator[str]:
    """Let misfortunes happen for so long; yields their names."""
    end = time.monotonic() + how.seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, random.uniform(0.5, 3.0)))
        device, server, choice = random.randrange(how.devices), random.randrange(how.servers), random.random()
        if choice < 0.35:
            devices.kill(device, signal.SIGKILL)
            yield "device killed"
        elif choice < 0.5:
            devices.kill(device, signal.SIGTERM)
            yield "device closed"
        elif choice < 0.65:
            devices.stop_for(device, STOPPED_S * random.random())
            yield "device asleep"
        else:
            how_it_ends = signal.SIGKILL if choice < 0.9 else signal.SIGINT
            servers.kill(server, how_it_ends)
            time.sleep(WITHOUT_SERVER_S * random.random())
            servers.start(server)
            yield "server killed" if how_it_ends == signal.SIGKILL else "server ended"


def _prove(folders: list[Path], address: str, result: Result) -> int:
    """Sync all on a good network; adds what does not hold to the result, and returns how many companies all have."""
    with _opened(folders, address) as engines:
        for number in range(CALM_ROUNDS):
            for engine in engines:
                done = engine.run_once()
                if number == CALM_ROUNDS - 1 and (done.error is not None or done.proof is None or not done.proof.equal):
                    result.broken.append(f"{engine.replica.path.parent.name}: {done.error or done.proof}")
        views = [_companies(engine.replica) for engine in engines]
        for engine, view in zip(engines, views, strict=True):
            name = engine.replica.path.parent.name
            if (waits := len(engine.replica.waiting())) > 0:
                result.broken.append(f"{name}: {waits} changes still wait")
            if view != views[0]:
                result.broken.append(f"{name} has other companies than {folders[0].name}")
            if found := integrity.check(engine.replica):
                result.broken.append(f"{name}: {found[:3]}")
            if not engine.audit(lambda _done, _total: None).equal:
                result.broken.append(f"{name}: the audit found rows that differ from the centre's")
        return len(views[0])


@contextmanager
def _opened(folders: list[Path], address: str) -> Iterator[list[SyncEngine]]:
    """Yield the devices at rest, without the proxies between."""
    engines = []
    with make_client(address, SyncTimes()) as client:
        replicas = []
        try:
            for folder in folders:
                replica = open_local(folder)
                replicas.append(replica)
                asked = SignInRequest(
                    email=EMAIL, password=PASSWORD, device_name=folder.name, install=replica.facts()["install"]
                )
                engines.append(SyncEngine(replica, _signed_in(client, asked), random=SystemRandom()))
            yield engines
        finally:
            for replica in replicas:
                replica.close()


def _signed_in(client: httpx.Client, asked: SignInRequest) -> HttpTransport:
    token = sign_in(client, asked).device_token
    return HttpTransport(client, AccessToken(client, lambda: token))


def _companies(replica: Replica) -> dict[str, dict[str, object]]:
    return {row["id"]: row for row in replica.list_page("company", sort="id", limit=100_000, archived=None).rows}
