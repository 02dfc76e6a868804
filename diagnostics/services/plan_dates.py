"""What surrounds a plan: the next diagnostic, a pause of reminders, the plan as a document."""

import hashlib
import json
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies.enums import EventKind
from companies.models import Participation
from companies.services import record_event
from core import audit
from core.errors import BusinessError
from core.formats import format_date
from diagnostics.models import ActionPlan, CompanyPause
from diagnostics.selectors.plan_document import plan_context
from diagnostics.services.plan import may_own
from documents.models import Document
from documents.services import request_document
from documents.snapshots import freeze
from programme.links import programme_url


@transaction.atomic
def plan_assessment(
    *, actor: User | None, plan: ActionPlan, on: date | None, leader: User | None
) -> ActionPlan:
    """Say when the next diagnostic is planned and who is told; without a date, none is.

    Raises ``BusinessError`` for a day past or a person outside the company. Side effects: a line on the
    timeline when the date changes, one audit event.
    """
    before = ActionPlan.objects.select_for_update().get(pk=plan.pk)
    if (before.next_assessment_on, before.leader_id) == (on, leader.pk if leader else None):
        return plan
    if on is not None and on != before.next_assessment_on and on <= timezone.localdate():
        raise BusinessError(
            _("Choisissez un jour à venir."), field="next_assessment_on", code="assessment-past"
        )
    if leader is not None and not may_own(leader, plan.participation):
        raise BusinessError(
            _("Cette personne n’a pas d’accès à l’espace de l’entreprise."),
            field="leader",
            code="owner-outside",
        )
    plan.next_assessment_on, plan.leader = on, leader
    plan.save(update_fields=["next_assessment_on", "leader", "updated_at"])
    if on is not None and on != before.next_assessment_on:
        record_event(
            participation=plan.participation,
            kind=EventKind.PLAN,
            title=_("Prochain diagnostic prévu le %(day)s") % {"day": format_date(on)},
            url=programme_url(plan.programme, "diagnostics:plan_detail", pk=plan.pk),
            actor=actor,
            visible_to_company=True,
        )
    audit.record(
        actor=actor,
        verb="plan.assessment_planned",
        obj=plan,
        programme_id=plan.programme_id,
        changes={"on": on.isoformat() if on else None, "leader": leader.full_name if leader else None},
    )
    return plan


@transaction.atomic
def pause_company(
    *, actor: User | None, participation: Participation, ends_on: date | None = None, reason: str = ""
) -> CompanyPause:
    """Send a company no reminder from today on; a pause in force is prolonged or shortened.

    Raises ``BusinessError`` when the end is past. Side effects: timeline, audit.
    """
    today = timezone.localdate()
    if ends_on is not None and ends_on < today:
        raise BusinessError(_("La fin de la pause est déjà passée."), field="ends_on", code="pause-past")
    pause = CompanyPause.objects.filter(participation=participation, lifted_at__isnull=True).first()
    if pause is not None and (pause.ends_on, pause.reason) == (ends_on, reason):
        return pause
    if pause is None:
        pause = CompanyPause(participation=participation, starts_on=today)
    elif pause.ends_on is not None and pause.ends_on < today:
        pause.starts_on = today
    pause.ends_on, pause.reason, pause.actor = ends_on, reason, actor
    try:
        with transaction.atomic():
            pause.save()
    except IntegrityError:
        return CompanyPause.objects.get(participation=participation, lifted_at__isnull=True)
    _tell(actor, participation, _until(ends_on), reason)
    audit.record(
        actor=actor,
        verb="company.paused",
        obj=participation,
        programme_id=participation.programme_id,
        changes={"until": ends_on.isoformat() if ends_on else None},
        comment=reason,
    )
    return pause


def _until(ends_on: date | None) -> str:
    if ends_on is None:
        return _("Rappels en pause")
    return _("Rappels en pause jusqu’au %(day)s") % {"day": format_date(ends_on)}


@transaction.atomic
def resume_company(*, actor: User | None, participation: Participation) -> bool:
    """End a company's pause; false when there was none. Side effects: timeline, audit."""
    ended = CompanyPause.objects.filter(participation=participation, lifted_at__isnull=True).update(
        lifted_at=timezone.now()
    )
    if ended:
        _tell(actor, participation, _("Rappels repris"), "")
        audit.record(
            actor=actor,
            verb="company.resumed",
            obj=participation,
            programme_id=participation.programme_id,
        )
    return bool(ended)


def _tell(actor: User | None, participation: Participation, title: str, text: str) -> None:
    record_event(
        participation=participation,
        kind=EventKind.PLAN,
        title=title,
        text=text,
        actor=actor,
        visible_to_company=True,
    )


def request_plan_document(*, actor: User | None, plan: ActionPlan) -> Document:
    """Ask for the plan as a PDF; as long as nothing changed, asking again gives the same document.

    Side effects: those of ``documents.services.request_document``.
    """
    context = plan_context(plan, timezone.localdate())
    frozen = json.dumps(freeze(context), sort_keys=True, default=str)
    return request_document(
        kind="action-plan",
        programme=plan.programme,
        actor=actor,
        title=_("Plan d’actions – %(company)s") % {"company": plan.participation.name},
        context=context,
        subject=plan,
        is_final=True,
        key=f"plan-{plan.pk}-{hashlib.sha256(frozen.encode()).hexdigest()[:24]}",
    )
