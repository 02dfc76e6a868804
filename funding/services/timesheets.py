"""Writes about time sheets, and about the drafts that trainings and diagnostics give rise to."""

import calendar
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.errors import BusinessError
from core.formats import format_month
from documents.models import Document
from documents.services import request_document
from funding.enums import ExpenseStatus, Nature
from funding.models import BudgetLine, DraftTerms, Expense, ExpenseOrigin, TimeSheet, TimeSheetLine
from funding.report_contexts import TIME_SHEET
from funding.selectors.timesheets import draft_proposals, time_sheet_context
from funding.services.closing import hash_of
from funding.services.expenses import create_expense, find_by_token, update_expense
from funding.services.terms import keep_terms
from funding.timesheets import line_amount
from programme.models import Programme

MAX_LINES = 60


@dataclass(frozen=True)
class TimeDraft:
    """A line of a time sheet as typed: hours in hundredths, hourly cost in cents."""

    activity: str
    centihours: int
    hourly_cost_cents: int

    @property
    def amount_cents(self) -> int:
        """Rounded half up to the cent."""
        return line_amount(self.centihours, self.hourly_cost_cents)


@transaction.atomic
def create_time_sheet(
    *,
    actor: User | None,
    line: BudgetLine,
    person: str,
    month: date,
    entries: Sequence[TimeDraft],
    job: str = "",
    form_token: UUID | None = None,
) -> TimeSheet:
    """Enter the time of a person in a month: a sheet, and its draft expense of the same amount.

    The same ``form_token`` gives the same sheet. Raises ``BusinessError``: a line that holds no staff
    costs, no line of time, a sheet of the same person, month and line, and as ``create_expense``.
    """
    programme = line.programme
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    if form_token and (made := find_by_token(form_token)) and (twin := sheet_of(made)):
        return twin
    _check(line, person, entries)
    first = month.replace(day=1)
    _check_twin(programme, line, person, first)
    expense = create_expense(
        actor=actor,
        line=line,
        form_token=form_token,
        **_values(programme, person, first, entries),
    )
    sheet = TimeSheet(
        programme=programme,
        line=line,
        person=person.strip(),
        job=job.strip(),
        month=first,
        expense=expense,
        entered_by=actor,
    )
    sheet.full_clean()
    sheet.save()
    _write_lines(sheet, entries)
    audit.record(
        actor=actor,
        verb="time_sheet.created",
        obj=sheet,
        programme_id=programme.pk,
        changes={"expense": expense.number, "lines": len(entries), "amount_cents": expense.amount_cents},
    )
    return sheet


def sheet_of(expense: Expense) -> TimeSheet | None:
    """The sheet behind an expense, if there is one."""
    found: TimeSheet | None = TimeSheet.objects.filter(expense=expense).first()
    return found


@transaction.atomic
def update_time_sheet(
    *, actor: User | None, sheet: TimeSheet, entries: Sequence[TimeDraft], job: str = ""
) -> TimeSheet:
    """Replace the lines of a sheet whose expense is still a draft. Saving the same changes nothing.

    Raises ``BusinessError`` once the expense was submitted, and as ``create_time_sheet``.
    """
    fresh: TimeSheet = (
        TimeSheet.objects.select_for_update(no_key=True, of=("self",))
        .select_related("line", "expense", "programme")
        .get(pk=sheet.pk)
    )
    if fresh.expense.status != ExpenseStatus.DRAFT:
        raise BusinessError(
            _("La dépense de cette feuille est déjà %(state)s\u00a0: la feuille ne change plus.")
            % {"state": ExpenseStatus(fresh.expense.status).label},
            code="state",
        )
    _check(fresh.line, fresh.person, entries)
    stored = [
        TimeDraft(*row) for row in fresh.lines.values_list("activity", "centihours", "hourly_cost_cents")
    ]
    if stored == list(entries) and fresh.job == job.strip():
        return fresh
    fresh.lines.all().delete()
    _write_lines(fresh, entries)
    fresh.job = job.strip()
    fresh.save(update_fields=["job", "updated_at"])
    update_expense(
        actor=actor,
        expense=fresh.expense,
        **_values(fresh.programme, fresh.person, fresh.month, entries),
    )
    audit.record(
        actor=actor,
        verb="time_sheet.updated",
        obj=fresh,
        programme_id=fresh.programme_id,
        changes={"lines": len(entries)},
    )
    return fresh


