"""Companies that count as one before the law: the same company, or companies of one group."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from django.db.models import Q

from companies.models import Participation
from programme.models import Programme


def undertakings(programme: Programme, ids: Collection[int]) -> dict[int, frozenset[int]]:
    """The participations that count together with each given one: same company, or same group.

    A company linked to a group by one of its establishments brings the others: the chain is followed to
    its end, in a few queries whatever the number of companies.
    """
    rows = Participation.objects.for_programme(programme)
    known: dict[int, tuple[int, int | None]] = {}
    found = Q(pk__in=ids)
    while True:
        fresh = {
            pk: (company, group)
            for pk, company, group in rows.filter(found)
            .exclude(pk__in=known)
            .values_list("pk", "establishment__company_id", "group_id")
        }
        if not fresh:
            break
        known |= fresh
        found = Q(establishment__company__in={company for company, _group in fresh.values()}) | Q(
            group__in={group for _company, group in fresh.values() if group}
        )
    return _gather(known, ids)


def _gather(known: Mapping[int, tuple[int, int | None]], ids: Collection[int]) -> dict[int, frozenset[int]]:
    by_company, by_group = defaultdict(set), defaultdict(set)
    for pk, (company, group) in known.items():
        by_company[company].add(pk)
        if group:
            by_group[group].add(pk)
    gathered: dict[int, frozenset[int]] = {}
    for pk in ids:
        if pk in gathered or pk not in known:
            continue
        members, waiting = set(), {pk}
        while waiting:
            members |= waiting
            waiting = {
                other
                for member in waiting
                for other in by_company[known[member][0]] | by_group.get(known[member][1] or 0, set())
            } - members
        gathered |= dict.fromkeys(members, frozenset(members))
    return gathered
