"""Which participations a caller may open. What she may not see does not exist for her."""

from collections.abc import MutableMapping
from typing import Any

from companies.models import CompanyMerge, Participation, ParticipationQuerySet
from core.errors import NotVisible
from programme.access import Access
from programme.models import Programme

Session = MutableMapping[str, Any]


def session_key(access: Access) -> str:
    """Where a session keeps the company chosen by somebody who acts for several."""
    return f"participation:{access.programme.pk}"


def shown_key(programme: Programme) -> str:
    """Where a session keeps what the shell says of the company on screen."""
    return f"company-shown:{programme.pk}"


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
    if not rows:
        raise NotVisible
    chosen = session.get(session_key(access))
    shown = next((row for row in rows if row.pk == chosen), rows[0])
    # The shell names the company, and offers the others, on the pages of every app without a query.
    facts = {"name": shown.name, "several": len(rows) > 1}
    if session.get(shown_key(access.programme)) != facts:
        session[shown_key(access.programme)] = facts
    return shown


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
    """The participation of an establishment in one programme, if it has one.

    A SIRET whose record was merged leads to the record that was kept.
    """
    rows = Participation.objects.for_programme(programme).select_related("establishment__company", "advisor")
    found: Participation | None = rows.filter(establishment__siret=siret).first()
    if found is not None:
        return found
    merge = CompanyMerge.objects.for_programme(programme).filter(siret=siret).first()
    return rows.filter(pk=merge.kept_id).first() if merge else None


def merged_into(access: Access, pk: int) -> Participation | None:
    """The record that another one, now gone, was merged into, when the caller may see it."""
    merge = CompanyMerge.objects.for_programme(access.programme).filter(merged_pk=pk).first()
    if merge is None:
        return None
    kept: Participation | None = Participation.objects.visible_to(access).filter(pk=merge.kept_id).first()
    return kept
