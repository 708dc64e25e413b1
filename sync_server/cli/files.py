"""Commands about files: `files clear`."""

import argparse

from sync_server.cli.terminal import OK, NotPossible, Subparsers, command_parser, explained, group_parser, open_existing, say


def add_files(commands: Subparsers) -> None:
    """Add `files` with its commands."""
    files = group_parser(commands, "files", "the bytes of files on records")
    parser = command_parser(
        files,
        "clear",
        "remove the bytes that no record needs any more",
        "Removes the bytes that no record names, or only files that were archived 30 days ago, and what was begun and given up a "
        "week ago. The server does the same some times a day. Files are kept in the folder of the server, or at the URL that "
        "FIELDFARE_FILES_URL names (s3://bucket/prefix). FIELDFARE_BIGGEST_FILE_MB is the largest that is taken, 50 if it is not set.",
    )
    parser.set_defaults(run=run_clear)


@explained
def run_clear(arguments: argparse.Namespace) -> int:
    """Clear once, and say what went."""
    from sync_server.services.file_clearing import clear
    from sync_server.services.file_store import StoreFailed

    server = open_existing(arguments)
    try:
        found = clear(server.files, server.config.kept_days)
    except ValueError as error:
        raise NotPossible(f"FIELDFARE_FILES_URL names no place for files: {error}.") from error
    except StoreFailed as error:
        raise NotPossible(
            f"The place of files does not answer ({error}). Nothing more was removed; try again later."
        ) from error
    say(
        f"{_files(found.files)} removed, {_files(found.parts)} that {'was' if found.parts == 1 else 'were'} given up, {_files(found.kept)} kept."
    )
    return OK


def _files(n: int) -> str:
    return "1 file" if n == 1 else f"{n} files"
