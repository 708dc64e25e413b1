"""Configurable lists that a later version of the product ships: a database of an earlier one gets them once."""

from sync_server.db import rows
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.central import Central
from sync_server.services.shipped_lists import LISTS, list_id, shipped_lists

SHIPPED_BY = "00000000-0000-7000-8000-000000000000"
"""Author of what ships with the product."""


def bring_in(central: Central) -> int:
    """Add the shipped lists that are missing, with their items; returns how many. Nothing where none ever shipped: a test's own."""
    if "pick_list" not in central.registry.by_name:
        return 0
    wanted = {list_id(key): key for key in LISTS}
    with central.store.write() as connection:
        found = rows.load(connection, central.tables, central.registry.get("pick_list"), wanted, lock=False)
        missing = wanted.keys() - found.keys()
        if not found or not missing:
            return 0
        new = [
            (name, row) for name, row in shipped_lists() if (row["id"] if name == "pick_list" else row["list_id"]) in missing
        ]
        tx_id = "shipped-" + "-".join(sorted(wanted[pk] for pk in missing))
        import_rows(connection, central, new, ImportedBy(SHIPPED_BY, tx_id))
    return len(missing)
