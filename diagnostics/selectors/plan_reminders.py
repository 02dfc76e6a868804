"""What people are reminded of by diagnostics: actions, unfinished questionnaires, planned diagnostics."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import User
from companies.enums import Stage
from companies.models import Membership
from diagnostics.enums import OPEN_ACTIONS, DiagnosticStatus, FillingMode
from diagnostics.models import (
    ActionItem,
    ActionPlan,
    Answer,
    CompanyPause,
    Contributor,
    Diagnostic,
    Respondent,
)
from diagnostics.reminding import action_occasions, assessment_occasions, questionnaire_occasions
from notifications.enums import Topic
from notifications.planning import Matter, Pause, Recipient
from programme.links import programme_url
from programme.models import Programme

# From the earliest day on which an action is recalled to the last, around its due date.
BEFORE_DUE, AFTER_DUE = timedelta(days=7), timedelta(days=44)
OPEN = (DiagnosticStatus.OPEN, DiagnosticStatus.STARTED)


def recipient(user: User | None, name: str, *, may_enter: bool) -> Recipient:
    """A person as the planning knows her; no address for whoever has no access to the company."""
    if user is None or not user.is_active or not may_enter:
        return Recipient("", name or (user.full_name if user else ""), "")
    return Recipient(f"u{user.pk}", user.full_name, user.email, user.pk)


def pauses(programme: Programme) -> dict[int, Pause]:
    """Pauses in force, by participation (one query)."""
    rows = CompanyPause.objects.filter(participation__programme=programme, lifted_at__isnull=True)
    return {row.participation_id: Pause(row.starts_on, row.ends_on) for row in rows}


def _for(rows: QuerySet[Any], programme: Programme, companies: Any, path: str) -> QuerySet[Any]:
    """Rows of the programme's companies, or of some of them."""
    if companies is None:
        return rows.filter(**{f"{path}__programme": programme})
    return rows.filter(**{f"{path}__programme": programme, f"{path}__in": companies})


def _is_in(path: str, user: str) -> Exists:
    """Whether somebody (``user``) has an access to the company at the end of ``path``."""
    return Exists(Membership.objects.filter(participation=OuterRef(path), user=OuterRef(user)))


def action_matters(programme: Programme, companies: Any, first: date, last: date) -> Iterator[Matter]:
    """Open actions with a due date near the period, each for its owner only. Two queries."""
    paused = pauses(programme)
    rows = _for(ActionItem.objects.all(), programme, companies, "plan__participation")
    rows = (
        rows.filter(status__in=OPEN_ACTIONS, due_on__gte=first - AFTER_DUE, due_on__lte=last + BEFORE_DUE)
        .exclude(plan__participation__stage=Stage.CLOSED)
        .annotate(owner_is_in=_is_in("plan__participation", "owner"))
        .select_related("plan__participation", "owner")
        .defer("why", "how", "details")
        .order_by("due_on", "pk")
    )
    for item in rows.iterator(chunk_size=2000):
        company = item.plan.participation
        may_enter = item.owner_is_in or company.advisor_id == item.owner_id
        yield Matter(
            key=f"action:{item.pk}",
            topic=Topic.ACTIONS,
            template="reminder_actions",
            recipient=recipient(item.owner, item.owner_name, may_enter=may_enter),
            occasions=action_occasions(item.due_on),
            title=item.title,
            company=company.name,
            participation_id=company.pk,
            path=programme_url(programme, "diagnostics:plan_item", pk=item.pk),
            group_path=programme_url(programme, "diagnostics:plan_detail", pk=item.plan_id),
            due_on=item.due_on,
            answered_on=timezone.localdate(item.answered_at) if item.answered_at else None,
            pause=paused.get(company.pk),
        )


_AWAITED = Q(is_main=True) & ~Q(diagnostic__mode=FillingMode.SEPARATE) | Q(
    is_main=False, finished_at=None, diagnostic__mode=FillingMode.SEPARATE
)


