"""Evidence of training: ten years after the agreement, then the names go and the figures stay."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from core.i18n import gettext_lazy as _
from core.keeping import latest_start, years_after
from core.persons import ERASED_NAME
from core.registries import DueItem, RetentionRule, retention_rules
from programme.services.person_data import purge_person
from trainings.models import Enrolment
from trainings.person_data import forget_trainee

YEARS = 10


def due_trainees(programme: Any, today: date) -> list[DueItem]:
    """Named enrolments of a programme that ended ten years ago, its late sessions included."""
    limit = latest_start(today, months=12 * YEARS)
    if programme is None or programme.ends_on > limit:
        return []
    rows = (
        Enrolment.objects.filter(session__programme=programme, session__ends_on__lte=limit)
        .exclude(last_name=ERASED_NAME)
        .select_related("session__course")
    )
    return [
        DueItem(
            str(each.pk),
            f"{each.full_name} – {each.session.course.title}",
            years_after(max(each.session.ends_on, programme.ends_on), YEARS),
        )
        for each in rows.order_by("session__ends_on", "pk")
    ]


def _purge(programme: Any, keys: Sequence[str]) -> int:
    rows = Enrolment.objects.filter(session__programme=programme, pk__in=keys).exclude(last_name=ERASED_NAME)
    done = 0
    for enrolment in rows:
        # The programme ended ten years ago: her name also leaves the texts it was typed in.
        purge_person(email=enrolment.email, programme=programme)
        forget_trainee(enrolment)
        done += 1
    return done


retention_rules.register(
    "training-evidence",
    RetentionRule(
        label=_("Preuves de formation"),
        delay=_("10 ans après la fin de la convention"),
        source=_("Contrôle des formations cofinancées\u00a0: 10 ans."),
        outcome=_("Noms et adresses retirés\u00a0; présences, heures et profils restent comptés"),
        due=due_trainees,
        purge=_purge,
    ),
)
