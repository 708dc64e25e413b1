"""The commands of the client: `fieldfare client`, `fieldfare sync`, `fieldfare demo`. Heavy imports happen inside them."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from shared_models.ports import port

if TYPE_CHECKING:
    from client.sync.audit import Audit
    from client.sync.conversation import Progress
    from client.sync.engine import SyncEngine

DEFAULT_FOLDER = Path.home() / ".local" / "share" / "fieldfare"
OK, FAILED = 0, 1
BAR = 24
AUDITED = {
    "digest": "{entity}: the figure kept for the proof was not that of the rows; computed anew",
    "bypassed": "{entity}: rows that did not show what waits to be sent, or that nobody made: {rows}; put right",
    "repaired": "{entity}: rows that were not what the centre has: {rows}; fetched again",
    "index": "{entity}: an index was not what the rows say; built anew",
    "search": "{entity}: the search index was not what the rows say; built anew",
}
"""What an audit found, by kind of incident."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the client's commands."""
    client = subparsers.add_parser(
        "client",
        help="open Fieldfare on this device",
        description="Opens Fieldfare. Everything works without a connection; what you do is sent when there is one.",
    )
    client.add_argument("--data", type=Path, default=DEFAULT_FOLDER, metavar="FOLDER", help="folder of the local data")
    client.add_argument("--server", default="", metavar="URL", help="address that is filled in before the first sign-in")
    client.add_argument("--web", action="store_true", help="in the browser instead of a window")
    client.add_argument("--port", type=port, default=0, help="port of the browser's page on this machine (default: a free one)")
    client.add_argument("--no-browser", action="store_true", help="only print the address of the browser's page")
    client.add_argument("--unlocked", action="store_true", help=argparse.SUPPRESS)
    client.set_defaults(run=run_client)
    sync = subparsers.add_parser(
        "sync",
        help="sync once without a screen",
        description="Sends what waits, fetches what is new, compares, and says what happened. Ends with 1 when something failed.",
    )
    sync.add_argument("--data", type=Path, default=DEFAULT_FOLDER, metavar="FOLDER", help="folder of the local data")
    sync.add_argument(
        "--audit", action="store_true", help="then compare every row and index too, and put right what differs; Ctrl+C ends it"
    )
    sync.add_argument(
        "--metered", action="store_true", help="fill an empty folder with half the data, at the cost of more work"
    )
    sync.set_defaults(run=run_sync)
    demo = subparsers.add_parser(
        "demo",
        help="a server, the demo company, the office and a field device on this machine",
        description="Starts a server with the demo company, the office web and one field device, prints both addresses, opens the "
        "browser where there is one, and runs until Ctrl+C. With --check it plays the main story without a screen instead: two "
        "devices, edits without connection, a conflict, a lost answer, a kill in mid-push; it says line by line what happened.",
    )
    demo.add_argument("--check", action="store_true", help="play the story without a screen, and end with 1 if any of it fails")
    demo.add_argument(
        "--folder", type=Path, metavar="DIR", help="keep the data there, and go on from it the next time (default: thrown away)"
    )
    demo.add_argument("--database", default="", metavar="URL", help="central database instead of an SQLite file of its own")
    demo.add_argument("--size", choices=("small", "medium", "large"), default="small", help="size of the demo company")
    demo.add_argument("--port", type=port, default=8400, help="port of the server; the device takes the next one")
    demo.add_argument("--no-browser", action="store_true", help="only print the addresses")
    demo.set_defaults(run=run_demo)


