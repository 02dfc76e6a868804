"""Counts of answers, made by the database: the only place where the observatory touches answers.

Every read is a GROUP BY; what leaves this module is counts and sums, never a company. A group of
linked companies is represented by one of them (``docs/adr/2026-11-23-secret-statistique.md``).
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from companies.models import Participation
from diagnostics.definition import Definition, Kind
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import Answer, Diagnostic, DimensionScore, Questionnaire, QuestionnaireVersion
from observatory.aggregates import Sum as ScoreSum
from observatory.composing import Group
from observatory.sheets import OVERALL
from programme.models import Programme


@dataclass(frozen=True)
class ScoreSums:
    """Sums of scores in tenths by A10 sector and department: ``sums[measure][(sector, department)]``."""

    sums: Mapping[str, Mapping[tuple[str, str], ScoreSum]]


def end_of(day: date) -> datetime:
    """The first instant after a day, in local time."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def main_version(programme: Programme, day: date) -> QuestionnaireVersion | None:
    """Latest version of the questionnaire most answered on a date, nothing when none was submitted."""
    submitted = Diagnostic.objects.for_programme(programme).filter(
        status=DiagnosticStatus.SUBMITTED, submitted_at__lt=end_of(day)
    )
    found = submitted.values("questionnaire").annotate(n=Count("pk")).order_by("-n", "questionnaire").first()
    if found is None:
        return None
    return (
        QuestionnaireVersion.objects.select_related("questionnaire")
        .filter(questionnaire=found["questionnaire"], diagnostics__in=submitted)
        .order_by("-number")
        .first()
    )


def counted_diagnostics(
    programme: Programme, questionnaire: Questionnaire, day: date
) -> QuerySet[Diagnostic]:
    """The last submitted diagnostic of each company that consented, one company per group.

    The representative of a group is the first of its companies to have joined the programme, so that it
    stays the same from one release to the next. Establishments of one company are a group too.
    """
    submitted = Diagnostic.objects.filter(
        questionnaire=questionnaire, status=DiagnosticStatus.SUBMITTED, submitted_at__lt=end_of(day)
    )
    eligible = (
        Participation.objects.for_programme(programme)
        .filter(observatory_consent=True)
        .filter(Exists(submitted.filter(participation=OuterRef("pk"))))
    )
    earlier = eligible.filter(pk__lt=OuterRef("participation_id"))
    later = submitted.filter(participation=OuterRef("participation_id")).filter(
        Q(submitted_at__gt=OuterRef("submitted_at"))
        | Q(submitted_at=OuterRef("submitted_at"), pk__gt=OuterRef("pk"))
    )
    return (
        submitted.filter(programme=programme, participation__observatory_consent=True)
        .filter(~Exists(later))
        .filter(~Exists(earlier.filter(group__isnull=False, group=OuterRef("participation__group"))))
        .filter(
            ~Exists(earlier.filter(establishment__company=OuterRef("participation__establishment__company")))
        )
        .order_by()
    )


def count_population(diagnostics: QuerySet[Diagnostic]) -> list[Group]:
    """Groups by activity section, EPCI, arrondissement, size band and level, in one query."""
    rows = diagnostics.values_list(
        "participation__section",
        "participation__epci_siren",
        "participation__arrondissement_code",
        "participation__size_band",
        "level",
    ).annotate(n=Count("pk"))
    return [Group(*row) for row in rows]


def sum_scores(diagnostics: QuerySet[Diagnostic]) -> ScoreSums:
    """Count, sum and greatest score of the overall score and of each dimension, in two queries."""
    place = ("participation__a10", "participation__department_code")
    found: dict[str, dict[tuple[str, str], ScoreSum]] = defaultdict(dict)
    overall = (
        diagnostics.filter(score_tenths__isnull=False)
        .values_list(*place)
        .annotate(n=Count("pk"), total=Sum("score_tenths"), top=Max("score_tenths"))
    )
    for sector, department, count, total, top in overall:
        found[OVERALL][(sector, department)] = ScoreSum(count, total, top)
    parts = (
        DimensionScore.objects.filter(diagnostic__in=diagnostics.values("pk"), score_tenths__isnull=False)
        .order_by()
        .values_list("dimension_code", *(f"diagnostic__{field}" for field in place))
        .annotate(n=Count("pk"), total=Sum("score_tenths"), top=Max("score_tenths"))
    )
    for dimension, sector, department, count, total, top in parts:
        found[dimension][(sector, department)] = ScoreSum(count, total, top)
    return ScoreSums(found)


def count_choices(diagnostics: QuerySet[Diagnostic]) -> dict[str, Counter[str]]:
    """Answers to single choices: question → choice → groups, in one query."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    rows = (
        _answers(diagnostics)
        .exclude(choice="")
        .values_list("question_code", "choice")
        .annotate(n=Count("pk"))
    )
    for question, choice, count in rows:
        counts[question][choice] += count
    return counts


def count_values(
    diagnostics: QuerySet[Diagnostic], definition: Definition
) -> dict[str, list[tuple[Any, int]]]:
    """Other countable answers (several choices, scales, grids): question → (value, groups), in one query."""
    kinds = (Kind.MULTIPLE, Kind.SCALE, Kind.MATRIX)
    codes = [code for code, question in definition.questions.items() if question.kind in kinds]
    counts: dict[str, list[tuple[Any, int]]] = defaultdict(list)
    rows = (
        _answers(diagnostics)
        .filter(question_code__in=codes, value__isnull=False)
        .values_list("question_code", "value")
        .annotate(n=Count("pk"))
    )
    for question, value, count in rows:
        counts[question].append((value, count))
    return counts


def _answers(diagnostics: QuerySet[Diagnostic]) -> QuerySet[Answer]:
    """Answers of the companies; « sans objet », and those kept for hidden questions, are left out."""
    return Answer.objects.filter(
        diagnostic__in=diagnostics.values("pk"),
        respondent__is_main=True,
        not_applicable=False,
        is_counted=True,
    ).order_by()
