"""Settings of a server, fixed when it starts."""

from dataclasses import dataclass, field
from pathlib import Path

from shared_models.protocol import BIGGEST_FILE

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class ServerConfig:
    """One server process."""

    folder: Path
    """Holds the embedded database and the replicas of the office web."""
    database_url: str = ""
    """SQLAlchemy URL; empty: SQLite in the folder."""
    host: str = "127.0.0.1"
    port: int = 8000
    office: bool = True
    """Whether the office web is served at /app."""
    behind_proxy: bool = False
    """Whether a proxy in front ends TLS: X-Forwarded-Proto is believed then, and only then."""

    certificate: Path | None = None
    """PEM file of the TLS certificate with its chain; None: plain http, for this machine or a proxy only."""
    key: Path | None = None
    """PEM file of its private key."""

    files_url: str = field(default="", repr=False)
    """Where the bytes of files are kept, a URL of obstore (`s3://bucket/prefix`); empty: in the folder."""
    biggest_file: int = BIGGEST_FILE
    """Bytes of the largest file that is taken."""
    kept_days: int = 30
    """Days for which the bytes of an archived file stay, before they are cleared away."""

    metrics_token: str = field(default="", repr=False)
    """What whoever reads /metrics has to show; empty: only this machine may read it, and nobody behind a proxy."""

    @property
    def url(self) -> str:
        """Return the database's URL."""
        return self.database_url or f"sqlite:///{self.folder / 'central.db'}"

    @property
    def is_out_of_reach(self) -> bool:
        """Whether others are to reach the server and cannot: plain http is refused from any machine but its own."""
        return self.host not in LOOPBACK and self.certificate is None and not self.behind_proxy
