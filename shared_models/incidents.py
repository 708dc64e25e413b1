"""What was found on a device that was not as it should be, in words (PROTOCOL 13.8); for its own screen and for the admin."""

from shared_models.texts import Texts

KINDS = ("bypassed", "digest", "index", "recounted", "repaired", "search", "unequal")
"""What they mean: `client.replica.integrity.Incident`. A newer device may tell of others."""
COUNTED = ("bypassed", "repaired")
"""Those that are about so many rows."""


def in_words(texts: Texts, kind: str, entity: str, rows: int) -> str:
    """Return an incident as a sentence without a full stop. entity: its name, empty where it is about all."""
    what = texts.t(f"entity.{entity}") if texts.has(f"entity.{entity}") else entity or texts.t("incident.whole")
    if kind in COUNTED:
        return texts.n(f"incident.{kind}", rows, what=what)
    if kind in KINDS:
        return texts.t(f"incident.{kind}", what=what)
    return texts.t("incident.other", what=what, kind=kind)
