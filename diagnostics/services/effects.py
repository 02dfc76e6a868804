"""The effect a draft would have on answers really given: measured at once when few, by a job beyond."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import jobs
from core.models import Job
from diagnostics.definition import Definition, parse_definition
from diagnostics.effect import Effect, compare_one
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import Answer, Diagnostic, Questionnaire, QuestionnaireVersion
from diagnostics.selectors.filling import KeptAnswer, as_answers
from diagnostics.selectors.questionnaires import definition_of

FEW = 150
"""Up to this many companies the answer comes with the page: a second at most."""

CHUNK = 200
Progress = Callable[[int, str], None]
Row = tuple[int, int, int]


def real_diagnostics(questionnaire: Questionnaire) -> QuerySet[Diagnostic]:
    """The diagnostics handed in by the programme's companies to it or to what it was copied from."""
    family = [pk for pk in (questionnaire.pk, questionnaire.origin_id) if pk is not None]
    rows = Diagnostic.objects.filter(questionnaire__in=family, status=DiagnosticStatus.SUBMITTED)
    if questionnaire.programme_id is not None:
        rows = rows.filter(programme_id=questionnaire.programme_id)
    return rows


def companies_concerned(questionnaire: Questionnaire) -> int:
    """How many companies handed it in."""
    return real_diagnostics(questionnaire).values("participation_id").distinct().count()


def ask_effect(*, actor: User | None, version: QuestionnaireVersion) -> Job | None:
    """Measure the effect of a draft: at once when few companies answered, else by the job returned."""
    count = real_diagnostics(version.questionnaire).count()
    if count <= FEW:
        measure_effect(version=version)
        return None
    return jobs.enqueue(
        "diagnostics.measure_effect",
        key=f"effect-{version.pk}-{version.sha256[:16]}-{count}",
        label=_("Effet du brouillon sur les réponses réelles"),
        programme_id=version.questionnaire.programme_id,
        actor=actor,
        version_id=version.pk,
    )


def measure_effect(*, version: QuestionnaireVersion, progress: Progress | None = None) -> Effect:
    """Score every company's latest answers with both versions, and keep the counts on the draft.

    Constant memory: two hundred companies at a time. Raises ``DefinitionError`` when the draft is wrong.
    Measuring again gives the same counts.
    """
    after = parse_definition(version.definition)
    effect = measure(version.questionnaire, after, progress)
    kept = {
        **effect.to_json(),
        "sha256": version.sha256,
        "measured_at": timezone.now().isoformat(),
    }
    QuestionnaireVersion.objects.filter(pk=version.pk, published_at__isnull=True).update(effect=kept)
    return effect


def measure(questionnaire: Questionnaire, after: Definition, progress: Progress | None = None) -> Effect:
    """The effect of a definition on the latest answers of every company."""
    rows, total = real_diagnostics(questionnaire), companies_concerned(questionnaire)
    effect = Effect()
    latest = _latest_by_company(rows)
    while chunk := list(islice(latest, CHUNK)):
        _compare_chunk(effect, chunk, after)
        if progress is not None and total:
            step = _("%(done)s entreprises sur %(total)s") % {"done": effect.companies, "total": total}
            progress(100 * effect.companies // total, step)
    return effect


def _latest_by_company(rows: QuerySet[Diagnostic]) -> Iterator[Row]:
    """(diagnostic, version, participation): the last one handed in by each company."""
    ordered = rows.order_by("participation_id", "-submitted_at", "-pk")
    before = None
    for pk, version, participation in ordered.values_list("pk", "version_id", "participation_id").iterator(
        chunk_size=1_000
    ):
        if participation != before:
            before = participation
            yield pk, version, participation


def _compare_chunk(effect: Effect, chunk: list[Row], after: Definition) -> None:
    versions = QuestionnaireVersion.objects.defer("definition").in_bulk(
        {version for _pk, version, _p in chunk}
    )
    answers: dict[int, dict[str, KeptAnswer]] = {}
    wanted = Answer.objects.filter(diagnostic__in=[pk for pk, _v, _p in chunk], respondent__is_main=True)
    fields = ("diagnostic_id", "question_code", "value", "not_applicable")
    for pk, code, value, not_applicable in wanted.values_list(*fields).order_by().iterator():
        kept: Any = KeptAnswer(value, not_applicable, "", None)
        answers.setdefault(pk, {})[code] = kept
    for pk, version, _participation in chunk:
        before = definition_of(versions[version])
        compare_one(effect, before, after, as_answers(before, answers.get(pk, {})))