def say(text: str) -> None:
    """Write a line for the person at the terminal, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run_client(arguments: argparse.Namespace) -> int:
    """Open the client."""
    from client.app import ClientWindow, run_window
    from client.config import ClientConfig
    from client.demo_servers import is_taken

    if arguments.port and is_taken(arguments.port):
        say(f"Port {arguments.port} of this machine is taken. Choose another with --port.")
        return FAILED
    web = arguments.web
    if not web and not _has_window():
        say("The window of Fieldfare is not installed here (extra `desktop`); it opens in the browser.")
        web = True
    window = ClientWindow(ClientConfig(arguments.data, arguments.server), arguments.server)
    if arguments.unlocked:
        window.open_crm()

    def tell(url: str) -> None:
        say(f"Fieldfare is open at {url} on this machine. Ctrl+C ends it.")

    run_window(window, tell, web=web, port=arguments.port, show=not arguments.no_browser)
    return OK


def _has_window() -> bool:
    from importlib.util import find_spec

    return find_spec("flet_desktop") is not None


def _bar(loading: "Progress") -> str:
    """Return a line of progress: of a prepared file how far it is, of pages that they come."""
    if not loading.total_bytes:
        return f"{'█' * (loading.rows // 500 % BAR):{BAR}} {loading.rows} rows"
    done = BAR * loading.bytes // loading.total_bytes
    size = f"{loading.bytes / 1e6:.1f} of {loading.total_bytes / 1e6:.1f} MB"
    return f"{'█' * done:{BAR}} {loading.rows} of {loading.total_rows} rows, {size}"


def run_sync(arguments: argparse.Namespace) -> int:
    """Run one round, with a bar while rows come in."""
    from contextlib import closing
    from random import SystemRandom

    from client.app import connect, open_local
    from client.config import FirstSync, SyncTimes
    from client.events import Event, SyncStatusChanged
    from client.platform.lock_file import LockFile
    from client.platform.profile import ProfileStore
    from client.sync.ahead import in_background
    from client.sync.engine import SyncEngine
    from shared_models.errors import ErrorCode, ReplicaDamaged, ReplicaError, ReplicaLocked
    from shared_models.texts import Texts

    try:
        transport = connect(arguments.data, SyncTimes())
        with closing(transport), LockFile(arguments.data / "sync.lock"), closing(open_local(arguments.data)) as replica:
            engine = SyncEngine(
                replica,
                transport,
                random=SystemRandom(),
                start=in_background,
                first_sync=FirstSync(by_snapshot=not arguments.metered),
                wiped=ProfileStore(arguments.data).forget,
            )

            def show(event: Event) -> None:
                if isinstance(event, SyncStatusChanged) and sys.stderr.isatty() and (loading := engine.status().loading).rows:
                    sys.stderr.write(f"\r{_bar(loading)}")

            replica.events.subscribe(show)
            result = engine.run_once()
            status = engine.status()
            audited = _audit(engine) if arguments.audit and result.error is None else None
    except ReplicaLocked:
        say(f"Not needed: Fieldfare is open on {arguments.data}, and synchronizes by itself.")
        return FAILED
    except (LookupError, ReplicaError) as error:
        is_damaged = isinstance(error, ReplicaDamaged) and "profile.json" not in str(error)
        say(f"Not possible: {arguments.data}: {Texts('en').t('error.D603')}" if is_damaged else f"Not possible: {error}")
        return FAILED
    if getattr(result.error, "code", None) is ErrorCode.A107:
        say(Texts("en").t("error.A107"))
        return FAILED
    say(f"{result.answered} sent, {result.rows} rows received, {status.waiting} waiting, {status.needs_you} need you.")
    if result.proof is not None:
        say(
            f"Proof: {result.proof.rows} rows {'equal' if result.proof.equal else 'DIFFER: ' + ', '.join(result.proof.differing)}."
        )
    if result.error is not None:
        say(f"Not finished: {result.error}. What you did is safe here; run it again later.")
    is_equal = (result.proof is None or result.proof.equal) and (audited is not None or not arguments.audit)
    return OK if result.is_clean and is_equal and (audited is None or audited.equal) else FAILED


def _audit(engine: "SyncEngine") -> "Audit | None":
    """Compare everything, with a bar; says what was found. None when it was ended before, or could not be finished."""
    from client.sync.conversation import Stopped
    from shared_models.errors import SyncError

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{'█' * (BAR * done // max(total, 1)):{BAR}} {done} of {total} rows compared")

    try:
        found = engine.audit(show)
    except (KeyboardInterrupt, Stopped):
        say("Audit ended early. What was put right stays so; run it again for the rest.")
        return None
    except SyncError as error:
        say(f"Audit not finished: {error}. What was put right stays so; run it again later.")
        return None
    for incident in found.found:
        say(f"  {AUDITED[incident.kind].format(entity=incident.entity, rows=incident.rows)}")
    said = "equal" if found.equal else f"STILL DIFFER: {', '.join(found.differing)}"
    say(f"Audit: {found.rows} rows compared with the centre, value by value: {said}.")
    return found


def run_demo(arguments: argparse.Namespace) -> int:
    """Show the product, or prove its main story; a signal ends either with all that it has started."""
    from client.demo_servers import ended_by_signals

    if arguments.check and arguments.folder:
        say("--check plays its story in a folder of its own, which it throws away: leave out --folder.")
        return FAILED
    with ended_by_signals():
        if not arguments.check:
            from client.demo import show

            return show(arguments, say)
        from client.demo_check import check

        try:
            return check(arguments.database, say)
        except KeyboardInterrupt:
            say("Ended before the story was over.")
            return FAILED
