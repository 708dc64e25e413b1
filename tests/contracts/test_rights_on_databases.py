"""The rights are read the same from every engine, anew for a new number and not otherwise."""

from shared_models.rights import Subject, decide
from sync_server.db import migrate, timeline
from sync_server.services.accounts import NewUser
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.shipped_profiles import profile_id, shipped_profiles
from tests.servers import PASSWORD, make_server


def rules_of(central):
    with central.store.read() as connection:
        now = timeline.read(connection, central.tables)
        return central.rulebook.at(connection, central.tables, central.registry, now, central.now_us())


def test_profiles_people_and_shares_are_rules_on_every_engine(central_url, tmp_path):
    migrate.upgrade(central_url)
    server = make_server(tmp_path, central_url)
    central = server.central
    with central.store.write() as connection:
        import_rows(connection, central, shipped_profiles(), ImportedBy("setup", "profiles"))
    ion = server.accounts.create_user(NewUser("Ion", "ion@example.ro", PASSWORD, profile_id=profile_id("salesperson")))
    rules, now = rules_of(central), central.now_us()
    assert rules_of(central) is rules
    assert decide(rules, ion, Subject("company", "c", ion), "change", now).allowed
    assert not decide(rules, ion, Subject("company", "c"), "see", now).allowed
    assert rules.standing(ion).groups == {"personal", "price"}
    shared = {"record_type": "company", "record_id": "c", "user_id": ion, "level": "see"}
    ends = [("s", now + 10**9), ("t", now - 1)]
    with central.store.write() as connection:
        rows = [("record_share", {**shared, "id": pk, "ends_at": at}) for pk, at in ends]
        import_rows(connection, central, rows, ImportedBy("setup", "shares"))
    later = rules_of(central)
    assert later is not rules
    assert decide(later, ion, Subject("company", "c"), "see", now).why.key == "why.share"
    assert [share.pk for share in later.standing(ion).shares["company", "c"]] == ["s"]
    server.central.store.close()
