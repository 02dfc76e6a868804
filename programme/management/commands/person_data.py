"""``manage.py person_data EMAIL``: what is held about a person, its export and its erasure."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from core.errors import BusinessError
from programme.models import Programme
from programme.person_files import person_file
from programme.services import person_data as services


class Command(BaseCommand):
    help = "Données d’une personne\u00a0: --export FICHIER (.json ou .html), ou --erase [--dry-run]."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument(
            "--programme", default="", help="un seul programme\u00a0; toute l’installation par défaut"
        )
        act = parser.add_mutually_exclusive_group(required=True)
        act.add_argument(
            "--export", type=Path, metavar="FICHIER", help="FICHIER.json, ou FICHIER.html pour être lu"
        )
        act.add_argument("--erase", action="store_true", help="efface, et dit ce que la loi fait garder")
        parser.add_argument("--dry-run", action="store_true", help="avec --erase\u00a0: dit sans effacer")

    def handle(self, *args: Any, **options: Any) -> None:
        programme = self._programme(options["programme"])
        if options["export"] is not None:
            if options["dry_run"]:
                raise CommandError(_("--dry-run va avec --erase."))
            self._export(options["email"], programme, options["export"])
            return
        try:
            outcome = services.preview_erasure(email=options["email"], programme=programme)
            self._tell(outcome)
            if options["dry_run"]:
                self.stdout.write(_("Essai\u00a0: rien n’a été effacé."))
                return
            receipt = services.erase_person(actor=None, email=options["email"], programme=programme)
        except BusinessError as error:
            raise CommandError(error.message) from None
        self.stdout.write(self.style.SUCCESS(_("Effacé. Reçu %(number)s.") % {"number": receipt.reference}))

    def _programme(self, slug: str) -> Programme | None:
        if not slug:
            return None
        found = Programme.objects.filter(slug=slug).first()
        if found is None:
            raise CommandError(_("Aucun programme à l’adresse «\u00a0%(slug)s\u00a0».") % {"slug": slug})
        return found

    def _export(self, email: str, programme: Programme | None, path: Path) -> None:
        made = person_file(email, programme, readable=path.suffix.lower() == ".html")
        try:
            path.write_text(made.text, encoding="utf-8")
        except OSError as error:
            raise CommandError(
                _("Fichier impossible à écrire\u00a0: %(reason)s") % {"reason": error.strerror or str(error)}
            ) from None
        self.stdout.write(
            _("%(count)s éléments écrits dans %(path)s.") % {"count": made.records, "path": path}
        )

    def _tell(self, outcome: services.ErasureOutcome) -> None:
        for line in outcome.lines():
            self.stdout.write(f"{line['label']}\u00a0: {line['erased']}")
            for each in line["kept"]:
                self.stdout.write(f"  garde – {each['what']} ({each['count']})\u00a0: {each['reason']}")
            for note in line["notes"]:
                self.stdout.write(f"  {note}")
