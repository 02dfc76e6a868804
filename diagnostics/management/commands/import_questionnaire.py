"""Check a questionnaire's file and keep it as a new version: docs/questionnaire-format.md."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from core.errors import BusinessError
from diagnostics import services
from diagnostics.definition import DefinitionError
from diagnostics.wording import problem_lines, sheet_problem_lines
from diagnostics.xlsform import XlsFormError
from programme.selectors import programme_by_slug


class Command(BaseCommand):
    help = "Vérifie un questionnaire (YAML ou XLSForm), l’enregistre et, sauf avec --draft, le publie."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--programme", default="", help=_("réservé à ce programme\u00a0; partagé par défaut")
        )
        parser.add_argument("--draft", action="store_true", help=_("enregistrer sans publier"))
        parser.add_argument("--check", action="store_true", help=_("vérifier seulement"))

    def handle(self, *args: Any, **options: Any) -> None:
        programme = programme_by_slug(options["programme"]) if options["programme"] else None
        if options["programme"] and programme is None:
            raise CommandError(_("Programme inconnu\u00a0: %(what)s") % {"what": options["programme"]})
        try:
            document = services.read_file(options["file"].name, options["file"].read_bytes())
            if options["check"]:
                services.check_document(document)
                self.stdout.write(_("Ce questionnaire est valable. Rien n’a été enregistré."))
                return
            version = services.import_questionnaire(actor=None, document=document, programme=programme)
            if not options["draft"]:
                version = services.publish_version(actor=None, version=version)
        except OSError as error:
            raise CommandError(_("Fichier illisible\u00a0: %(what)s") % {"what": error}) from error
        except BusinessError as error:
            raise CommandError(error.message) from error
        except DefinitionError as error:
            raise _refused(problem_lines(error.problems)) from error
        except XlsFormError as error:
            raise _refused(sheet_problem_lines(error.problems)) from error
        state = _("publiée") if version.published_at else _("enregistrée, non publiée")
        self.stdout.write(f"{version.questionnaire.code}@{version.number}\u00a0: {state}")


def _refused(lines: list[str]) -> CommandError:
    head = _("%(count)s erreur(s), rien n’est enregistré\u00a0:") % {"count": len(lines)}
    return CommandError("\n".join([head, *lines]))
