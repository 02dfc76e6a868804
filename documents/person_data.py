"""What documents tell about a person. A document cannot be rewritten: it is kept by law, or withdrawn."""

from collections.abc import Iterator

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from core.i18n import gettext_lazy as _
from core.persons import Erasure, PersonRecord, PersonScope, kept
from core.registries import PersonDataSource, document_kinds, person_data
from documents.models import Document
from documents.selectors import kind_label
from documents.services import withdraw_document

EVIDENCE_REASON = _(
    "Justificatif du cofinancement ou de la formation\u00a0: conservé 10 ans, puis retiré\u00a0; seule "
    "son empreinte "
    "reste alors."
)
AUTHOR_REASON = _("Le nom de qui l’a demandé est imprimé sur un document figé, dont l’empreinte fait foi.")


def _naming(scope: PersonScope) -> Iterator[tuple[Document, bool]]:
    """Documents that name the person, with whether it is in what they tell, and not as their author."""
    rows = scope.within(Document.objects.filter(withdrawn_at=None)).select_related("programme")
    rows = rows.annotate(told=Cast("snapshot", TextField()))
    if needles := scope.identity.needles():
        wanted = Q()
        for needle in needles:
            wanted |= Q(told__icontains=needle) | Q(title__icontains=needle)
        rows = rows.filter(wanted)
    for document in rows.order_by("created_at"):
        content = [document.title, {key: each for key, each in document.snapshot.items() if key != "face"}]
        if scope.identity.mentioned_in(content):
            yield document, True
        elif scope.identity.mentioned_in(document.snapshot):
            yield document, False


def _is_evidence(document: Document) -> bool:
    return document.kind in document_kinds and document_kinds.get(document.kind).is_evidence


def _collect(scope: PersonScope) -> list[PersonRecord]:
    return [
        PersonRecord(
            kind_label(document.kind) if told else str(_("Document demandé par la personne")),
            {
                str(_("titre")): document.title,
                str(_("établi le")): document.created_at,
                str(_("code de vérification")): document.code,
            },
        )
        for document, told in _naming(scope)
    ]


def _erase(scope: PersonScope) -> Erasure:
    evidence = authored = withdrawn = 0
    for document, told in list(_naming(scope)):
        if not told:
            authored += 1
        elif _is_evidence(document):
            evidence += 1
        else:
            withdraw_document(document=document)
            withdrawn += 1
    return Erasure(
        erased=withdrawn,
        kept=kept(_("Documents qui la nomment"), evidence, EVIDENCE_REASON)
        + kept(_("Documents qu’elle a demandés"), authored, AUTHOR_REASON),
    )


person_data.register(
    "documents",
    PersonDataSource(
        label=_("Documents"),
        purpose=_("Remettre et justifier ce qui a été fait (convention, obligation légale)."),
        rank=35,
        collect=_collect,
        erase=_erase,
        keeps={
            "documents.document.snapshot": "",
            "documents.document.title": "",
            "documents.document.key": "",
        },
    ),
)
