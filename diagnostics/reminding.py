"""When an action, an unfinished questionnaire or a planned diagnostic is recalled. Pure: days only.

Each reminder is useful until the next one is near, so that a delay never sends two of them together.
"""

from datetime import date, timedelta

from core.i18n import gettext_lazy as _
from notifications.planning import Occasion

WEEK = timedelta(days=7)


def _after(day: date, days: int) -> date:
    return day + timedelta(days=days)


def action_occasions(due: date) -> tuple[Occasion, ...]:
    """A week before the due date, on the day, then a week and a month after.

    Something said since the former moment stops each: the person has answered. The due date is in the
    code, so that a postponed action is recalled anew.
    """
    steps = (
        (-7, -1, -7, _("L’échéance est dans une semaine.")),
        (0, 4, -6, _("L’échéance est aujourd’hui, et l’action n’est pas faite.")),
        (7, 20, 1, _("L’échéance est passée depuis une semaine, et personne n’a dit où l’action en est.")),
        (30, 44, 8, _("L’échéance est passée depuis un mois. Ce rappel est le dernier.")),
    )
    return tuple(
        Occasion(f"{due}/{start:+d}", _after(due, start), _after(due, last), str(reason), _after(due, since))
        for start, last, since, reason in steps
    )


def questionnaire_occasions(since: date, *, is_started: bool) -> tuple[Occasion, ...]:
    """Three at most, after 5, 12 and 21 days without an answer; each answer moves those not sent yet."""
    first = (
        _("Vous avez commencé ce questionnaire sans le terminer.")
        if is_started
        else _("Vous avez été invité à répondre à ce questionnaire.")
    )
    steps = (
        (5, 10, first),
        (12, 19, _("Il reste quelques réponses pour connaître votre résultat.")),
        (21, 35, _("C’est notre dernier rappel\u00a0: le questionnaire reste ouvert, à votre rythme.")),
    )
    return tuple(
        Occasion(f"relance-{rank}", _after(since, start), _after(since, last), str(reason))
        for rank, (start, last, reason) in enumerate(steps, start=1)
    )


def assessment_occasions(planned: date) -> tuple[Occasion, ...]:
    """Two weeks before the day planned for the next diagnostic, on the day, two weeks after."""
    steps = (
        (-14, -2, _("La date prévue est dans deux semaines.")),
        (0, 10, _("La date prévue est arrivée.")),
        (14, 40, _("La date prévue est passée depuis deux semaines. Ce rappel est le dernier.")),
    )
    return tuple(
        Occasion(f"{planned}/{start:+d}", _after(planned, start), _after(planned, last), str(reason))
        for start, last, reason in steps
    )
