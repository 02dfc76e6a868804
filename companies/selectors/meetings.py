"""Meetings as pages and calendars show them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.enums import MeetingKind, MeetingStatus
from companies.invites import MeetingEntry, meeting_calendar
from companies.models import Meeting, Participation
from core.errors import NotVisible
from core.formats import format_date, format_time
from programme.access import Access
from programme.links import programme_url

TONES = {MeetingStatus.PLANNED: "accent", MeetingStatus.HELD: "good", MeetingStatus.CANCELLED: ""}


@dataclass(frozen=True)
class MeetingRow:
    """One line of a list of meetings."""

    url: str
    title: str
    when: str
    iso: str
    place: str
    led_by: str
    status: str
    tone: str
    is_late: bool
    company: str


def moment_text(moment: datetime) -> str:
    """« 3 décembre 2026, 14 h 30 », in local time."""
    local = timezone.localtime(moment)
    return f"{format_date(local)}, {format_time(local)}"


def meeting_row(access: Access, meeting: Meeting) -> MeetingRow:
    """A meeting, its texts ready; late when it is over and nobody wrote what was said."""
    status = MeetingStatus(meeting.status)
    return MeetingRow(
        url=programme_url(
            access.programme, "companies:meeting", pk=meeting.participation_id, meeting_pk=meeting.pk
        ),
        title=str(MeetingKind(meeting.kind).label),
        when=moment_text(meeting.starts_at),
        iso=meeting.starts_at.isoformat(timespec="minutes"),
        place=meeting.place or (_("visioconférence") if meeting.video_url else ""),
        led_by=meeting.led_by.full_name if meeting.led_by else "",
        status=str(status.label),
        tone=TONES[status],
        is_late=status is MeetingStatus.PLANNED and meeting.ends_at < timezone.now(),
        company=meeting.participation.name,
    )


def meetings_of(access: Access, participation: Participation) -> list[MeetingRow]:
    """Meetings of a company, the next one first, past ones from the latest (one query)."""
    rows = list(
        participation.meetings.select_related("led_by", "participation").order_by("-starts_at", "-pk")
    )
    coming = [row for row in rows if row.status == MeetingStatus.PLANNED]
    past = [row for row in rows if row.status != MeetingStatus.PLANNED]
    return [meeting_row(access, row) for row in (*reversed(coming), *past)]


def meeting_for(participation: Participation, pk: int) -> Meeting:
    """One meeting of a company. Raises ``NotVisible``."""
    rows = participation.meetings.select_related("led_by", "minutes_by", "participation__programme")
    meeting: Meeting | None = rows.filter(pk=pk).first()
    if meeting is None:
        raise NotVisible
    return meeting


def space_meetings(participation: Participation) -> "QuerySet[Any]":
    """What a company sees of its meetings: those planned, and those whose minutes are shared."""
    rows = participation.meetings.select_related("led_by")
    planned = rows.filter(status=MeetingStatus.PLANNED)
    return (planned | rows.filter(status=MeetingStatus.HELD, is_shared=True)).order_by("-starts_at", "-pk")


def calendar_of(meeting: Meeting) -> str:
    """The calendar entry of a meeting as it stands."""
    participation = meeting.participation
    entry = MeetingEntry(
        uid=f"{meeting.uid}@edec-ia.invalid",
        sequence=meeting.sequence,
        title=f"{MeetingKind(meeting.kind).label} – {participation.name}",
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        place=meeting.place,
        url=meeting.video_url,
        description=meeting.agenda,
        organizer=meeting.led_by.email if meeting.led_by else settings.SUPPORT_EMAIL,
        is_cancelled=meeting.status == MeetingStatus.CANCELLED,
    )
    return meeting_calendar(entry, now=meeting.updated_at)
