"""Reads of expenses: rows of the list, one expense with its shares and evidence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import BigIntegerField, Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import history
from core.errors import NotVisible
from core.formats import format_date, format_euros, format_time
from funding.enums import EvidenceKind, ExpenseStatus, Nature, PlanStatus
from funding.models import BudgetLine, Evidence, Expense, Funder, Plan, Share
from programme.access import Access
from programme.links import programme_url
from programme.models import Programme

TONES = {
    ExpenseStatus.DRAFT: "",
    ExpenseStatus.SUBMITTED: "info",
    ExpenseStatus.VALIDATED: "accent",
    ExpenseStatus.PAID: "good",
    ExpenseStatus.CANCELLED: "bad",
}


@dataclass(frozen=True)
class ExpenseRow:
    """A row of the list, ready to be shown."""

    id: int
    number: str
    url: str
    label: str
    supplier: str
    invoice_number: str
    line: str
    spent_on: date
    amount: str
    amount_cents: int
    eligible_cents: int
    counted_cents: int
    status: str
    status_label: str
    tone: str
    evidence_count: int


@dataclass(frozen=True)
class ShareRow:
    """What one funder pays of an expense, beside what is left after its counter-entries."""

    funder: str
    amount_cents: int
    left_cents: int


@dataclass(frozen=True)
class EvidenceRow:
    """A piece of evidence, ready to be shown."""

    id: int
    name: str
    kind: str
    size: int
    sha256: str
    added_by: str
    added_at: datetime


def expense_rows_queryset(programme: Programme) -> QuerySet[Expense]:
    """Expenses of a programme, for lists: a fixed number of queries whatever their number.

    Pieces and what is counted are asked by row, so that only the rows of the page pay for them.
    """
    pieces = Evidence.objects.filter(expense=OuterRef("pk")).order_by().values("expense")
    rows: QuerySet[Expense] = (
        Expense.objects.for_programme(programme)
        .select_related("line__axis")
        .annotate(
            pieces=Coalesce(Subquery(pieces.annotate(n=Count("pk")).values("n")), 0),
            counted=counted_cents(),
        )
    )
    return rows


def counted_cents(funder: Funder | None = None) -> Case:
    """What an expense counts for in the budget, for all funders or one: its shares, or what waits."""
    shares = Share.objects.filter(expense=OuterRef("pk")).order_by()
    if funder is not None:
        shares = shares.filter(funder=funder)
    charged = Subquery(shares.values("expense").annotate(total=Sum("amount_cents")).values("total"))
    return Case(
        When(status=ExpenseStatus.SUBMITTED, then=F("eligible_cents")),
        default=Coalesce(charged, 0, output_field=BigIntegerField()),
        output_field=BigIntegerField(),
    )


def expense_rows(programme: Programme, expenses: Iterable[Expense]) -> list[ExpenseRow]:
    """Rows for a page of the list or an export."""
    return [_row(programme, expense) for expense in expenses]


def counted_total(expenses: QuerySet[Expense], funder: Funder | None = None) -> int:
    """What expenses count for in the budget: their shares once validated, their eligible part before.

    A draft counts for nothing. Two queries.
    """
    shares = Share.objects.filter(expense__in=expenses.order_by().values("pk"))
    if funder is not None:
        shares = shares.filter(funder=funder)
    waiting = expenses.order_by().filter(status=ExpenseStatus.SUBMITTED)
    charged = shares.aggregate(total=Sum("amount_cents", default=0))["total"]
    return int(charged) + sum(waiting.values_list("eligible_cents", flat=True))


def _row(programme: Programme, expense: Expense) -> ExpenseRow:
    status = ExpenseStatus(expense.status)
    return ExpenseRow(
        id=expense.pk,
        number=f"D{expense.number:05d}",
        url=programme_url(programme, "funding:expense_detail", pk=expense.pk),
        label=expense.label,
        supplier=expense.supplier,
        invoice_number=expense.invoice_number,
        line=f"{expense.line.code} {expense.line.label}",
        spent_on=expense.spent_on,
        amount=format_euros(expense.amount_cents),
        amount_cents=expense.amount_cents,
        eligible_cents=expense.eligible_cents,
        counted_cents=expense.counted,  # type: ignore[attr-defined]  # annotated by the queryset
        status=status.value,
        status_label=str(status.label),
        tone=TONES[status],
        evidence_count=expense.pieces,  # type: ignore[attr-defined]  # annotated by the queryset
    )


def expense_for(access: Access, pk: int) -> Expense:
    """An expense of the caller's programme with what its page shows. Raises ``NotVisible``."""
    expense: Expense | None = (
        Expense.objects.for_programme(access.programme)
        .select_related("programme", "line__axis", "entered_by", "validated_by", "answers", "commitment")
        .filter(pk=pk)
        .first()
    )
    if expense is None:
        raise NotVisible
    return expense


def line_for(access: Access, pk: int) -> BudgetLine:
    """A line of the caller's programme. Raises ``NotVisible``."""
    line: BudgetLine | None = (
        BudgetLine.objects.for_programme(access.programme).select_related("axis").filter(pk=pk).first()
    )
    if line is None:
        raise NotVisible
    return line


