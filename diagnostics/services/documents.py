"""The result as a document."""

import hashlib
import json

from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import BusinessError
from diagnostics.models import Diagnostic
from diagnostics.selectors.result_page import ResultContext, result_context
from documents.models import Document
from documents.services import request_document
from documents.snapshots import freeze


def request_result_document(*, actor: User | None, diagnostic: Diagnostic) -> Document:
    """Ask for the PDF of a result; while it tells the same, asking again gives the same document.

    A newer table of peers, or a diagnostic reopened and handed in again, tells something else.

    Raises ``BusinessError`` while the diagnostic is not handed in. Side effects: those of
    ``documents.services.request_document``.
    """
    context = result_context(diagnostic)
    if context is None:
        raise BusinessError(_("Ce diagnostic n’est pas encore remis."), code="not-submitted")
    return request_document(
        kind="diagnostic-result",
        programme=diagnostic.programme,
        actor=actor,
        title=_("Résultat du diagnostic – %(company)s") % {"company": context.company},
        context=context,
        subject=diagnostic,
        is_final=True,
        key=f"diagnostic-{diagnostic.pk}-{_digest(context)}",
    )


def _digest(context: ResultContext) -> str:
    told = json.dumps(freeze(context), sort_keys=True).encode()
    return hashlib.sha256(told).hexdigest()[:16]
