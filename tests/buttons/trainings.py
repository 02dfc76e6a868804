"""Buttons of trainings."""

from datetime import date, time

from companies.models import Participation
from programme.models import Programme
from tests.buttons.button import PERSON, TOKEN, Button
from trainings import services as trainings
from trainings.models import Course
from trainings.timetable import PlannedHalfDay

DAY = date(2026, 7, 10)


def training_buttons(programme: Programme, participation: Participation) -> dict[str, Button]:
    trainings.install_catalogue(programme=programme)
    course = Course.objects.for_programme(programme).get(code="tech-assistant")
    provider = trainings.ensure_provider(
        actor=None, programme=programme, name="Institut d’essai", declaration_number="32590000000"
    )
    session = trainings.plan_session(
        actor=None,
        course=course,
        details=trainings.SessionDetails(
            provider=provider, trainer=None, place="Lens", capacity_min=1, capacity_max=8
        ),
        half_days=[PlannedHalfDay(DAY, "am", time(9), time(12, 30))],
    )
    planned = {
        "course": course.pk,
        "provider": provider.pk,
        "place": "Salle A, Lens",
        "capacity_min": "2",
        "capacity_max": "8",
        "price_cents": "120,50",
        "request_key": TOKEN,
        "demi-journees": "1",
        "demi-0-day": DAY.isoformat(),
        "demi-0-part": "am",
        "demi-0-starts_at": "09:00",
        "demi-0-ends_at": "12:30",
    }
    trainer = {
        "formulaire": "formateur",
        "formateur-provider": provider.pk,
        "formateur-first_name": "Odile",
        "formateur-last_name": "Essai",
        "formateur-email": "odile@institut.example",
    }
    base = "/essai/formations"
    return {
        "session create": Button(f"{base}/planifier/", lambda: planned),
        "enrol": Button(f"{base}/{session.pk}/inscrire/?entreprise={participation.pk}", lambda: PERSON),
        "session cancel": Button(f"{base}/{session.pk}/annuler/", lambda: {"reason": "Salle fermée."}),
        "provider add": Button(
            f"{base}/organismes/", lambda: {"formulaire": "organisme", "organisme-name": "École d’essai"}
        ),
        "trainer add": Button(f"{base}/organismes/", lambda: trainer),
    }
