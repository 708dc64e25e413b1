"""Put the text files in order: `python -m shared_models.texts --sort`. Run it after each edit; a test checks the order."""

import json
import sys
from importlib.resources import as_file, files

from shared_models.texts.catalogue import LANGUAGES


def formatted(content: str) -> str:
    """Return a text file sorted by key, one key a line (plural forms a line each). Raises ValueError for a key given twice."""
    entries = json.loads(content, object_pairs_hook=_distinct)
    return json.dumps(entries, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    keys = [key for key, _ in pairs]
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        raise ValueError(f"given twice: {', '.join(sorted(twice))}")
    return dict(pairs)


def sort_files() -> None:
    """Rewrite the file of every language in order."""
    for language in LANGUAGES:
        with as_file(files(__package__).joinpath(f"{language}.json")) as path:
            content = path.read_text("utf-8")
            if formatted(content) != content:
                path.write_text(formatted(content), "utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--sort"]:
        sys.exit("usage: python -m shared_models.texts --sort")
    sort_files()
