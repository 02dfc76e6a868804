"""Documents of trainings, and who may read them."""

from typing import Any

from accounts.models import User
from companies.services import record_document
from core.i18n import gettext_lazy
from core.registries import DocumentKind, document_histories, document_kinds, document_subjects
from documents.selectors import text_ids
from documents.snapshots import revive
from programme.access import Access
from trainings.certificates import CertificateContext
from trainings.models import Enrolment


def _prepare(content: dict[str, Any]) -> dict[str, Any]:
    """The certificate, from the snapshot alone."""
    return {"certificate": revive(CertificateContext, content)}


def _visible_ids(access: Access) -> Any:
    return text_ids(Enrolment.objects.visible_to(access))


# Ten years: the evidence of a co-funded action is kept that long, the certificate alone only three.
document_kinds.register(
    "training-certificate",
    DocumentKind(
        label=gettext_lazy("Certificat de réalisation"),
        template="documents/pdf/training_certificate.html",
        schema=1,
        retention_years=10,
        is_evidence=True,
        prepare=_prepare,
    ),
)
document_subjects.register("enrolment", _visible_ids)


def _tell(subject_id: str, title: str, url: str, actor: User | None) -> None:
    found = Enrolment.objects.select_related("participation").filter(pk=subject_id).first()
    record_document(participation=found.participation if found else None, title=title, url=url, actor=actor)


document_histories.register("enrolment", _tell)
