"""Reads about questionnaires: their published versions and their parsed definitions."""

import threading

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import get_language

from diagnostics.definition import Definition, parse_definition
from diagnostics.models import Diagnostic, Questionnaire, QuestionnaireVersion
from programme.models import Programme

_MOST_KEPT = 50
_parsed: dict[tuple[str, str], Definition] = {}
_lock = threading.Lock()


def definition_of(version: QuestionnaireVersion, language: str = "") -> Definition:
    """The parsed definition of a version, in the reader's language where its author wrote it.

    Kept in memory by the hash of its text: the same text always reads as the same value. A deferred
    ``definition`` column is fetched only the first time.
    """
    definition = _parse(version, "")
    wanted = language or (get_language() or "").partition("-")[0]
    if wanted == definition.language or wanted not in definition.languages:
        return definition
    return _parse(version, wanted)


def _parse(version: QuestionnaireVersion, language: str) -> Definition:
    known = _parsed.get((version.sha256, language))
    if known is not None:
        return known
    definition = parse_definition(version.definition, language)
    with _lock:
        if len(_parsed) >= _MOST_KEPT:
            _parsed.clear()
        _parsed[version.sha256, language] = definition
    return definition


def questionnaires_asked(programme: Programme) -> QuerySet[Questionnaire]:
    """Questionnaires that the programme's diagnostics answer, former ones included."""
    asked = Diagnostic.objects.for_programme(programme).order_by().values("questionnaire")
    return Questionnaire.objects.filter(pk__in=asked)


def questionnaires_for(programme: Programme) -> QuerySet[Questionnaire]:
    """Questionnaires with a published version that the programme may use: its own and the shared ones.

    A shared one gives way to the programme's own adaptation once that is published.
    """
    published = QuestionnaireVersion.objects.filter(questionnaire=OuterRef("pk"), published_at__isnull=False)
    adapted = QuestionnaireVersion.objects.filter(
        questionnaire__origin=OuterRef("pk"), questionnaire__programme=programme, published_at__isnull=False
    )
    own_or_shared = Q(programme=programme) | (Q(programme=None) & ~Exists(adapted))
    return Questionnaire.objects.filter(own_or_shared).filter(Exists(published))


def relatives_of(questionnaire_id: int) -> QuerySet[Questionnaire]:
    """A questionnaire, what it was copied from, its copies and theirs: a code means the same question in all.

    To be used inside a query; a row may come twice.
    """
    own = Q(pk=questionnaire_id) | Q(origin=questionnaire_id) | Q(adaptations=questionnaire_id)
    return Questionnaire.objects.filter(own | Q(origin__adaptations=questionnaire_id)).order_by()


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
