"""The *certificat de réalisation*: what it states, from attendance alone."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Min, Sum

from trainings.hours import format_duration
from trainings.models import Attendance, Enrolment


@dataclass(frozen=True)
class CertificateContext:
    """Fields of the Ministry of Labour's model in force since 1 June 2020.

    ``minutes`` is what was attended, never what was planned; ``starts_on`` and ``ends_on`` are the first
    and last days attended; ``place`` is where the body signs.
    """

    trainee: str
    company: str
    provider: str
    declaration_number: str
    representative: str
    course: str
    starts_on: date
    ends_on: date
    minutes: int
    half_days: int
    place: str

    @property
    def duration(self) -> str:
        """Hours attended."""
        return format_duration(self.minutes)


def certificate_context(enrolment: Enrolment) -> CertificateContext | None:
    """What can be certified of a person's session; nothing when she was never present. One query."""
    figures = Attendance.objects.filter(enrolment=enrolment, present=True).aggregate(
        minutes=Sum("half_day__minutes", default=0),
        half_days=Count("pk"),
        first=Min("half_day__day"),
        last=Max("half_day__day"),
    )
    if not figures["minutes"]:
        return None
    session = enrolment.session
    provider = session.provider
    return CertificateContext(
        trainee=enrolment.full_name,
        company=enrolment.participation.name,
        provider=provider.name if provider else "",
        declaration_number=provider.declaration_number if provider else "",
        representative=provider.representative if provider else "",
        course=session.course.title,
        starts_on=figures["first"],
        ends_on=figures["last"],
        minutes=figures["minutes"],
        half_days=figures["half_days"],
        place=provider.city if provider else "",
    )
