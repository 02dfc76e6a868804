"""A person asked for her data to be erased: something for the direction to settle."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from accounts.models import User
from edec_ia.demonstration.calendar import DemoCalendar
from programme.enums import Role
from programme.models import ErasureRequest, Programme

DAYS_AGO = 3


def write_request(programme: Programme, calendar: DemoCalendar) -> None:
    """Write the request of the last person who came in for a company, three days ago."""
    person = (
        User.objects.filter(role_grants__programme=programme, role_grants__role=Role.COMPANY)
        .order_by("-pk")
        .first()
    )
    if person is None:
        return
    asked = ErasureRequest.objects.create(programme=programme, user=person)
    day = calendar.today - timedelta(days=DAYS_AGO)
    at = timezone.make_aware(datetime.combine(day, time(17, 40)))
    ErasureRequest.objects.filter(pk=asked.pk).update(asked_at=at)
