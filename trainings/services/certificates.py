"""Certificates asked for, one document per person who was present."""

import hashlib
import json

from django.utils.translation import gettext as _

from accounts.models import User
from documents.models import Document
from documents.services import request_document
from documents.snapshots import freeze
from trainings.certificates import CertificateContext, certificate_context
from trainings.models import Session


def request_certificates(*, actor: User | None, session: Session) -> list[Document]:
    """Ask for the certificate of everybody who attended; asking twice gives the same documents.

    A certificate that already says the same is given back; a corrected sheet, or a signatory named since,
    makes a new one.
    Side effects: one document and one job per person, an audit event for each.
    """
    people = session.enrolments.holding_a_place().select_related(
        "session__course", "session__provider", "participation"
    )
    documents = []
    for enrolment in people:
        context = certificate_context(enrolment)
        if context is None:
            continue
        documents.append(
            request_document(
                kind="training-certificate",
                programme=session.programme,
                actor=actor,
                title=_("Certificat de réalisation – %(name)s") % {"name": enrolment.full_name},
                context=context,
                subject=enrolment,
                is_final=True,
                key=f"enrolment-{enrolment.pk}-{_fingerprint(context)}",
            )
        )
    return documents


def _fingerprint(context: CertificateContext) -> str:
    """Everything the certificate states, in few characters."""
    return hashlib.sha256(json.dumps(freeze(context), sort_keys=True).encode()).hexdigest()[:24]
