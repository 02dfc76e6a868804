"""Life of a diagnostic before its answers: opened, its respondent invited, cancelled."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies import services as companies
from companies.enums import EventKind, Stage
from companies.models import Contact, Participation
from core import audit
from core.errors import BusinessError
from diagnostics.conditions import what_is_shown
from diagnostics.definition import Definition
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import Diagnostic, Questionnaire, Respondent
from diagnostics.progress import progress_of
from diagnostics.selectors.questionnaires import definition_of, latest_version
from diagnostics.services.answers import OPEN
from notifications.services import send_message
from programme.links import programme_url

SAME_CLICK = timedelta(minutes=1)
"""A second invitation within this time is a double click, not a wish."""


def open_diagnostic(
    *,
    actor: User | None,
    participation: Participation,
    questionnaire: Questionnaire,
    contact: Contact | None = None,
    at: datetime | None = None,
) -> Diagnostic:
    """Open a diagnostic on the latest published version; the one already open is returned instead.

    ``contact`` will answer it, once invited. Raises ``BusinessError`` when nothing is published or the
    contact is another company's. Side effects: main respondent, timeline, audit, stage « diagnostic ».
    """
    try:
        with transaction.atomic():
            return _open(actor, participation, questionnaire, contact, at or timezone.now())
    except IntegrityError:
        # Two clicks at the same instant: the database kept one.
        kept: Diagnostic = Diagnostic.objects.get(
            participation=participation, questionnaire=questionnaire, status__in=OPEN
        )
        return kept


def _open(
    actor: User | None,
    participation: Participation,
    questionnaire: Questionnaire,
    contact: Contact | None,
    now: datetime,
) -> Diagnostic:
    existing: Diagnostic | None = Diagnostic.objects.filter(
        participation=participation, questionnaire=questionnaire, status__in=OPEN
    ).first()
    if existing is not None:
        return existing
    version = latest_version(questionnaire)
    if version is None:
        raise BusinessError(_("Ce questionnaire n’est pas encore publié."), code="not-published")
    _check_contact(participation, contact)
    definition = definition_of(version)
    diagnostic = Diagnostic(
        programme_id=participation.programme_id,
        participation=participation,
        questionnaire=questionnaire,
        version=version,
        opened_by=actor,
        opened_at=now,
        visible_count=progress_of(definition, {}, what_is_shown(definition, {})).total,
    )
    diagnostic.full_clean(validate_constraints=False)
    diagnostic.save()
    Respondent.objects.create(
        diagnostic=diagnostic,
        contact=contact,
        name=str(contact) if contact else _("Entreprise"),
        is_main=True,
    )
    _tell_opening(actor, diagnostic, definition)
    return diagnostic


def _tell_opening(actor: User | None, diagnostic: Diagnostic, definition: Definition) -> None:
    """Write the opening in the company's history, its stage and the audit trail."""
    participation, at = diagnostic.participation, diagnostic.opened_at
    companies.record_event(
        participation=participation,
        kind=EventKind.DIAGNOSTIC,
        title=_("Diagnostic ouvert\u00a0: %(title)s") % {"title": definition.title},
        url=programme_url(participation.programme, "diagnostics:detail", pk=diagnostic.pk),
        at=at,
        actor=actor,
    )
    companies.reach_stage(actor=actor, participation=participation, stage=Stage.DIAGNOSTIC, at=at)
    audit.record(
        actor=actor,
        verb="diagnostic.opened",
        obj=diagnostic,
        programme_id=participation.programme_id,
        changes={"version": diagnostic.version.number},
    )


def _check_contact(participation: Participation, contact: Contact | None) -> None:
    if contact is not None and contact.participation_id != participation.pk:
        raise BusinessError(
            _("Ce contact n’est pas de cette entreprise."), field="contact", code="other-company"
        )


@transaction.atomic
def invite_respondent(
    *, actor: User | None, diagnostic: Diagnostic, contact: Contact, at: datetime | None = None
) -> Respondent:
    """Invite a contact to answer, by an e-mail with a personal link; inviting again sends a fresh one.

    A double click sends nothing more. Raises ``BusinessError`` when the diagnostic is closed, the
    contact has no address or is another company's. Side effects: an account and the right to act for
    the company, one e-mail, audit.
    """
    now = at or timezone.now()
    _check_contact(diagnostic.participation, contact)
    status = Diagnostic.objects.select_for_update().values_list("status", flat=True).get(pk=diagnostic.pk)
    if status not in OPEN:
        raise BusinessError(_("Ce diagnostic n’attend plus de réponses."), code="not-open")
    respondent = Respondent.objects.get(diagnostic=diagnostic, is_main=True)
    if (
        respondent.contact_id == contact.pk
        and respondent.invited_at
        and now - respondent.invited_at < SAME_CLICK
    ):
        return respondent
    user = companies.open_access(actor=actor, contact=contact, is_manager=True).user
    respondent.user, respondent.contact, respondent.name = user, contact, str(contact)
    respondent.invited_at = now
    respondent.full_clean(validate_constraints=False)
    respondent.save()
    _write_to(user, actor, diagnostic, contact)
    audit.record(
        actor=actor,
        verb="diagnostic.invited",
        obj=diagnostic,
        programme_id=diagnostic.programme_id,
        changes={"contact": contact.pk},
    )
    return respondent


def _write_to(user: User, actor: User | None, diagnostic: Diagnostic, contact: Contact) -> None:
    """Send the invitation, with what it takes and whether it is begun."""
    definition, company = definition_of(diagnostic.version), diagnostic.participation
    send_message(
        template="diagnostic_invitation",
        recipient=user,
        programme=company.programme,
        participation_id=company.pk,
        context={
            "first_name": contact.first_name,
            "company": company.name,
            "title": definition.title,
            "minutes": definition.minutes,
            "sender": actor.full_name if actor else "",
            "started": diagnostic.answered_count > 0,
        },
        link_path=programme_url(company.programme, "diagnostics:space_diagnostic", pk=diagnostic.pk),
    )


@transaction.atomic
def cancel_diagnostic(*, actor: User | None, diagnostic: Diagnostic, reason: str) -> bool:
    """Cancel an open diagnostic: its answers are kept and no longer asked for.

    False when it was cancelled already. Raises ``BusinessError`` without a reason or once submitted.
    Side effects: timeline, audit.
    """
    if not reason.strip():
        raise BusinessError(_("Dites pourquoi ce diagnostic est annulé."), field="reason", code="no-reason")
    cancelled = Diagnostic.objects.filter(pk=diagnostic.pk, status__in=OPEN).update(
        status=DiagnosticStatus.CANCELLED
    )
    diagnostic.refresh_from_db(fields=["status"])
    if not cancelled:
        if diagnostic.status == DiagnosticStatus.CANCELLED:
            return False
        raise BusinessError(
            _("Ce diagnostic est remis\u00a0: il ne peut plus être annulé."), code="already-submitted"
        )
    companies.record_event(
        participation=diagnostic.participation,
        kind=EventKind.DIAGNOSTIC,
        title=_("Diagnostic annulé"),
        text=reason,
        actor=actor,
    )
    audit.record(
        actor=actor,
        verb="diagnostic.cancelled",
        obj=diagnostic,
        programme_id=diagnostic.programme_id,
        comment=reason,
    )
    return True
