"""`fieldfare sync`: one round without a screen, told in the person's language."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from random import SystemRandom

from client import diagnostics_file
from client.app import connect, last_reader, open_local, profile_store
from client.config import FirstSync, SyncTimes
from client.events import Event, SyncStatusChanged
from client.platform.form import form
from client.platform.lock_file import LockFile
from client.platform.profile import ProfileStore
from client.replica import file_purging
from client.sync.ahead import in_background
from client.sync.audit import Audit
from client.sync.conversation import Progress, Stopped
from client.sync.courier import Courier
from client.sync.engine import RoundResult, SyncEngine
from client.sync.states import State
from client.sync.status import SyncStatus, status_of
from client.usecases.at_rest import AtRest
from client.usecases.causes import CODES, cause
from shared_models.diagnostics import StateAt
from shared_models.errors import Busy, ErrorCode, ReplicaDamaged, ReplicaError, ReplicaLocked, SyncError, Unreachable
from shared_models.texts import Language, Texts, preferred

BAR = 24
LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Variables of the environment that name the language of a terminal, the first that is set counts."""
Say = Callable[[str], None]


def run(arguments: argparse.Namespace, server: str, say: Say, at_rest: AtRest) -> bool:
    """Run one round, with a bar while rows come in; returns whether all of it went through, or goes by itself elsewhere.

    server: where the device has to be signed in; empty: wherever it is. at_rest: how the folder's data lies on the disk.
    """
    states: list[StateAt] = []
    is_done = _run(arguments, server, say, at_rest, states)
    if arguments.diagnostics is None:
        return is_done
    texts = texts_of(arguments.data, at_rest)
    try:
        diagnostics_file.write(arguments.diagnostics, at_rest, states)
    except OSError as error:
        why = error.strerror or type(error).__name__
        say(f"{texts.t('cli.diagnostics.unwritten', file=str(arguments.diagnostics), why=why)} [{ErrorCode.D611}]")
        return False
    say(texts.t("cli.diagnostics.written", file=str(arguments.diagnostics)))
    return is_done


def _run(arguments: argparse.Namespace, server: str, say: Say, at_rest: AtRest, states: list[StateAt]) -> bool:
    """Run the round. states: gets those that it passed through."""
    folder: Path = arguments.data
    if at_rest.has_to_encrypt():
        say(texts_of(folder).t("at_rest.encrypting"))
    texts = texts_of(folder, at_rest)
    try:
        transport = connect(folder, SyncTimes(), at_rest=at_rest)
        if server and (own := str(transport.client.base_url).rstrip("/")) != server:
            transport.close()
            say(texts.t("cli.sync.other_server", folder=str(folder), server=own, asked=server))
            return False
        with closing(transport), LockFile(folder / "sync.lock"), closing(open_local(folder, at_rest)) as replica:
            first_sync = FirstSync(by_snapshot=not arguments.metered)
            forget = profile_store(folder, at_rest).forget
            engine = SyncEngine(
                replica,
                transport,
                random=SystemRandom(),
                start=in_background,
                first_sync=first_sync,
                form=form(),
                wiped=forget,
            )
            replica.events.subscribe(lambda event: _show_loading(texts, engine, event))
            courier = Courier(replica, transport)
            engine.send_files = courier.send_all
            result = engine.run_once()
            moved = _move_files(courier, engine) if result.is_clean else 0
            status = engine.status()
            states += engine.trail.states()
            audited = _audit(texts, engine, say) if arguments.audit and result.error is None else None
    except LookupError:
        say(texts.t("cli.sync.nobody", folder=str(folder)))
        return False
    except ReplicaLocked as error:
        return _left_to_whoever_is_there(texts, at_rest, say, error, is_audit=arguments.audit)
    except ReplicaError as error:
        say(_not_possible(texts, folder, error))
        return False
    _tell(texts, result, status, at_rest, say)
    if moved:
        say(f"{texts.n('cli.sync.files', moved)}.")
    is_equal = result.proof is None or result.proof.equal
    is_audited = audited.equal if audited is not None else not arguments.audit
    return result.is_clean and is_equal and is_audited


def _move_files(courier: Courier, engine: SyncEngine) -> int:
    """Send and fetch the files that are due, and hear what the centre has by then; returns how many went through."""
    file_purging.begin(courier.replica)
    moved = courier.run_once() if courier.is_possible() else 0
    if moved:
        engine.run_once()
    return moved


def _left_to_whoever_is_there(texts: Texts, at_rest: AtRest, say: Say, error: ReplicaLocked, *, is_audit: bool) -> bool:
    """Say that this folder is synced by whoever has it open, and what waits there; returns whether nothing is left undone."""
    folder = at_rest.replica.parent
    try:
        with closing(open_local(folder, at_rest)) as replica:
            status = status_of(replica, State.IDLE, Progress())
    except ReplicaError as unread:
        say(_not_possible(texts, folder, unread))
        return False
    told = texts.t("cli.sync.open_offline" if status.paused else "cli.sync.open_elsewhere", folder=str(folder))
    say(_with_code(told, error) if status.paused else told)
    say(f"{texts.n('pill.waiting', status.waiting)}, {texts.n('pill.needs_you', status.needs_you)}.")
    if is_audit:
        say(_with_code(texts.t("cli.audit.open_elsewhere"), error))
    return not status.paused and not is_audit


