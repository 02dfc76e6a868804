"""``manage.py export_pack SLUG FILE``: the settings of a programme, without person, company or amount."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from programme.models import Programme
from programme.services.packs import export_pack


class Command(BaseCommand):
    help = "Écrit le lot de territoire d’un programme (JSON), à reprendre dans une autre région."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("file", metavar="FICHIER", type=Path)

    def handle(self, *args: Any, slug: str, file: Path, **options: Any) -> None:
        programme = Programme.objects.filter(slug=slug).first()
        if programme is None:
            raise CommandError(_("Aucun programme à l’adresse «\u00a0%(slug)s\u00a0».") % {"slug": slug})
        text = export_pack(programme=programme)
        try:
            file.write_text(text, encoding="utf-8")
        except OSError as error:
            reason = error.strerror or str(error)
            raise CommandError(
                _("Fichier impossible à écrire\u00a0: %(reason)s") % {"reason": reason}
            ) from None
        self.stdout.write(self.style.SUCCESS(_("Écrit\u00a0: %(path)s") % {"path": file}))
