"""Stories of rights: what a person may see and do is taken or given while his saves, pages and cards are on their way (part 12)."""

from shared_models.codec import Row
from shared_models.ids import derived_id
from sync_server.services.shipped_profiles import profile_id
from tests.simulation.churn import HOUR_US, TEAMS, USERS
from tests.simulation.device import Device
from tests.simulation.evidence import Broken, Evidence
from tests.simulation.knowledge import Memory
from tests.simulation.stage import Stage

SALES = {"see_reach": "team", "create_reach": "own", "change_reach": "own", "archive_reach": "own"}
GUEST = {"see_reach": "own", "create_reach": "none", "change_reach": "none", "archive_reach": "none"}
OFFICE = {"see_reach": "all", "create_reach": "all", "change_reach": "all", "archive_reach": "none"}
HERE, THERE = TEAMS
HOUR_MS = HOUR_US // 1000
SEGMENT, IBAN = derived_id("pick_list_item", "gold"), "RO49AAAA1B31007593840000"


def admin_of(stage: Stage) -> Device:
    """Return the device of the admin."""
    return stage.organisation.devices[3]


def changed(stage: Stage, *changes: tuple[str, str, Row]) -> None:
    """Let the admin change records, and everybody but those who are named later know nothing of it."""
    admin = admin_of(stage)
    stage.sync(admin)
    for entity, pk, values in changes:
        with stage.people.save(admin, "rights", is_atomic=False) as save:
            save.update(entity, pk, values)
    stage.sync(admin)


def apart(stage: Stage, a: Device, *others: Device) -> None:
    """Make a salesperson of everybody: one here, the others there, and nobody's extra rights count."""
    admin = admin_of(stage)
    stage.sync(admin)
    for entity in ("user_right", "record_share"):
        for row in admin.replica.list_page(entity, limit=500).rows:
            with stage.people.save(admin, "archive", is_atomic=False) as save:
                save.archive(entity, row["id"])
    teams = {a.user: HERE, **{other.user: THERE for other in others}}
    reaches = (("salesperson", SALES), ("guest", GUEST), ("office", OFFICE))
    changed(
        stage,
        *(
            (("profile_right"), derived_id("profile_right", profile_id(key), stage.people.cast.thing), values)
            for key, values in reaches
        ),
        *(("team", team, {"leader_id": None, "profile_id": None}) for team in TEAMS),
        *(("user", pk, {"profile_id": profile_id("salesperson"), "team_id": teams[pk], "manager_id": None}) for pk in USERS),
    )
    stage.sync(a, *others)


def given(stage: Stage, thing: str, to: Device, team: str) -> tuple[str, str, Row]:
    """Return the change that gives a record to somebody of a team."""
    return stage.people.cast.thing, thing, {"responsible_id": to.user, "team_id": team}


def own_thing(stage: Stage, a: Device) -> str:
    """Let somebody make a record that he alone sees beside the admin."""
    thing = stage.new_thing(a, is_shared=False)
    stage.sync(a, admin_of(stage))
    return thing


def _holds(stage: Stage, device: Device, thing: str) -> bool:
    return device.replica.get(stage.people.cast.thing, thing) is not None


def _is_refused(stage: Stage, tx: str) -> bool:
    return Evidence(stage.organisation, Memory()).verdicts.get(tx) == "rejected"


