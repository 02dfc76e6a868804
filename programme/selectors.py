"""Reads about programmes, callers, territory and activities."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from programme.access import Access
from programme.enums import Role
from programme.models import Activity, Programme, RoleGrant


def programme_by_slug(slug: str) -> Programme | None:
    """A programme with its region, or nothing."""
    return Programme.objects.select_related("region").filter(slug=slug).first()


def public_programmes() -> QuerySet[Programme]:
    """Programmes that anybody may see."""
    return Programme.objects.filter(is_public=True).select_related("region")


def caller_access(user: Any, programme: Programme) -> Access:
    """The caller's roles in a programme, in one query; none for signed-out people."""
    if not user.is_authenticated:
        return Access(user=None, programme=programme, roles=frozenset())
    roles = RoleGrant.objects.filter(user_id=user.pk, programme=programme).values_list("role", flat=True)
    return Access(user=user, programme=programme, roles=frozenset(Role(role) for role in roles))


def programmes_of(user: Any) -> QuerySet[Programme]:
    """Programmes where a person holds a role."""
    return Programme.objects.filter(role_grants__user=user).distinct()


def role_holders(programme: Programme, *roles: Role) -> QuerySet[User]:
    """People who hold one of the roles, by name."""
    return User.objects.filter(
        role_grants__programme=programme, role_grants__role__in=roles, is_active=True
    ).distinct()


def activity_labels(codes: set[str]) -> Mapping[str, str]:
    """Labels of some activity codes."""
    return dict(Activity.objects.filter(code__in=codes).values_list("code", "label"))
