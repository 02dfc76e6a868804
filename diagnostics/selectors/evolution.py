"""From one diagnostic of a company to the next, with a statement of what may be compared."""

import threading
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnostics.comparability import Comparability, DimensionChange, Sameness, compare
from diagnostics.definition import Definition
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import Diagnostic, QuestionnaireVersion
from diagnostics.selectors.questionnaires import definition_of, relatives_of
from diagnostics.wording import points_words, signed_points

_MOST_KEPT = 200
_compared: dict[tuple[str, str], Comparability] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class MomentView:
    """One diagnostic: « T0 », its date, version, score and level."""

    name: str
    day: date
    version: int
    score: str
    tenths: int | None
    level: str


@dataclass(frozen=True)
class ChangeCell:
    """A score at one moment, and what it gained since the former one; ``note`` when it may not be told."""

    score: str
    change: str
    tone: str
    note: str


@dataclass(frozen=True)
class ChangeRow:
    """A dimension (or the whole) over the moments."""

    title: str
    cells: tuple[ChangeCell, ...]


@dataclass(frozen=True)
class EvolutionView:
    """All diagnostics of a company on one questionnaire and its adaptations, oldest first, up to the one
    shown."""

    moments: tuple[MomentView, ...]
    overall: ChangeRow
    rows: tuple[ChangeRow, ...]
    statements: tuple[str, ...]
    is_whole: bool


@dataclass(frozen=True)
class _Moment:
    diagnostic: Diagnostic
    definition: Definition
    scores: dict[str, int | None]


def evolution_of(diagnostic: Diagnostic) -> EvolutionView | None:
    """The evolution up to this diagnostic; None for a first one (two queries)."""
    moments = _moments(diagnostic)
    if len(moments) < 2:
        return None
    steps = [
        compared(before.diagnostic.version, after.diagnostic.version) for before, after in pairwise(moments)
    ]
    names = [_("T%(rank)s") % {"rank": rank} for rank in range(len(moments))]
    return EvolutionView(
        moments=tuple(_view(name, moment) for name, moment in zip(names, moments, strict=True)),
        overall=_overall(moments, steps),
        rows=tuple(_row(each.code, each.title, moments, steps) for each in moments[-1].definition.dimensions),
        statements=tuple(
            _statement(names[rank], names[rank + 1], moments[rank], moments[rank + 1], step)
            for rank, step in enumerate(steps)
        ),
        is_whole=all(step.is_whole for step in steps),
    )


def compared(before: QuestionnaireVersion, after: QuestionnaireVersion) -> Comparability:
    """What may be compared between two versions; worked out once, since versions never change."""
    key = (before.sha256, after.sha256)
    found = _compared.get(key)
    if found is None:
        found = compare(definition_of(before), definition_of(after))
        with _lock:
            if len(_compared) >= _MOST_KEPT:
                _compared.clear()
            _compared[key] = found
    return found


def _moments(diagnostic: Diagnostic) -> list[_Moment]:
    rows = (
        Diagnostic.objects.filter(
            participation_id=diagnostic.participation_id,
            questionnaire__in=relatives_of(diagnostic.questionnaire_id),
            status=DiagnosticStatus.SUBMITTED,
            submitted_at__lte=diagnostic.submitted_at,
        )
        .select_related("version", "questionnaire")
        .defer("version__definition", "result")
        .prefetch_related("dimension_scores")
        .order_by("submitted_at", "pk")
    )
    return [
        _Moment(
            row,
            definition_of(row.version),
            {each.dimension_code: each.score_tenths for each in row.dimension_scores.all()},
        )
        for row in rows
    ]


def _view(name: str, moment: _Moment) -> MomentView:
    row = moment.diagnostic
    return MomentView(
        name=name,
        day=timezone.localdate(row.submitted_at),
        version=moment.definition.version,
        score=points_words(row.score_tenths),
        tenths=row.score_tenths,
        level=row.level_name,
    )


