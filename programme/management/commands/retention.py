"""``manage.py retention``: what has been kept long enough, by programme; announced, then purged."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from core.formats import format_date
from core.registries import retention_rules
from programme.models import Programme
from programme.services.retention import review_retention


class Command(BaseCommand):
    help = "Annonce ce qui arrive au terme de sa conservation, et efface ce qui a été annoncé à temps."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--programme", default="", help="un seul programme\u00a0; tous par défaut")
        parser.add_argument("--today", type=date.fromisoformat, help="AAAA-MM-JJ (aujourd’hui)")
        parser.add_argument("--dry-run", action="store_true", help="dit ce qui est dû, sans rien écrire")

    def handle(self, *args: Any, **options: Any) -> None:
        today = options["today"] or timezone.localdate()
        for programme in self._programmes(options["programme"]):
            self.stdout.write(programme.name if programme else _("Installation"))
            if options["dry_run"]:
                self._list(programme, today)
                continue
            for done in review_retention(programme=programme, today=today):
                self.stdout.write(
                    _("  %(label)s\u00a0: %(due)s dus, %(announced)s annoncés, %(purged)s effacés")
                    % {
                        "label": done.label,
                        "due": done.due,
                        "announced": done.announced,
                        "purged": done.purged,
                    }
                )
        if options["dry_run"]:
            self.stdout.write(_("Essai\u00a0: rien n’a été annoncé ni effacé."))

    def _programmes(self, slug: str) -> list[Programme | None]:
        if not slug:
            return [None, *Programme.objects.order_by("slug")]
        found = Programme.objects.filter(slug=slug).first()
        if found is None:
            raise CommandError(_("Aucun programme à l’adresse «\u00a0%(slug)s\u00a0».") % {"slug": slug})
        return [found]

    def _list(self, programme: Programme | None, today: date) -> None:
        for rule in retention_rules.values():
            due = rule.due(programme, today)
            oldest = f" (depuis le {format_date(due[0].due_on)})" if due else ""
            self.stdout.write(f"  {rule.label}\u00a0: {len(due)}{oldest}")
