"""Which participations a caller may open. What she may not see does not exist for her."""

from collections.abc import MutableMapping
from typing import Any

from companies.models import Participation, ParticipationQuerySet
from core.errors import NotVisible
from programme.access import Access
from programme.models import Programme

Session = MutableMapping[str, Any]


def session_key(access: Access) -> str:
    """Where a session keeps the company chosen by somebody who acts for several."""
    return f"participation:{access.programme.pk}"


def my_participations(access: Access) -> ParticipationQuerySet:
    """Participations the caller acts for as a company, by name; none for others."""
    rows: ParticipationQuerySet = Participation.objects.for_programme(access.programme)
    if access.user is None:
        return rows.none()
    return rows.filter(memberships__user=access.user).select_related(
        "establishment__company", "establishment__commune", "advisor"
    )


def my_participation(access: Access, session: Session) -> Participation:
    """The participation the caller acts for: the one chosen in this session, else the first by name.

    Raises ``NotVisible`` when she acts for none.
    """
    rows: list[Participation] = list(my_participations(access))
    chosen = session.get(session_key(access))
    for participation in rows:
        if participation.pk == chosen:
            return participation
    if not rows:
        raise NotVisible
    return rows[0]


def participation_for(access: Access, pk: int) -> Participation:
    """One participation with its identity and advisor. Raises ``NotVisible`` unless the caller may see it."""
    rows = Participation.objects.visible_to(access).select_related(
        "establishment__company__activity",
        "establishment__activity",
        "establishment__commune__epci",
        "establishment__commune__department",
        "advisor",
        "group",
    )
    participation: Participation | None = rows.filter(pk=pk).first()
    if participation is None:
        raise NotVisible
    return participation


def find_participation(programme: Programme, siret: str) -> Participation | None:
    """The participation of an establishment in one programme, if it has one."""
    rows = Participation.objects.for_programme(programme).filter(establishment__siret=siret)
    found: Participation | None = rows.select_related("establishment__company", "advisor").first()
    return found
