"""What changed between two diagnostics, beside the actions that aimed at it. Pure.

A gain standing beside an action does not prove that the action made it: the page says so. A theme whose
questions changed is set aside rather than compared.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from diagnostics.enums import ActionStatus

COUNTED = (ActionStatus.DONE, ActionStatus.ONGOING, ActionStatus.BLOCKED, ActionStatus.KEPT)


class Verdict(StrEnum):
    """What a theme's line says."""

    GAINED_WITH = "gained_with"
    GAINED_WITHOUT = "gained_without"
    STILL_WITH = "still_with"
    STILL = "still"
    LOST = "lost"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class AimedAction:
    """An action of the plan and the theme it aimed at."""

    title: str
    dimension: str
    status: ActionStatus
    done_on: date | None
    path: str = ""


@dataclass(frozen=True)
class Theme:
    """A theme to compare: code and title, in the order of the questionnaire."""

    code: str
    title: str


@dataclass(frozen=True)
class ThemeGain:
    """A theme at both diagnostics, in tenths, with the actions that aimed at it, done ones first.

    ``gain`` is None when either was not scored or when the versions may not be compared.
    """

    code: str
    title: str
    before: int | None
    after: int | None
    gain: int | None
    is_comparable: bool
    actions: tuple[AimedAction, ...]

    @property
    def done(self) -> int:
        """How many of them were done in between."""
        return sum(each.status is ActionStatus.DONE for each in self.actions)

    @property
    def verdict(self) -> Verdict:
        """Its line in one word."""
        if self.gain is None:
            return Verdict.UNKNOWN
        if self.gain < 0:
            return Verdict.LOST
        if self.gain == 0:
            return Verdict.STILL_WITH if self.done else Verdict.STILL
        return Verdict.GAINED_WITH if self.done else Verdict.GAINED_WITHOUT


def theme_gains(
    themes: Sequence[Theme],
    before: Mapping[str, int | None],
    after: Mapping[str, int | None],
    actions: Iterable[AimedAction],
    *,
    comparable: Collection[str],
    until: date,
) -> tuple[ThemeGain, ...]:
    """The themes, the largest gain first; those that cannot be compared last, in their own order.

    An action done after ``until``, the day of the second diagnostic, is told as not done yet.
    """
    by_theme: dict[str, list[AimedAction]] = {}
    for action in actions:
        if action.status in COUNTED:
            by_theme.setdefault(action.dimension, []).append(_on_the_day(action, until))
    rows = [_row(theme, before, after, by_theme.get(theme.code, []), comparable) for theme in themes]
    order = {theme.code: rank for rank, theme in enumerate(themes)}
    return tuple(
        sorted(rows, key=lambda row: (row.gain is None, -(row.gain or 0), -row.done, order[row.code]))
    )


def _on_the_day(action: AimedAction, until: date) -> AimedAction:
    late = action.status is ActionStatus.DONE and action.done_on is not None and action.done_on > until
    if not late:
        return action
    return AimedAction(action.title, action.dimension, ActionStatus.ONGOING, None, action.path)


def _row(
    theme: Theme,
    before: Mapping[str, int | None],
    after: Mapping[str, int | None],
    actions: list[AimedAction],
    comparable: Collection[str],
) -> ThemeGain:
    first, second = before.get(theme.code), after.get(theme.code)
    can = theme.code in comparable
    return ThemeGain(
        code=theme.code,
        title=theme.title,
        before=first,
        after=second,
        gain=second - first if can and first is not None and second is not None else None,
        is_comparable=can,
        actions=tuple(sorted(actions, key=lambda each: (COUNTED.index(each.status), each.title))),
    )
