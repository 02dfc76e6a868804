"""The map of disagreement of a result, in words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnostics.answers import UNANSWERED
from diagnostics.definition import Definition
from diagnostics.models import Diagnostic
from diagnostics.selectors.viewpoints import Retained, retained_words, stored_gaps
from diagnostics.wording import answer_words, points_words


@dataclass(frozen=True)
class GapDimension:
    """A theme: the score from each point of view, in tenths, the widest difference, how many differ."""

    title: str
    tenths: tuple[int | None, ...]
    spread: str
    different: int
    compared: int


@dataclass(frozen=True)
class GapQuestion:
    """A question answered differently: who said what, what was retained and by whom."""

    question: str
    section: str
    answers: tuple[str, ...]
    retained: str
    source: str


@dataclass(frozen=True)
class GapsView:
    """Where points of view differ, the widest gaps first."""

    views: tuple[str, ...]
    scores: tuple[int | None, ...]
    dimensions: tuple[GapDimension, ...]
    questions: tuple[GapQuestion, ...]
    different: int
    compared: int


def gaps_view(definition: Definition, diagnostic: Diagnostic) -> GapsView | None:
    """The map kept with the result; None when everybody answered together (one query otherwise)."""
    gaps = stored_gaps(definition, diagnostic)
    if gaps is None:
        return None
    retained = retained_words(definition, diagnostic)
    nothing = Retained("", "", "", "")
    return GapsView(
        views=gaps.views,
        scores=tuple(gaps.tenths[name] for name in gaps.views),
        dimensions=tuple(
            GapDimension(
                title=definition.dimension_by_code[each.dimension].title,
                tenths=tuple(each.tenths[name] for name in gaps.views),
                spread=points_words(each.spread_tenths),
                different=each.different,
                compared=each.compared,
            )
            for each in gaps.dimensions
            if each.compared
        ),
        questions=tuple(
            GapQuestion(
                question=definition.questions[gap.question].text,
                section=definition.dimension_by_code[gap.dimension].title,
                answers=tuple(
                    answer_words(definition.questions[gap.question], gap.given.get(name, UNANSWERED))
                    or _("sans réponse")
                    for name in gaps.views
                ),
                retained=(kept := retained.get(gap.question, nothing)).answer or _("sans réponse"),
                source=kept.words if kept.answer else "",
            )
            for gap in gaps.different
        ),
        different=len(gaps.different),
        compared=gaps.compared,
    )
