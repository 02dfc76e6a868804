"""Meetings with a company: planned, changed, minuted, cancelled; the people concerned are told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies.enums import EventKind, MeetingKind, MeetingStatus, Stage
from companies.models import Contact, Meeting, MeetingPerson, Membership, Participation
from companies.selectors.meetings import calendar_of, moment_text
from companies.services.participations import reach_stage, set_next_step
from companies.services.timeline import record_event
from core import audit
from core.errors import BusinessError
from notifications.services import send_message
from programme.enums import STAFF
from programme.links import programme_url
from programme.selectors import role_holders

_SAME_CLICK = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """What is decided of a meeting before it is held."""

    kind: MeetingKind
    starts_at: datetime
    duration_minutes: int = 60
    place: str = ""
    video_url: str = ""
    led_by: User | None = None
    others: str = ""
    agenda: str = ""
    people: Sequence[Contact] = ()


@dataclass(frozen=True, slots=True)
class Minutes:
    """What was said, who came, what comes next."""

    text: str
    decisions: str = ""
    present: Sequence[Contact] = ()
    is_shared: bool = False
    next_step: str = ""
    next_step_on: date | None = None


@transaction.atomic
def plan_meeting(
    *,
    actor: User | None,
    participation: Participation,
    facts: MeetingFacts,
    notify: bool = False,
    is_next_step: bool = True,
) -> Meeting:
    """Plan a meeting; the same one asked twice within two minutes is one click.

    Raises ``BusinessError`` when it is led by somebody outside the team or meets people of another
    company. Side effects: history, audit, next step of the company, e-mails with a calendar entry.
    """
    _check(participation, facts)
    twin = participation.meetings.filter(
        kind=facts.kind,
        starts_at=facts.starts_at,
        status=MeetingStatus.PLANNED,
        created_at__gte=timezone.now() - _SAME_CLICK,
    ).first()
    if twin is not None:
        return twin
    meeting = Meeting(participation=participation)
    _write(meeting, facts)
    _tell(meeting, actor, _("%(kind)s\u00a0: rendez-vous prévu le %(when)s"), verb="meeting.planned")
    if is_next_step:
        local = timezone.localtime(meeting.starts_at)
        label = str(MeetingKind(meeting.kind).label)
        set_next_step(actor=actor, participation=participation, next_step=label, next_step_on=local.date())
    if notify:
        _send(actor, meeting, "meeting_planned")
    return meeting


@transaction.atomic
def change_meeting(
    *, actor: User | None, meeting: Meeting, facts: MeetingFacts, notify: bool = False
) -> Meeting:
    """Change a planned meeting; its calendar entry is replaced. Raises ``BusinessError`` when it is over."""
    _require(meeting, MeetingStatus.PLANNED)
    _check(meeting.participation, facts)
    if not _differs(meeting, facts):
        return meeting
    meeting.sequence += 1
    _write(meeting, facts)
    _tell(meeting, actor, _("%(kind)s\u00a0: rendez-vous changé, le %(when)s"), verb="meeting.changed")
    if notify:
        _send(actor, meeting, "meeting_changed")
    return meeting


@transaction.atomic
def cancel_meeting(*, actor: User | None, meeting: Meeting, reason: str = "", notify: bool = False) -> None:
    """Cancel a planned meeting; again, nothing changes. Raises ``BusinessError`` when it was held."""
    if meeting.status == MeetingStatus.CANCELLED:
        return
    _require(meeting, MeetingStatus.PLANNED)
    meeting.status, meeting.cancel_reason = MeetingStatus.CANCELLED, reason[:250]
    meeting.sequence += 1
    meeting.save()
    _tell(
        meeting,
        actor,
        _("%(kind)s\u00a0: rendez-vous du %(when)s annulé"),
        text=reason,
        verb="meeting.cancelled",
    )
    if notify:
        _send(actor, meeting, "meeting_cancelled")


@transaction.atomic
def write_minutes(*, actor: User | None, meeting: Meeting, minutes: Minutes, notify: bool = False) -> None:
    """Write what was said; the meeting is held. Written again, the minutes are corrected.

    Raises ``BusinessError`` before the meeting began, or when it was cancelled. Side effects: one line of
    history with the minutes, the stage « contactée » if it was not reached, the next step, e-mails.
    """
    if meeting.status == MeetingStatus.CANCELLED:
        raise BusinessError(_("Ce rendez-vous est annulé\u00a0: planifiez-en un autre."), code="cancelled")
    if meeting.starts_at > timezone.now():
        raise BusinessError(
            _("Ce rendez-vous n’a pas commencé. Corrigez sa date s’il a eu lieu plus tôt."), code="not-begun"
        )
    first = meeting.status == MeetingStatus.PLANNED
    same = (meeting.minutes, meeting.decisions, meeting.is_shared) == (
        minutes.text,
        minutes.decisions,
        minutes.is_shared,
    )
    if same and not first:
        return
    meeting.status, meeting.minutes, meeting.decisions = MeetingStatus.HELD, minutes.text, minutes.decisions
    meeting.is_shared, meeting.minutes_by, meeting.minutes_at = minutes.is_shared, actor, timezone.now()
    meeting.full_clean(exclude=["participation"])
    meeting.save()
    _mark_present(meeting, minutes.present)
    _keep_minutes(actor, meeting, first=first)
    if first:
        reach_stage(
            actor=actor, participation=meeting.participation, stage=Stage.CONTACTED, at=meeting.starts_at
        )
        _follow(actor, meeting, minutes)
    if notify and minutes.is_shared:
        _send(actor, meeting, "meeting_minutes")


def _follow(actor: User | None, meeting: Meeting, minutes: Minutes) -> None:
    """What comes next replaces the meeting itself; another plan is left alone."""
    participation = meeting.participation
    if minutes.next_step or participation.next_step == str(MeetingKind(meeting.kind).label):
        set_next_step(
            actor=actor,
            participation=participation,
            next_step=minutes.next_step,
            next_step_on=minutes.next_step_on,
        )


def _require(meeting: Meeting, status: MeetingStatus) -> None:
    if meeting.status != status:
        raise BusinessError(
            _("Ce rendez-vous est %(status)s\u00a0: il ne change plus.")
            % {"status": MeetingStatus(meeting.status).label},
            code="meeting-over",
        )


def _check(participation: Participation, facts: MeetingFacts) -> None:
    if any(contact.participation_id != participation.pk for contact in facts.people):
        raise BusinessError(_("Un participant est d’une autre entreprise."), field="people", code="people")
    team = role_holders(participation.programme, *STAFF)
    if facts.led_by is not None and not team.filter(pk=facts.led_by.pk).exists():
        raise BusinessError(
            _("%(name)s ne fait pas partie de l’équipe de ce programme.") % {"name": facts.led_by.full_name},
            field="led_by",
            code="not-staff",
        )


_FIELDS = ("kind", "starts_at", "duration_minutes", "place", "video_url", "led_by", "others", "agenda")


def _write(meeting: Meeting, facts: MeetingFacts) -> None:
    for name in _FIELDS:
        setattr(meeting, name, getattr(facts, name))
    meeting.full_clean(exclude=["participation"])
    meeting.save()
    known = set(meeting.people.values_list("contact_id", flat=True))
    wanted = {contact.pk for contact in facts.people}
    meeting.people.filter(contact_id__in=known - wanted).delete()
    MeetingPerson.objects.bulk_create(
        MeetingPerson(meeting=meeting, contact=contact) for contact in facts.people if contact.pk not in known
    )


def _differs(meeting: Meeting, facts: MeetingFacts) -> bool:
    people = set(meeting.people.values_list("contact_id", flat=True))
    return people != {contact.pk for contact in facts.people} or any(
        getattr(meeting, name) != getattr(facts, name) for name in _FIELDS
    )


def _mark_present(meeting: Meeting, present: Iterable[Contact]) -> None:
    came = {contact.pk for contact in present if contact.participation_id == meeting.participation_id}
    for person in meeting.people.all():
        MeetingPerson.objects.filter(pk=person.pk).update(was_present=person.contact_id in came)
    known = set(meeting.people.values_list("contact_id", flat=True))
    MeetingPerson.objects.bulk_create(
        MeetingPerson(meeting=meeting, contact_id=pk, was_present=True) for pk in sorted(came - known)
    )


def _url(meeting: Meeting) -> str:
    participation = meeting.participation
    return programme_url(
        participation.programme, "companies:meeting", pk=participation.pk, meeting_pk=meeting.pk
    )


def _tell(meeting: Meeting, actor: User | None, title: str, *, verb: str, text: str = "") -> None:
    facts = {"kind": MeetingKind(meeting.kind).label, "when": moment_text(meeting.starts_at)}
    record_event(
        participation=meeting.participation,
        kind=EventKind.MEETING,
        title=title % facts,
        text=text,
        url=_url(meeting),
        actor=actor,
    )
    _audit(meeting, actor, verb)


def _keep_minutes(actor: User | None, meeting: Meeting, *, first: bool) -> None:
    title = _("%(kind)s\u00a0: compte rendu") if first else _("%(kind)s\u00a0: compte rendu corrigé")
    text = "\n".join(part for part in (meeting.minutes, meeting.decisions) if part)
    record_event(
        participation=meeting.participation,
        kind=EventKind.MEETING,
        title=title % {"kind": MeetingKind(meeting.kind).label},
        text=text,
        url=_url(meeting),
        at=meeting.starts_at if first else None,
        actor=actor,
    )
    _audit(meeting, actor, "meeting.minuted" if first else "meeting.minutes_corrected")


def _audit(meeting: Meeting, actor: User | None, verb: str) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        obj=meeting,
        programme_id=meeting.participation.programme_id,
        changes={"starts_at": meeting.starts_at.isoformat()},
    )


def _send(actor: User | None, meeting: Meeting, template: str) -> None:
    """One e-mail to each person of the company who has an address and did not withdraw."""
    participation = meeting.participation
    accounts = {
        membership.contact_id: membership.user
        for membership in Membership.objects.filter(participation=participation).select_related("user")
    }
    attachment = {"name": "invitation.ics", "type": "text/calendar", "content": calendar_of(meeting)}
    for person in meeting.people.select_related("contact"):
        contact = person.contact
        if not contact.email or is_withdrawn(contact):
            continue
        user = accounts.get(contact.pk)
        page = programme_url(participation.programme, "companies:space_meeting", pk=meeting.pk)
        send_message(
            template=template,
            programme=participation.programme,
            recipient=user,
            email="" if user else contact.email,
            context=_words(actor, meeting, contact),
            link_path=page if user and template != "meeting_cancelled" else "",
            attachments=[] if template == "meeting_minutes" else [attachment],
        )


def _words(actor: User | None, meeting: Meeting, contact: Contact) -> dict[str, Any]:
    return {
        "company": meeting.participation.name,
        "first_name": contact.first_name,
        "kind": str(MeetingKind(meeting.kind).label),
        "when": moment_text(meeting.starts_at),
        "place": meeting.place,
        "video_url": meeting.video_url,
        "agenda": meeting.agenda,
        "minutes": meeting.minutes,
        "decisions": meeting.decisions,
        "why": meeting.cancel_reason,
        "leader": meeting.led_by.full_name if meeting.led_by else "",
        "leader_email": meeting.led_by.email if meeting.led_by else "",
        "sender": actor.full_name if actor else "",
    }


def is_withdrawn(contact: Contact) -> bool:
    """Whether a person agreed once and took it back."""
    last = contact.consents.order_by("-given_at", "-pk").first()
    return last is not None and last.withdrawn_at is not None
