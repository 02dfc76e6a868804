"""``manage.py funding_totals``: whether the running totals are the sums of the shares; puts them right."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from funding.selectors.totals import wrong_totals
from funding.services.totals import rebuild_totals
from programme.models import Programme


class Command(BaseCommand):
    help = "Compare les totaux tenus à jour avec la somme des parts\u00a0; les récrit avec --repair."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--programme", default="", help="un seul programme\u00a0; tous par défaut")
        parser.add_argument("--repair", action="store_true", help="récrit les totaux qui diffèrent")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each gap. Raises ``CommandError`` when one is left."""
        slug, gaps = options["programme"], 0
        programmes = Programme.objects.filter(slug=slug) if slug else Programme.objects.order_by("slug")
        if slug and not programmes:
            raise CommandError(_("Aucun programme à l’adresse «\u00a0%(slug)s\u00a0».") % {"slug": slug})
        for programme in programmes:
            wrong = wrong_totals(programme)
            self.stdout.write(f"{programme.name}\u00a0: {len(wrong)}")
            for gap in wrong:
                self.stdout.write(f"  {gap}")
            if wrong and options["repair"]:
                rebuild_totals(programme)
            elif wrong:
                gaps += len(wrong)
        if gaps:
            raise CommandError(_("%(count)s totaux diffèrent des parts.") % {"count": gaps})
