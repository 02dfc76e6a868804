"""What a company sees of its diagnostics."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils import timezone

from companies.models import Participation
from core.formats import format_date
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import Contributor, Diagnostic, Respondent
from diagnostics.selectors.pages import answered_words
from diagnostics.wording import score_words
from programme.access import Access
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


def space_diagnostics(access: Access, participation: Participation) -> SpacePage:
    """The diagnostics of one company: to fill, and handed in (one query).

    Whoever was asked for a part, or for her point of view, sees that one only, and no result.
    """
    asked = Contributor.objects.filter(diagnostic=OuterRef("pk"), user=access.user)
    alone = Respondent.objects.filter(diagnostic=OuterRef("pk"), user=access.user, is_main=False)
    whole = Diagnostic.objects.read_whole_by(access).filter(pk=OuterRef("pk"))
    rows = (
        Diagnostic.objects.filter(participation=participation)
        .exclude(status=DiagnosticStatus.CANCELLED)
        .annotate(is_whole=Exists(whole), is_asked=Exists(asked), is_alone=Exists(alone))
        .select_related("questionnaire")
        .defer("result")
    )
    opened, results = [], []
    for row in rows:
        if row.status == DiagnosticStatus.SUBMITTED:
            if row.is_whole:
                results.append(_result_card(row, access.programme))
        elif row.is_whole or row.is_asked or row.is_alone:
            opened.append(_open_card(row, access.programme))
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
        day=format_date(timezone.localdate(row.submitted_at)) if row.submitted_at else "",
        score=score_words(row.score_tenths),
        level=row.level_name,
        url=programme_url(programme, "diagnostics:space_result", pk=row.pk),
    )
