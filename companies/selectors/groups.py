"""Groups of linked companies."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from companies.enums import GroupRole, Stage
from companies.identifiers import format_siret
from companies.models import CompanyGroup, Participation
from companies.selectors.lists import stage_tone
from core.errors import NotVisible
from programme.access import Access
from programme.links import programme_url


@dataclass(frozen=True)
class Member:
    """A company of a group."""

    pk: int
    name: str
    url: str
    siret: str
    city: str
    role: str
    role_label: str
    stage: str
    tone: str


def groups_of(access: Access) -> "QuerySet[Any]":
    """Groups of the programme, with how many companies each has."""
    rows: QuerySet[Any] = CompanyGroup.objects.for_programme(access.programme)
    counted: QuerySet[Any] = rows.annotate(members=Count("participations")).order_by("name", "pk")
    return counted


def group_for(access: Access, pk: int) -> CompanyGroup:
    """One group of the caller's programme. Raises ``NotVisible``."""
    group: CompanyGroup | None = CompanyGroup.objects.for_programme(access.programme).filter(pk=pk).first()
    if group is None:
        raise NotVisible
    return group


def members_of(access: Access, group: CompanyGroup) -> list[Member]:
    """Companies of a group, the head first (one query)."""
    rows = group.participations.select_related("establishment").order_by("name_key", "pk")
    members = [_member(access, row) for row in rows]
    return sorted(members, key=lambda member: member.role != GroupRole.HEAD)


def _member(access: Access, row: Participation) -> Member:
    return Member(
        pk=row.pk,
        name=row.name,
        url=programme_url(access.programme, "companies:detail", pk=row.pk),
        siret=format_siret(row.establishment.siret),
        city=row.city,
        role=row.group_role,
        role_label=str(GroupRole(row.group_role).label) if row.group_role else "",
        stage=str(Stage(row.stage).label),
        tone=stage_tone(row.stage),
    )


def likely_members(access: Access, group: CompanyGroup) -> list[Participation]:
    """Other establishments of the group's companies that nobody linked yet."""
    companies = group.participations.order_by().values("establishment__company_id")
    rows = Participation.objects.for_programme(access.programme).filter(
        establishment__company_id__in=companies
    )
    return list(rows.exclude(group=group).order_by("name_key", "pk")[:10])