def shares_of(expense: Expense) -> list[ShareRow]:
    """Who pays each cent of an expense, and what is left once its counter-entries are deducted."""
    own = dict(expense.shares.values_list("funder_id", "amount_cents"))
    back: dict[int, int] = {}
    answered = expense.counter_entries.values_list("shares__funder_id", "shares__amount_cents")
    for funder_id, cents in answered:
        if funder_id is not None:
            back[funder_id] = back.get(funder_id, 0) + cents
    return [
        ShareRow(funder.name, own[funder.pk], own[funder.pk] + back.get(funder.pk, 0))
        for funder in Funder.objects.filter(pk__in=own)
    ]


def evidence_of(expense: Expense) -> list[EvidenceRow]:
    """Pieces of an expense, oldest first."""
    return [
        EvidenceRow(
            id=piece.pk,
            name=piece.file.name,
            kind=str(EvidenceKind(piece.kind).label),
            size=piece.file.size,
            sha256=piece.file.sha256,
            added_by=piece.file.uploaded_by.full_name if piece.file.uploaded_by else "",
            added_at=piece.created_at,
        )
        for piece in expense.evidence.select_related("file__uploaded_by")
    ]


def evidence_for(access: Access, pk: int) -> Evidence:
    """A piece of the caller's programme. Raises ``NotVisible``."""
    piece: Evidence | None = (
        Evidence.objects.select_related("file", "expense")
        .filter(pk=pk, expense__programme=access.programme)
        .first()
    )
    if piece is None:
        raise NotVisible
    return piece


@dataclass(frozen=True)
class ExpenseFacts:
    """What the head of an expense's page says."""

    number: str
    status_label: str
    tone: str
    nature: str
    amount_cents: int
    ineligible_cents: int
    left_cents: int


@dataclass(frozen=True)
class CounterEntryRow:
    """A counter-entry of an expense."""

    id: int
    number: str
    label: str
    on: date
    amount_cents: int


@dataclass(frozen=True)
class HistoryEvent:
    """One move of an expense, for the timeline."""

    label: str
    text: str
    who: str
    when: str
    iso: str
    state: str = "done"


def has_active_plan(programme: Programme) -> bool:
    """Whether expenses can be entered."""
    return bool(Plan.objects.for_programme(programme).filter(status=PlanStatus.ACTIVE).exists())


def expense_facts(expense: Expense) -> ExpenseFacts:
    """Number, state and amounts of an expense, its counter-entries deducted."""
    status, nature = ExpenseStatus(expense.status), Nature(expense.line.nature)
    back = sum(expense.counter_entries.values_list("amount_cents", flat=True))
    return ExpenseFacts(
        number=f"D{expense.number:05d}",
        status_label=str(status.label),
        tone=TONES[status],
        nature=f"{nature.account} – {nature.label}",
        amount_cents=expense.amount_cents,
        ineligible_cents=expense.amount_cents - expense.eligible_cents,
        left_cents=expense.amount_cents + back,
    )


def counter_entries_of(expense: Expense) -> list[CounterEntryRow]:
    """Credit notes and cancellation of an expense, oldest first."""
    return [
        CounterEntryRow(entry.pk, f"D{entry.number:05d}", entry.label, entry.spent_on, entry.amount_cents)
        for entry in expense.counter_entries.order_by("pk")
    ]


def history_of(expense: Expense) -> list[HistoryEvent]:
    """Who did what, when and why; newest first."""
    words = {
        "expense.created": _("Saisie"),
        "expense.updated": _("Corrigée"),
        "expense.submitted": _("Soumise"),
        "expense.returned": _("Renvoyée"),
        "expense.validated": _("Validée, service fait"),
        "expense.paid": _("Payée"),
        "expense.cancelled": _("Annulée"),
        "expense.credited": _("Réduite par un avoir"),
        "evidence.added": _("Pièce ajoutée"),
        "evidence.removed": _("Pièce retirée"),
    }
    events = []
    for event in history(expense):
        at = timezone.localtime(event.at)
        events.append(
            HistoryEvent(
                label=words.get(event.verb, event.verb),
                text=event.comment or str(event.changes.get("file", "")),
                who=event.actor.full_name if event.actor else "",
                when=_("%(day)s à %(time)s") % {"day": format_date(at), "time": format_time(at)},
                iso=event.at.isoformat(),
            )
        )
    return events


@dataclass(frozen=True)
class TodayCounts:
    """What waits for the caller."""

    to_validate: int
    sent_back: int
    to_pay: int


def today_counts(access: Access) -> TodayCounts:
    """Expenses the caller could act on: somebody else's to validate, her own sent back, payments due."""
    own = Q(entered_by=access.user)
    found = Expense.objects.for_programme(access.programme).aggregate(
        to_validate=Count("pk", filter=Q(status=ExpenseStatus.SUBMITTED) & ~own),
        sent_back=Count("pk", filter=Q(status=ExpenseStatus.DRAFT) & ~Q(returned_reason="") & own),
        to_pay=Count("pk", filter=Q(status=ExpenseStatus.VALIDATED, answers__isnull=True)),
    )
    return TodayCounts(**found)
