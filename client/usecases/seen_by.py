"""What another person sees of the records that are here, and by which rule: the answer to "why does he not see it" (rows 32-35)."""

from client.replica.replica import Replica
from client.replica.rights import Known
from client.replica.subjects import subjects
from client.usecases.access import rule_words
from client.usecases.allowed import allowed
from client.usecases.people import check_admin
from client.usecases.record_answers import Access
from client.usecases.rights_answers import SeenPage, SeenRow
from client.usecases.shown import Names
from shared_models.rights import Subject, decide

PAGE_ROWS = 50


def seen_by(replica: Replica, pk: str, entity: str, after: str | None) -> SeenPage | None:
    """Return a page of what a person sees of one kind, by title; None where this device does not know all the rules.

    Nothing is changed, and nothing is asked of the centre: it is `rights.decide` for each record that is here.
    """
    check_admin(replica)
    known = allowed(replica).known
    if known is None:
        return None
    with replica.reading() as reader:
        found = list(subjects(reader, replica.registry.get(entity)))
    seen = _seen(known, pk, found)
    start = int(after or 0)
    page = seen[start : start + PAGE_ROWS]
    titles, names = replica.titles(entity, [one.pk for one in page]), Names(replica)
    rows = tuple(_row(replica, names, known, pk, one, titles.get(one.pk, "")) for one in page)
    following = str(start + PAGE_ROWS) if len(seen) > start + PAGE_ROWS else None
    return SeenPage(rows, len(seen), len(found), following)


def _seen(known: Known, person: str, subjects: list[Subject]) -> list[Subject]:
    """Return those that a person sees.

    Of records that are not shared with him, whose it is and which team's decides alone: so 50,000 of them take a moment.
    """
    shared, known_of = known.rules.standing(person).shares, dict[tuple[str | None, str | None, str], bool]()
    found = []
    for one in subjects:
        key = one.owner, one.team, one.pk if (one.entity, one.pk) in shared else ""
        if key not in known_of:
            known_of[key] = decide(known.rules, person, one, "see", known.at).allowed
        if known_of[key]:
            found.append(one)
    return found


def _row(replica: Replica, names: Names, known: Known, person: str, subject: Subject, title: str) -> SeenRow:
    why = decide(known.rules, person, subject, "see", known.at).why
    return SeenRow(subject.pk, title, Access("see", True, why.key, rule_words(replica, names, why)))
