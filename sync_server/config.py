"""Settings of a server, fixed when it starts."""

from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from shared_models.protocol import BIGGEST_FILE

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class MailConfig:
    """The SMTP server that takes our mails."""

    host: str
    port: int
    sender: str
    """Address that they come from, with or without a name."""
    user: str = ""
    password: str = field(default="", repr=False)
    is_tls: bool = False
    """Whether TLS stands from the first byte; else it is begun by STARTTLS, without which nothing is sent but on this machine."""

    @property
    def is_local(self) -> bool:
        """Whether it is this machine."""
        return self.host in LOOPBACK


def mail_of(url: str, sender: str) -> MailConfig | None:
    """Return the SMTP server that a URL names, smtp://user:password@host:587 or smtps://; None for none at all.

    Raises ValueError, which says what is wrong and never what was given.
    """
    if not url and not sender:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("FIELDFARE_SMTP is no address of a mail server; write smtp://user:password@mail.example.ro:587")
    if "@" not in parseaddr(sender)[1]:
        raise ValueError("FIELDFARE_MAIL_FROM is no e-mail address; write it as Fieldfare <crm@example.ro>")
    is_tls = parts.scheme == "smtps"
    try:
        port = parts.port or (465 if is_tls else 587)
    except ValueError:
        raise ValueError("the port in FIELDFARE_SMTP is no number") from None
    return MailConfig(parts.hostname, port, sender, unquote(parts.username or ""), unquote(parts.password or ""), is_tls)


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

    mail: MailConfig | None = None
    """None: nobody is told by mail."""

    @property
    def url(self) -> str:
        """Return the database's URL."""
        return self.database_url or f"sqlite:///{self.folder / 'central.db'}"

    @property
    def is_out_of_reach(self) -> bool:
        """Whether others are to reach the server and cannot: plain http is refused from any machine but its own."""
        return self.host not in LOOPBACK and self.certificate is None and not self.behind_proxy
