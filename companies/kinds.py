"""What documents may be about, among companies: a participation, for whoever may see it."""

from typing import Any

from accounts.models import User
from companies.models import Participation
from companies.services import record_document
from core.registries import document_histories, document_subjects, visible_ids
from documents.selectors import text_ids
from programme.access import Access


def visible_participation_ids(access: Access) -> Any:
    """Identifiers, as text, of the participations the caller may see."""
    return text_ids(Participation.objects.visible_to(access))


document_subjects.register("participation", visible_participation_ids)
visible_ids.register(
    "participation", lambda access: Participation.objects.visible_to(access).order_by().values("pk")
)


def _tell(subject_id: str, title: str, url: str, actor: User | None) -> None:
    found = Participation.objects.filter(pk=subject_id).first()
    record_document(participation=found, title=title, url=url, actor=actor)


document_histories.register("participation", _tell)
