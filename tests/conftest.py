"""Fixtures of the whole suite, and how it runs."""

from importlib.util import find_spec

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.plugins.functions_shown"]

# No deadline: these machines are shared, and time is measured by the benches. `prove` searches for hours if it is let.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("prove", settings.get_profile("default"), max_examples=5_000)


def pytest_configure(config: pytest.Config) -> None:
    """Make Litestar's announcements of its next major version errors, where the server's half is installed."""
    if find_spec("litestar"):
        config.addinivalue_line(
            "filterwarnings", "error::litestar.exceptions.base_exceptions.LitestarDeprecationWarning"
        )
