"""The receipt of a diagnostic: an e-mail with the answers as a PDF, sent once for each handing in."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import jobs
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import Diagnostic, Respondent
from diagnostics.selectors.answers_document import answers_context
from diagnostics.selectors.questionnaires import definition_of
from diagnostics.wording import score_words
from documents.models import Document
from documents.services import PDF_TYPE, file_name, request_document
from notifications.services import send_message
from programme.links import programme_url


def ask_receipt(*, actor: User | None, diagnostic: Diagnostic) -> None:
    """Ask for the receipt of a diagnostic just handed in, in the transaction that stores its result.

    Side effect: one job, which makes the PDF and then the e-mail.
    """
    jobs.enqueue(
        "diagnostics.receipt",
        key=f"diagnostic-receipt-{diagnostic.pk}-{_stamp(diagnostic.submitted_at)}",
        programme_id=diagnostic.programme_id,
        actor=actor,
        diagnostic_id=diagnostic.pk,
    )


def request_answers_document(*, actor: User | None, diagnostic: Diagnostic) -> Document:
    """The PDF of the answers handed in; asking again gives the same document.

    ``diagnostic`` comes from ``selectors.results.diagnostic_with_result``. Side effects: those of
    ``documents.services.request_document``.
    """
    context = answers_context(diagnostic)
    return request_document(
        kind="diagnostic-answers",
        programme=diagnostic.programme,
        actor=actor,
        title=_("Réponses au diagnostic – %(company)s") % {"company": context.company},
        context=context,
        subject=diagnostic,
        is_final=True,
        key=f"diagnostic-answers-{diagnostic.pk}-{_stamp(diagnostic.submitted_at)}",
    )


@transaction.atomic
def send_receipt(*, diagnostic: Diagnostic, document: Document) -> int:
    """Send the receipt, the PDF attached, to the respondent and to whoever handed in; how many were sent.

    Sending again sends nothing: the row says that it left. Side effects: one or two e-mails.
    """
    row: Diagnostic = Diagnostic.objects.select_for_update(of=("self",)).get(pk=diagnostic.pk)
    if row.status != DiagnosticStatus.SUBMITTED or row.receipt_at is not None or document.file is None:
        return 0
    recipients = _recipients(diagnostic)
    definition = definition_of(diagnostic.version)
    attachment = {
        "file": str(document.file_id),
        "name": file_name(document, "pdf"),
        "type": PDF_TYPE,
    }
    context: dict[str, Any] = {
        "company": diagnostic.participation.name,
        "title": definition.title,
        "submitted_at": diagnostic.submitted_at.isoformat() if diagnostic.submitted_at else "",
        "score": score_words(diagnostic.score_tenths),
        "level": diagnostic.level_name,
        "code": document.code,
    }
    for user, link_path in recipients:
        send_message(
            template="diagnostic_receipt",
            recipient=user,
            programme=diagnostic.programme,
            participation_id=diagnostic.participation_id,
            context={**context, "first_name": user.first_name},
            link_path=link_path,
            attachments=[attachment],
        )
    row.receipt_at = timezone.now()
    row.save(update_fields=["receipt_at"])
    return len(recipients)


def _recipients(diagnostic: Diagnostic) -> list[tuple[User, str]]:
    """The respondent, with a link to her result; whoever else handed it in, who has her own way in."""
    main = Respondent.objects.select_related("user").filter(diagnostic=diagnostic, is_main=True).first()
    found = []
    if main is not None and main.user is not None:
        page = programme_url(diagnostic.programme, "diagnostics:space_result", pk=diagnostic.pk)
        found.append((main.user, page))
    other = diagnostic.submitted_by
    if other is not None and other.pk not in {user.pk for user, _page in found}:
        found.append((other, ""))
    return found


def _stamp(at: datetime | None) -> str:
    return at.strftime("%Y%m%d%H%M%S%f") if at else ""
