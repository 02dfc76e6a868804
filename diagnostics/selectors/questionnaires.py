"""Reads about questionnaires: their published versions and their parsed definitions."""

import threading

from django.db.models import Exists, OuterRef, Q, QuerySet

from diagnostics.definition import Definition, parse_definition
from diagnostics.models import Questionnaire, QuestionnaireVersion
from programme.models import Programme

_MOST_KEPT = 50
_parsed: dict[str, Definition] = {}
_lock = threading.Lock()


def definition_of(version: QuestionnaireVersion) -> Definition:
    """The parsed definition of a version.

    Kept in memory by the hash of its text: the same text always reads as the same value. A deferred
    ``definition`` column is fetched only the first time.
    """
    known = _parsed.get(version.sha256)
    if known is not None:
        return known
    definition = parse_definition(version.definition)
    with _lock:
        if len(_parsed) >= _MOST_KEPT:
            _parsed.clear()
        _parsed[version.sha256] = definition
    return definition


def questionnaires_for(programme: Programme) -> QuerySet[Questionnaire]:
    """Questionnaires with a published version that the programme may use: its own and the shared ones."""
    published = QuestionnaireVersion.objects.filter(questionnaire=OuterRef("pk"), published_at__isnull=False)
    return Questionnaire.objects.filter(Q(programme=None) | Q(programme=programme)).filter(Exists(published))


def latest_version(questionnaire: Questionnaire) -> QuestionnaireVersion | None:
    """The published version that new diagnostics use."""
    published = questionnaire.versions.filter(published_at__isnull=False)
    return published.order_by("-number").first()


def find_version(reference: str) -> QuestionnaireVersion | None:
    """The version named ``CODE`` (the latest, published first) or ``CODE@NUMBER``."""
    code, _at, number = reference.partition("@")
    rows = QuestionnaireVersion.objects.filter(questionnaire__code=code).select_related("questionnaire")
    if number:
        return rows.filter(number=int(number)).first() if number.isdigit() else None
    return (
        rows.filter(published_at__isnull=False).order_by("-number").first()
        or rows.order_by("-number").first()
    )
