"""``manage.py load_demo``: the fictional programme of the demonstration and of the measurements."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from edec_ia.demonstration import loading, resetting
from edec_ia.demonstration.identities import SIREN_CAPACITY


class Command(BaseCommand):
    help = (
        "Charge un programme fictif («\u00a0demonstration\u00a0»). Les mêmes arguments donnent les mêmes "
        "lignes\u00a0; "
        "une démonstration déjà là n’est pas touchée, sauf avec --reset."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--companies", type=int, default=240, help="nombre d’entreprises (240)")
        parser.add_argument("--seed", type=int, default=1, help="graine du tirage (1)")
        parser.add_argument(
            "--today", type=date.fromisoformat, help="jour du 16e mois sur 24, AAAA-MM-JJ (aujourd’hui)"
        )
        parser.add_argument(
            "--rounds", type=int, default=1, help="diagnostics successifs par entreprise qui répond (1)"
        )
        parser.add_argument(
            "--no-publish",
            action="store_false",
            dest="publish",
            help="sans millésimes ni rapports",
        )
        parser.add_argument("--reset", action="store_true", help="remplace la démonstration existante")

    def handle(self, *args: Any, **options: Any) -> None:
        request = self._request(options)
        existing = loading.find()
        if existing is not None and options["reset"]:
            self._say("Effacement de la démonstration précédente")
            resetting.remove(existing)
        elif existing is not None:
            self.stdout.write("La démonstration est déjà là (--reset la remplace).")
            if options["publish"]:
                loading.complete(existing, self._say)
            return
        programme = loading.load(request, self._say)
        if options["publish"]:
            loading.complete(programme, self._say)
        self.stdout.write(
            self.style.SUCCESS(f"Prêt\u00a0: {programme.name}, {request.companies} entreprises.")
        )

    def _request(self, options: dict[str, Any]) -> loading.DemoRequest:
        if not 1 <= options["companies"] <= SIREN_CAPACITY:
            raise CommandError(f"--companies va de 1 à {SIREN_CAPACITY}.")
        if options["rounds"] < 1:
            raise CommandError("--rounds vaut au moins 1.")
        return loading.DemoRequest(
            companies=options["companies"],
            seed=options["seed"],
            today=options["today"] or timezone.localdate(),
            rounds=options["rounds"],
        )

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
