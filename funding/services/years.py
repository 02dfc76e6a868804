"""Closed years: what is dated in one is neither entered nor changed any more."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core import audit
from core.errors import BusinessError
from funding.enums import ExpenseStatus
from funding.models import BudgetLine, ClosedYear, Expense
from programme.models import Programme


def check_open(programme_id: int, day: date, *, field: str = "spent_on") -> None:
    """Refuse a day of a closed year."""
    if ClosedYear.objects.filter(programme_id=programme_id, year=day.year).exists():
        raise BusinessError(
            _("L’exercice %(year)s est clos\u00a0: rien n’y est plus saisi ni modifié.") % {"year": day.year},
            field=field,
            code="closed-year",
        )


@transaction.atomic
def close_year(*, actor: User | None, programme: Programme, year: int) -> ClosedYear:
    """Lock a year. Closing it twice changes nothing.

    Raises ``BusinessError``: a year without a day of the agreement, or expenses of that year that are
    still drafts or wait for their validation. Locks every line, so that nothing is validated meanwhile.
    """
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    closed: ClosedYear | None = ClosedYear.objects.filter(programme=programme, year=year).first()
    if closed is not None:
        return closed
    list(BudgetLine.objects.select_for_update(no_key=True).for_programme(programme).order_by("pk"))
    if not programme.starts_on.year <= year <= programme.ends_on.year:
        raise BusinessError(
            _("La convention n’a aucun jour en %(year)s.") % {"year": year}, field="year", code="year"
        )
    waiting = (
        Expense.objects.for_programme(programme)
        .filter(spent_on__year=year, status__in=(ExpenseStatus.DRAFT, ExpenseStatus.SUBMITTED))
        .count()
    )
    if waiting:
        raise BusinessError(
            ngettext(
                "%(n)d dépense de %(year)s est encore en brouillon ou à valider\u00a0: décidez-en d’abord.",
                "%(n)d dépenses de %(year)s sont encore en brouillon ou à valider\u00a0: décidez-en d’abord.",
                waiting,
            )
            % {"n": waiting, "year": year},
            field="year",
            code="waiting",
        )
    closed = ClosedYear.objects.create(programme=programme, year=year, closed_by=actor)
    audit.record(
        actor=actor, verb="year.closed", obj=programme, programme_id=programme.pk, changes={"year": year}
    )
    return closed


@transaction.atomic
def reopen_year(*, actor: User | None, programme: Programme, year: int, reason: str) -> None:
    """Open a closed year again, with a reason. Doing it twice changes nothing."""
    if not reason.strip():
        raise BusinessError(_("Indiquez le motif de la décision."), field="reason", code="reason")
    if ClosedYear.objects.filter(programme=programme, year=year).delete()[0]:
        audit.record(
            actor=actor,
            verb="year.reopened",
            obj=programme,
            programme_id=programme.pk,
            changes={"year": year},
            comment=reason.strip(),
        )
