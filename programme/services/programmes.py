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


def touch_programme(programme: Programme) -> None:
    """Date the programme's last change now: what was computed from its agreement or axes is stale."""
    Programme.objects.filter(pk=programme.pk).update(updated_at=timezone.now())


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
def revoke_role(*, actor: User | None, user: User, programme: Programme, role: Role) -> int:
    """Take a role back; taking it twice changes nothing. Returns how many API keys were closed with it.

    Whoever no longer directs a programme, or holds nothing there any more, keeps no key to its API.
    """
    removed, _rows = RoleGrant.objects.filter(user=user, programme=programme, role=role).delete()
    if not removed:
        return 0
    audit.record(
        actor=actor,
        verb="role.revoked",
        obj=user,
        programme_id=programme.pk,
        changes={"role": [role.value, None]},
    )
    if role != Role.DIRECTOR and RoleGrant.objects.filter(user=user, programme=programme).exists():
        return 0
    keys = list(ApiToken.objects.filter(user=user, programme=programme, revoked_at__isnull=True))
    for key in keys:
        revoke_api_token(actor=actor, token=key)
    return len(keys)


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
    *,
    actor: User | None,
    programme: Programme,
    user: User,
    role: Role,
    name: str,
    can_write: bool = False,
) -> tuple[ApiToken, str]:
    """Make an API key bound to one programme and role; its secret is returned once and never kept.

    It reads only, unless ``can_write``.
    """
    secret = secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        programme=programme,
        user=user,
        role=role,
        name=name,
        can_write=can_write,
        prefix=secret[:8],
        token_hash=hashlib.sha256(secret.encode()).hexdigest(),
    )
    audit.record(
        actor=actor,
        verb="api_token.issued",
        obj=token,
        programme_id=programme.pk,
        changes={"role": role.value, "can_write": can_write},
    )
    return token, secret


@transaction.atomic
def revoke_api_token(*, actor: User | None, token: ApiToken) -> None:
    """Close an API key; closing it twice changes nothing."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now()):
        audit.record(actor=actor, verb="api_token.revoked", obj=token, programme_id=token.programme_id)


@transaction.atomic
def set_axes(*, actor: User | None, programme: Programme, axes: Mapping[int, tuple[str, str]]) -> None:
    """Add or rename axes (number → name, purpose); those not named stay as they are."""
    known = {axis.number: axis for axis in programme.axes.all()}
    changes: dict[str, Any] = {}
    for number, (name, purpose) in axes.items():
        axis = known.get(number) or Axis(programme=programme, number=number)
        before = [axis.name, axis.purpose]
        if axis.pk is not None and before == [name, purpose]:
            continue
        axis.name, axis.purpose = name, purpose
        axis.full_clean()
        axis.save()
        changes[str(number)] = [before[0], name]
    if changes:
        touch_programme(programme)
        audit.record(actor=actor, verb="axes.set", obj=programme, programme_id=programme.pk, changes=changes)
