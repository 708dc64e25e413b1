"""How large the next piece of a file is: small while the line breaks, so that a cut costs little, and growing while it holds."""

LEAST, MOST = 64 * 1024, 1024 * 1024
SHARE = 32
"""A piece is at most this part of what went since the last cut: of what a cut costs, 3 % is the most, or the least piece."""


class Pace:
    """The pieces of one line."""

    def __init__(self) -> None:
        self._went = 0

    @property
    def size(self) -> int:
        """Bytes of the next piece."""
        return min(MOST, max(LEAST, self._went // SHARE))

    def went(self, size: int) -> None:
        """Note that a piece came through."""
        self._went += size

    def cut(self) -> None:
        """Note that the line broke."""
        self._went = 0