def given_away_under_an_edit(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """A record goes to somebody else while its owner's edit waits, and leaves before that could be sent (trap 15)."""
    apart(stage, a, b, c)
    thing = own_thing(stage, a)
    tx = stage.retitle(a, thing)
    changed(stage, given(stage, thing, b, THERE))
    stage.cut(a, "push")
    stage.sync(a, b)
    if not _is_refused(stage, tx):
        raise Broken(f"trap 15: {tx} of {a.name} was not refused, though the record was somebody else's")
    if not _holds(stage, b, thing):
        raise Broken(f"I2 {b.name} was given {thing}, and does not hold it")


def given_away_with_an_edit_behind_it(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """What somebody saves on a record that he gave away himself, before anybody took that in, is his right still (12.6)."""
    apart(stage, a, b, c)
    thing = own_thing(stage, a)
    with stage.people.save(a, "give", is_atomic=False) as save:
        save.update(*given(stage, thing, b, THERE))
    tx = stage.retitle(a, thing)
    child = stage.child(a, thing)
    stage.sync(a, b)
    for one in (tx, child):
        if _is_refused(stage, one):
            raise Broken(f"12.6: {one} of {a.name} was refused, though it stood on his own giving away")


def profile_taken_and_given_back(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """Without any change of a record, all but his own leaves somebody, and is there again (12.11)."""
    apart(stage, a, b, c)
    thing = own_thing(stage, b)
    stage.child(b, thing)
    stage.sync(b)
    changed(stage, given(stage, thing, b, THERE))
    stage.sync(b, c)
    changed(stage, ("user", c.user, {"profile_id": profile_id("guest"), "team_id": None}))
    stage.sync(c)
    if _holds(stage, c, thing):
        raise Broken(f"I3 {c.name} still holds {thing}")
    changed(stage, ("user", c.user, {"profile_id": profile_id("salesperson"), "team_id": THERE}))
    stage.sync(c)
    if not _holds(stage, c, thing):
        raise Broken(f"I2 {c.name} may see {thing} again, and does not hold it")


def refused_and_sent_again(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """What somebody took away while he might not change it is gone once he may, and sends that save again (6.4)."""
    apart(stage, a, b, c)
    thing = stage.new_thing(a, is_shared=False, labels=["x"])
    stage.sync(a)
    tx = stage.edit(a, thing, labels=[])
    changed(stage, ("user", a.user, {"profile_id": profile_id("guest")}))
    stage.sync(a)
    if not _is_refused(stage, tx):
        raise Broken(f"trap 15: {tx} of {a.name} was not refused, though a guest changes nothing")
    changed(stage, ("user", a.user, {"profile_id": profile_id("salesperson")}))
    stage.sync(a)
    a.replica.retry_draft(tx)
    stage.sync(a, admin_of(stage))


def fields_closed_and_opened(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """Confidential fields, and records made of them, leave somebody who keeps the rest (12.5)."""
    apart(stage, a, b, c)
    thing = own_thing(stage, a)
    changed(stage, ("user", a.user, {"profile_id": profile_id("office")}))
    stage.sync(a)
    with stage.people.save(a, "price", is_atomic=False) as save:
        save.update(stage.people.cast.thing, thing, {"price_segment_id": SEGMENT})
        save.insert("bank_account", {stage.people.cast.part_of: thing, "iban": IBAN})
    stage.sync(a)
    for key in ("guest", "office"):
        changed(stage, ("user", a.user, {"profile_id": profile_id(key)}))
        stage.sync(a)
        row = a.replica.get(stage.people.cast.thing, thing)
        if row is not None and (row["price_segment_id"] is None) is not (key == "guest"):
            raise Broken(f"I3 {a.name} as {key} sees the price segment {row['price_segment_id']}")


def fields_closed_over_an_own_value(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """A confidential field is closed to its author while his value is on its way back: it is empty on his screen, and not gone back."""
    apart(stage, a, b, c)
    thing = own_thing(stage, a)
    changed(stage, ("user", a.user, {"profile_id": profile_id("office")}))
    stage.sync(a)
    with stage.people.save(a, "price", is_atomic=False) as save:
        save.update(stage.people.cast.thing, thing, {"price_segment_id": SEGMENT})
    stage.cut(a, "pull")
    changed(stage, ("user", a.user, {"profile_id": profile_id("guest")}))
    stage.sync(a)


def share_that_ends(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """A record that was shared to be changed is edited in time, and sent too late: by the centre's clock it is over (12.4)."""
    apart(stage, a, b, c)
    thing = own_thing(stage, a)
    ends_at = stage.organisation.clock.now_ms * 1000 + HOUR_US
    with stage.people.save(a, "share", is_atomic=False) as save:
        save.insert(
            "record_share",
            {
                "record_type": stage.people.cast.thing,
                "record_id": thing,
                "user_id": b.user,
                "level": "change",
                "ends_at": ends_at,
            },
        )
    stage.sync(a, b)
    stage.retitle(b, thing)
    stage.sync(b)
    stage.retitle(b, thing)
    stage.organisation.clock.now_ms += 2 * HOUR_MS
    stage.cut(b, "push")
    stage.sync(b, a)


def moved_between_two_pages(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """While somebody reads a long pull page by page, a record that was sent leaves him, and another one comes."""
    apart(stage, a, b, c)
    theirs, mine = own_thing(stage, a), stage.new_thing(b, is_shared=False)
    for _ in range(4):
        stage.child(b, mine)
    stage.sync(b)
    changed(stage, given(stage, mine, b, THERE))

    def moved() -> None:
        changed(stage, given(stage, mine, a, HERE), given(stage, theirs, c, THERE))

    c.network.page_rows, c.network.during["page"] = 2, moved
    try:
        stage.sync(c)
    finally:
        c.network.page_rows = None
        c.network.during.pop("page", None)
    stage.sync(c)


def asked_about_what_has_left(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """With a record go the cards about it, and what its person typed waits under "needs attention" (7.10)."""
    apart(stage, a, b, c)
    thing = own_thing(stage, a)
    admin = admin_of(stage)
    stage.retitle(a, thing)
    stage.retitle(admin, thing)
    stage.sync(admin, a, admin)
    changed(stage, given(stage, thing, b, THERE))
    stage.sync(a, b)
    if stage.card_of(a, thing) is not None:
        raise Broken(f"I3 {a.name} still shows a card about {thing}")


OF_RIGHTS = (
    fields_closed_and_opened, fields_closed_over_an_own_value, given_away_under_an_edit, given_away_with_an_edit_behind_it, profile_taken_and_given_back,
    refused_and_sent_again, share_that_ends, moved_between_two_pages, asked_about_what_has_left,
)  # fmt: skip
