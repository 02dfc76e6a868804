"""Reads while a questionnaire is being filled. Few queries, whatever the number of questions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from django.db.models import Model, OuterRef, QuerySet, Subquery

from accounts.models import User
from companies.models import Participation
from core.compiled import CompiledQuery
from core.errors import NotVisible
from diagnostics.answers import Answer, AnswerError, Answers, read_stored
from diagnostics.definition import Definition, Question
from diagnostics.enums import DiagnosticStatus, FillingMode
from diagnostics.models import Contributor, Diagnostic, QuestionnaireVersion, Respondent
from diagnostics.seats import Facts, Seat, SeatKind, seat_of
from diagnostics.statements import as_moment, read_answers
from programme.access import Access
from programme.enums import OFFICE, STAFF, Role
from programme.models import Programme


@dataclass(frozen=True)
class KeptAnswer:
    """An answer as it is kept: its JSON value, when it was saved (as the database gives it), by whom."""

    value: object
    not_applicable: bool
    comment: str
    raw_saved_at: object
    by_staff: bool = False
    saved_by_id: int | None = None

    @property
    def saved_at(self) -> datetime:
        """When it was saved; read only where it is shown."""
        return as_moment(self.raw_saved_at)


# What is small enough to come with every page; the rest is fetched when asked for.
_FIELDS = (
    "id",
    "status",
    "mode",
    "questionnaire_id",
    "version_id",
    "participation_id",
    "answered_count",
    "answers_revision",
    "score_tenths",
    "level_name",
    "version__sha256",
    "participation__name",
    "respondents__pk",
    "respondents__user_id",
    "respondents__files_count",
)
# What the company's own people are further asked: what they were invited to.
_SEAT_FIELDS = ("participation__memberships__is_manager", "own_view", "own_sections")
Row = TypeVar("Row", bound=Model)


def _is_plain_company(roles: frozenset[Role]) -> bool:
    """Whether the caller sees diagnostics as her company's only."""
    return roles.isdisjoint(STAFF)


@lru_cache(maxsize=64)
def _find(roles: frozenset[Role]) -> CompiledQuery:
    """The read of one diagnostic by a caller with these roles; ``visible_to`` stays the only rule."""

    def build(user: int, programme: int, pk: int) -> QuerySet[Diagnostic, Any]:
        access = Access(user=User(pk=user), programme=Programme(pk=programme), roles=roles)
        rows: QuerySet[Diagnostic, Any] = Diagnostic.objects.visible_to(access).order_by()
        rows = rows.filter(pk=pk, respondents__is_main=True)
        if not _is_plain_company(roles):
            return rows.values_list(*_FIELDS)
        here = {"diagnostic": OuterRef("pk"), "user": user}
        return rows.annotate(
            own_view=Subquery(Respondent.objects.filter(**here, is_main=False).values("pk")[:1]),
            own_sections=Subquery(Contributor.objects.filter(**here).values("sections")[:1]),
        ).values_list(*_FIELDS, *_SEAT_FIELDS)

    names = ("programme", "pk") if not roles.isdisjoint(OFFICE) else ("user", "programme", "pk")
    return CompiledQuery(lambda **marks: build(**{"user": 0, **marks}), *names)


def diagnostic_for(access: Access, pk: int) -> Diagnostic:
    """A diagnostic the caller may see, ready to be read or filled (one query). Raises ``NotVisible``.

    Its version, participation, the caller's ``seat`` and its ``files_count`` come with it; what is heavy
    (definition, result) stays in the database until it is asked for.
    """
    if access.user is None or access.roles.isdisjoint({*STAFF, Role.COMPANY}):
        raise NotVisible
    found = _find(access.roles).rows(user=access.user.pk, programme=access.programme.pk, pk=pk)
    if not found:
        raise NotVisible
    plain = _is_plain_company(access.roles)
    values = dict(zip((*_FIELDS, *_SEAT_FIELDS) if plain else _FIELDS, found[0], strict=True))
    seat = _seat(access.user.pk, values)
    if seat is None:
        raise NotVisible
    sha256, name = values.pop("version__sha256"), values.pop("participation__name")
    files_count = values.pop("respondents__files_count")
    programme_id = access.programme.pk
    diagnostic = _partial(Diagnostic, **values, programme_id=programme_id)
    diagnostic.programme = access.programme
    diagnostic.version = _partial(QuestionnaireVersion, id=values["version_id"], sha256=sha256)
    diagnostic.participation = _partial(
        Participation, id=values["participation_id"], name=name, programme_id=programme_id
    )
    diagnostic.participation.programme = access.programme
    diagnostic.seat = seat  # type: ignore[attr-defined]  # read by seat_at
    diagnostic.has_files = seat.kind is SeatKind.ALONE or files_count > 0  # type: ignore[attr-defined]  # same
    return diagnostic


def _seat(user_id: int, values: dict[str, Any]) -> Seat | None:
    """The caller's seat, from what came with the diagnostic; its own columns are taken out of ``values``."""
    main_id, main_user = values.pop("respondents__pk"), values.pop("respondents__user_id")
    mode = FillingMode(values["mode"])
    if _SEAT_FIELDS[0] not in values:
        return seat_of(Facts(mode, main_id, is_staff=True))
    is_manager, view_id, sections = (values.pop(name) for name in _SEAT_FIELDS)
    return seat_of(
        Facts(
            mode,
            main_id,
            is_lead=bool(is_manager) or main_user == user_id,
            view_id=view_id,
            sections=None if sections is None else tuple(sections),
        )
    )


def seat_at(diagnostic: Diagnostic) -> Seat:
    """The seat found by ``diagnostic_for``; elsewhere (commands, other services), the company's own."""
    known: Seat | None = getattr(diagnostic, "seat", None)
    return known or Seat(SeatKind.WHOLE, respondent_pk(diagnostic), leads=True)


def _partial(model: type[Row], **values: Any) -> Row:
    """A row of which only some columns were read; the others are fetched when asked for."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname in values]
    row: Row = model.from_db(None, names, [values[name] for name in names])
    return row


def is_open(diagnostic: Diagnostic) -> bool:
    """Whether answers may still be given."""
    return diagnostic.status in (DiagnosticStatus.OPEN, DiagnosticStatus.STARTED)


def respondent_pk(diagnostic: Diagnostic) -> int:
    """The main respondent of a diagnostic, fetched with it when it came with ``respondent_id``."""
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
    return {
        code: as_answer(question, row)
        for code, row in kept.items()
        if (question := definition.questions.get(code)) is not None
    }


def as_answer(question: Question, row: KeptAnswer) -> Answer:
    """One of them."""
    try:
        value = None if row.not_applicable else read_stored(question, row.value)
    except AnswerError:
        value = None
    return Answer(value, row.not_applicable)


def answers_of(definition: Definition, diagnostic: Diagnostic) -> Answers:
    """The answers that count for a diagnostic: its main respondent's."""
    return as_answers(definition, kept_answers(respondent_pk(diagnostic)))
