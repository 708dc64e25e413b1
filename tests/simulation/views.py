"""Nobody holds more than his rights let him see, nor less (I2, I3): told by `decide` from all central rows, whatever the views say."""

from shared_models.fields import columns, unit_of
from shared_models.rights import view
from tests.rights_model import Tables, expected, is_seen, rules_of
from tests.simulation.device import Device
from tests.simulation.evidence import Broken
from tests.simulation.knowledge import Place


def nothing_denied(device: Device, at: int) -> None:
    """I3: a device that is up to date holds no central record that its person may not see. at: before it pulled."""
    organisation = device.organisation
    facts = device.replica.facts()
    if not facts["complete"] or facts["replace"] or (facts["server_epoch"], facts["cursor"]) != organisation.now():
        return
    tables = organisation.tables()
    rules = rules_of(organisation.registry, tables)
    if rules.standing(device.user).is_free:
        return
    with device.replica.reading() as reader:
        for name in tables:
            held = [pk for (pk,) in reader.execute(f'SELECT id FROM "{name}" WHERE _v > 0 ORDER BY id')]
            for pk in held:
                row = tables[name].get(pk)
                if row is None or not is_seen(organisation.registry, rules, tables, device.user, name, row, at):
                    raise Broken(f"I3 {device.name} holds {name} {pk}, which {device.user} may not see: {row}")


def is_closed(device: Device, place: Place) -> bool:
    """Whether the values of a unit are kept from a device's person: what he holds of it is empty, his own ones too (12.5)."""
    organisation = device.organisation
    if not organisation.has_rights:
        return False
    kind, (_, _, unit) = organisation.registry.get(place[0]), place
    rules = rules_of(organisation.registry, organisation.tables())
    hidden = view(rules, device.user, organisation.central.now_us()).hidden
    return any(column.col.right_group in hidden for column in columns(kind) if unit_of(kind, column.name) == unit)


def of(device: Device) -> Tables:
    """Return what a device is to show at rest."""
    organisation = device.organisation
    tables = organisation.tables()
    if device.translation is not None:
        known = {name: rows for name, rows in tables.items() if device.translation.knows(name)}
        return {name: {pk: device.translation.as_shown(name, row) for pk, row in rows.items()} for name, rows in known.items()}
    if not organisation.has_rights:
        return tables
    return expected(organisation.registry, tables, device.user, organisation.central.now_us())
