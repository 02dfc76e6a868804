"""Writes the diagnostics of the fictional companies: answers, and results by the real scoring module.

The questionnaire and the score are the product's own; only the answers are drawn.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Field, Model

from companies.enums import EventKind
from companies.models import Participation, TimelineEvent
from diagnostics import progress, scoring
from diagnostics.answers import Answer as GivenAnswer
from diagnostics.answers import stored_value
from diagnostics.definition import Definition, Kind
from diagnostics.enums import DiagnosticStatus
from diagnostics.levers import best_levers
from diagnostics.models import (
    Answer,
    AnswerRevision,
    Diagnostic,
    DimensionScore,
    QuestionnaireVersion,
    Respondent,
)
from diagnostics.recommending import Proposal, recommend
from diagnostics.result_json import proposals_to_json, result_to_json
from diagnostics.wording import score_words
from edec_ia.demonstration.answering import Respondent as Answerer
from edec_ia.demonstration.answering import answer_all, keep_first
from edec_ia.demonstration.companies import Member
from edec_ia.demonstration.profiles import SHOWN_INDEX, Progress
from edec_ia.demonstration.randomness import clamp, source
from edec_ia.demonstration.story import Step, moment
from programme.links import programme_url
from programme.models import Programme

BATCH = 5000
# SQLite takes a limited number of parameters in one statement.
IDS_AT_ONCE = 500
# Levers cost a dozen scores each: the first companies are enough to be shown.
WITH_LEVERS = 60
# What a company gains between two diagnostics, on the hidden scale of maturity.
GAIN_PER_ROUND = 0.06
SECOND_ROUND_RATE = 0.5
SHORTEST_PLAN_DAYS = 25


@dataclass(frozen=True)
class Filled:
    """A submitted diagnostic with what a plan is made of."""

    member: Member
    diagnostic: Diagnostic
    answers: Mapping[str, GivenAnswer]
    proposals: Sequence[Proposal]


@dataclass(frozen=True)
class _Draft:
    """A diagnostic about to be written, with its answers."""

    member: Member
    diagnostic: Diagnostic
    answers: Mapping[str, GivenAnswer]
    result: scoring.Result | None = None
    proposals: Sequence[Proposal] = ()
    is_second: bool = False


@dataclass
class DiagnosticWriter:
    """Writes the diagnostics of chunks of companies. ``rounds`` successive ones for each result.

    Some companies that followed their plan are assessed again lately: that one gives no plan of its own.
    """

    programme: Programme
    version: QuestionnaireVersion
    definition: Definition
    seed: int
    rounds: int
    today: date

    def write(self, members: Sequence[Member]) -> list[Filled]:
        """Write a chunk; return, for each company that has one, the diagnostic its plan is born of."""
        drafts = [draft for member in members for draft in self._drafts(member)]
        Diagnostic.objects.bulk_create([draft.diagnostic for draft in drafts])
        respondents = Respondent.objects.bulk_create([self._respondent(draft) for draft in drafts])
        answers = [
            row
            for draft, respondent in zip(drafts, respondents, strict=True)
            for row in self._answers(draft, respondent)
        ]
        Answer.objects.bulk_create(answers, batch_size=BATCH)
        _remember([draft.diagnostic.pk for draft in drafts])
        DimensionScore.objects.bulk_create(
            [score for draft in drafts for score in _scores(draft)], batch_size=BATCH
        )
        TimelineEvent.objects.bulk_create([event for draft in drafts for event in self._events(draft)])
        last = {
            draft.member.company.index: Filled(draft.member, draft.diagnostic, draft.answers, draft.proposals)
            for draft in drafts
            if draft.result is not None
        }
        self._project(members, drafts, last)
        born = {
            draft.member.company.index: Filled(draft.member, draft.diagnostic, draft.answers, draft.proposals)
            for draft in drafts
            if draft.result is not None and not draft.is_second
        }
        return list(born.values())

    def _drafts(self, member: Member) -> Iterator[_Draft]:
        """Return the diagnostics of a company, the oldest first."""
        opened = member.story.at(Step.OPENED)
        if opened is None:
            return
        submitted = member.story.at(Step.SUBMITTED)
        if submitted is None:
            yield self._open(member, opened, member.story.at(Step.STARTED))
            return
        again = self._assessed_again(member)
        rounds = self.rounds + (again is not None)
        started = member.story.reached(Step.STARTED)
        for rank in range(self.rounds):
            # Former rounds stand at equal distances between the opening and the last submission.
            at = started + (submitted - started) * (rank + 1) / self.rounds
            since = started + (submitted - started) * rank / self.rounds
            yield self._submitted(member, rank, rounds, opened if rank == 0 else since, since, at)
        if again is not None:
            since = again - timedelta(days=4)
            draft = self._submitted(member, rounds - 1, rounds, since, since, again)
            yield replace(draft, is_second=True)

    def _assessed_again(self, member: Member) -> datetime | None:
        """Return when a company that followed its plan answered again: the one shown, some closed ones."""
        planned = member.story.at(Step.PLANNED)
        rng = source(self.seed, "rounds", member.company.index)
        closed = member.company.progress is Progress.CLOSED and rng.random() < SECOND_ROUND_RATE
        if planned is None or not (closed or member.company.index == SHOWN_INDEX):
            return None
        now = moment(self.today, 8)
        # Late enough for the actions to have been done, early enough to have been talked about.
        at = planned + (now - planned) * rng.uniform(0.8, 0.95)
        return at if (now - planned).days >= SHORTEST_PLAN_DAYS else None

    def _open(self, member: Member, opened: datetime, started: datetime | None) -> _Draft:
        answers: Mapping[str, GivenAnswer] = {}
        if started is not None:
            share = source(self.seed, "share", member.company.index).uniform(0.12, 0.92)
            answers = keep_first(self._answer(member, 0, 1, started), share)
        done = progress.progress_of(self.definition, answers)
        diagnostic = self._diagnostic(member, opened)
        diagnostic.status = DiagnosticStatus.STARTED if answers else DiagnosticStatus.OPEN
        diagnostic.started_at = started
        diagnostic.answered_at = started + timedelta(minutes=len(answers)) if started else None
        diagnostic.answered_count, diagnostic.visible_count = done.answered, done.total
        return _Draft(member, diagnostic, answers)

    def _submitted(
        self, member: Member, rank: int, rounds: int, opened: datetime, started: datetime, at: datetime
    ) -> _Draft:
        answers = self._answer(member, rank, rounds, at)
        done = progress.progress_of(self.definition, answers)
        result = scoring.score(self.definition, answers)
        diagnostic = self._diagnostic(member, opened)
        diagnostic.status = DiagnosticStatus.SUBMITTED
        diagnostic.started_at, diagnostic.answered_at, diagnostic.submitted_at = started, at, at
        diagnostic.submitted_by = member.manager
        diagnostic.answered_count, diagnostic.visible_count = done.answered, done.total
        diagnostic.score_tenths = result.tenths
        diagnostic.level = result.level or ""
        diagnostic.level_name = self.definition.level_by_code[result.level].name if result.level else ""
        proposals = recommend(self.definition, answers, result)
        diagnostic.result = {"result": result_to_json(result), "proposals": proposals_to_json(proposals)}
        if member.company.index < WITH_LEVERS:
            levers = best_levers(self.definition, answers, result)
            diagnostic.result["levers"] = [asdict(lever) for lever in levers]
        return _Draft(member, diagnostic, answers, result, proposals)

    def _diagnostic(self, member: Member, opened: datetime) -> Diagnostic:
        return Diagnostic(
            programme=self.programme,
            participation=member.participation,
            questionnaire=self.version.questionnaire,
            version=self.version,
            opened_at=opened,
            opened_by=member.participation.advisor,
        )

    def _answer(self, member: Member, rank: int, rounds: int, at: datetime) -> dict[str, GivenAnswer]:
        company = member.company
        maturity = clamp(company.maturity - GAIN_PER_ROUND * (rounds - 1 - rank), 0.02, 0.98)
        who = Answerer(maturity=maturity, people=company.people, on=at.date())
        return answer_all(self.definition, who, source(self.seed, "answers", company.index, rank))

    def _respondent(self, draft: _Draft) -> Respondent:
        return Respondent(
            diagnostic=draft.diagnostic,
            user=draft.member.manager,
            contact=draft.member.contact,
            name=draft.member.company.manager.full_name,
            invited_at=draft.diagnostic.opened_at,
            last_seen_at=draft.diagnostic.answered_at,
        )

    def _answers(self, draft: _Draft, respondent: Respondent) -> Iterator[Answer]:
        """Return the rows of the answers given, spread evenly over the time they took."""
        given = [
            (code, answer)
            for code, answer in draft.answers.items()
            if answer.value is not None or answer.not_applicable
        ]
        start, end = draft.diagnostic.started_at, draft.diagnostic.answered_at
        if start is None or end is None:
            return
        for rank, (code, answer) in enumerate(given, start=1):
            question = self.definition.questions[code]
            value = stored_value(question, answer.value)
            yield Answer(
                diagnostic_id=draft.diagnostic.pk,
                respondent_id=respondent.pk,
                question_code=code,
                value=value,
                choice=value if question.kind is Kind.SINGLE and isinstance(value, str) else "",
                not_applicable=answer.not_applicable,
                saved_by_id=draft.member.manager.pk if draft.member.manager else None,
                saved_at=start + (end - start) * rank / len(given),
            )

    def _events(self, draft: _Draft) -> Iterator[TimelineEvent]:
        """Return the lines that opening and submitting write on the company's timeline."""
        row, title = draft.diagnostic, self.definition.title
        yield TimelineEvent(
            participation=draft.member.participation,
            kind=EventKind.DIAGNOSTIC,
            title=f"Diagnostic ouvert\u00a0: {title}",
            url=programme_url(self.programme, "diagnostics:detail", pk=row.pk),
            at=row.opened_at,
            actor=row.opened_by,
        )
        if row.submitted_at is not None:
            yield TimelineEvent(
                participation=draft.member.participation,
                kind=EventKind.DIAGNOSTIC,
                title=f"Diagnostic remis\u00a0: {title}",
                text=f"{score_words(row.score_tenths)} – {row.level_name}",
                url=programme_url(self.programme, "diagnostics:result", pk=row.pk),
                at=row.submitted_at,
                actor=row.submitted_by,
            )

    def _project(
        self, members: Sequence[Member], drafts: Sequence[_Draft], last: Mapping[int, Filled]
    ) -> None:
        """Keep the columns that lists read up to date."""
        counts: dict[int, int] = {}
        for draft in drafts:
            counts[draft.member.company.index] = counts.get(draft.member.company.index, 0) + 1
        for member in members:
            row, filled = member.participation, last.get(member.company.index)
            row.diagnostics_count = counts.get(member.company.index, 0)
            if filled is not None:
                row.maturity_tenths = filled.diagnostic.score_tenths
                row.maturity_level = filled.diagnostic.level
                row.maturity_level_name = filled.diagnostic.level_name
        Participation.objects.bulk_update(
            [member.participation for member in members],
            ["diagnostics_count", "maturity_tenths", "maturity_level", "maturity_level_name"],
            batch_size=200,
        )


