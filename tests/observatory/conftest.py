from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import time_machine

from accounts.models import User
from observatory import services
from observatory.models import Release
from programme.models import Programme
from tests.observatory.factories import SUBMITTED, add_companies, make_version


@pytest.fixture
def frozen_day() -> Iterator[None]:
    """A day on which the releases of these tests are made."""
    with time_machine.travel("2026-04-02", tick=False):
        yield


@pytest.fixture
def published(programme: Programme, officer: User, run_jobs: Callable[[], int], frozen_day: None) -> Release:
    """Two releases published one after the other; the last one."""
    version = make_version()
    add_companies(programme, version, [{}] * 34)
    for day in (date(2026, 3, 15), date(2026, 3, 31)):
        release = services.prepare_release(programme=programme, reference_date=day, actor=officer)
        run_jobs()
        release = services.publish_release(release=Release.objects.get(pk=release.pk), actor=officer)
        add_companies(
            programme, version, [{}] * 11, first=300, when=SUBMITTED + timedelta(days=20), seed=5
        ) if (day.day == 15) else None
    return release