def _not_possible(texts: Texts, folder: Path, error: ReplicaError) -> str:
    is_account = isinstance(error, ReplicaDamaged) and ProfileStore(folder).path.name in str(error)
    why = texts.t("cli.sync.account_damaged") if is_account else _why(texts, error, folder)
    return _with_code(f"{texts.t('cli.sync.not_possible', folder=str(folder))} {why}", error)


def texts_of(folder: Path, at_rest: AtRest | None = None) -> Texts:
    """Return the texts in which this folder's commands speak."""
    return Texts(language_of(folder, os.environ, at_rest))


def language_of(folder: Path, environment: Mapping[str, str], at_rest: AtRest | None = None) -> Language:
    """Return the language of whoever used this folder last, else that of the terminal, else English."""
    terminal = next((environment[name] for name in LOCALES if environment.get(name)), "")
    return last_reader(folder, at_rest) or preferred([terminal.replace("_", "-")]) or "en"


def _tell(texts: Texts, result: RoundResult, status: SyncStatus, at_rest: AtRest, say: Say) -> None:
    """Say what a round did, what waits, how the data lies on the disk, whether both sides are equal, and why it ended early if it did."""
    counts = (
        ("cli.sync.sent", result.answered),
        ("cli.sync.rows", result.rows),
        ("pill.waiting", status.waiting),
        ("pill.needs_you", status.needs_you),
    )
    say(f"{', '.join(texts.n(key, n) for key, n in counts)}.")
    say(texts.t(f"at_rest.{at_rest.outlook()}"))
    if result.proof is not None and result.proof.equal:
        say(texts.n("cli.sync.proof_equal", result.proof.rows))
    elif result.proof is not None:
        say(texts.t("cli.sync.proof_differs", what=_names(texts, result.proof.differing)))
    if result.error is not None:
        say(_with_code(f"{texts.t('cli.sync.not_finished')} {_why(texts, result.error, at_rest.replica.parent)}", result.error))


def _why(texts: Texts, error: Exception, folder: Path) -> str:
    """Return what happened and what to do about it."""
    if isinstance(error, Unreachable):
        profile = ProfileStore(folder).load()
        happened = texts.t("cli.sync.unreachable", server=profile.server_url if profile else "")
    else:
        happened = texts.t(f"error.{_cause(error)}")
    return f"{happened} {texts.t('cli.sync.later')}" if isinstance(error, Unreachable | Busy) else happened


def _cause(error: Exception) -> str:
    code = getattr(error, "code", None)
    return cause(str(code) if code else type(error).__name__)


def _with_code(text: str, error: Exception) -> str:
    """Return a text with what support asks for: the code, or the kind of the failure where it has none."""
    found = _cause(error)
    detail = getattr(error, "detail", "")
    return f"{text} [{found if found in CODES else detail if detail.isidentifier() else type(error).__name__}]"


def _names(texts: Texts, entities: tuple[str, ...]) -> str:
    return ", ".join(texts.t(f"entity.{entity}") for entity in entities)


def _audit(texts: Texts, engine: SyncEngine, say: Say) -> Audit | None:
    """Compare everything, with a bar; says what was found. None when it was ended before, or could not be finished."""

    def show(done: int, total: int) -> None:
        _show(
            f"{'█' * (BAR * done // max(total, 1)):{BAR}} {texts.t('cli.audit.bar', rows=texts.number(done), total=texts.number(total))}"
        )

    try:
        found = engine.audit(show)
    except (KeyboardInterrupt, Stopped):
        say(texts.t("cli.audit.ended"))
        return None
    except SyncError as error:
        happened = texts.t("link.offline") + "." if isinstance(error, Unreachable) else texts.t(f"error.{_cause(error)}")
        say(_with_code(f"{texts.t('cli.audit.not_finished', why=happened)}", error))
        return None
    for incident in found.found:
        what = texts.t(f"cli.audit.{incident.kind}", rows=texts.number(incident.rows))
        say(f"  {texts.t(f'entity.{incident.entity}')}: {what}")
    say(texts.n("cli.audit.equal" if found.equal else "cli.audit.differs", found.rows, what=_names(texts, found.differing)))
    return found


def _show_loading(texts: Texts, engine: SyncEngine, event: Event) -> None:
    if isinstance(event, SyncStatusChanged) and sys.stderr.isatty() and (loading := engine.status().loading).rows:
        _show(_bar(texts, loading))


def _bar(texts: Texts, loading: Progress) -> str:
    """Return a line of progress: of a prepared file how far it is, of pages that they come."""
    if not loading.total_bytes:
        return f"{'█' * (loading.rows // 500 % BAR):{BAR}} {texts.n('cli.sync.rows', loading.rows)}"
    done = BAR * loading.bytes // loading.total_bytes
    sizes = {"done": f"{loading.bytes / 1e6:.1f}", "size": f"{loading.total_bytes / 1e6:.1f}"}
    words = texts.t("cli.sync.bar", rows=texts.number(loading.rows), total=texts.number(loading.total_rows or 0), **sizes)
    return f"{'█' * done:{BAR}} {words}"


def _show(line: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{line}")
