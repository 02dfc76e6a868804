"""« À faire »: invitations never sent, questionnaires left in the middle, results not yet told."""

from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.registries import TodayTask, today_tasks
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import Diagnostic, Respondent
from programme.access import Access
from programme.links import programme_url

SILENT_AFTER = timedelta(days=14)
"""Without an answer for so long, a questionnaire that was started deserves a telephone call."""


def diagnostic_tasks(access: Access) -> list[TodayTask]:
    """Lines for staff about the diagnostics they see; none for others. One query."""
    if not access.is_staff:
        return []
    limit = timezone.now() - SILENT_AFTER
    invited = Respondent.objects.filter(diagnostic=OuterRef("pk"), invited_at__isnull=False)
    to_invite = Q(status=DiagnosticStatus.OPEN) & ~Exists(invited)
    silent = Q(status=DiagnosticStatus.STARTED, answered_at__lt=limit)
    # Finished diagnostics, nearly all of them in the end, are left aside by the index before anything else.
    waiting = Diagnostic.objects.visible_to(access).filter(
        to_invite | silent, status__in=(DiagnosticStatus.OPEN, DiagnosticStatus.STARTED)
    )
    found = dict(waiting.order_by().values_list("status").annotate(Count("pk")))
    counts = {
        "to_invite": found.get(DiagnosticStatus.OPEN, 0),
        "silent": found.get(DiagnosticStatus.STARTED, 0),
    }
    address = programme_url(access.programme, "diagnostics:list")
    tasks = []
    if counts["to_invite"]:
        text = ngettext(
            "%(count)s diagnostic ouvert sans invitation",
            "%(count)s diagnostics ouverts sans invitation",
            counts["to_invite"],
        )
        tasks.append(
            TodayTask(
                badge=_("à inviter"),
                tone="warn",
                text=text % {"count": counts["to_invite"]},
                url=f"{address}?etat=open",
            )
        )
    if counts["silent"]:
        text = ngettext(
            "%(count)s questionnaire commencé, sans réponse depuis deux semaines",
            "%(count)s questionnaires commencés, sans réponse depuis deux semaines",
            counts["silent"],
        )
        tasks.append(
            TodayTask(
                badge=_("à relancer"),
                tone="accent",
                text=text % {"count": counts["silent"]},
                url=f"{address}?etat=started",
            )
        )
    return tasks


today_tasks.register("diagnostics", diagnostic_tasks)
