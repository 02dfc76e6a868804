"""What a new version would have changed on answers that were really given.

The same answers are scored with both versions, company by company; only counts are kept, so that ten
thousand companies take the memory of one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .answers import Answer, AnswerError, Answers, read_stored, stored_value
from .definition import Definition
from .scoring import Result, score


@dataclass(frozen=True)
class Told:
    """A result as far as a comparison needs it: overall tenths and level, levels by dimension."""

    tenths: int | None
    level: str | None
    levels: dict[str, str | None]


def told(result: Result) -> Told:
    """What is compared of a result."""
    return Told(result.tenths, result.level, {each.code: each.level for each in result.dimensions})


@dataclass
class Effect:
    """Counts over all companies. ``moves`` counts (level before, level after) where it changes."""

    companies: int = 0
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    raised: int = 0
    lowered: int = 0
    tenths_before: int = 0
    tenths_after: int = 0
    scored: int = 0
    dimensions: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    unscored: int = 0

    @property
    def changed(self) -> int:
        """Companies whose level would change."""
        return sum(self.moves.values())

    def add(self, before: Told, after: Told, lost: tuple[str, ...]) -> None:
        """Count one company; ``lost`` are the questions whose answer the new version cannot read."""
        self.companies += 1
        self.lost.update(lost)
        for code, level in after.levels.items():
            if code in before.levels and before.levels[code] != level:
                self.dimensions[code] += 1
        if (before.level or "") != (after.level or ""):
            self.moves[before.level or "", after.level or ""] += 1
        if before.tenths is None or after.tenths is None:
            self.unscored += 1
            return
        self.scored += 1
        self.tenths_before += before.tenths
        self.tenths_after += after.tenths
        self.raised += after.tenths > before.tenths
        self.lowered += after.tenths < before.tenths

    def mean_change(self) -> Fraction | None:
        """The mean change of the score, in points."""
        if not self.scored:
            return None
        return Fraction(self.tenths_after - self.tenths_before, 10 * self.scored)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, read back by ``from_json``."""
        return {
            "companies": self.companies,
            "moves": [[before, after, count] for (before, after), count in sorted(self.moves.items())],
            "raised": self.raised,
            "lowered": self.lowered,
            "tenths_before": self.tenths_before,
            "tenths_after": self.tenths_after,
            "scored": self.scored,
            "unscored": self.unscored,
            "dimensions": dict(sorted(self.dimensions.items())),
            "lost": dict(sorted(self.lost.items())),
        }


def effect_from_json(stored: dict[str, Any]) -> Effect:
    """The effect kept by ``to_json``."""
    plain = ("companies", "raised", "lowered", "tenths_before", "tenths_after", "scored", "unscored")
    return Effect(
        moves=Counter({(before, after): count for before, after, count in stored["moves"]}),
        dimensions=Counter(stored["dimensions"]),
        lost=Counter(stored["lost"]),
        **{name: stored[name] for name in plain},
    )


def carried(before: Definition, after: Definition, answers: Answers) -> tuple[Answers, tuple[str, ...]]:
    """The same answers as the new version reads them, and the questions whose answer it cannot read.

    A question that no longer exists loses its answer; so does one whose answer is no longer possible.
    """
    kept: dict[str, Answer] = {}
    lost: list[str] = []
    for code, answer in answers.items():
        old, new = before.questions.get(code), after.questions.get(code)
        if old is None or (answer.value is None and not answer.not_applicable):
            continue
        if new is None or (answer.not_applicable and not new.not_applicable):
            lost.append(code)
            continue
        try:
            value = read_stored(new, stored_value(old, answer.value))
        except AnswerError:
            lost.append(code)
            continue
        kept[code] = Answer(value, answer.not_applicable)
    return kept, tuple(lost)


def compare_one(effect: Effect, before: Definition, after: Definition, answers: Answers) -> None:
    """Count one company's answers in ``effect``."""
    now, lost = carried(before, after, answers)
    effect.add(told(score(before, answers)), told(score(after, now)), lost)
