"""The six profiles that ship with the product (row 35). Admins change them afterwards, and add others."""

from collections.abc import Iterator

from shared_models.codec import Row
from shared_models.ids import derived_id
from shared_models.rules import ACTIONS

Reaches = tuple[str, str, str, str]
"""How far a profile sees, creates, changes, archives."""

ALL: Reaches = ("all", "all", "all", "all")
LOOKS: Reaches = ("all", "none", "none", "none")

PROFILES: dict[str, tuple[str, str, tuple[str, ...], dict[str, Reaches]]] = {
    "admin": ("Administrator", "Administrator", ("bank", "personal", "price"), {"company": ALL, "contact": ALL}),
    "manager": (
        "Manager", "Manager", ("bank", "personal", "price"),
        {"company": ("team", "team", "team", "team"), "contact": ("team", "team", "team", "team")},
    ),
    "salesperson": (
        "Salesperson", "Agent de vânzări", ("personal", "price"),
        {"company": ("team", "own", "own", "own"), "contact": ("team", "own", "own", "own")},
    ),
    "office": (
        "Office", "Birou", ("bank", "price"),
        {"company": ("all", "all", "all", "none"), "contact": ("all", "all", "all", "none")},
    ),
    "accountant": ("Accountant", "Contabil", ("bank", "price"), {"company": ("all", "none", "all", "none"), "contact": LOOKS}),
    "guest": (
        "Guest", "Oaspete", (),
        {"company": ("own", "none", "none", "none"), "contact": ("own", "none", "none", "none")},
    ),
}  # fmt: skip
"""key -> English name, Romanian name, confidential groups that it opens, reaches by root entity. An accountant changes
companies for their bank accounts and fiscal data; a guest sees what he is responsible for and what is shared with him."""


def shipped_profiles() -> Iterator[tuple[str, Row]]:
    """Yield (entity, values) of every profile and its rights, profiles first; the same ids in every installation."""
    for key, (en, ro, groups, _) in PROFILES.items():
        yield "profile", {"id": profile_id(key), "key": key, "label_en": en, "label_ro": ro, "field_groups": list(groups)}
    for key, (_, _, _, rights) in PROFILES.items():
        for entity, reaches in rights.items():
            values: Row = {"profile_id": profile_id(key), "record_type": entity}
            values |= {f"{action}_reach": reach for action, reach in zip(ACTIONS, reaches, strict=True)}
            yield "profile_right", {**values, "id": derived_id("profile_right", profile_id(key), entity)}


def profile_id(key: str) -> str:
    """Return the id of a shipped profile."""
    return derived_id("profile", key)