def _check(line: BudgetLine, person: str, entries: Sequence[TimeDraft]) -> None:
    if Nature(line.nature) is not Nature.STAFF:
        raise BusinessError(
            _("La ligne «\u00a0%(label)s\u00a0» ne reçoit pas de charges de personnel.")
            % {"label": line.label},
            field="line",
            code="nature",
        )
    if not person.strip():
        raise BusinessError(_("Indiquez la personne."), field="person", code="person")
    if not entries or len(entries) > MAX_LINES:
        raise BusinessError(
            _("Une feuille a de 1 à %(most)s lignes de temps.") % {"most": MAX_LINES}, code="lines"
        )
    if any(entry.amount_cents <= 0 or not entry.activity.strip() for entry in entries):
        raise BusinessError(_("Chaque ligne a une activité, des heures et un coût horaire."), code="lines")


def _check_twin(programme: Programme, line: BudgetLine, person: str, month: date) -> None:
    twin = (
        TimeSheet.objects.for_programme(programme)
        .filter(line=line, person__iexact=person.strip(), month=month)
        .exclude(expense__status=ExpenseStatus.CANCELLED)
        .first()
    )
    if twin is not None:
        raise BusinessError(
            _("%(person)s a déjà une feuille de %(month)s sur cette ligne\u00a0: complétez-la.")
            % {"person": twin.person, "month": format_month(month)},
            field="month",
            code="twin",
        )


def _values(programme: Programme, person: str, month: date, entries: Sequence[TimeDraft]) -> dict[str, Any]:
    last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    total = sum(entry.amount_cents for entry in entries)
    return {
        "label": _("Temps passé, %(month)s") % {"month": format_month(month)},
        "supplier": person.strip(),
        "spent_on": min(last, programme.ends_on),
        "amount_cents": total,
        "eligible_cents": total,
    }


def _write_lines(sheet: TimeSheet, entries: Sequence[TimeDraft]) -> None:
    TimeSheetLine.objects.bulk_create(
        TimeSheetLine(
            sheet=sheet,
            position=position,
            activity=entry.activity.strip()[:200],
            centihours=entry.centihours,
            hourly_cost_cents=entry.hourly_cost_cents,
            amount_cents=entry.amount_cents,
        )
        for position, entry in enumerate(entries, start=1)
    )


def request_time_sheet(*, actor: User | None, sheet: TimeSheet) -> Document:
    """Ask for the sheet to print and sign; the same lines give the same document."""
    context = time_sheet_context(sheet)
    return request_document(
        kind=TIME_SHEET,
        programme=sheet.programme,
        actor=actor,
        title=_("Feuille de temps – %(person)s, %(month)s")
        % {"person": sheet.person, "month": format_month(sheet.month)},
        context=context,
        is_final=True,
        key=f"{sheet.pk}-{hash_of(context)}",
    )


@transaction.atomic
def set_draft_terms(*, actor: User | None, programme: Programme, **values: Any) -> DraftTerms:
    """Say on which line and at which cost services become drafts. Saying it twice changes nothing."""
    terms, _made = DraftTerms.objects.get_or_create(programme=programme)
    keep_terms(actor=actor, terms=terms, values=values, verb="draft_terms.set")
    return terms


@transaction.atomic
def create_drafts(*, actor: User | None, programme: Programme, keys: Collection[str]) -> list[Expense]:
    """Enter a draft expense for each service asked for that has none. Asking twice enters nothing more.

    Side effects: one draft and one origin for each, one audit event for each. Raises ``BusinessError`` as
    ``create_expense``: nothing is entered then.
    """
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    made = []
    for proposal in draft_proposals(programme):
        if proposal.key not in keys:
            continue
        ExpenseOrigin.objects.filter(
            programme=programme, subject_type=proposal.subject_type, subject_id=proposal.subject_id
        ).delete()
        expense = create_expense(
            actor=actor,
            line=proposal.line,
            label=proposal.label,
            supplier=proposal.supplier,
            spent_on=proposal.spent_on,
            amount_cents=proposal.amount_cents,
        )
        ExpenseOrigin.objects.create(
            programme=programme,
            subject_type=proposal.subject_type,
            subject_id=proposal.subject_id,
            expense=expense,
        )
        made.append(expense)
    return made
