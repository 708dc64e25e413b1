"""Attempts at one thing of which only the newest counts: searches while letters come, reads of a list, messages one after another."""

from client.ui.view_models.base import DEBOUNCE_S, Rest


class Turns:
    """Numbers the attempts, so that an older one sees after each wait that it came too late."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self._newest = 0

    def take(self) -> int:
        """Begin an attempt: all before it are too late now."""
        self._newest += 1
        return self._newest

    def is_newest(self, turn: int) -> bool:
        """Whether no attempt began after that one."""
        return turn == self._newest

    async def take_after(self, seconds: float) -> int:
        """Begin an attempt and wait so long: whoever comes back as the newest may go on."""
        turn = self.take()
        await self._rest(seconds)
        return turn

    async def take_when_rested(self, typed: str) -> int:
        """Begin a search for what is typed and wait until the fingers rest; an empty box is answered at once."""
        return await self.take_after(DEBOUNCE_S) if typed else self.take()
