"""Background work on documents."""

from typing import Any

from django.utils.translation import gettext as _

from core.errors import BusinessError
from core.jobs import RunningJob, handler
from documents import services
from documents.models import Document
from documents.rendering import render
from programme.links import programme_url


@handler("documents.render")
def render_document(job: RunningJob, document_id: str) -> dict[str, Any]:
    """Lay a document out and keep its files; done again, it finds them and changes nothing."""
    document = Document.objects.select_related("programme", "requested_by").filter(pk=document_id).first()
    if document is None:
        raise BusinessError(_("Ce document n’existe plus."), code="document-gone")
    if document.is_withdrawn:
        raise BusinessError(_("Ce document a été retiré\u00a0: demandez-le de nouveau."), code="withdrawn")
    if not document.is_ready:
        rendered = render(document, progress=job.progress)
        job.progress(90, _("Enregistrement"))
        services.complete_document(document=document, rendered=rendered)
    return {
        "url": programme_url(document.programme, "documents:detail", pk=document.pk),
        "label": _("Ouvrir le document"),
    }
