"""Write a version of a questionnaire, in YAML or XLSForm, as ``import_questionnaire`` reads it back."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from diagnostics import selectors, services
from diagnostics.author_wording import loss_lines
from diagnostics.definition import DefinitionError, questionnaire_schema
from diagnostics.models import QuestionnaireVersion
from diagnostics.wording import problem_lines


class Command(BaseCommand):
    help = "Écrit une version d’un questionnaire en YAML ou en XLSForm, ou le schéma JSON du format."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("questionnaire", nargs="?", default="", help=_("CODE ou CODE@VERSION"))
        parser.add_argument("--output", type=Path, help=_("fichier à écrire\u00a0; sinon, la sortie"))
        parser.add_argument("--format", choices=("yaml", "xlsform"), default="yaml")
        parser.add_argument("--schema", action="store_true", help=_("écrire le schéma JSON du format"))

    def handle(self, *args: Any, **options: Any) -> None:
        if options["format"] == "xlsform" and not options["schema"]:
            self._write_workbook(options["questionnaire"], options["output"])
            return
        text = _schema_text()
        if not options["schema"]:
            text = services.write_document(_version(options["questionnaire"]).definition)
        if options["output"] is None:
            self.stdout.write(text, ending="")
        else:
            _write(options["output"], text.encode())

    def _write_workbook(self, reference: str, output: Path | None) -> None:
        """A workbook needs a file, not a terminal. What it leaves out goes to the error output."""
        if output is None:
            raise CommandError(_("Un XLSForm s’écrit dans un fichier\u00a0: --output fichier.xlsx"))
        version = _version(reference)
        try:
            content, losses = services.write_workbook(version.definition, created=version.created_at)
        except DefinitionError as error:
            raise CommandError("\n".join(problem_lines(error.problems))) from error
        _write(output, content)
        for line in loss_lines(losses):
            self.stderr.write("\u00a0: ".join(line))


def _schema_text() -> str:
    return json.dumps(questionnaire_schema(), ensure_ascii=False, indent=2) + "\n"


def _version(reference: str) -> QuestionnaireVersion:
    version = selectors.find_version(reference)
    if version is None:
        raise CommandError(_("Questionnaire inconnu\u00a0: %(what)s") % {"what": reference or "–"})
    return version


def _write(output: Path, content: bytes) -> None:
    try:
        output.write_bytes(content)
    except OSError as error:
        raise CommandError(_("Fichier impossible à écrire\u00a0: %(what)s") % {"what": error}) from error
