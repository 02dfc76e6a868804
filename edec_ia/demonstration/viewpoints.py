"""Several people answer some fictional diagnostics: points of view, contributors, tables of peers.

The company a visitor enters as was assessed again from three points of view, retained one by one; two
others show the same work under way.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts.services import ensure_user
from companies.models import Contact, Membership
from diagnostics import progress
from diagnostics.answers import Answer as GivenAnswer
from diagnostics.answers import stored_value
from diagnostics.conditions import what_is_shown
from diagnostics.definition import Definition, Kind
from diagnostics.disagreement import View, map_gaps
from diagnostics.enums import DiagnosticStatus, FillingMode
from diagnostics.gaps_json import gaps_to_json
from diagnostics.models import (
    Answer,
    AnswerRevision,
    Contributor,
    Diagnostic,
    QuestionnaireVersion,
    Respondent,
)
from diagnostics.selectors.filling import answers_of
from diagnostics.services.peer_tables import compute_peer_table
from edec_ia.demonstration import names
from edec_ia.demonstration.answering import Respondent as Answerer
from edec_ia.demonstration.answering import answer_all, keep_first
from edec_ia.demonstration.calendar import DemoCalendar
from edec_ia.demonstration.companies import Member
from edec_ia.demonstration.profiles import SHOWN_INDEX, Progress
from edec_ia.demonstration.randomness import clamp, source
from programme.enums import Role
from programme.models import Programme
from programme.services import grant_role

# Each point of view sees the company as more or less advanced than it is.
VIEWS = {"Direction": 0.14, "Informatique": 0.0, "Atelier": -0.14}
AGREEMENT_RATE = 0.62
# Months (1 to 24) at the end of which a table of peers was made.
PEER_MONTHS = (9, 12, 15)


@dataclass(frozen=True)
class _Voice:
    """One point of view about to be written."""

    name: str
    contact: Contact
    user_id: int
    answers: Mapping[str, GivenAnswer]


@dataclass
class ViewpointWriter:
    """Writes who else answered, in one programme already filled with diagnostics."""

    programme: Programme
    version: QuestionnaireVersion
    definition: Definition
    seed: int
    calendar: DemoCalendar

    def write(self, members: Sequence[Member]) -> None:
        """Write the points of view of three companies at most, then the tables of peers."""
        shown = [member for member in members if member.company.index == SHOWN_INDEX]
        answering = [member for member in members if member.company.progress is Progress.ANSWERING]
        for member in shown:
            self._reconciled(member)
        for member in answering[1:2]:
            self._helped(member)
        for member in answering[2:3]:
            self._apart(member)
        for month in PEER_MONTHS:
            day = min(self.calendar.month_start(month + 1) - timedelta(days=1), self.calendar.today)
            compute_peer_table(programme=self.programme, version=self.version, day=day)

    def _reconciled(self, member: Member) -> None:
        """The last result of a company, as retained from three points of view."""
        diagnostic = self._diagnostics(member, DiagnosticStatus.SUBMITTED).last()
        if diagnostic is None or diagnostic.started_at is None or diagnostic.submitted_at is None:
            return
        # In the questionnaire's order: the database gives answers in its own, and chance follows the order.
        given = answers_of(self.definition, diagnostic)
        retained = {code: given[code] for code in self.definition.questions if code in given}
        voices, kept_from = self._voices(member, retained)
        rows = self._write_views(diagnostic, voices, diagnostic.started_at, diagnostic.submitted_at)
        for name, row in rows.items():
            codes = [code for code, view in kept_from.items() if view == name]
            answers = Answer.objects.filter(respondent__diagnostic=diagnostic, respondent__is_main=True)
            answers.filter(question_code__in=codes).update(retained_from=row)
        gaps = map_gaps(self.definition, [View(voice.name, voice.answers) for voice in voices])
        diagnostic.mode = FillingMode.RECONCILING
        diagnostic.result = {**(diagnostic.result or {}), "gaps": gaps_to_json(self.definition, gaps)}
        diagnostic.save(update_fields=["mode", "result", "updated_at"])

    def _voices(
        self, member: Member, retained: Mapping[str, GivenAnswer]
    ) -> tuple[list[_Voice], dict[str, str]]:
        """Three whole sets of answers, and for each question the one that was retained."""
        rng = source(self.seed, "viewpoints", member.company.index)
        kept_from = {code: rng.choice(tuple(VIEWS)) for code in retained}
        voices = []
        for rank, (name, lean) in enumerate(VIEWS.items()):
            own = self._drawn(member, name, lean)
            answers = {
                code: answer
                if kept_from[code] == name or rng.random() < AGREEMENT_RATE
                else own.get(code, answer)
                for code, answer in retained.items()
            }
            contact, user_id = self._person(member, rank)
            voices.append(_Voice(name, contact, user_id, answers))
        return voices, kept_from

    def _drawn(self, member: Member, name: str, lean: float) -> dict[str, GivenAnswer]:
        maturity = clamp(member.company.maturity + lean, 0.02, 0.98)
        who = Answerer(maturity=maturity, people=member.company.people, on=self.calendar.today)
        return answer_all(self.definition, who, source(self.seed, "viewpoint", member.company.index, name))

    def _helped(self, member: Member) -> None:
        """A colleague was asked for the second section; what is answered there is hers."""
        diagnostic = self._diagnostics(member, DiagnosticStatus.STARTED).last()
        if diagnostic is None or diagnostic.started_at is None:
            return
        dimension = self.definition.dimensions[min(1, len(self.definition.dimensions) - 1)]
        contact, user_id = self._person(member, 1)
        Contributor.objects.create(
            diagnostic=diagnostic,
            user_id=user_id,
            contact=contact,
            name=str(contact),
            sections=[dimension.code],
            invited_by=member.manager,
            invited_at=diagnostic.started_at,
        )
        codes = [question.code for question in dimension.questions]
        for model in (Answer, AnswerRevision):
            rows = model.objects.filter(respondent__diagnostic=diagnostic, question_code__in=codes)
            rows.update(saved_by=user_id)

    def _apart(self, member: Member) -> None:
        """Three people answer alone: one has gone far, one has begun, one has not opened her link."""
        diagnostic = self._diagnostics(member, DiagnosticStatus.STARTED).last()
        if diagnostic is None or diagnostic.started_at is None or diagnostic.answered_at is None:
            return
        Answer.objects.filter(diagnostic=diagnostic).delete()
        AnswerRevision.objects.filter(respondent__diagnostic=diagnostic).delete()
        shares = dict(zip(VIEWS, (0.9, 0.35, 0.0), strict=True))
        voices = []
        for rank, (name, lean) in enumerate(VIEWS.items()):
            contact, user_id = self._person(member, rank)
            answers = keep_first(self._drawn(member, name, lean), shares[name])
            voices.append(_Voice(name, contact, user_id, answers))
        self._write_views(diagnostic, voices, diagnostic.started_at, diagnostic.answered_at)
        diagnostic.mode, diagnostic.answered_count = FillingMode.SEPARATE, 0
        diagnostic.save(update_fields=["mode", "answered_count", "updated_at"])

    def _diagnostics(self, member: Member, status: DiagnosticStatus) -> "QuerySet[Diagnostic]":
        rows: QuerySet[Diagnostic] = Diagnostic.objects.filter(
            participation=member.participation, version=self.version, status=status
        ).order_by("opened_at", "pk")
        return rows

    def _person(self, member: Member, rank: int) -> tuple[Contact, int]:
        """The manager first, then colleagues, each with an account and nothing but what she is asked."""
        if rank == 0 and member.manager is not None:
            return member.contact, member.manager.pk
        person = names.person(source(self.seed, "colleague", member.company.index, rank))
        email = f"{rank}.{names.email(person, member.company.name)}"
        contact = Contact.objects.create(
            participation=member.participation,
            first_name=person.first_name,
            last_name=person.last_name,
            job_title=("Responsable informatique", "Chef d’atelier")[rank - 1],
            email=email,
        )
        user = ensure_user(email=email, first_name=person.first_name, last_name=person.last_name)
        Membership.objects.create(participation=member.participation, user=user, contact=contact)
        grant_role(actor=None, user=user, programme=self.programme, role=Role.COMPANY)
        return contact, user.pk

    def _write_views(
        self, diagnostic: Diagnostic, voices: Sequence[_Voice], start: datetime, end: datetime
    ) -> dict[str, Respondent]:
        found = {}
        for voice in voices:
            done = progress.progress_of(self.definition, voice.answers)
            row = Respondent.objects.create(
                diagnostic=diagnostic,
                user_id=voice.user_id,
                contact=voice.contact,
                name=str(voice.contact),
                is_main=False,
                point_of_view=voice.name,
                invited_at=diagnostic.opened_at,
                last_seen_at=end if voice.answers else None,
                finished_at=end if done.is_complete else None,
                answered_count=done.answered,
                visible_count=done.total,
            )
            self._write_answers(diagnostic, row, voice, start, end)
            found[voice.name] = row
        return found

    def _write_answers(
        self, diagnostic: Diagnostic, row: Respondent, voice: _Voice, start: datetime, end: datetime
    ) -> None:
        shown = what_is_shown(self.definition, voice.answers).questions
        given = [
            (code, answer)
            for code, answer in voice.answers.items()
            if code in shown and (answer.value is not None or answer.not_applicable)
        ]
        rows = list(self._rows(diagnostic, row, voice, given, start, end))
        Answer.objects.bulk_create(rows)
        AnswerRevision.objects.bulk_create(
            AnswerRevision(
                respondent=row,
                question_code=each.question_code,
                value=each.value,
                not_applicable=each.not_applicable,
                saved_by_id=each.saved_by_id,
                saved_at=each.saved_at,
            )
            for each in rows
        )

    def _rows(
        self,
        diagnostic: Diagnostic,
        row: Respondent,
        voice: _Voice,
        given: Sequence[tuple[str, GivenAnswer]],
        start: datetime,
        end: datetime,
    ) -> Iterator[Answer]:
        for rank, (code, answer) in enumerate(given, start=1):
            question = self.definition.questions[code]
            value = stored_value(question, answer.value)
            yield Answer(
                diagnostic=diagnostic,
                respondent=row,
                question_code=code,
                value=value,
                choice=value if question.kind is Kind.SINGLE and isinstance(value, str) else "",
                not_applicable=answer.not_applicable,
                saved_by_id=voice.user_id,
                saved_at=start + (end - start) * rank / len(given),
            )
