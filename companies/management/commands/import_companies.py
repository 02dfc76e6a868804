"""``manage.py import_companies FILE``: the same import as the page, from the command line."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from companies.models import ImportBatch
from companies.services.imports import apply_batch, receive_file, stage_batch
from core.enums import ImportStatus, RowOutcome
from core.errors import BusinessError
from programme.models import Programme
from programme.official import SLUG


class Command(BaseCommand):
    help = "Importe des entreprises\u00a0: CSV, XLSX ou réponse JSON du répertoire public."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--programme", default=SLUG, help="adresse du programme")
        parser.add_argument("--dry-run", action="store_true", help="vérifie sans rien importer")

    def handle(self, *args: Any, file: Path, programme: str, dry_run: bool, **options: Any) -> None:
        batch = self._receive(file, programme)
        stage_batch(batch=batch)
        if batch.status == ImportStatus.FAILED:
            raise CommandError(batch.problem)
        self._tell(batch)
        if dry_run:
            self.stdout.write(_("Vérification seule\u00a0: rien n’a été importé."))
            return
        apply_batch(actor=None, batch=batch)
        self.stdout.write(self.style.SUCCESS(_("Import terminé.")))

    def _receive(self, file: Path, slug: str) -> ImportBatch:
        found = Programme.objects.filter(slug=slug).first()
        if found is None:
            raise CommandError(_("Aucun programme à l’adresse «\u00a0%(slug)s\u00a0».") % {"slug": slug})
        try:
            content = file.read_bytes()
            return receive_file(actor=None, programme=found, name=file.name, content=content)
        except OSError as error:
            reason = error.strerror or str(error)
            raise CommandError(_("Fichier illisible\u00a0: %(reason)s") % {"reason": reason}) from None
        except BusinessError as error:
            raise CommandError(error.message) from None

    def _tell(self, batch: ImportBatch) -> None:
        """Print what each row becomes, then the totals."""
        for row in batch.rows.all():
            outcome = RowOutcome(row.outcome)
            self.stdout.write(f"{row.number}. {row.label}\u00a0: {outcome.label}")
            for remark in (*row.problems, *row.warnings):
                self.stdout.write(f"   - {remark['text']}")
            for label, (before, after) in row.changes.items():
                self.stdout.write(f"   - {label}\u00a0: «\u00a0{before}\u00a0» → «\u00a0{after}\u00a0»")
        if not batch.rows.exists():
            self.stdout.write(_("La réponse ne contient aucune entreprise\u00a0: rien à importer."))
        totals = [f"{outcome.label}\u00a0: {batch.counts[outcome.value]}" for outcome in RowOutcome]
        self.stdout.write(" · ".join(totals))
