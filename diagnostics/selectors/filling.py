"""Reads while a questionnaire is being filled. Few queries, whatever the number of questions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from accounts.models import User
from companies.models import Participation
from core.compiled import CompiledQuery
from core.errors import NotVisible
from diagnostics.answers import Answer, AnswerError, Answers, read_stored
from diagnostics.definition import Definition
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import Diagnostic, QuestionnaireVersion, Respondent
from diagnostics.statements import as_moment, read_answers
from programme.access import Access
from programme.enums import OFFICE, STAFF, Role
from programme.models import Programme


@dataclass(frozen=True)
class KeptAnswer:
    """An answer as it is kept: its JSON value, and when it was saved (as the database gives it)."""

    value: object
    not_applicable: bool
    comment: str
    raw_saved_at: object

    @property
    def saved_at(self) -> datetime:
        """When it was saved; read only where it is shown."""
        return as_moment(self.raw_saved_at)


# What is small enough to come with every page; the rest is fetched when asked for.
_FIELDS = (
    "id",
    "status",
    "questionnaire_id",
    "version_id",
    "participation_id",
    "answered_count",
    "score_tenths",
    "level_name",
    "version__sha256",
    "participation__name",
    "respondents__pk",
)
Row = TypeVar("Row", bound=Model)


@lru_cache(maxsize=64)
def _find(roles: frozenset[Role]) -> CompiledQuery:
    """The read of one diagnostic by a caller with these roles; ``visible_to`` stays the only rule."""

    def build(user: int, programme: int, pk: int) -> QuerySet[Diagnostic, Any]:
        access = Access(user=User(pk=user), programme=Programme(pk=programme), roles=roles)
        rows = Diagnostic.objects.visible_to(access).filter(pk=pk, respondents__is_main=True)
        return rows.order_by().values_list(*_FIELDS)

    names = ("programme", "pk") if not roles.isdisjoint(OFFICE) else ("user", "programme", "pk")
    return CompiledQuery(lambda **marks: build(**{"user": 0, **marks}), *names)


def diagnostic_for(access: Access, pk: int) -> Diagnostic:
    """A diagnostic the caller may see, ready to be read or filled (one query). Raises ``NotVisible``.

    Its version, participation and ``respondent_id`` (the main respondent's) come with it; what is heavy
    (definition, result) stays in the database until it is asked for.
    """
    if access.user is None or access.roles.isdisjoint({*STAFF, Role.COMPANY}):
        raise NotVisible
    found = _find(access.roles).rows(user=access.user.pk, programme=access.programme.pk, pk=pk)
    if not found:
        raise NotVisible
    values = dict(zip(_FIELDS, found[0], strict=True))
    sha256, name = values.pop("version__sha256"), values.pop("participation__name")
    respondent_id = values.pop("respondents__pk")
    programme_id = access.programme.pk
    diagnostic = _partial(Diagnostic, **values, programme_id=programme_id)
    diagnostic.programme = access.programme
    diagnostic.version = _partial(QuestionnaireVersion, id=values["version_id"], sha256=sha256)
    diagnostic.participation = _partial(
        Participation, id=values["participation_id"], name=name, programme_id=programme_id
    )
    diagnostic.participation.programme = access.programme
    diagnostic.respondent_id = respondent_id  # type: ignore[attr-defined]  # read by respondent_pk
    return diagnostic


def _partial(model: type[Row], **values: Any) -> Row:
    """A row of which only some columns were read; the others are fetched when asked for."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname in values]
    row: Row = model.from_db(None, names, [values[name] for name in names])
    return row


def is_open(diagnostic: Diagnostic) -> bool:
    """Whether answers may still be given."""
    return diagnostic.status in (DiagnosticStatus.OPEN, DiagnosticStatus.STARTED)


def respondent_pk(diagnostic: Diagnostic) -> int:
    """The main respondent of a diagnostic, fetched with it when it came from ``diagnostic_for``."""
    known = getattr(diagnostic, "respondent_id", None)
    if known is None:
        known = Respondent.objects.only("pk").get(diagnostic_id=diagnostic.pk, is_main=True).pk
    return int(known)


def respondent_name(diagnostic: Diagnostic) -> str:
    """Who answers, fetched with the diagnostic when it came with ``respondent_name``."""
    known = getattr(diagnostic, "respondent_name", None)
    if known is None:
        main = Respondent.objects.filter(diagnostic_id=diagnostic.pk, is_main=True)
        known = main.values_list("name", flat=True).first()
    return str(known or "")


def kept_answers(respondent_id: int) -> dict[str, KeptAnswer]:
    """Every answer of a respondent by question, in one query."""
    return {code: KeptAnswer(*rest) for code, *rest in read_answers(respondent_id)}


def as_answers(definition: Definition, kept: Mapping[str, KeptAnswer]) -> Answers:
    """Kept answers as scoring and conditions read them.

    A value that its question no longer accepts counts as not given: a published definition never
    changes, so this only ever protects against a damaged row.
    """
    answers: dict[str, Answer] = {}
    for code, row in kept.items():
        question = definition.questions.get(code)
        if question is None:
            continue
        try:
            value = None if row.not_applicable else read_stored(question, row.value)
        except AnswerError:
            value = None
        answers[code] = Answer(value, row.not_applicable)
    return answers


def answers_of(definition: Definition, diagnostic: Diagnostic) -> Answers:
    """The answers that count for a diagnostic: its main respondent's."""
    return as_answers(definition, kept_answers(respondent_pk(diagnostic)))
