"""What is wrong with a database, in words for whoever runs the server."""

import sqlalchemy as sa

from sync_server.db.engine import StoreDown

_FORMS = "Write it as postgresql+psycopg://user@host/name, mysql+pymysql://user@host/name or sqlite:////folder/central.db"
_EXTRAS = {"psycopg": "postgresql", "pymysql": "mysql"}
"""Module of a driver -> the extra that brings it."""
_NO_FILE = "unable to open database file"
"""What SQLite says of a file that it can neither open nor make."""


def told(error: Exception) -> str | None:
    """Return a sentence for an ordinary trouble of a database, or None for what is a mistake of ours."""
    if isinstance(error, sa.exc.ArgumentError):
        return f"The database URL cannot be used: {str(error).rstrip('.')}. {_FORMS}"
    if isinstance(error, ModuleNotFoundError):
        if (extra := _EXTRAS.get(error.name or "")) is None:
            return f"The database URL names a driver that Fieldfare does not use ({error.name}). {_FORMS}"
        return f"The database's driver is not installed ({error.name}): install fieldfare with its extra {extra}."
    if isinstance(error, StoreDown):
        return f"The database does not answer: {_first_line(error.__cause__)}"
    if isinstance(error, sa.exc.DBAPIError):
        return f"The database does not answer: {_first_line(error)}"
    return None


def no_database(url: str) -> str | None:
    """Return a sentence for a URL that can be no central database of anybody; None for any other, and for none at all."""
    if not url:
        return None
    try:
        made = sa.make_url(url)
    except ValueError:  # SQLAlchemy's answer to a port that is no number
        return f"The database URL cannot be used: its port is no number. {_FORMS}"
    except sa.exc.ArgumentError as error:
        return told(error)
    if made.get_backend_name() == "sqlite" and made.database in (None, "", ":memory:"):
        return "The database URL names no file, and what is kept in memory is gone with the command. Write sqlite:////folder/central.db"
    return None


def _first_line(error: BaseException | None) -> str:
    """Return what the driver said, without the statement and the background links of SQLAlchemy."""
    said = str(getattr(error, "orig", None) or error).strip()
    first = said.splitlines()[0] if said else type(error).__name__
    return f"{first}. Its folder must be there, and be yours to write in." if first == _NO_FILE else first
