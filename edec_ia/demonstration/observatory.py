"""Publishes two releases of the fictional programme, computed, protected and attacked like real ones."""

from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import User
from edec_ia.demonstration.calendar import DemoCalendar
from edec_ia.demonstration.carrying import Say, carry_out
from edec_ia.demonstration.story import moment
from observatory.models import Release
from observatory.services import prepare_release, publish_release
from programme.models import Programme

# Months (1 to 24) at the end of which a release looks back.
RELEASE_MONTHS = (11, 15)


@dataclass
class ReleaseWriter:
    """Publishes the releases of one programme; those already there are kept."""

    programme: Programme
    director: User
    calendar: DemoCalendar
    say: Say

    def write(self) -> int:
        """Publish what is missing, the oldest first; return how many releases are public now.

        A release that the audit refuses stays to be read over by the team, as in real life.
        """
        published = 0
        for month in RELEASE_MONTHS:
            release = self._publish(self.calendar.month_start(month + 1) - timedelta(days=1))
            published += release.is_published
        return published

    def _publish(self, reference: date) -> Release:
        existing: Release | None = (
            Release.objects.for_programme(self.programme).filter(reference_date=reference).first()
        )
        if existing is not None and existing.is_published:
            return existing
        release = prepare_release(programme=self.programme, reference_date=reference, actor=self.director)
        if release.job_id is not None:
            carry_out(release.job_id, self.say)
        release.refresh_from_db()
        if not release.can_be_published:
            return release
        # Never before the last day it counts, even when what follows is a Sunday.
        day = self.calendar.working_day(min(reference + timedelta(days=9), self.calendar.today))
        day = max(day, reference + timedelta(days=1))
        return publish_release(release=release, actor=self.director, at=moment(day, 10))
