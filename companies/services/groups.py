"""Groups of linked companies: entered, named, left."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from companies.enums import GroupRole
from companies.models import CompanyGroup, Participation
from companies.services.undertakings import lock_undertaking
from companies.texts import tidy
from core import audit
from core.errors import BusinessError


@transaction.atomic
def set_group(*, actor: User | None, participation: Participation, name: str) -> CompanyGroup | None:
    """Link a company to others under a group's name, or unlink it with an empty name.

    Locks every company that counts with it before or after: what an aid granted at this instant adds up is
    either all of them or none of the newcomers. Twice changes nothing.
    """
    group = _locked_group(participation, name.strip()[:160])
    if participation.group_id == (group.pk if group else None):
        return group
    others = group.participations.values_list("pk", flat=True) if group else ()
    lock_undertaking(participation.programme, [participation.pk, *others])
    participation.refresh_from_db(fields=["group"])
    left = participation.group
    if participation.group_id == (group.pk if group else None):
        return group
    participation.group, participation.group_role = group, ""
    participation.save(update_fields=["group", "group_role", "updated_at"])
    if left is not None and not left.participations.exists():
        # A group is its companies: without any, its name would only be in the way.
        left.delete()
    audit.record(
        actor=actor,
        verb="participation.group_set",
        obj=participation,
        programme_id=participation.programme_id,
        changes={"group": name.strip()},
    )
    return group


def _locked_group(participation: Participation, name: str) -> CompanyGroup | None:
    """The group of a name, made if need be; it and the one that is left stay until this is written."""
    while name:
        group, _made = CompanyGroup.objects.get_or_create(programme_id=participation.programme_id, name=name)
        if participation.group_id == group.pk or group.pk in _lock_groups(participation.group_id, group.pk):
            return group
        # Its last company left it meanwhile, and it went with it.
    _lock_groups(participation.group_id)
    return None


def _lock_groups(*groups: int | None) -> list[int]:
    rows = CompanyGroup.objects.filter(pk__in=[pk for pk in groups if pk]).order_by("pk")
    return list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


@transaction.atomic
def set_group_role(*, actor: User | None, participation: Participation, role: GroupRole | None) -> None:
    """Say what a company is in its group. Raises ``BusinessError`` when it has none."""
    if participation.group_id is None:
        raise BusinessError(_("Cette entreprise n’est dans aucun groupe."), code="no-group")
    if participation.group_role == (role or ""):
        return
    participation.group_role = role or ""
    participation.save(update_fields=["group_role", "updated_at"])
    audit.record(
        actor=actor,
        verb="participation.group_role_set",
        obj=participation,
        programme_id=participation.programme_id,
        changes={"role": participation.group_role},
    )


@transaction.atomic
def rename_group(*, actor: User | None, group: CompanyGroup, name: str) -> None:
    """Give a group another name. Raises ``BusinessError`` when another group has it."""
    wanted = tidy(name)[:160]
    if not wanted or wanted == group.name:
        return
    if CompanyGroup.objects.for_programme(group.programme).filter(name=wanted).exists():
        raise BusinessError(_("Un autre groupe porte déjà ce nom."), field="name", code="group-name")
    before, group.name = group.name, wanted
    group.save(update_fields=["name"])
    audit.record(
        actor=actor,
        verb="group.renamed",
        obj=group,
        programme_id=group.programme_id,
        changes={"name": [before, wanted]},
    )
