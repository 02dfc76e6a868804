"""The team of a programme and its API tokens, for the settings page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext as _

from programme.enums import Role
from programme.models import ApiToken, Programme, RoleGrant


@dataclass(frozen=True)
class GrantRow:
    """A person and her role."""

    pk: int
    name: str
    email: str
    role: str
    since: datetime


@dataclass(frozen=True)
class RoleCount:
    """How many people hold a role."""

    label: str
    count: int


@dataclass(frozen=True)
class TokenRow:
    """A token, never its secret."""

    pk: int
    name: str
    prefix: str
    role: str
    owner: str
    created_at: datetime
    is_active: bool


def grant_rows(programme: Programme, roles: Iterable[Role]) -> list[GrantRow]:
    """Holders of some roles, by role then name."""
    order = {role.value: index for index, role in enumerate(Role)}
    grants = (
        RoleGrant.objects.filter(programme=programme, role__in=[role.value for role in roles])
        .select_related("user")
        .order_by("user__last_name", "user__first_name", "pk")
    )
    rows = sorted(grants, key=lambda grant: order[grant.role])
    return [
        GrantRow(
            pk=grant.pk,
            name=grant.user.full_name,
            email=grant.user.email,
            role=str(Role(grant.role).label),
            since=grant.created_at,
        )
        for grant in rows
    ]


def role_counts(programme: Programme, roles: Iterable[Role]) -> list[RoleCount]:
    """How many people hold each of some roles, zeros included."""
    counts = dict(
        RoleGrant.objects.filter(programme=programme)
        .order_by()
        .values_list("role")
        .annotate(number=Count("pk"))
    )
    return [RoleCount(str(role.label), counts.get(role.value, 0)) for role in roles]


def _rights(token: ApiToken) -> str:
    role = str(Role(token.role).label)
    return _("%(role)s, lecture et écriture") % {"role": role} if token.can_write else role


def token_rows(programme: Programme) -> list[TokenRow]:
    """Tokens of a programme, active ones first, latest first."""
    tokens = ApiToken.objects.filter(programme=programme).select_related("user")
    rows = sorted(tokens, key=lambda token: token.revoked_at is not None)
    return [
        TokenRow(
            pk=token.pk,
            name=token.name,
            prefix=token.prefix,
            role=_rights(token),
            owner=token.user.full_name,
            created_at=token.created_at,
            is_active=token.revoked_at is None,
        )
        for token in rows
    ]
