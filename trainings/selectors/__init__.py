"""Reads about trainings, one file per page or report."""

from trainings.selectors.catalogue import CourseCard, course_cards, course_for
from trainings.selectors.sessions import (
    SessionRow,
    SessionSheet,
    company_enrolments,
    open_sessions,
    session_for,
    session_rows,
    session_sheet,
    with_places,
)
from trainings.selectors.totals import (
    StakeTotals,
    TrainingTotals,
    training_by_stake,
    training_profile,
    training_sessions,
    training_totals,
)

__all__ = [
    "CourseCard",
    "SessionRow",
    "SessionSheet",
    "StakeTotals",
    "TrainingTotals",
    "company_enrolments",
    "course_cards",
    "course_for",
    "open_sessions",
    "session_for",
    "session_rows",
    "session_sheet",
    "training_by_stake",
    "training_profile",
    "training_sessions",
    "training_totals",
    "with_places",
]
