"""Expenses that look like one already entered: told to who enters and to who validates, never refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from core.formats import format_date, format_euros
from funding.duplicates import invoice_key
from funding.enums import ExpenseStatus
from funding.models import Expense
from programme.links import programme_url
from programme.models import Programme

MOST = 5


@dataclass(frozen=True)
class Lookalike:
    """An expense that may be the same one, and why."""

    number: str
    url: str
    text: str
    why: str


@dataclass(frozen=True)
class Entry:
    """What is compared of an expense that is being entered or read."""

    supplier: str
    invoice_number: str
    spent_on: date
    amount_cents: int
    expense_id: int | None = None


def lookalikes_of(expense: Expense) -> list[Lookalike]:
    """What an expense already entered looks like, itself left out."""
    entry = Entry(
        expense.supplier, expense.invoice_number, expense.spent_on, expense.amount_cents, expense.pk
    )
    return lookalikes(expense.programme, entry)


def lookalikes(programme: Programme, entry: Entry) -> list[Lookalike]:
    """Other expenses of the same supplier and invoice number, or of the same amount and date. One query.

    Cancelled expenses and counter-entries are left out: entering a corrected invoice again is right.
    """
    key = invoice_key(entry.supplier, entry.invoice_number)
    same = Q(spent_on=entry.spent_on, amount_cents=entry.amount_cents)
    if key:
        same |= Q(duplicate_key=key)
    rows = (
        Expense.objects.for_programme(programme)
        .filter(same, answers__isnull=True)
        .exclude(status=ExpenseStatus.CANCELLED)
        .exclude(pk=entry.expense_id)
        .order_by("number")
    )
    return list(_told(programme, key, rows[:MOST]))


def _told(programme: Programme, key: str, rows: Iterable[Expense]) -> Iterable[Lookalike]:
    for row in rows:
        same_invoice = bool(key) and row.duplicate_key == key
        yield Lookalike(
            number=f"D{row.number:05d}",
            url=programme_url(programme, "funding:expense_detail", pk=row.pk),
            text=_("%(label)s, %(supplier)s, %(amount)s, le %(date)s")
            % {
                "label": row.label,
                "supplier": row.supplier,
                "amount": format_euros(row.amount_cents),
                "date": format_date(row.spent_on),
            },
            why=_("même fournisseur et même numéro de facture")
            if same_invoice
            else _("même montant et même date"),
        )
