"""What the programme itself holds about a person: her roles, her keys to the API, her traces in the trail."""

from django.db.models import Q

from accounts.models import User
from core.formats import format_date
from core.i18n import gettext_lazy as _
from core.models import AuditEvent
from core.persons import Erasure, PersonRecord, PersonScope
from core.registries import PersonDataSource, person_data
from programme.enums import Role
from programme.models import ApiToken, RoleGrant
from programme.services import revoke_role


def _events(scope: PersonScope, user: User) -> Q:
    mine = Q(actor=user) | Q(object_type="accounts.user", object_id=str(user.pk))
    return mine & Q(programme_id=scope.programme.pk) if scope.programme is not None else mine


def _collect(scope: PersonScope) -> list[PersonRecord]:
    user = User.objects.filter(email__iexact=scope.email).first()
    if user is None or (scope.programme is not None and not scope.belongs_here):
        return []
    records = [
        PersonRecord(
            str(_("Rôle dans le programme")),
            {
                str(_("programme")): grant.programme.name,
                str(_("rôle")): str(Role(grant.role).label),
                str(_("depuis")): grant.created_at,
            },
        )
        for grant in scope.within(RoleGrant.objects.filter(user=user)).select_related("programme")
    ]
    records += [
        PersonRecord(
            str(_("Jeton d’API")),
            {str(_("nom")): token.name, str(_("créé")): token.created_at},
        )
        for token in scope.within(ApiToken.objects.filter(user=user))
    ]
    trail = AuditEvent.objects.filter(_events(scope, user)).order_by("at")
    if count := trail.count():
        first, last = trail.first(), trail.last()
        assert first is not None  # noqa: S101 -- there is at least one
        assert last is not None  # noqa: S101 -- same
        facts = {
            str(_("lignes")): count,
            str(_("de")): format_date(first.at),
            str(_("à")): format_date(last.at),
        }
        records.append(PersonRecord(str(_("Journal\u00a0: ce qui a été fait par elle ou sur elle")), facts))
    return records


def _erase(scope: PersonScope) -> Erasure:
    user = User.objects.filter(email__iexact=scope.email).first()
    if user is None:
        return Erasure()
    tokens, _rows = scope.within(ApiToken.objects.filter(user=user)).delete()
    grants = list(scope.within(RoleGrant.objects.filter(user=user)).select_related("programme"))
    for grant in grants:
        revoke_role(actor=None, user=user, programme=grant.programme, role=Role(grant.role))
    if scope.belongs_here:
        # The trail keeps who did what, under a number; her name leaves its labels.
        about = AuditEvent.objects.filter(_events(scope, user), object_type="accounts.user")
        about.filter(object_id=str(user.pk)).update(object_label=str(_("Compte d’une personne effacée")))
    notes: tuple[str, ...] = ()
    if grants:
        notes = (
            str(
                _(
                    "Le journal garde ce qui a été fait, par quelle porte et quand, sous un numéro\u00a0: "
                    "il ne se modifie pas. Le nom n’y figure plus."
                )
            ),
        )
    return Erasure(erased=tokens + len(grants), notes=notes)


person_data.register(
    "programme",
    PersonDataSource(
        label=_("Rôles et journal"),
        purpose=_("Dire qui peut faire quoi et qui a fait quoi (intérêt légitime)."),
        rank=80,
        collect=_collect,
        erase=_erase,
        keeps={
            f"programme.{table}": ""
            for table in ("region", "department", "arrondissement", "epci", "commune", "activity")
        },
    ),
)
