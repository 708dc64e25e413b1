"""The first minutes of a server: its tables, the shipped lists, the first admin, or the demo company."""

from collections.abc import Callable

from sync_server.db import migrate
from sync_server.db.engine import Connection
from sync_server.services import setup
from sync_server.services.accounts import Accounts, NewUser
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.central import Central
from sync_server.services.shipped_lists import shipped_lists
from sync_server.services.shipped_profiles import profile_id, shipped_profiles

DEMO_PASSWORD = "carpati-demo"  # printed on purpose: the demo holds nothing real
SYSTEM_USER = "00000000-0000-7000-8000-000000000000"
"""Author of what ships with the product."""


def prepare(central: Central, url: str, make_epoch: Callable[[], str]) -> bool:
    """Make the tables and begin the timeline; returns False when that was done before."""
    migrate.upgrade(url)
    if setup.is_started(central):
        setup.complete(central)
        return False
    setup.start(central, make_epoch)
    return True


def first_admin(accounts: Accounts, name: str, email: str, password: str) -> None:
    """Create the first admin and bring in the shipped lists and profiles.

    Raises Refusal, with nothing stored, for a bad address or password.
    """
    admin = NewUser(name, email, password, is_admin=True, profile_id=profile_id("admin"))
    with accounts.central.store.write() as connection:  # all at once: a run that is cut short can be repeated
        accounts.create_user_within(connection, admin)
        _bring_in_what_ships(connection, accounts.central)


def _bring_in_what_ships(connection: Connection, central: Central) -> int:
    return import_rows(connection, central, [*shipped_lists(), *shipped_profiles()], ImportedBy(SYSTEM_USER, "shipped-lists"))


def fill_demo(central: Central, accounts: Accounts, size: str) -> int:
    """Bring in the demo company and its accounts; returns the number of records."""
    # Thousands of lines of texts, which a running server never needs in memory.
    from sync_server.services.demo_company import build_demo, demo_users

    with central.store.write() as connection:
        count = _bring_in_what_ships(connection, central)
        demo = build_demo(size, central.now_us())
        count += import_rows(connection, central, demo, ImportedBy(SYSTEM_USER, "demo-company"))
        for user in demo_users():
            accounts.add_account(connection, user["id"], user["email"], DEMO_PASSWORD)
    return count
