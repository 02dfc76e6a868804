"""Imports of expenses: a file is read and judged whole, shown, then applied in short resumable chunks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import prefetch_related_objects

from accounts.models import User
from companies.faults import FileFaultCode, FileFaultError
from core import staged_imports
from core.enums import RowOutcome
from core.errors import BusinessError
from core.formats import format_euros
from core.staged_imports import STAGE_CHUNK, Progress, StagedImport, silent
from funding.enums import ExpenseStatus
from funding.expense_file import Column, ExpenseDraft, JudgedRow, Reason, Remark, judge, parse
from funding.import_wording import describe, describe_file
from funding.models import BudgetLine, Expense, ExpenseImport, ExpenseImportRow
from funding.selectors.imports import file_context, known_expenses, known_sirets
from funding.services.expenses import create_expense, update_expense
from funding.services.suppliers import remember_supplier
from programme.models import Programme

_TOKENS = UUID("6f0c2a1e-53a2-4c1b-9a53-0b9f7a52f001")
EXPENSES = StagedImport(
    batches=ExpenseImport,
    key="expense-import",
    verb="expense_import",
    read_job="funding.read_expenses",
    apply_job="funding.apply_expenses",
    apply_chunk=50,
)


@transaction.atomic
def receive_expense_file(
    *, actor: User | None, programme: Programme, name: str, content: bytes
) -> ExpenseImport:
    """Keep a file and have a job judge it; nothing is entered yet.

    The same file from the same person within two minutes is one click, hence one import. Raises
    ``BusinessError`` for an empty file or one too large. Side effects: one file, one row, one job.
    """
    if not content or len(content) > settings.IMPORT_MAX_BYTES:
        code = FileFaultCode.TOO_LARGE if content else FileFaultCode.EMPTY
        limit = str(settings.IMPORT_MAX_BYTES // 1024**2)
        raise BusinessError(describe_file(FileFaultError(code, detail=limit)), field="file", code=code)
    batch: ExpenseImport = staged_imports.receive(
        EXPENSES, actor=actor, programme_id=programme.pk, name=name, content=content
    )
    if batch.job_id is None:
        staged_imports.start_reading(EXPENSES, actor=actor, batch=batch)
    return batch


def stage_expenses(*, batch: ExpenseImport, progress: Progress = silent) -> None:
    """Read the file and stage what each row would do. Nothing is entered; running again starts afresh.

    Side effects: rows of the batch; its status becomes ``checked``, or ``failed`` with the reason.
    """
    if not staged_imports.begin_staging(batch, progress):
        return
    try:
        if batch.file is None:
            raise FileFaultError(FileFaultCode.EMPTY)
        with batch.file.content.open("rb") as stream:
            table = parse(stream.read())
        rows = list(judge(table, file_context(batch.programme)))
    except FileFaultError as fault:
        staged_imports.fail_staging(batch, describe_file(fault))
        return
    chunks = (rows[start : start + STAGE_CHUNK] for start in range(0, len(rows), STAGE_CHUNK))
    staged_imports.stage(
        chunks,
        len(rows),
        lambda chunk: ExpenseImportRow.objects.bulk_create(_staged(batch, chunk, table.headings)),
        progress,
    )
    staged_imports.end_staging(batch, {"ignored": list(table.ignored), **_brought(batch)})


def _staged(
    batch: ExpenseImport, rows: Sequence[JudgedRow], headings: Mapping[Column, str]
) -> Iterable[ExpenseImportRow]:
    drafts = [row.draft for row in rows if row.draft is not None]
    known = known_expenses(batch.programme, drafts)
    sirets = known_sirets(batch.programme, drafts)
    for row in rows:
        yield _stage(batch, row, known.of(row.draft), known.like(row.draft), sirets, headings)


def _stage(
    batch: ExpenseImport,
    row: JudgedRow,
    existing: Expense | None,
    lookalike: str,
    sirets: Mapping[str, str],
    headings: Mapping[Column, str],
) -> ExpenseImportRow:
    staged = ExpenseImportRow(batch=batch, number=row.number, label=row.label)
    if row.draft is None:
        staged.outcome, staged.problems = RowOutcome.REFUSED, [describe(remark) for remark in row.refusals]
        return staged
    draft, warnings = row.draft, []
    staged.data = asdict(draft)
    listed = sirets.get(draft.supplier, "")
    if draft.siret and listed and listed != draft.siret:
        warnings.append(Remark(Reason.SIRET_DIFFERS, headings[Column.SIRET], draft.siret, listed))
    if existing is None:
        staged.outcome = RowOutcome.CREATED
        if lookalike:
            warnings.append(Remark(Reason.LOOKALIKE, headings[Column.AMOUNT], "", lookalike))
    elif not _differs(existing, draft):
        staged.outcome, staged.expense = RowOutcome.UNCHANGED, existing
    elif existing.status == ExpenseStatus.DRAFT:
        staged.outcome, staged.expense = RowOutcome.UPDATED, existing
    else:
        told = f"D{existing.number:05d}, {format_euros(existing.amount_cents)}"
        staged.outcome, staged.expense = RowOutcome.REFUSED, existing
        staged.problems = [describe(Remark(Reason.KNOWN_OTHERWISE, headings[Column.AMOUNT], "", told))]
    staged.warnings = [describe(remark) for remark in warnings]
    return staged


def _values(draft: ExpenseDraft) -> dict[str, Any]:
    return {
        "label": draft.label,
        "supplier": draft.supplier,
        "invoice_number": draft.invoice_number,
        "spent_on": date.fromisoformat(draft.spent_on),
        "amount_cents": draft.amount_cents,
        "tax_cents": draft.tax_cents,
        "recoverable_tax_cents": draft.recoverable_cents,
        "eligible_cents": draft.eligible_cents,
    }


def _differs(existing: Expense, draft: ExpenseDraft) -> bool:
    return any(getattr(existing, name) != value for name, value in _values(draft).items())


def _brought(batch: ExpenseImport) -> dict[str, int]:
    """What the rows to enter come to, in cents."""
    rows = batch.rows.filter(outcome__in=staged_imports.TO_APPLY).values("data")
    return {"amount_cents": sum(row["data"]["amount_cents"] for row in rows)}


def confirm_expenses(*, actor: User | None, batch: ExpenseImport) -> UUID | None:
    """Have a job enter a checked file; the job's id. Clicking again gives the same job.

    Raises ``BusinessError`` when the file was not read, or could not be.
    """
    return staged_imports.confirm(EXPENSES, actor=actor, batch=batch)


def apply_expenses(*, actor: User | None, batch: ExpenseImport, progress: Progress = silent) -> None:
    """Enter the rows not entered yet, chunk by chunk; stopped half-way, it goes on where it was.

    A row that the data refuses meanwhile says why and the others go on.
    """
    lines = {line.pk: line for line in BudgetLine.objects.for_programme(batch.programme)}

    def enter(rows: list[ExpenseImportRow]) -> None:
        prefetch_related_objects(rows, "expense")
        for row in rows:
            _apply(actor, row, lines)

    staged_imports.apply(
        EXPENSES,
        batch,
        enter,
        actor=actor,
        recount=lambda fresh: {**staged_imports.outcomes(fresh), **_brought(fresh)},
        progress=progress,
    )


def _apply(actor: User | None, row: ExpenseImportRow, lines: Mapping[int, BudgetLine]) -> None:
    draft = ExpenseDraft(**row.data)
    try:
        with transaction.atomic():
            if row.outcome == RowOutcome.UPDATED and row.expense is not None:
                row.expense = update_expense(
                    actor=actor, expense=row.expense, line=lines[draft.line_id], **_values(draft)
                )
            else:
                row.expense = create_expense(
                    actor=actor,
                    line=lines[draft.line_id],
                    form_token=uuid5(_TOKENS, f"{row.batch_id}:{row.number}"),
                    **_values(draft),
                )
            remember_supplier(
                actor=actor, programme=row.expense.programme, name=draft.supplier, siret=draft.siret
            )
    except BusinessError as error:
        row.outcome, row.problems = RowOutcome.REFUSED, [error.message]
    row.applied = True
    row.save(update_fields=["outcome", "problems", "expense", "applied"])
