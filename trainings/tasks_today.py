"""What trainings put under « À faire » on the dashboard."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.registries import TodayTask, today_tasks
from programme.links import programme_url
from trainings.filters import THIN, TO_MARK
from trainings.models import Session
from trainings.selectors import sessions_to_mark, thin_sessions


def _tasks(access: Any) -> list[TodayTask]:
    """Sheets to fill, and sessions soon to begin with too few people. Two queries."""
    if not access.is_office:
        return []
    today = timezone.localdate()
    rows = Session.objects.visible_to(access)
    unmarked, thin = sessions_to_mark(rows, today).count(), thin_sessions(rows, today).count()
    tasks = []
    if unmarked:
        said = ngettext(
            "%(count)s session attend sa feuille de présence",
            "%(count)s sessions attendent leur feuille de présence",
            unmarked,
        )
        tasks.append(_task(access, _("à noter"), said % {"count": unmarked}, TO_MARK))
    if thin:
        said = ngettext(
            "%(count)s session commence bientôt sous son effectif minimum",
            "%(count)s sessions commencent bientôt sous leur effectif minimum",
            thin,
        )
        tasks.append(_task(access, _("à remplir"), said % {"count": thin}, THIN))
    return tasks


def _task(access: Any, badge: str, text: str, moment: str) -> TodayTask:
    """A line that leads to the list of sessions, filtered."""
    url = programme_url(access.programme, "trainings:session_list")
    return TodayTask(badge=badge, tone="warn", text=text, url=f"{url}?moment={moment}", detail=_("formation"))


today_tasks.register("trainings", _tasks)
