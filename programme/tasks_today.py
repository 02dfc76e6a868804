"""What the programme itself puts under « À faire »: requests of people, and what will be purged."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.formats import format_date
from core.registries import TodayTask, today_tasks
from programme.enums import Role
from programme.links import programme_url
from programme.models import ErasureRequest, RetentionNotice


def _tasks(access: Any) -> list[TodayTask]:
    """Lines for the direction, who answers for personal data; none for others. Two queries."""
    if not access.has(Role.DIRECTOR):
        return []
    tasks = []
    asked = ErasureRequest.objects.for_programme(access.programme).filter(receipt=None).count()
    if asked:
        text = ngettext(
            "%(count)s personne demande l’effacement de ses données",
            "%(count)s personnes demandent l’effacement de leurs données",
            asked,
        )
        tasks.append(
            TodayTask(
                badge=_("à traiter"),
                tone="warn",
                text=text % {"count": asked},
                url=programme_url(access.programme, "programme:person_search"),
                detail=_("données personnelles"),
            )
        )
    waiting = list(
        RetentionNotice.objects.for_programme(access.programme)
        .filter(purged_at=None)
        .order_by("purge_on")
        .values_list("purge_on", "keys")
    )
    count = sum(len(keys) for _day, keys in waiting)
    if count:
        text = ngettext(
            "%(count)s élément arrive au terme de sa conservation, effacement à partir du %(day)s",
            "%(count)s éléments arrivent au terme de leur conservation, effacement à partir du %(day)s",
            count,
        )
        tasks.append(
            TodayTask(
                badge=_("à relire"),
                tone="accent",
                text=text % {"count": count, "day": format_date(waiting[0][0])},
                url=programme_url(access.programme, "programme:retention"),
                detail=_("conservation"),
            )
        )
    return tasks


today_tasks.register("programme", _tasks)
