"""What tests of pages of trainings share: addresses, what a person reads, a filled planning form."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client

from accounts.models import User
from tests.trainings.conftest import TODAY
from trainings.models import Course, Provider, Session

MakeSession = Callable[..., Session]
SignIn = Callable[[User], Client]
BASE = "/essai/formations/"


def text_of(response: Any) -> str:
    """What a person reads: no tags, single spaces."""
    html = re.sub(r"(?s)<(script|style).*?</\1>", " ", response.content.decode())
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def plan_data(course: Course, provider: Provider, /, **changes: str) -> dict[str, str]:
    day = TODAY + timedelta(days=10)
    data = {
        "course": str(course.pk),
        "provider": str(provider.pk),
        "place": "Salle A, Lens",
        "capacity_min": "2",
        "capacity_max": "8",
        "price_cents": "120,50",
        "is_open": "on",
        "request_key": "7f7dc2a2-6b0a-4f0a-9a57-0c9f5d5a1111",
        "demi-journees": "2",
        "demi-0-day": day.isoformat(),
        "demi-0-part": "am",
        "demi-0-starts_at": "09:00",
        "demi-0-ends_at": "12:30",
        "demi-1-day": day.isoformat(),
        "demi-1-part": "pm",
        "demi-1-starts_at": "13:30",
        "demi-1-ends_at": "17:00",
    }
    return data | changes
