"""What is wrong with a database, in words for whoever runs the server."""

import sqlalchemy as sa

from sync_server.db.engine import StoreDown


def told(error: Exception) -> str | None:
    """Return a sentence for an ordinary trouble of a database, or None for what is a mistake of ours."""
    if isinstance(error, sa.exc.ArgumentError):
        return f"The database URL cannot be used: {error}."
    if isinstance(error, ModuleNotFoundError):
        return f"The driver of this database is not installed ({error.name}): install fieldfare with its extra, postgresql or mysql."
    if isinstance(error, StoreDown):
        return f"The database does not answer: {_first_line(error.__cause__)}"
    if isinstance(error, sa.exc.DBAPIError):
        return f"The database does not answer: {_first_line(error)}"
    return None


def _first_line(error: BaseException | None) -> str:
    """Return what the driver said, without the statement and the background links of SQLAlchemy."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0] if said else type(error).__name__
