"""What a version changes, in words: differences, what stays comparable, effect on real answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from core.formats import format_number
from diagnostics.author_wording import difference_words
from diagnostics.comparability import Sameness, compare
from diagnostics.definition import Definition
from diagnostics.differences import Change, Noun, differences
from diagnostics.effect import Effect, effect_from_json
from diagnostics.models import QuestionnaireVersion


@dataclass(frozen=True)
class DifferenceGroup:
    """Differences of one sort."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class DimensionVerdict:
    """Whether scores of a dimension may still be set side by side."""

    title: str
    verdict: str
    tone: str
    moved: str


@dataclass(frozen=True)
class Move:
    """So many companies go from one level to another."""

    before: str
    after: str
    count: int


@dataclass(frozen=True)
class EffectView:
    """The effect of a draft in words."""

    headline: str
    companies: int
    changed: int
    raised: int
    lowered: int
    mean: str
    unscored: int
    moves: tuple[Move, ...]
    lost: tuple[str, ...]
    measured_at: datetime | None
    is_current: bool


def difference_groups(before: Definition, after: Definition) -> tuple[DifferenceGroup, ...]:
    """What changed, in the order in which an author asks: structure, what changes the score, words."""
    structure, score, words, measures = [], [], [], []
    for each in differences(before, after):
        line = difference_words(before, after, each)
        if each.noun in (Noun.MEASURE,):
            measures.append(line)
        elif each.change in (Change.ADDED, Change.REMOVED, Change.MOVED):
            structure.append(line)
        elif each.change is Change.TEXT:
            words.append(line)
        else:
            score.append(line)
    groups = [
        (_("Ajouts, retraits, déplacements"), structure),
        (_("Règles\u00a0: poids, points, conditions, seuils"), score),
        (_("Textes"), words),
        (_("Préconisations"), measures),
    ]
    return tuple(DifferenceGroup(title, tuple(lines)) for title, lines in groups if lines)


def verdicts(
    before: Definition, after: Definition, effect: Effect | None = None
) -> tuple[DimensionVerdict, ...]:
    """For each dimension, whether it stays comparable and how many companies change level in it."""
    words = {
        Sameness.SAME: (_("comparable"), "good"),
        Sameness.REWORDED: (_("comparable, textes revus"), "good"),
        Sameness.CHANGED: (_("plus comparable"), "warn"),
        Sameness.ADDED: (_("nouvelle"), "info"),
        Sameness.REMOVED: (_("retirée"), "bad"),
    }
    found = []
    for each in compare(before, after).dimensions:
        dimension = after.dimension_by_code.get(each.code) or before.dimension_by_code[each.code]
        verdict, tone = words[each.sameness]
        moved = effect.dimensions.get(each.code, 0) if effect else 0
        found.append(DimensionVerdict(dimension.title, verdict, tone, str(moved) if effect else ""))
    return tuple(found)


def overall_verdict(before: Definition, after: Definition) -> str:
    """What becomes of comparisons of the whole over time, in a sentence."""
    found = compare(before, after)
    if found.is_whole:
        return _("Tout reste comparable d’un diagnostic à l’autre.")
    if found.overall and found.levels:
        return _("La note globale et les niveaux restent comparables.")
    if found.overall:
        return _("La note globale reste comparable\u00a0; les niveaux, non.")
    return _("La note globale ne sera plus comparable avec celle des diagnostics déjà remis.")


def stored_effect(version: QuestionnaireVersion) -> Effect | None:
    """The effect last measured, of whatever text."""
    return effect_from_json(version.effect) if version.effect else None


def effect_view(version: QuestionnaireVersion, before: Definition, after: Definition) -> EffectView | None:
    """The effect last measured, in words; None when it never was."""
    effect = stored_effect(version)
    if effect is None or version.effect is None:
        return None
    names = {level.code: level.name for level in (*before.levels, *after.levels)}
    mean = effect.mean_change()
    return EffectView(
        headline=effect_headline(effect),
        companies=effect.companies,
        changed=effect.changed,
        raised=effect.raised,
        lowered=effect.lowered,
        mean="" if mean is None else _signed(format_number(mean, 1), positive=mean > 0),
        unscored=effect.unscored,
        moves=tuple(
            Move(names.get(old, old) or _("sans note"), names.get(new, new) or _("sans note"), count)
            for (old, new), count in effect.moves.most_common()
        ),
        lost=tuple(
            _("«\u00a0%(question)s\u00a0»\u00a0: %(count)s réponse(s)")
            % {"question": before.questions[code].text if code in before.questions else code, "count": count}
            for code, count in effect.lost.most_common()
        ),
        measured_at=datetime.fromisoformat(version.effect["measured_at"]),
        is_current=version.effect["sha256"] == version.sha256,
    )


def effect_headline(effect: Effect) -> str:
    """« 14 entreprises sur 120 changeraient de niveau. »"""
    if not effect.companies:
        return _("Aucune entreprise du programme n’a encore remis ce questionnaire.")
    if not effect.changed:
        return _("Aucune des %(total)s entreprises ne changerait de niveau.") % {"total": effect.companies}
    return _("%(changed)s entreprise(s) sur %(total)s changeraient de niveau.") % {
        "changed": effect.changed,
        "total": effect.companies,
    }


def _signed(text: str, *, positive: bool) -> str:
    return f"+{text}" if positive else text
