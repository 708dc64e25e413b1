"""How often a wrong password was tried without a connection, and how long the next try has to wait.

It slows whoever guesses at the keyboard of a device that was left. Whoever can read its files is slowed by the cost of a guess
alone (`profile.SCRYPT_N`). A small file beside the profile, so that a restart begins nothing anew.
"""

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path

log = logging.getLogger("fieldfare.platform")
FREE_TRIES = 5
"""Wrong tries before the first pause: whoever mistypes or tries an old password does not wait."""
FIRST_PAUSE_MS, LONGEST_PAUSE_MS = 10_000, 300_000
"""The pause doubles with each further wrong try; with the longest one a day has 288 guesses."""


@dataclass(frozen=True)
class WrongTries:
    """Wrong tries since the last right one, and when the last of them was, in milliseconds since 1970 UTC."""

    count: int = 0
    last_ms: int = 0

    @property
    def pause_ms(self) -> int:
        """Return how long after the last one the next is taken."""
        if self.count < FREE_TRIES:
            return 0
        return min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << min(self.count - FREE_TRIES, 10))


@dataclass(frozen=True)
class WrongTriesStore:
    """Their file in the client's folder. Where it cannot be written, as on a full disk, or read, nobody is kept out for that."""

    folder: Path

    @property
    def path(self) -> Path:
        """Return the file."""
        return self.folder / "wrong_tries.json"

    def wait_ms(self, now_ms: int) -> int:
        """Return how long the next try has to wait; 0: it is taken.

        Where the last one seems to be yet to come, the clock was set back: the pause begins anew, and does not last until then.
        """
        tries = self._load()
        if tries.pause_ms and now_ms < tries.last_ms:
            self._save(WrongTries(tries.count, now_ms))
            return tries.pause_ms
        return max(0, tries.last_ms + tries.pause_ms - now_ms)

    def note(self, now_ms: int) -> None:
        """Note a try, before it is known to be wrong: whoever ends the program meanwhile has tried."""
        self._save(WrongTries(self._load().count + 1, now_ms))

    def forget(self) -> None:
        """Begin anew: the password was right."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError:
            log.warning("the wrong tries cannot be forgotten")

    def _load(self) -> WrongTries:
        try:
            held = json.loads(self.path.read_text(encoding="utf-8"))
            return WrongTries(int(held["count"]), int(held["last_ms"]))
        except FileNotFoundError:
            return WrongTries()
        except (OSError, ValueError, TypeError, KeyError):
            log.warning("the wrong tries cannot be read")
            return WrongTries()

    def _save(self, tries: WrongTries) -> None:
        draft = self.path.with_suffix(".new")
        try:
            draft.write_text(json.dumps(asdict(tries)), encoding="utf-8")
            draft.replace(self.path)
        except OSError:
            log.warning("a wrong try is not noted")
