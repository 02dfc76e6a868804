"""Print the whole result of a file of answers, so that authors check a scale before publishing it."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from diagnostics import selectors
from diagnostics.answers import AnswerError, read_authored
from diagnostics.definition import DefinitionError
from diagnostics.explaining import explain
from diagnostics.wording import answer_error, problem_lines


class Command(BaseCommand):
    help = "Calcule le résultat d’un fichier de réponses et l’imprime en entier, en JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--questionnaire", required=True, help=_("CODE ou CODE@VERSION"))
        parser.add_argument("--answers", required=True, type=Path, help=_("fichier JSON {question: réponse}"))

    def handle(self, *args: Any, **options: Any) -> None:
        version = selectors.find_version(options["questionnaire"])
        if version is None:
            raise CommandError(
                _("Questionnaire inconnu\u00a0: %(what)s") % {"what": options["questionnaire"]}
            )
        try:
            definition = selectors.definition_of(version)
        except DefinitionError as error:
            raise CommandError("\n".join(problem_lines(error.problems))) from error
        try:
            written = json.loads(options["answers"].read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise CommandError(
                _("Fichier de réponses illisible\u00a0: %(what)s") % {"what": error}
            ) from error
        if not isinstance(written, dict):
            raise CommandError(_("Le fichier de réponses doit être un objet {question: réponse}."))
        answers, problems = {}, []
        for code, raw in written.items():
            question = definition.questions.get(code)
            if question is None:
                problems.append(
                    _("%(code)s\u00a0: cette question n’est pas dans le questionnaire") % {"code": code}
                )
                continue
            try:
                answers[code] = read_authored(question, raw)
            except AnswerError as error:
                problems.append(f"{code}\u00a0: {answer_error(error)}")
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write(json.dumps(explain(definition, answers), ensure_ascii=False, indent=2))
