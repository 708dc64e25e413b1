"""Whether the connection costs by what goes over it, as far as the system says."""

import sys
from importlib import import_module


def is_metered() -> bool | None:
    """Return whether the connection is metered; None where it cannot be known, as on most laptops."""
    if sys.platform.startswith("linux") and hasattr(sys, "getandroidapilevel"):
        return _on_android()
    return None


def _on_android() -> bool | None:
    """Ask Android's ConnectivityManager (`isActiveNetworkMetered`), where plyer's bridge to Java is there."""
    try:
        java = import_module("jnius")
        activity = java.autoclass("org.kivy.android.PythonActivity").mActivity
        return bool(activity.getSystemService("connectivity").isActiveNetworkMetered())
    except Exception:  # noqa: BLE001  # whatever a bridge to another language raises: it is not known then
        return None
