"""Rows of diagnostics, one file per noun."""

from diagnostics.models.diagnostic import (
    Answer,
    AnswerRevision,
    Diagnostic,
    DimensionScore,
    Respondent,
)
from diagnostics.models.peers import PeerElement, PeerGroup, PeerTable
from diagnostics.models.plan import (
    ActionComment,
    ActionFile,
    ActionItem,
    ActionPlan,
    ActionStatusChange,
    CompanyPause,
)
from diagnostics.models.questionnaire import Questionnaire, QuestionnaireVersion
from diagnostics.models.team import AnswerFile, Contributor, Reopening

__all__ = [
    "ActionComment",
    "ActionFile",
    "ActionItem",
    "ActionPlan",
    "ActionStatusChange",
    "Answer",
    "AnswerFile",
    "AnswerRevision",
    "CompanyPause",
    "Contributor",
    "Diagnostic",
    "DimensionScore",
    "PeerElement",
    "PeerGroup",
    "PeerTable",
    "Questionnaire",
    "QuestionnaireVersion",
    "Reopening",
    "Respondent",
]
