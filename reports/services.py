"""Writes about the whole programme: asking for its report, inviting its team, its API tokens."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import ensure_user
from core.errors import BusinessError
from core.formats import format_date
from documents.models import Document
from documents.services import request_document
from notifications.services import send_message
from programme import services as programme_services
from programme.enums import STAFF, Role
from programme.links import programme_url
from programme.models import ApiToken, Programme, RoleGrant
from reports.contexts import PROGRESS_REPORT
from reports.periods import Period
from reports.selectors.progress import progress_context


def request_progress_report(
    *,
    actor: User | None,
    programme: Programme,
    period: Period,
    narratives: Mapping[int, str] | None = None,
    introduction: str = "",
    is_final: bool = False,
    for_funders: bool = True,
    key: str | None = None,
) -> Document:
    """Ask for the progress report of a period: figures are frozen now, a worker lays the pages out.

    ``narratives`` maps an axis number to the director's words; ``key`` is the form's own token, so that a
    double click gives the same report. Raises ``BusinessError`` for a period outside the agreement.
    Side effects: one document, one job, one audit event.
    """
    check_period(programme, period)
    context = progress_context(programme, period, narratives=narratives, introduction=introduction)
    return request_document(
        kind=PROGRESS_REPORT,
        programme=programme,
        actor=actor,
        title=_("Rapport d’avancement, %(period)s") % {"period": period.label},
        context=context,
        for_funders=for_funders,
        is_final=is_final,
        key=key,
    )


def check_period(programme: Programme, period: Period) -> None:
    """Refuse, with a ``BusinessError``, a period reversed, not begun, or outside the agreement."""
    if period.end < period.start:
        raise BusinessError(_("La fin de la période précède son début."), field="end", code="period-reversed")
    if period.start > timezone.localdate():
        raise BusinessError(_("Cette période n’a pas commencé."), field="start", code="period-future")
    if period.within(programme.starts_on, programme.ends_on) is None:
        raise BusinessError(
            _("Cette période est en dehors de la convention, qui va du %(start)s au %(end)s.")
            % {"start": format_date(programme.starts_on), "end": format_date(programme.ends_on)},
            field="start",
            code="period-outside",
        )


@transaction.atomic
def invite_staff(
    *, actor: User | None, programme: Programme, email: str, first_name: str, last_name: str, role: Role
) -> User:
    """Give a person a role of the team and send her a link; inviting her twice sends one message.

    Raises ``BusinessError`` for a role that needs more than an invitation. Side effects: a user if she was
    unknown, a role, one message, one audit event.
    """
    if role not in STAFF:
        raise BusinessError(
            _("Ce rôle se donne depuis la fiche de l’entreprise, du financeur ou de l’organisme."),
            field="role",
        )
    user = ensure_user(email=email, first_name=first_name, last_name=last_name)
    known = RoleGrant.objects.filter(user=user, programme=programme, role=role).exists()
    programme_services.grant_role(actor=actor, user=user, programme=programme, role=role)
    if not known:
        send_message(
            template="staff_invitation",
            recipient=user,
            programme=programme,
            context={"role": str(role.label), "inviter": actor.full_name if actor else ""},
            link_path=programme_url(programme, "programme:home"),
        )
    return user


@transaction.atomic
def withdraw_role(*, actor: User, programme: Programme, grant: RoleGrant) -> int:
    """Take a role of the team back; how many API keys were closed with it.

    Raises ``BusinessError`` when nobody would direct the programme.
    """
    # The programme's row is the lock: two directors who withdraw one another leave one.
    Programme.objects.select_for_update().get(pk=programme.pk)
    if grant.role == Role.DIRECTOR:
        others = RoleGrant.objects.filter(programme=programme, role=Role.DIRECTOR).exclude(pk=grant.pk)
        if not others.exists():
            raise BusinessError(
                _("Un programme garde au moins une personne à sa direction. Nommez-en une autre d’abord."),
                code="last-director",
            )
    return programme_services.revoke_role(
        actor=actor, user=grant.user, programme=programme, role=Role(grant.role)
    )


@transaction.atomic
def issue_token(
    *, actor: User, programme: Programme, name: str, role: Role, can_write: bool = False
) -> tuple[ApiToken, str]:
    """Make an API token; its secret is returned once. Raises ``BusinessError`` when the name is in use."""
    if ApiToken.objects.filter(programme=programme, name=name, revoked_at__isnull=True).exists():
        raise BusinessError(
            _("Un jeton actif porte déjà ce nom. Révoquez-le ou choisissez un autre nom."),
            field="name",
            code="token-name",
        )
    return programme_services.issue_api_token(
        actor=actor, programme=programme, user=actor, role=role, name=name, can_write=can_write
    )
