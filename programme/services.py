"""Writes about programmes: creation, roles, targets, API tokens."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core import audit
from programme.enums import Role
from programme.models import ApiToken, Axis, Programme, Region, RoleGrant, Target


@transaction.atomic
def create_programme(
    *,
    actor: User | None,
    slug: str,
    name: str,
    short_name: str,
    region: Region,
    starts_on: date,
    ends_on: date,
    total_cents: int,
    axes: Sequence[tuple[str, str]],
    source: str = "",
    is_demonstration: bool = False,
) -> Programme:
    """Open a programme with its axes (name, purpose), in their order.

    Raises ``ValidationError`` for a reserved or taken address or reversed dates.
    """
    programme = Programme(
        slug=slug,
        name=name,
        short_name=short_name,
        region=region,
        starts_on=starts_on,
        ends_on=ends_on,
        total_cents=total_cents,
        source=source,
        is_demonstration=is_demonstration,
    )
    programme.full_clean()
    programme.save()
    Axis.objects.bulk_create(
        Axis(programme=programme, number=number, name=axis_name, purpose=purpose)
        for number, (axis_name, purpose) in enumerate(axes, start=1)
    )
    audit.record(actor=actor, verb="programme.created", obj=programme, programme_id=programme.pk)
    return programme


@transaction.atomic
def grant_role(*, actor: User | None, user: User, programme: Programme, role: Role) -> RoleGrant:
    """Give a person a role in a programme; giving it twice changes nothing."""
    grant, created = RoleGrant.objects.get_or_create(user=user, programme=programme, role=role)
    if created:
        audit.record(
            actor=actor,
            verb="role.granted",
            obj=user,
            programme_id=programme.pk,
            changes={"role": [None, role.value]},
        )
    return grant


@transaction.atomic
def revoke_role(*, actor: User | None, user: User, programme: Programme, role: Role) -> None:
    """Take a role back; taking it twice changes nothing."""
    removed, _rows = RoleGrant.objects.filter(user=user, programme=programme, role=role).delete()
    if removed:
        audit.record(
            actor=actor,
            verb="role.revoked",
            obj=user,
            programme_id=programme.pk,
            changes={"role": [role.value, None]},
        )


@transaction.atomic
def set_targets(
    *, actor: User | None, programme: Programme, values: Mapping[str, int], source: str = ""
) -> None:
    """Replace the targets of some indicators (code → value)."""
    before = dict(programme.targets.values_list("indicator", "value"))
    for indicator, value in values.items():
        Target.objects.update_or_create(
            programme=programme, indicator=indicator, defaults={"value": value, "source": source}
        )
    changes: dict[str, Any] = {
        code: [before.get(code), value] for code, value in values.items() if before.get(code) != value
    }
    if changes:
        audit.record(
            actor=actor, verb="targets.set", obj=programme, programme_id=programme.pk, changes=changes
        )


@transaction.atomic
def issue_api_token(
    *, actor: User | None, programme: Programme, user: User, role: Role, name: str
) -> tuple[ApiToken, str]:
    """Make an API key bound to one programme and role; its secret is returned once and never kept."""
    secret = secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        programme=programme,
        user=user,
        role=role,
        name=name,
        prefix=secret[:8],
        token_hash=hashlib.sha256(secret.encode()).hexdigest(),
    )
    audit.record(actor=actor, verb="api_token.issued", obj=token, programme_id=programme.pk)
    return token, secret


@transaction.atomic
def revoke_api_token(*, actor: User | None, token: ApiToken) -> None:
    """Close an API key; closing it twice changes nothing."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now()):
        audit.record(actor=actor, verb="api_token.revoked", obj=token, programme_id=token.programme_id)
