"""What a company sees of its diagnostics."""

from dataclasses import dataclass

from companies.models import Participation
from core.formats import format_date
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import Diagnostic
from diagnostics.selectors.pages import answered_words
from diagnostics.wording import score_words
from programme.links import programme_url
from programme.models import Programme


@dataclass(frozen=True)
class OpenCard:
    """A diagnostic to fill."""

    title: str
    percent: int
    text: str
    url: str
    started: bool


@dataclass(frozen=True)
class ResultCard:
    """A diagnostic handed in."""

    title: str
    day: str
    score: str
    level: str
    url: str


@dataclass(frozen=True)
class SpacePage:
    """The company's diagnostics, newest first."""

    opened: tuple[OpenCard, ...]
    results: tuple[ResultCard, ...]


def space_diagnostics(participation: Participation, programme: Programme) -> SpacePage:
    """The diagnostics of one company: to fill, and handed in (one query)."""
    rows = (
        Diagnostic.objects.filter(participation=participation)
        .exclude(status=DiagnosticStatus.CANCELLED)
        .select_related("questionnaire")
        .defer("result")
    )
    opened, results = [], []
    for row in rows:
        if row.status == DiagnosticStatus.SUBMITTED:
            results.append(_result_card(row, programme))
        else:
            opened.append(_open_card(row, programme))
    return SpacePage(tuple(opened), tuple(results))


def _open_card(row: Diagnostic, programme: Programme) -> OpenCard:
    total = row.visible_count
    return OpenCard(
        title=row.questionnaire.title,
        percent=100 * row.answered_count // total if total else 0,
        text=answered_words(row.answered_count, total),
        url=programme_url(programme, "diagnostics:space_diagnostic", pk=row.pk),
        started=row.status == DiagnosticStatus.STARTED,
    )


def _result_card(row: Diagnostic, programme: Programme) -> ResultCard:
    return ResultCard(
        title=row.questionnaire.title,
        day=format_date(row.submitted_at.date()) if row.submitted_at else "",
        score=score_words(row.score_tenths),
        level=row.level_name,
        url=programme_url(programme, "diagnostics:space_result", pk=row.pk),
    )
