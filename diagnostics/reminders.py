"""What diagnostics put on the planner of e-mails and in private calendars."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from core.i18n import gettext_lazy
from core.registries import (
    CalendarEntry,
    ReminderSource,
    calendar_sources,
    reminder_sources,
)
from diagnostics.enums import OPEN_ACTIONS
from diagnostics.models import ActionPlan
from diagnostics.selectors.plan import visible_items
from diagnostics.selectors.plan_reminders import (
    action_matters,
    assessment_matters,
    contribution_matters,
    questionnaire_matters,
)
from programme.access import Access
from programme.links import programme_url

MOST_ENTRIES = 1000


def due_dates(access: Access) -> Iterator[CalendarEntry]:
    """Due dates of open actions: a company's own; for staff, those of the companies they advise, or theirs.

    Two queries.
    """
    items = visible_items(access).filter(status__in=OPEN_ACTIONS, due_on__isnull=False)
    plans = ActionPlan.objects.visible_to(access).filter(next_assessment_on__isnull=False)
    if access.is_staff:
        items = items.filter(plan__participation__advisor=access.user) | items.filter(owner=access.user)
        plans = plans.filter(participation__advisor=access.user)
    for item in items.select_related("plan__participation").order_by("due_on", "pk")[:MOST_ENTRIES]:
        company, due = item.plan.participation.name, item.due_on
        if due is None:
            continue
        yield CalendarEntry(
            uid=f"action-{item.pk}@{access.programme.slug}.edec-ia",
            day=due,
            title=f"{item.title} – {company}",
            text=_("Responsable\u00a0: %(owner)s") % {"owner": item.owner_name} if item.owner_name else "",
            path=programme_url(access.programme, "diagnostics:plan_item", pk=item.pk),
        )
    for plan in plans.select_related("participation")[:MOST_ENTRIES]:
        yield CalendarEntry(
            uid=f"assessment-{plan.pk}@{access.programme.slug}.edec-ia",
            day=plan.next_assessment_on,
            title=_("Nouveau diagnostic – %(company)s") % {"company": plan.participation.name},
            text="",
            path=programme_url(access.programme, "diagnostics:plan_detail", pk=plan.pk),
        )


reminder_sources.register(
    "actions", ReminderSource(label=gettext_lazy("Actions des plans"), matters=action_matters)
)
reminder_sources.register(
    "questionnaires",
    ReminderSource(label=gettext_lazy("Questionnaires à terminer"), matters=questionnaire_matters),
)
reminder_sources.register(
    "contributions",
    ReminderSource(label=gettext_lazy("Parties confiées à des collègues"), matters=contribution_matters),
)
reminder_sources.register(
    "assessments", ReminderSource(label=gettext_lazy("Diagnostics à refaire"), matters=assessment_matters)
)
calendar_sources.register("actions", due_dates)
