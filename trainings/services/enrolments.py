"""Writes about enrolments: a place or the waiting list, first come, first served."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies.enums import EventKind
from companies.models import Participation
from companies.services import record_event
from core import audit
from core.errors import BusinessError
from programme.links import programme_url
from trainings import rules
from trainings.enums import EnrolmentStatus, SessionStatus
from trainings.models import Attendance, Enrolment, HalfDay, Session
from trainings.services.messages import calendar_text, tell
from trainings.waitlist import has_room, to_promote
from trainings.wording import listed, period


@dataclass(frozen=True)
class Trainee:
    """A person to enrol. Profile fields are optional: only what the agreement asks."""

    first_name: str
    last_name: str
    email: str
    sex: str = ""
    age_band: str = ""
    occupation: str = ""
    contract: str = ""


def locked_session(session: Session) -> Session:
    """The session as it is now, locked until the end of the transaction: places are counted once."""
    rows = Session.objects.select_for_update(of=("self",)).select_related("course", "programme")
    locked: Session = rows.get(pk=session.pk)
    return locked


@transaction.atomic
def enrol(
    *,
    actor: User | None,
    session: Session,
    participation: Participation,
    people: Sequence[Trainee],
    notify: bool = True,
) -> list[Enrolment]:
    """Enrol people of a company; those beyond the capacity wait. Enrolling twice changes nothing.

    Raises ``BusinessError`` when the session is cancelled, or when an address is already enrolled by
    another company. Side effects: one e-mail per new person (with calendar entries for those who have
    a place), one line on the company's timeline, one audit event.
    """
    session = locked_session(session)
    if session.status == SessionStatus.CANCELLED:
        raise BusinessError(
            _("Cette session est annulée\u00a0: choisissez-en une autre."), code="session-cancelled"
        )
    if participation.programme_id != session.programme_id:
        raise BusinessError(
            _("Cette entreprise ne participe pas au programme de la session."), code="other-programme"
        )
    known = {each.email: each for each in session.enrolments.exclude(status=EnrolmentStatus.CANCELLED)}
    taken = sum(each.status == EnrolmentStatus.REGISTERED for each in known.values())
    waiting = len(known) - taken
    result, created = [], []
    for person in people:
        email = person.email.strip().lower()
        if email in known:
            result.append(_same_company(known[email], participation))
            continue
        room = has_room(capacity=session.capacity_max, enrolled=taken, waiting=waiting)
        enrolment = _new_enrolment(session, participation, person, email, room=room)
        known[email] = enrolment
        taken, waiting = taken + room, waiting + (not room)
        result.append(enrolment)
        created.append(enrolment)
    if created:
        _write_down(actor, session, participation, created)
        if notify:
            _tell_newcomers(session, created)
    return result


def _same_company(enrolment: Enrolment, participation: Participation) -> Enrolment:
    if enrolment.participation_id != participation.pk:
        raise BusinessError(
            _("L’adresse %(email)s est déjà inscrite à cette session par une autre entreprise.")
            % {"email": enrolment.email},
            field="email",
            code="enrolled-elsewhere",
        )
    return enrolment


def _new_enrolment(
    session: Session, participation: Participation, person: Trainee, email: str, *, room: bool
) -> Enrolment:
    enrolment = Enrolment(
        session=session,
        participation=participation,
        first_name=" ".join(person.first_name.split()),
        last_name=" ".join(person.last_name.split()),
        email=email,
        sex=person.sex,
        age_band=person.age_band,
        occupation=person.occupation,
        contract=person.contract,
        status=EnrolmentStatus.REGISTERED if room else EnrolmentStatus.WAITING,
        waiting_since=None if room else timezone.now(),
    )
    enrolment.full_clean(exclude=["session", "participation"], validate_constraints=False)
    enrolment.save()
    return enrolment


def _write_down(
    actor: User | None, session: Session, participation: Participation, created: Sequence[Enrolment]
) -> None:
    audit.record(
        actor=actor,
        verb="session.enrolled",
        obj=session,
        programme_id=session.programme_id,
        changes={
            "participation": participation.pk,
            "enrolments": {str(each.pk): each.status for each in created},
        },
    )
    record_event(
        participation=participation,
        kind=EventKind.TRAINING,
        title=_("Inscription à «\u00a0%(course)s\u00a0»") % {"course": session.course.title},
        text=_("%(people)s, %(period)s.")
        % {
            "people": listed([each.full_name for each in created]),
            "period": period(session.starts_on, session.ends_on),
        },
        url=programme_url(session.programme, "trainings:session_detail", pk=session.pk),
        actor=actor,
        visible_to_company=True,
    )


def _tell_newcomers(session: Session, created: Sequence[Enrolment]) -> None:
    half_days = list(session.half_days.all())
    registered = [each for each in created if each.status == EnrolmentStatus.REGISTERED]
    waiting = [each for each in created if each.status == EnrolmentStatus.WAITING]
    calendar = calendar_text(session, half_days)
    tell("training_enrolment", registered, session=session, half_days=half_days, calendar=calendar)
    tell("training_waiting", waiting, session=session, half_days=half_days)


@transaction.atomic
def cancel_enrolment(*, actor: User | None, enrolment: Enrolment, notify: bool = True) -> list[Enrolment]:
    """Give a place back; the first who waits gets it. Cancelling twice changes nothing.

    Returns those promoted. Raises ``BusinessError`` for a person already marked present. Side effects:
    e-mails to the person and to those promoted, an audit event, a line on the company's timeline.
    """
    session = locked_session(enrolment.session)
    enrolment = Enrolment.objects.select_related("participation").get(pk=enrolment.pk)
    if enrolment.status == EnrolmentStatus.CANCELLED:
        return []
    if Attendance.objects.filter(enrolment=enrolment, present=True).exists():
        raise BusinessError(
            _("%(name)s a déjà été présent à cette session\u00a0: son inscription ne peut plus être annulée.")
            % {"name": enrolment.full_name},
            code="already-attended",
        )
    before = enrolment.status
    enrolment.status, enrolment.waiting_since = EnrolmentStatus.CANCELLED, None
    enrolment.save(update_fields=["status", "waiting_since", "updated_at"])
    audit.record(
        actor=actor,
        verb="enrolment.cancelled",
        obj=enrolment,
        programme_id=session.programme_id,
        changes={"status": [before, EnrolmentStatus.CANCELLED.value]},
    )
    record_event(
        participation=enrolment.participation,
        kind=EventKind.TRAINING,
        title=_("Inscription annulée à «\u00a0%(course)s\u00a0»") % {"course": session.course.title},
        text=enrolment.full_name,
        url=programme_url(session.programme, "trainings:session_detail", pk=session.pk),
        actor=actor,
        visible_to_company=True,
    )
    half_days = list(session.half_days.all())
    if notify:
        _tell_cancelled(session, enrolment, half_days, had_place=before == EnrolmentStatus.REGISTERED)
    return promote_waiting(actor=actor, session=session, half_days=half_days, notify=notify)


def _tell_cancelled(
    session: Session, enrolment: Enrolment, half_days: Sequence[HalfDay], *, had_place: bool
) -> None:
    calendar = calendar_text(session, half_days, cancelled=True) if had_place else ""
    tell("training_enrolment_cancelled", [enrolment], session=session, half_days=half_days, calendar=calendar)


def promote_waiting(
    *, actor: User | None, session: Session, half_days: Sequence[HalfDay], notify: bool
) -> list[Enrolment]:
    """Give free places to those who wait, in order; none once the session is over.

    Call it with the session locked.
    """
    if rules.is_over(session, timezone.localtime()):
        return []
    rows = list(session.enrolments.waiting().select_related("participation"))
    taken = session.enrolments.holding_a_place().count()
    chosen = set(to_promote(capacity=session.capacity_max, enrolled=taken, waiting=[row.pk for row in rows]))
    promoted = [row for row in rows if row.pk in chosen]
    for row in promoted:
        row.status, row.waiting_since = EnrolmentStatus.REGISTERED, None
        row.save(update_fields=["status", "waiting_since", "updated_at"])
        audit.record(
            actor=actor,
            verb="enrolment.promoted",
            obj=row,
            programme_id=session.programme_id,
            changes={"status": [EnrolmentStatus.WAITING.value, EnrolmentStatus.REGISTERED.value]},
        )
    if promoted and notify:
        calendar = calendar_text(session, half_days)
        tell("training_promoted", promoted, session=session, half_days=half_days, calendar=calendar)
    return promoted