def questionnaire_matters(programme: Programme, companies: Any, first: date, last: date) -> Iterator[Matter]:
    """Questionnaires not handed in, for the people who were invited and have not finished. Two queries.

    While respondents answer alone, it is each of them who has not said that she is done.
    """
    paused = pauses(programme)
    rows = _for(Respondent.objects.all(), programme, companies, "diagnostic__participation")
    rows = (
        rows.filter(diagnostic__status__in=OPEN, invited_at__isnull=False, user__isnull=False)
        .filter(_AWAITED)
        .exclude(diagnostic__participation__stage=Stage.CLOSED)
        .annotate(
            user_is_in=_is_in("diagnostic__participation", "user"),
            title=F("diagnostic__questionnaire__title"),
        )
        .select_related("diagnostic__participation", "user")
        .defer("diagnostic__result")
        .order_by("pk")
    )
    for each in rows.iterator(chunk_size=2000):
        key = f"questionnaire:{each.diagnostic_id}" + ("" if each.is_main else f":{each.pk}")
        answered = each.diagnostic.answered_at if each.is_main else each.last_seen_at
        yield _questionnaire(programme, each, paused, key, answered)


def contribution_matters(programme: Programme, companies: Any, first: date, last: date) -> Iterator[Matter]:
    """Sections asked of colleagues who have not said that they are done. Two queries."""
    paused = pauses(programme)
    own = Answer.objects.filter(diagnostic=OuterRef("diagnostic"), saved_by=OuterRef("user"))
    rows = _for(Contributor.objects.all(), programme, companies, "diagnostic__participation")
    rows = (
        rows.filter(diagnostic__status__in=OPEN, finished_at=None)
        .exclude(diagnostic__participation__stage=Stage.CLOSED)
        .annotate(
            user_is_in=_is_in("diagnostic__participation", "user"),
            title=F("diagnostic__questionnaire__title"),
            answered_at=Subquery(own.order_by("-saved_at").values("saved_at")[:1]),
        )
        .select_related("diagnostic__participation", "user")
        .defer("diagnostic__result")
        .order_by("pk")
    )
    for each in rows.iterator(chunk_size=2000):
        yield _questionnaire(programme, each, paused, f"contribution:{each.pk}", each.answered_at)


def _questionnaire(
    programme: Programme, each: Any, paused: dict[int, Pause], key: str, answered: datetime | None
) -> Matter:
    diagnostic = each.diagnostic
    since = max(filter(None, (each.invited_at, answered)))
    path = programme_url(programme, "diagnostics:space_diagnostic", pk=diagnostic.pk)
    return Matter(
        key=key,
        topic=Topic.DIAGNOSTICS,
        template="reminder_diagnostic",
        recipient=recipient(each.user, each.name, may_enter=each.user_is_in),
        occasions=questionnaire_occasions(timezone.localdate(since), is_started=answered is not None),
        title=each.title,
        company=diagnostic.participation.name,
        participation_id=diagnostic.participation_id,
        path=path,
        group_path=path,
        pause=paused.get(diagnostic.participation_id),
    )


def assessment_matters(programme: Programme, companies: Any, first: date, last: date) -> Iterator[Matter]:
    """Diagnostics planned again, for who leads the plan, until a new one is opened. Two queries."""
    paused = pauses(programme)
    later = Diagnostic.objects.filter(
        participation=OuterRef("participation"), opened_at__gt=OuterRef("created_at")
    ).exclude(status=DiagnosticStatus.CANCELLED)
    rows = _for(ActionPlan.objects.all(), programme, companies, "participation")
    rows = (
        rows.filter(
            next_assessment_on__gte=first - timedelta(days=40),
            next_assessment_on__lte=last + timedelta(days=14),
        )
        .exclude(Q(participation__stage=Stage.CLOSED))
        .annotate(leader_is_in=_is_in("participation", "leader"), is_reassessed=Exists(later))
        .select_related("participation", "leader")
        .order_by("pk")
    )
    for plan in rows:
        path = programme_url(programme, "diagnostics:plan_detail", pk=plan.pk)
        yield Matter(
            key=f"assessment:{plan.pk}",
            topic=Topic.DIAGNOSTICS,
            template="reminder_assessment",
            recipient=recipient(plan.leader, "", may_enter=plan.leader_is_in),
            occasions=assessment_occasions(plan.next_assessment_on),
            title=str(plan),
            company=plan.participation.name,
            participation_id=plan.participation_id,
            path=path,
            group_path=path,
            due_on=plan.next_assessment_on,
            is_closed=plan.is_reassessed,
            pause=paused.get(plan.participation_id),
        )
