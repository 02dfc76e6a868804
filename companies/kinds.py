"""What documents may be about, among companies: a participation, for whoever may see it."""

from typing import Any

from companies.models import Participation
from core.registries import document_subjects
from documents.selectors import text_ids
from programme.access import Access


def visible_participation_ids(access: Access) -> Any:
    """Identifiers, as text, of the participations the caller may see."""
    return text_ids(Participation.objects.visible_to(access))


document_subjects.register("participation", visible_participation_ids)
