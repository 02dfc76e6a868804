"""``manage.py seed``: reference data and the official programme, on an empty or existing database."""

from typing import Any

from django.core.management.base import BaseCommand

from diagnostics.services import install_shipped_questionnaire
from funding.services import install_public_agreement
from programme.official import install_official_programme
from programme.territory import install_activities, install_territory
from trainings.services import install_catalogue


class Command(BaseCommand):
    help = "Charge le territoire, la NAF, le questionnaire, le catalogue et le programme officiel."

    def handle(self, *args: Any, **options: Any) -> None:
        install_territory()
        install_activities()
        install_shipped_questionnaire(actor=None)
        programme = install_official_programme()
        install_public_agreement(programme=programme)
        install_catalogue(programme=programme)
        self.stdout.write(self.style.SUCCESS(f"Prêt\u00a0: {programme.name}."))
