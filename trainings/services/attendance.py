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
from trainings.sheet import Cell, Marks, merge, moved
from trainings.wording import listed, people, period


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
    *,
    actor: User | None,
    session: Session,
    present: Collection[Cell],
    today: date,
    seen: Marks | None = None,
) -> SheetOutcome:
    """Make the sheet of a session say that ``present``, and nobody else, was there.

    Half-days to come are left alone. A past half-day without anybody present and never marked stays
    unmarked: an untouched column is not a column of absentees. Saving the same sheet again writes
    nothing. ``seen`` is the sheet that the person read: boxes she left alone keep what others wrote, who
    was enrolled since is left alone, and when somebody marked a box meanwhile nothing is written and the
    refusal (code ``stale``) says who. Raises ``BusinessError`` for a cancelled session, a person who has
    no place in it, or a half-day of another session or to come. Side effects: state of the session, counts
    and stage of the companies, a line on their timeline the first time, one audit event.
    """
    session = locked_session(session)
    half_days = {row.pk: row for row in session.half_days.all()}
    enrolments = {row.pk: row for row in session.enrolments.holding_a_place().select_related("participation")}
    wanted = set(present)
    _check(session, wanted, half_days, enrolments, today)
    known = {
        (row.enrolment_id, row.half_day_id): row
        for row in Attendance.objects.filter(enrolment__in=enrolments).select_related("marked_by")
    }
    others: list[Cell] = []
    if seen is not None:
        marks = {cell: row.present for cell, row in known.items()}
        wanted = set(merge(seen=seen, ticked=wanted, known=marks))
        # A mark leaves the sheet with the person who gave her place back: nobody wrote over it.
        others = [cell for cell in moved(seen=seen, known=marks) if cell[0] in enrolments]
    cells = _sheet_cells(half_days, enrolments, seen, wanted | known.keys(), today)
    changes = [cell for cell in cells if cell not in known or known[cell].present != (cell in wanted)]
    if not changes:
        return SheetOutcome(marked=0, unmarked=0)
    if others:
        raise _stale(known[cell] for cell in others if cell in known)
    outcome = _write(actor, changes, wanted, known)
    audit.record(
        actor=actor,
        verb="session.attendance_saved",
        obj=session,
        programme_id=session.programme_id,
        changes={"cells": [[*cell, int(cell in wanted)] for cell in changes]},
    )
    _settle(actor, session, enrolments.values())
    return outcome


def _check(
    session: Session,
    wanted: Iterable[Cell],
    half_days: dict[int, HalfDay],
    enrolments: dict[int, Enrolment],
    today: date,
) -> None:
    if session.status == SessionStatus.CANCELLED:
        raise BusinessError(
            _("Cette session est annulée\u00a0: la présence ne s’y enregistre pas."), code="session-cancelled"
        )
    for enrolment, half_day in wanted:
        if enrolment not in enrolments or half_day not in half_days:
            raise BusinessError(
                _("La feuille ne correspond plus à la session\u00a0: rechargez la page, puis recommencez."),
                code="not-enrolled",
            )
        if half_days[half_day].day > today:
            raise BusinessError(
                _("La présence s’enregistre à partir du jour même de la demi-journée."), code="to-come"
            )


def _sheet_cells(
    half_days: dict[int, HalfDay],
    enrolments: dict[int, Enrolment],
    seen: Marks | None,
    marked: Iterable[Cell],
    today: date,
) -> list[Cell]:
    """Boxes that the sheet decides: half-days begun and noted for somebody, people who were on it."""
    columns = {half_day for _enrolment, half_day in marked}
    begun = [row.pk for row in half_days.values() if row.day <= today and row.pk in columns]
    cells = [(enrolment, half_day) for half_day in begun for enrolment in enrolments]
    return [cell for cell in cells if seen is None or cell in seen]


def _stale(others: Iterable[Attendance]) -> BusinessError:
    names = {row.marked_by.full_name for row in others if row.marked_by is not None}
    return BusinessError(
        _(
            "Pendant votre saisie, la feuille a été modifiée par %(who)s. Vos cases sont réunies aux "
            "siennes\u00a0: vérifiez-les, puis enregistrez de nouveau."
        )
        % {"who": listed(sorted(names)) or _("une autre personne")},
        code="stale",
    )


def _write(
    actor: User | None, changes: Iterable[Cell], wanted: Collection[Cell], known: dict[Cell, Attendance]
) -> SheetOutcome:
    """Write the boxes that change."""
    now = timezone.now()
    created: list[Attendance] = []
    updated: list[Attendance] = []
    for cell in changes:
        if cell in known:
            row = known[cell]
            row.present, row.marked_by, row.marked_at = cell in wanted, actor, now
            updated.append(row)
        else:
            enrolment, half_day = cell
            created.append(
                Attendance(
                    enrolment_id=enrolment,
                    half_day_id=half_day,
                    present=cell in wanted,
                    marked_by=actor,
                    marked_at=now,
                )
            )
    Attendance.objects.bulk_create(created)
    Attendance.objects.bulk_update(updated, ["present", "marked_by", "marked_at"])
    return SheetOutcome(
        marked=sum(row.present for row in (*created, *updated)),
        unmarked=sum(not row.present for row in updated),
    )


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
            title=_("Formation suivie\u00a0: «\u00a0%(course)s\u00a0»") % {"course": session.course.title},
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
