"""Reads of time sheets, and of the services that await a draft expense."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import NotVisible
from core.formats import format_date, format_number
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import Diagnostic
from funding.enums import ExpenseStatus, Nature, PlanStatus
from funding.models import BudgetLine, DraftTerms, ExpenseOrigin, TimeSheet
from programme.access import Access
from programme.models import Programme
from trainings.enums import SessionStatus
from trainings.models import Session

SESSION, DIAGNOSTIC = "session", "diagnostic"


@dataclass(frozen=True)
class TimeEntry:
    """A line of a time sheet; hours in hundredths, amounts in cents."""

    activity: str
    centihours: int
    hourly_cost_cents: int
    amount_cents: int

    @property
    def hours(self) -> str:
        """Hours in French."""
        return format_number(Decimal(self.centihours).scaleb(-2), 2)


@dataclass(frozen=True)
class TimeSheetContext:
    """A time sheet as it is printed and signed."""

    person: str
    job: str
    month: date
    line: str
    expense: str
    entries: tuple[TimeEntry, ...]

    @property
    def centihours(self) -> int:
        """Hours of the month, in hundredths."""
        return sum(entry.centihours for entry in self.entries)

    @property
    def hours(self) -> str:
        """Hours of the month, in French."""
        return format_number(Decimal(self.centihours).scaleb(-2), 2)

    @property
    def amount_cents(self) -> int:
        """Sum of the lines, each rounded."""
        return sum(entry.amount_cents for entry in self.entries)


def time_sheet_rows(programme: Programme) -> QuerySet[TimeSheet]:
    """Sheets for a list, with their hours: one query for a page."""
    rows: QuerySet[TimeSheet] = TimeSheet.objects.for_programme(programme)
    return rows.select_related("line", "expense").annotate(centihours=Sum("lines__centihours"))


def time_sheet_for(access: Access, pk: int) -> TimeSheet:
    """A sheet of the caller's programme. Raises ``NotVisible``."""
    rows = TimeSheet.objects.for_programme(access.programme).select_related("programme", "line", "expense")
    sheet: TimeSheet | None = rows.filter(pk=pk).first()
    if sheet is None:
        raise NotVisible
    return sheet


def time_sheet_context(sheet: TimeSheet) -> TimeSheetContext:
    """What a sheet says. One query."""
    return TimeSheetContext(
        person=sheet.person,
        job=sheet.job,
        month=sheet.month,
        line=str(sheet.line),
        expense=f"D{sheet.expense.number:05d}",
        entries=tuple(
            TimeEntry(line.activity, line.centihours, line.hourly_cost_cents, line.amount_cents)
            for line in sheet.lines.all()
        ),
    )


def lines_in_force(programme: Programme, *natures: Nature) -> QuerySet[BudgetLine]:
    """Lines of the plan in force, of some natures or of all."""
    rows: QuerySet[BudgetLine] = BudgetLine.objects.for_programme(programme)
    rows = rows.filter(planned__plan__status=PlanStatus.ACTIVE)
    return rows.filter(nature__in=natures) if natures else rows


def draft_terms(programme: Programme) -> DraftTerms:
    """What the programme decided; the defaults, unsaved, as long as it decided nothing."""
    rows = DraftTerms.objects.select_related("session_line", "diagnostic_line")
    return rows.filter(programme=programme).first() or DraftTerms(programme=programme)


@dataclass(frozen=True)
class DraftProposal:
    """A service held that no expense records yet; the amount in cents."""

    subject_type: str
    subject_id: str
    label: str
    supplier: str
    spent_on: date
    amount_cents: int
    line: BudgetLine

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.subject_type}-{self.subject_id}"


def draft_proposals(programme: Programme) -> list[DraftProposal]:
    """Sessions held and diagnostics handed in, dated in the agreement, without an expense. Four queries.

    A draft that was cancelled frees its service: it is offered again.
    """
    terms = draft_terms(programme)
    origins = ExpenseOrigin.objects.filter(programme=programme).exclude(
        expense__status=ExpenseStatus.CANCELLED
    )
    known = set(origins.values_list("subject_type", "subject_id"))
    found = [*_sessions(programme, terms), *_diagnostics(programme, terms)]
    return sorted(
        (proposal for proposal in found if (proposal.subject_type, proposal.subject_id) not in known),
        key=lambda proposal: (proposal.spent_on, proposal.key),
    )


def _sessions(programme: Programme, terms: DraftTerms) -> list[DraftProposal]:
    if terms.session_line is None or not terms.half_day_cost_cents:
        return []
    rows = (
        Session.objects.for_programme(programme)
        .filter(status=SessionStatus.HELD, ends_on__range=(programme.starts_on, _until(programme)))
        .select_related("course", "provider")
        .annotate(parts=Count("half_days"))
    )
    return [
        DraftProposal(
            subject_type=SESSION,
            subject_id=str(session.pk),
            label=_("Session «\u00a0%(title)s\u00a0» du %(day)s")
            % {"title": session.course.title[:120], "day": format_date(session.starts_on)},
            supplier=session.provider.name if session.provider else session.trainer_name or _("À préciser"),
            spent_on=session.ends_on,
            amount_cents=session.parts * terms.half_day_cost_cents,
            line=terms.session_line,
        )
        for session in rows
        if session.parts
    ]


def _diagnostics(programme: Programme, terms: DraftTerms) -> list[DraftProposal]:
    cost = (terms.diagnostic_centidays * terms.diagnostic_day_cost_cents + 50) // 100
    if terms.diagnostic_line is None or not cost:
        return []
    rows = Diagnostic.objects.for_programme(programme).filter(
        status=DiagnosticStatus.SUBMITTED, submitted_at__isnull=False
    )
    found = []
    for pk, name, submitted in rows.order_by().values_list("pk", "participation__name", "submitted_at"):
        day = timezone.localdate(submitted)
        if programme.starts_on <= day <= programme.ends_on:
            label = _("Diagnostic de %(company)s") % {"company": name[:150]}
            supplier = terms.diagnostic_supplier or _("À préciser")
            found.append(
                DraftProposal(DIAGNOSTIC, str(pk), label, supplier, day, cost, terms.diagnostic_line)
            )
    return found


def _until(programme: Programme) -> date:
    return min(programme.ends_on, timezone.localdate())
