"""When each step of a company's way through the programme happened. Pure module."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from edec_ia.demonstration.calendar import DemoCalendar
from edec_ia.demonstration.profiles import DemoCompany, Progress
from edec_ia.demonstration.randomness import source

PARIS = ZoneInfo("Europe/Paris")


class Step(StrEnum):
    """Dated steps, in order."""

    SPOTTED = "spotted"
    CONTACTED = "contacted"
    ENGAGED = "engaged"
    OPENED = "opened"
    STARTED = "started"
    SUBMITTED = "submitted"
    PLANNED = "planned"
    TRAINED = "trained"
    CLOSED = "closed"


STEPS = tuple(Step)
_LAST_STEP = {
    Progress.SPOTTED: Step.SPOTTED,
    Progress.CONTACTED: Step.CONTACTED,
    Progress.DECLINED: Step.CONTACTED,
    Progress.ENGAGED: Step.ENGAGED,
    Progress.INVITED: Step.OPENED,
    Progress.ANSWERING: Step.STARTED,
    Progress.SUBMITTED: Step.SUBMITTED,
    Progress.PLANNED: Step.PLANNED,
    Progress.TRAINED: Step.TRAINED,
    Progress.CLOSED: Step.CLOSED,
}
# A pending invitation of a year ago would look forgotten: these ended lately.
_PENDING = frozenset({Progress.CONTACTED, Progress.ENGAGED, Progress.INVITED, Progress.ANSWERING})


@dataclass(frozen=True, slots=True)
class Story:
    """The dates of the steps reached, each at a moment of a working day."""

    steps: tuple[tuple[Step, datetime], ...]

    def at(self, step: Step) -> datetime | None:
        """When a step was reached, ``None`` when it was not."""
        return next((moment for name, moment in self.steps if name is step), None)

    def reached(self, step: Step) -> datetime:
        """When a step was reached. Raises ``LookupError`` when it was not."""
        moment = self.at(step)
        if moment is None:
            raise LookupError(step)
        return moment


def moment(day: date, hour: float) -> datetime:
    """Return a moment of a day in Paris; ``hour`` runs from 0 to 24."""
    return datetime.combine(day, time(), PARIS) + timedelta(minutes=round(hour * 60))


def story(company: DemoCompany, seed: int, calendar: DemoCalendar) -> Story:
    """Return the steps of a company, in order, none after today."""
    rng = source(seed, "story", company.index)
    count = STEPS.index(_LAST_STEP[company.progress]) + 1
    # Companies that went far entered early.
    entered = company.entered * (1 - 0.6 * count / len(STEPS))
    end = 1 - rng.random() * 0.12 if company.progress in _PENDING else 1 - rng.random() ** 2 * 0.3
    end = max(end, entered + 0.02)
    places = sorted(rng.random() for _ in range(count - 1))
    if places:
        places[-1] = 1.0
    moments = [entered, *(entered + (end - entered) * place for place in places)]
    return Story(tuple(_dated(moments, calendar)))


def _dated(places: list[float], calendar: DemoCalendar) -> Iterator[tuple[Step, datetime]]:
    """Date the steps; steps of one day follow one another by the hour."""
    before: datetime | None = None
    for rank, (step, place) in enumerate(zip(STEPS, places, strict=False)):
        at = moment(calendar.at(min(place, 0.998)), 8.5 + rank)
        if before is not None and at <= before:
            at = before + timedelta(minutes=25)
        yield step, at
        before = at