def _overall(moments: list[_Moment], steps: list[Comparability]) -> ChangeRow:
    scores = [moment.diagnostic.score_tenths for moment in moments]
    return ChangeRow(_("Note globale"), _cells(scores, [step.overall for step in steps]))


def _row(code: str, title: str, moments: list[_Moment], steps: list[Comparability]) -> ChangeRow:
    scores = [moment.scores.get(code) for moment in moments]
    return ChangeRow(title, _cells(scores, [code in step.comparable for step in steps]))


def _cells(scores: list[int | None], may_compare: list[bool]) -> tuple[ChangeCell, ...]:
    cells = [ChangeCell(points_words(scores[0]), "", "", "")]
    for before, now, may in zip(scores, scores[1:], may_compare, strict=False):
        if before is None or now is None:
            cells.append(ChangeCell(points_words(now), "", "", ""))
        elif not may:
            cells.append(ChangeCell(points_words(now), "", "", _("non comparable")))
        else:
            tone = "good" if now > before else "warn" if now < before else "plain"
            cells.append(ChangeCell(points_words(now), signed_points(now - before), tone, ""))
    return tuple(cells)


def _statement(before: str, after: str, old: _Moment, new: _Moment, step: Comparability) -> str:
    """What may be compared between two moments, in words."""
    where = _("De %(before)s à %(after)s") % {"before": before, "after": after}
    if old.diagnostic.version_id == new.diagnostic.version_id:
        return _("%(where)s, même version du questionnaire\u00a0: tout est comparable.") % {"where": where}
    passed = f"{where}, {_passage(old, new)}"
    if step.is_whole:
        return _("%(passed)s sans que son calcul change\u00a0: tout est comparable.") % {"passed": passed}
    parts = [f"{passed}."]
    told = [_change_words(old.definition, new.definition, each) for each in step.dimensions]
    parts.extend(filter(None, told))
    if not step.overall:
        parts.append(_("Les notes globales ne se comparent pas."))
    elif not step.levels:
        parts.append(_("Les notes se comparent, mais pas les niveaux\u00a0: leurs seuils ont changé."))
    return " ".join(parts)


def _passage(old: _Moment, new: _Moment) -> str:
    """What became of the questionnaire: its next version, or another one made from the same."""
    values = {"old": old.definition.version, "new": new.definition.version}
    if old.diagnostic.questionnaire_id == new.diagnostic.questionnaire_id:
        return _("le questionnaire est passé de la version %(old)s à la version %(new)s") % values
    titles = {"before": old.definition.title, "after": new.definition.title}
    return (
        _(
            "le questionnaire est passé de «\u00a0%(before)s\u00a0» (version %(old)s) à son adaptation "
            "«\u00a0%(after)s\u00a0» (version %(new)s)"
        )
        if new.diagnostic.questionnaire.origin_id == old.diagnostic.questionnaire_id
        else _(
            "le questionnaire est passé de «\u00a0%(before)s\u00a0» (version %(old)s) à "
            "«\u00a0%(after)s\u00a0» (version %(new)s)"
        )
    ) % {**values, **titles}


def _change_words(old: Definition, new: Definition, change: DimensionChange) -> str:
    by_code = {**old.dimension_by_code, **new.dimension_by_code}
    title = by_code[change.code].title
    match change.sameness:
        case Sameness.ADDED:
            return _("Thème nouveau\u00a0: «\u00a0%(title)s\u00a0».") % {"title": title}
        case Sameness.REMOVED:
            return _("Thème retiré\u00a0: «\u00a0%(title)s\u00a0».") % {"title": title}
        case Sameness.CHANGED:
            count = len(change.questions)
            words = ngettext(
                "«\u00a0%(title)s\u00a0» ne se compare pas\u00a0: une question y compte autrement.",
                "«\u00a0%(title)s\u00a0» ne se compare pas\u00a0: %(count)s questions y comptent autrement.",
                max(count, 1),
            )
            return words % {"title": title, "count": count}
        case _:
            return ""
