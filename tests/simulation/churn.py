"""Rights that change all week long: an admin who gives and takes profiles, teams and reaches, people who give records away and share
them. What they may not do is refused by the centre; nothing of that is kept from them here, as a device may know less than it."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from shared_models.codec import Row
from shared_models.ids import derived_id
from shared_models.rules import ACTIONS
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.central import Central
from sync_server.services.shipped_profiles import profile_id, shipped_profiles

if TYPE_CHECKING:
    from tests.simulation.acts import People
    from tests.simulation.device import Device

ADMIN = "00000003"
USERS = ("00000000", "00000001", "00000002")
TEAMS = tuple(derived_id("team", name) for name in ("north", "south"))
PROFILES = ("salesperson", "manager", "office", "accountant", "guest")
REACHES = ("none", "own", "team", "all")
HOUR_US = 3_600_000_000
LONGEST_SHARE = 30
"""Hours."""


def found(central: Central) -> None:
    """Give an empty organisation its shipped profiles, two teams, three salespeople and an admin."""
    people: list[tuple[str, Row]] = [
        ("user", {"id": pk, "name": pk, "email": f"{pk}@example.ro", "profile_id": profile_id("salesperson"), "team_id": team})
        for pk, team in zip(USERS, (*TEAMS, TEAMS[0]), strict=True)
    ]
    people.append(("user", {"id": ADMIN, "name": ADMIN, "email": f"{ADMIN}@example.ro", "is_admin": True}))
    teams = [("team", {"id": pk, "name": pk}) for pk in TEAMS]
    with central.store.write() as connection:
        import_rows(connection, central, [*shipped_profiles(), *teams, *people], ImportedBy(ADMIN, "setup"))


def verbs(people: "People", device: "Device") -> list[tuple[str, "Callable[[Device], None]", int]]:
    """Return what somebody does beside the rest: name, act, weight. Rights are changed by an admin."""
    found = [
        ("give", _give, 5),
        ("share", _share, 2),
        ("end share", _end_share, 1),
        ("price", _price, 1),
        ("bank", _bank, 1),
        *([("rights", _rights, 12)] if device.is_admin else []),
    ]
    return [(name, partial(act, people), weight) for name, act, weight in found]


def _give(people: "People", device: "Device") -> None:
    """Give a record to somebody else, or to another team, sometimes with an edit in the same save."""
    cast, r = people.cast, people.random
    if (thing := people.pick(device, cast.thing)) is None:
        return
    changes: Row = {"responsible_id": r.choice((*USERS, None))} if r.random() < 0.8 else {}
    changes |= {"team_id": r.choice((*TEAMS, None))} if r.random() < 0.6 or not changes else {}
    changes |= {cast.fields["title"]: people.fresh()} if r.random() < 0.3 else {}
    with people.save(device, "give") as save:
        save.update(cast.thing, thing["id"], changes)


def _share(people: "People", device: "Device") -> None:
    """Show or open a record to a person or a team for some hours."""
    cast, r = people.cast, people.random
    if (thing := people.pick(device, cast.thing)) is None:
        return
    to = {"user_id": r.choice(USERS)} if r.random() < 0.7 else {"team_id": r.choice(TEAMS)}
    ends_at = device.organisation.clock.now_ms * 1000 + r.randrange(HOUR_US, LONGEST_SHARE * HOUR_US)
    values = {"record_type": cast.thing, "record_id": thing["id"], "level": r.choice(("see", "change")), "ends_at": ends_at}
    with people.save(device, "share") as save:
        save.insert("record_share", {**values, **to})


def _end_share(people: "People", device: "Device") -> None:
    if (share := people.pick(device, "record_share")) is not None:
        with people.save(device, "archive") as save:
            save.archive("record_share", share["id"])


def _price(people: "People", device: "Device") -> None:
    """Fill in a field that not everybody may see."""
    if (thing := people.pick(device, people.cast.thing)) is not None:
        changes: Row = {"price_segment_id": derived_id("pick_list_item", people.random.choice("abc"))}
        with people.save(device, "price") as save:
            save.update(people.cast.thing, thing["id"], changes)


def _bank(people: "People", device: "Device") -> None:
    """Add a record that not everybody may see, though he sees what it is a part of."""
    if (thing := people.pick(device, people.cast.thing)) is not None:
        iban = f"RO49AAAA1B31007593{people.random.randrange(10**6):06}"
        with people.save(device, "bank") as save:
            save.insert("bank_account", {people.cast.part_of: thing["id"], "iban": iban})


def _rights(people: "People", device: "Device") -> None:
    """Change what somebody may do."""
    entity, pk, changes = _change_of_rights(people)
    if device.replica.get(entity, pk) is not None:
        with people.save(device, "rights") as save:
            save.update(entity, pk, {name: value for name, value in changes.items() if name not in ("user_id", "record_type")})
    elif entity == "user_right":
        with people.save(device, "rights") as save:
            save.insert(entity, changes)


def _change_of_rights(people: "People") -> tuple[str, str, Row]:
    r, cast = people.random, people.cast
    user, team, key = r.choice(USERS), r.choice(TEAMS), r.choice(PROFILES)
    reaches: Row = {f"{action}_reach": r.choice(REACHES) for action in ACTIONS}
    extra: Row = {"user_id": user, "record_type": cast.thing, **reaches}
    return r.choice(
        (
            ("user", user, {"profile_id": r.choice((*map(profile_id, PROFILES), None))}),
            ("user", user, {"team_id": r.choice((*TEAMS, None))}),
            ("user", user, {"manager_id": r.choice((*USERS, None))}),
            ("team", team, {"leader_id": r.choice((*USERS, None))}),
            ("team", team, {"profile_id": r.choice((profile_id(key), None, None))}),
            ("profile_right", derived_id("profile_right", profile_id(key), cast.thing), reaches),
            ("user_right", derived_id("user_right", user, cast.thing), extra),
        )
    )
