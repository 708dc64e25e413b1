"""What kind of device this is."""

import sys
from typing import Literal

Form = Literal["desktop", "phone"]


def form(platform: str = sys.platform) -> Form:
    """Return whether it is a phone or tablet, or a desktop computer."""
    return "phone" if platform in ("android", "ios") else "desktop"
