"""``manage.py import_pack FILE --programme SLUG``: shows the difference, then applies it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from core.errors import BusinessError
from programme.models import Programme
from programme.services.packs import SectionChanges, apply_pack, compare_pack


class Command(BaseCommand):
    help = (
        "Applique un lot de territoire\u00a0: ce qui manque est ajouté, le reste mis à jour, rien "
        "n’est retiré."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FICHIER", type=Path)
        parser.add_argument("--programme", required=True, metavar="SLUG")
        parser.add_argument("--dry-run", action="store_true", help="montre les différences sans rien changer")

    def handle(self, *args: Any, file: Path, programme: str, dry_run: bool, **options: Any) -> None:
        found = Programme.objects.filter(slug=programme).first()
        if found is None:
            raise CommandError(_("Aucun programme à l’adresse «\u00a0%(slug)s\u00a0».") % {"slug": programme})
        try:
            text = file.read_text(encoding="utf-8")
            sections = compare_pack(programme=found, text=text)
            self._tell(sections)
            if dry_run:
                self.stdout.write(_("Essai\u00a0: rien n’a été changé."))
                return
            if not any(section.changes for section in sections):
                return
            apply_pack(actor=None, programme=found, text=text)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(_("Fichier illisible\u00a0: %(reason)s") % {"reason": error}) from None
        except BusinessError as error:
            raise CommandError(error.message) from None
        self.stdout.write(self.style.SUCCESS(_("Appliqué.")))

    def _tell(self, sections: list[SectionChanges]) -> None:
        if not any(section.changes for section in sections):
            self.stdout.write(_("Rien à changer\u00a0: le programme dit déjà ce que dit le lot."))
            return
        for section in sections:
            self.stdout.write(f"{section.label}\u00a0: {len(section.changes)}")
            for change in section.changes:
                self.stdout.write(f"  {'+' if change.added else '~'} {change.what}")
                for detail in change.details:
                    self.stdout.write(f"      {detail}")