def _remember(diagnostics: Sequence[int]) -> None:
    """Give each answer the first line of its history, inside the database: a million rows stay there."""
    names = ("respondent", "question_code", "value", "not_applicable", "comment", "saved_by", "saved_at")
    columns = ", ".join(_column(AnswerRevision, name) for name in names)
    found = ", ".join(_column(Answer, name) for name in names)
    with connection.cursor() as cursor:
        for start in range(0, len(diagnostics), IDS_AT_ONCE):
            ids = diagnostics[start : start + IDS_AT_ONCE]
            cursor.execute(
                f"INSERT INTO {AnswerRevision._meta.db_table} ({columns}) "  # noqa: S608 -- names of models
                f"SELECT {found} FROM {Answer._meta.db_table} "
                f"WHERE {_column(Answer, 'diagnostic')} IN ({', '.join(['%s'] * len(ids))}) ORDER BY id",
                list(ids),
            )


def _column(model: type[Model], name: str) -> str:
    field = model._meta.get_field(name)
    if not isinstance(field, Field):
        raise TypeError(f"{name} is not a column")
    return str(field.column)


def _scores(draft: _Draft) -> Iterator[DimensionScore]:
    if draft.result is None:
        return
    for score in draft.result.dimensions:
        yield DimensionScore(
            diagnostic_id=draft.diagnostic.pk,
            dimension_code=score.code,
            score_tenths=score.tenths,
            level=score.level or "",
        )
