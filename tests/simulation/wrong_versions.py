"""Wrong variants of what lets programs of several versions meet (PROTOCOL 10). Only weeks of several versions show them."""

from typing import Any

from client.replica import casting, rows
from client.sync import wire
from shared_models.evolution import Evolution
from sync_server.services import versions
from tests.simulation.wrong_client import Patch


def log_not_cast() -> list[Patch]:
    """An update leaves the log in the fields of the older version."""
    return [(casting, "_cast_log", lambda connection, evolution, before: None)]


def resent_in_new_form() -> list[Patch]:
    """What was sent goes again in the form of the newer program."""
    original = casting._cast_log

    def cast_log(connection: Any, evolution: Evolution, before: int) -> None:
        original(connection, evolution, before)
        connection.execute("UPDATE _sync_tx SET wire = NULL, schema = NULL")

    return [(casting, "_cast_log", cast_log)]


def unsent_in_new_form() -> list[Patch]:
    """What was not sent goes in the form of the newer program, also where it was sent since the backup that the file is."""
    original = casting._cast_log

    def cast_log(connection: Any, evolution: Evolution, before: int) -> None:
        original(connection, evolution, before)
        connection.execute("UPDATE _sync_tx SET wire = NULL, schema = NULL WHERE NOT sent")

    return [(casting, "_cast_log", cast_log)]


def bases_not_cast() -> list[Patch]:
    """The centre reads what an older device typed, and not what that device had on the screen."""
    original = versions._tx_up

    def tx_up(evolution: Evolution, tx: Any, version: int) -> Any:
        up = original(evolution, tx, version)
        ops = [now.model_copy(update={"base": sent.base}) for now, sent in zip(up.ops, tx.ops, strict=True)]
        return up.model_copy(update={"ops": ops})

    return [(versions, "_tx_up", tx_up)]


def versions_not_cast() -> list[Patch]:
    """The centre takes base versions of fields under the names of the older version."""
    original = versions._tx_up

    def tx_up(evolution: Evolution, tx: Any, version: int) -> Any:
        up = original(evolution, tx, version)
        ops = [now.model_copy(update={"bvx": sent.bvx}) for now, sent in zip(up.ops, tx.ops, strict=True)]
        return up.model_copy(update={"ops": ops})

    return [(versions, "_tx_up", tx_up)]


def ack_of_up_cast() -> list[Patch]:
    """A save that had to be read in another form is acknowledged in place of its rows."""
    original = versions._tx_up

    def tx_up(evolution: Evolution, tx: Any, version: int) -> Any:
        return original(evolution, tx, version).model_copy(update={"schema_version": None})

    return [(versions, "_tx_up", tx_up)]


def later_lost() -> list[Patch]:
    """What only a newer version knows is not kept."""
    return [(rows, "keep_later", lambda connection, entity, pks, later: None)]


def not_laid_again() -> list[Patch]:
    """Rows with own edits are cast, and not laid over their bases again."""
    return [(casting, "_lay_again", lambda connection, entity: None)]


def cards_not_cast() -> list[Patch]:
    """Open cards stay in the words of the older version."""
    return [(casting, "_cast_cards", lambda connection, entity, evolution, before: None)]


def page_of_any_version() -> list[Patch]:
    """A page that was asked for before the update counts after it."""
    original = wire._begin

    def begin(record: Any, schema_version: int) -> Any:
        return original(record, min(schema_version, record["schema"]))

    return [(wire, "_begin", begin)]


VARIANTS = (
    log_not_cast, resent_in_new_form, unsent_in_new_form, bases_not_cast, versions_not_cast, ack_of_up_cast,
    later_lost, not_laid_again, cards_not_cast, page_of_any_version,
)  # fmt: skip
