"""The commands of the server: `fieldfare server ...`. Heavy imports happen inside the commands, so that help is instant."""

import argparse

from sync_server.cli import backups, database, devices, files, letters, lost, people, serve
from sync_server.cli.terminal import Subparsers

EXAMPLES = """examples:
  fieldfare server init --email ana@example.ro          make the database and the first admin; asks for a password
  fieldfare server run                                  serve this machine at http://127.0.0.1:8000
  fieldfare server run --host 0.0.0.0 --certificate crm.pem --key crm.key
                                                        serve others, with TLS of its own
  fieldfare server user add dan@example.ro --name "Dan Ilie" --language ro
  fieldfare server device revoke DEVICE                 a laptop is out at once; what waits on it stays there
  fieldfare server device wipe DEVICE                   a laptop was lost: it sends what waits, then removes all it holds
  fieldfare server backup /mnt/backups                  a packed, proved copy; the server may run meanwhile
  fieldfare server restore FILE                         go back to one; no server may run

FIELDFARE_DATA and FIELDFARE_DATABASE stand in for --data and --database; a database URL with a password
belongs there and not on the command line, where other users of the machine can read it.
"""


def register(subparsers: Subparsers) -> None:
    """Add `fieldfare server` with its commands."""
    parser = subparsers.add_parser(
        "server",
        help="run and look after a sync server",
        description="Keeps the central database, reconciles what devices did offline, and serves the office web.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    database.add_init(commands)
    serve.add_run(commands)
    database.add_migrate(commands)
    people.add_user(commands)
    devices.add_device(commands)
    devices.add_diagnostics(commands)
    letters.add_letter(commands)
    files.add_files(commands)
    backups.add_backup(commands)
    backups.add_restore(commands)
    lost.add_lost(commands)
    database.add_status(commands)
