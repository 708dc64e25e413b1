"""The commands of the client: `fieldfare client`, `fieldfare sync`, `fieldfare demo`. Heavy imports happen inside them."""

import argparse
import os
import sys
from pathlib import Path

from client.config import ENCRYPTION
from shared_models.ports import first_of_two, port

DEFAULT_FOLDER = Path.home() / ".local" / "share" / "fieldfare"
OK, FAILED = 0, 1
AT_REST = (
    "The data lies on this device encrypted, its key in the keyring of the system; where there is none it lies in plain, and Settings "
    f"and Sync say why. {ENCRYPTION}=off leaves it in plain, unless it is encrypted already."
)


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the client's commands."""
    client = subparsers.add_parser(
        "client",
        help="open Fieldfare on this device",
        description=f"Opens Fieldfare. Everything works without a connection; what you do is sent when there is one. {AT_REST}",
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
        description="Sends what waits, fetches what is new, compares, and says what happened. Ends with 0 when all of it went "
        "through, and when Fieldfare is open on the same folder, because that synchronizes by itself. Ends with 1 when something "
        "failed or was left undone: no connection, not equal to the centre, an open Fieldfare that is set to work offline, or an "
        f"audit beside an open Fieldfare. Nothing that was saved is lost either way. {AT_REST}",
    )
    sync.add_argument("--data", type=Path, default=DEFAULT_FOLDER, metavar="FOLDER", help="folder of the local data")
    sync.add_argument(
        "--server", default="", metavar="URL", help="do so only if this is the server where the device is signed in"
    )
    sync.add_argument(
        "--audit", action="store_true", help="then compare every row and index too, and put right what differs; Ctrl+C ends it"
    )
    sync.add_argument(
        "--metered", action="store_true", help="fill an empty folder with half the data, at the cost of more work"
    )
    sync.add_argument(
        "--diagnostics",
        type=Path,
        metavar="FILE",
        help="then write how the device fares into a file for the admin: figures and codes, nothing of your data",
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
    demo.add_argument("--port", type=first_of_two, default=8400, help="port of the server; the device takes the next one")
    demo.add_argument("--no-browser", action="store_true", help="only print the addresses")
    demo.set_defaults(run=run_demo)


def say(text: str) -> None:
    """Write a line for the person at the terminal, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run_client(arguments: argparse.Namespace) -> int:
    """Open the client."""
    from client.app import ClientWindow, at_rest_here, run_window
    from client.config import ClientConfig
    from client.demo_servers import is_taken
    from client.platform.lock_file import LockFile
    from client.single_round import texts_of

    if not _is_folder(arguments.data):
        return FAILED
    if (server := _address(arguments)) is None or (is_wanted := _is_encryption_wanted(arguments.data)) is None:
        return FAILED
    if arguments.port and is_taken(arguments.port):
        say(f"Port {arguments.port} of this machine is taken. Choose another with --port.")
        return FAILED
    web = arguments.web
    if not web and not _has_window():
        say("The window of Fieldfare is not installed here (extra `desktop`); it opens in the browser.")
        web = True
    config = ClientConfig(arguments.data, server)
    if web and not LockFile(config.lock_path).is_free():  # a window of its own says so itself
        say(texts_of(arguments.data).t("cli.open_already", folder=str(arguments.data)))
        return FAILED
    window = ClientWindow(config, server, at_rest=at_rest_here(arguments.data, is_wanted=is_wanted))
    if arguments.unlocked:
        window.open_crm()

    def tell(url: str) -> None:
        say(f"Fieldfare is open at {url} on this machine. Ctrl+C ends it.")

    run_window(window, tell, web=web, port=arguments.port, show=not arguments.no_browser)
    return OK


def _has_window() -> bool:
    from importlib.util import find_spec

    return find_spec("flet_desktop") is not None


def _is_folder(folder: Path) -> bool:
    """Say so where the folder of the data can be none, and return whether it can."""
    from client.single_round import texts_of

    file = next((one for one in (folder, *folder.parents) if one.is_file()), None)
    if file is not None:
        say(texts_of(folder).t("cli.no_folder", folder=str(folder), file=str(file)))
    elif not os.access(next(one for one in (folder, *folder.absolute().parents) if one.is_dir()), os.W_OK):
        say(texts_of(folder).t("cli.closed_folder", folder=str(folder)))
    else:
        return True
    return False


def _is_encryption_wanted(folder: Path) -> bool | None:
    """Return what the environment says of new data; say so, and return None, where it says something else."""
    from client.single_round import texts_of

    asked = os.environ.get(ENCRYPTION, "")
    if asked.casefold() in ("", "on", "off"):
        return asked.casefold() != "off"
    say(texts_of(folder).t("cli.encryption_value", variable=ENCRYPTION, value=asked))
    return None


def _address(arguments: argparse.Namespace) -> str | None:
    """Return the address of a server that was given, empty for none; say so, and return None, where it can be none."""
    from client.single_round import texts_of
    from client.usecases.account import checked_address
    from shared_models.errors import RecordInvalid

    if not arguments.server:
        return ""
    try:
        return checked_address(arguments.server)
    except RecordInvalid as refusal:
        is_plain = refusal.problems[0].reason == "problem.needs_https"
        key = "cli.address_https" if is_plain else "cli.address"
        say(texts_of(arguments.data).t(key, address=arguments.server))
        return None


def run_sync(arguments: argparse.Namespace) -> int:
    """Run one round."""
    from client.app import at_rest_here
    from client.single_round import run

    if not _is_folder(arguments.data):
        return FAILED
    if (server := _address(arguments)) is None or (is_wanted := _is_encryption_wanted(arguments.data)) is None:
        return FAILED
    return OK if run(arguments, server, say, at_rest_here(arguments.data, is_wanted=is_wanted)) else FAILED


def run_demo(arguments: argparse.Namespace) -> int:
    """Show the product, or prove its main story; a signal ends either with all that it has started."""
    from client.demo_servers import ended_by_signals

    if arguments.check and arguments.folder:
        say("--check plays its story in a folder of its own, which it throws away: leave out --folder.")
        return FAILED
    with ended_by_signals():
        if not arguments.check:
            say("Fieldfare demo: a server, a company of examples, and a field device on this machine.")
            from client.demo import show

            return show(arguments, say)
        from client.demo_check import check

        try:
            return check(arguments.database, say)
        except KeyboardInterrupt:
            say("Ended before the story was over.")
            return FAILED
