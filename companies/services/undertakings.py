"""The lock that every move on linked companies takes: what one is given counts for all of them."""

from collections.abc import Collection

from django.db import transaction

from companies.models import Participation
from companies.selectors.undertakings import undertakings
from programme.models import Programme


def lock_undertaking(programme: Programme, ids: Collection[int]) -> frozenset[int]:
    """Lock the participations that count together with the given ones, and return them.

    Whoever links companies and whoever grants an aid to one of them wait for each other. A link made while
    this waited brings more companies: the locks are given back and taken again, all of them and in order,
    so that no two callers hold what the other waits for. Call it in a transaction, before any decision.
    """
    members = _linked(programme, ids)
    while True:
        point = transaction.savepoint()
        rows = Participation.objects.filter(pk__in=members).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
        now = _linked(programme, ids)
        if now <= members:
            transaction.savepoint_commit(point)
            return now
        # Going back to the point gives back the locks taken since.
        transaction.savepoint_rollback(point)
        members |= now


def _linked(programme: Programme, ids: Collection[int]) -> frozenset[int]:
    return frozenset().union(*undertakings(programme, ids).values())
