"""Faults of a timetable in French words."""

from django.utils.translation import gettext as _

from core.formats import format_date
from programme.models import Programme
from trainings.timetable import LONGEST_MINUTES, SHORTEST_MINUTES, Fault


def fault_text(fault: Fault, programme: Programme) -> str:
    """What is wrong with a half-day, and what is expected."""
    dates = {"start": format_date(programme.starts_on), "end": format_date(programme.ends_on)}
    return {
        Fault.TWICE: _("cette demi-journée est déjà dans la session."),
        Fault.REVERSED: _("l’heure de fin doit suivre l’heure de début."),
        Fault.TOO_SHORT: _("une demi-journée dure au moins %(minutes)s minutes.")
        % {"minutes": SHORTEST_MINUTES},
        Fault.TOO_LONG: _("une demi-journée dure au plus %(hours)s heures.")
        % {"hours": LONGEST_MINUTES // 60},
        Fault.OVERLAPS: _("elle chevauche une autre demi-journée du même jour."),
        Fault.BEFORE_PROGRAMME: _("la convention va du %(start)s au %(end)s.") % dates,
        Fault.AFTER_PROGRAMME: _("la convention va du %(start)s au %(end)s.") % dates,
    }[fault]
