"""Rows of diagnostics, one file per noun."""

from diagnostics.models.diagnostic import (
    Answer,
    AnswerRevision,
    Diagnostic,
    DimensionScore,
    Respondent,
)
from diagnostics.models.plan import ActionItem, ActionPlan, ActionStatusChange
from diagnostics.models.questionnaire import Questionnaire, QuestionnaireVersion

__all__ = [
    "ActionItem",
    "ActionPlan",
    "ActionStatusChange",
    "Answer",
    "AnswerRevision",
    "Diagnostic",
    "DimensionScore",
    "Questionnaire",
    "QuestionnaireVersion",
    "Respondent",
]
