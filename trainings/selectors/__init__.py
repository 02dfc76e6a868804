"""Reads about trainings, one file per page or report."""

from trainings.selectors.catalogue import CourseCard, ProviderRow, course_cards, course_for, provider_rows
from trainings.selectors.sessions import (
    SessionRow,
    SessionSheet,
    company_enrolments,
    enrolment_for,
    half_day_lines,
    matching_companies,
    open_sessions,
    session_for,
    session_rows,
    session_sheet,
    ticked_cells,
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
    "ProviderRow",
    "SessionRow",
    "SessionSheet",
    "StakeTotals",
    "TrainingTotals",
    "company_enrolments",
    "course_cards",
    "course_for",
    "enrolment_for",
    "half_day_lines",
    "matching_companies",
    "open_sessions",
    "provider_rows",
    "session_for",
    "session_rows",
    "session_sheet",
    "ticked_cells",
    "training_by_stake",
    "training_profile",
    "training_sessions",
    "training_totals",
    "with_places",
]
