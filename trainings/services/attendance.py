"""Writes about attendance: the whole sheet in one call, only what changed is written."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies.enums import EventKind, Stage
from companies.models import Participation
from companies.services import project_counts, reach_stage, record_event
from core import audit
from core.errors import BusinessError
from programme.links import programme_url
from trainings.enums import SessionStatus
from trainings.models import Attendance, Enrolment, HalfDay, Session
from trainings.services.enrolments import locked_session
from trainings.wording import people, period

Cell = tuple[int, int]
"""An enrolment and a half-day."""


@dataclass(frozen=True)
class SheetOutcome:
    """What saving a sheet changed."""

    marked: int
    unmarked: int

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return bool(self.marked or self.unmarked)


@transaction.atomic
def save_attendance(
    *, actor: User | None, session: Session, present: Collection[Cell], today: date
) -> SheetOutcome:
    """Make the sheet of a session say that ``present``, and nobody else, was there.

    Half-days to come are left alone. A past half-day without anybody present and never marked stays
    unmarked: an untouched column is not a column of absentees. Saving the same sheet again writes
    nothing. Raises ``BusinessError`` for a cancelled session, a person who has no place in it, or a
    half-day of another session or to come. Side effects: state of the session, counts and stage of the
    companies, a line on their timeline the first time, one audit event.
    """
    session = locked_session(session)
    if session.status == SessionStatus.CANCELLED:
        raise BusinessError(
            _("Cette session est annulée : la présence ne s’y enregistre pas."), code="session-cancelled"
        )
    half_days = {row.pk: row for row in session.half_days.all()}
    enrolments = {row.pk: row for row in session.enrolments.holding_a_place().select_related("participation")}
    wanted = set(present)
    _check(wanted, half_days, enrolments, today)
    known = {
        (row.enrolment_id, row.half_day_id): row
        for row in Attendance.objects.filter(enrolment__in=enrolments)
    }
    outcome, changes = _write(actor, wanted, known, half_days, enrolments, today)
    if not outcome.changed and not changes:
        return outcome
    audit.record(
        actor=actor,
        verb="session.attendance_saved",
        obj=session,
        programme_id=session.programme_id,
        changes={"cells": changes},
    )
    _settle(actor, session, enrolments.values())
    return outcome


def _check(
    wanted: Iterable[Cell], half_days: dict[int, HalfDay], enrolments: dict[int, Enrolment], today: date
) -> None:
    for enrolment, half_day in wanted:
        if enrolment not in enrolments or half_day not in half_days:
            raise BusinessError(
                _("La feuille ne correspond plus à la session : rechargez la page, puis recommencez."),
                code="not-enrolled",
            )
        if half_days[half_day].day > today:
            raise BusinessError(
                _("La présence s’enregistre à partir du jour même de la demi-journée."), code="to-come"
            )


def _write(
    actor: User | None,
    wanted: set[Cell],
    known: dict[Cell, Attendance],
    half_days: dict[int, HalfDay],
    enrolments: dict[int, Enrolment],
    today: date,
) -> tuple[SheetOutcome, list[list[int]]]:
    """Write the difference between the sheet and what is known; gives it back for the audit."""
    marked_columns = {half_day for _enrolment, half_day in (*wanted, *known)}
    now = timezone.now()
    created: list[Attendance] = []
    updated: list[Attendance] = []
    changes: list[list[int]] = []
    for half_day in half_days.values():
        if half_day.day > today or half_day.pk not in marked_columns:
            continue
        for enrolment in enrolments:
            cell = (enrolment, half_day.pk)
            here, row = cell in wanted, known.get(cell)
            if row is None:
                created.append(
                    Attendance(
                        enrolment_id=enrolment,
                        half_day=half_day,
                        present=here,
                        marked_by=actor,
                        marked_at=now,
                    )
                )
            elif row.present != here:
                row.present, row.marked_by, row.marked_at = here, actor, now
                updated.append(row)
            else:
                continue
            changes.append([enrolment, half_day.pk, int(here)])
    Attendance.objects.bulk_create(created)
    Attendance.objects.bulk_update(updated, ["present", "marked_by", "marked_at"])
    marked = sum(1 for change in changes if change[2])
    unmarked = sum(1 for row in updated if not row.present)
    return SheetOutcome(marked=marked, unmarked=unmarked), changes


def _settle(actor: User | None, session: Session, enrolments: Iterable[Enrolment]) -> None:
    """Bring the session's state and the companies' projections to what the sheet says."""
    companies = {each.participation_id: each.participation for each in enrolments}
    trained = _trained_here(session)
    was_held = session.status == SessionStatus.HELD
    if trained:
        session.status = SessionStatus.HELD
    elif was_held:
        session.status = SessionStatus.OPEN
    session.save(update_fields=["status", "updated_at"])
    for participation in companies.values():
        refresh_trained_people(participation=participation)
        if participation.pk in trained:
            reach_stage(actor=actor, participation=participation, stage=Stage.TRAINING)
    if was_held:
        return
    for pk, count in trained.items():
        record_event(
            participation=companies[pk],
            kind=EventKind.TRAINING,
            title=_("Formation suivie : « %(course)s »") % {"course": session.course.title},
            text=_("%(people)s, %(period)s.")
            % {"people": people(count), "period": period(session.starts_on, session.ends_on)},
            url=programme_url(session.programme, "trainings:session_detail", pk=session.pk),
            actor=actor,
            visible_to_company=True,
        )


def _trained_here(session: Session) -> dict[int, int]:
    """People marked present in a session, by participation."""
    rows = (
        Attendance.objects.filter(enrolment__session=session, present=True)
        .order_by()
        .values_list("enrolment__participation_id", "enrolment_id")
        .distinct()
    )
    counts: dict[int, int] = {}
    for participation, _enrolment in rows:
        counts[participation] = counts.get(participation, 0) + 1
    return counts


def refresh_trained_people(*, participation: Participation) -> None:
    """Count again the people of a company who were present at a session at least once."""
    count = (
        Enrolment.objects.filter(participation=participation, attendances__present=True)
        .order_by()
        .values("email")
        .distinct()
        .count()
    )
    project_counts(participation=participation, trained_people=count)
