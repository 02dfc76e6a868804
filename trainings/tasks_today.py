"""What trainings put under « À faire » on the dashboard."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.registries import TodayTask, today_tasks
from programme.links import programme_url
from trainings.models import Session
from trainings.selectors import sessions_to_mark, thin_sessions


def _tasks(access: Any) -> list[TodayTask]:
    """Sheets to fill, and sessions soon to begin with too few people. Two queries."""
    if not access.is_office:
        return []
    today = timezone.localdate()
    url = programme_url(access.programme, "trainings:session_list")
    rows = Session.objects.visible_to(access)
    tasks = []
    unmarked = sessions_to_mark(rows, today).count()
    if unmarked:
        text = ngettext(
            "%(count)s session attend sa feuille de présence",
            "%(count)s sessions attendent leur feuille de présence",
            unmarked,
        )
        tasks.append(
            TodayTask(
                badge=_("à noter"),
                tone="warn",
                text=text % {"count": unmarked},
                url=f"{url}?moment=presence",
                detail=_("formation"),
            )
        )
    thin = thin_sessions(rows, today).count()
    if thin:
        text = ngettext(
            "%(count)s session commence bientôt sous son effectif minimum",
            "%(count)s sessions commencent bientôt sous leur effectif minimum",
            thin,
        )
        tasks.append(
            TodayTask(
                badge=_("à remplir"),
                tone="warn",
                text=text % {"count": thin},
                url=f"{url}?moment=sous-effectif",
                detail=_("formation"),
            )
        )
    return tasks


today_tasks.register("trainings", _tasks)
