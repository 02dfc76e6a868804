"""Evidence that hangs on an expense."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.errors import BusinessError
from core.files import check_upload, store_upload
from core.models import StoredFile
from funding.enums import EvidenceKind, ExpenseStatus
from funding.models import Evidence, Expense


@transaction.atomic
def add_evidence(*, actor: User | None, expense: Expense, upload: Any, kind: EvidenceKind) -> Evidence:
    """Keep an uploaded piece, accepted by its content. The same file twice gives the same piece.

    Raises ``BusinessError`` for a file that is refused or a cancelled expense.
    Side effects: one stored file, one audit event.
    """
    _check_open(expense)
    check_upload(upload)
    stored = store_upload(upload, programme_id=expense.programme_id, actor=actor)
    return attach_evidence(actor=actor, expense=expense, file=stored, kind=kind)


@transaction.atomic
def attach_evidence(
    *, actor: User | None, expense: Expense, file: StoredFile, kind: EvidenceKind
) -> Evidence:
    """Hang a stored file on an expense. The same content twice gives the same piece.

    Raises ``BusinessError`` for a cancelled expense.
    """
    Expense.objects.select_for_update(no_key=True).get(pk=expense.pk)
    _check_open(expense)
    existing = expense.evidence.filter(file__sha256=file.sha256).first()
    if existing is not None:
        if existing.file_id != file.pk and not Evidence.objects.filter(file=file).exists():
            storage, name = file.content.storage, str(file.content.name)
            file.delete()
            transaction.on_commit(lambda: storage.delete(name))
        return existing
    piece = Evidence(expense=expense, file=file, kind=kind)
    piece.full_clean()
    piece.save()
    audit.record(
        actor=actor,
        verb="evidence.added",
        obj=expense,
        programme_id=expense.programme_id,
        changes={"file": file.name, "kind": kind.value, "sha256": file.sha256},
    )
    return piece


@transaction.atomic
def remove_evidence(*, actor: User | None, piece: Evidence) -> None:
    """Take a piece off a draft; the stored file is kept, so that nothing is lost by mistake.

    Raises ``BusinessError`` once the expense was submitted.
    """
    expense = Expense.objects.select_for_update(no_key=True).get(pk=piece.expense_id)
    if expense.status != ExpenseStatus.DRAFT:
        raise BusinessError(
            _("La dépense a été soumise\u00a0: ses pièces ne se retirent plus."), code="state"
        )
    if Evidence.objects.filter(pk=piece.pk).delete()[0]:
        audit.record(
            actor=actor,
            verb="evidence.removed",
            obj=expense,
            programme_id=expense.programme_id,
            changes={"file": piece.file.name, "kind": piece.kind},
        )


def _check_open(expense: Expense) -> None:
    if expense.status == ExpenseStatus.CANCELLED:
        raise BusinessError(_("La dépense est annulée\u00a0: elle ne reçoit plus de pièce."), code="state")
