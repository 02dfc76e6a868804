"""What pure modules found, said in plain French.

Pure modules know no language: they give codes, templates and facts; the sentences are here.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _

from core.formats import format_date, format_euros, format_euros_round, format_number
from diagnostics.answers import Answer, AnswerError
from diagnostics.definition import Definition, Kind, Problem, Question
from diagnostics.recommending import BecauseOfLevel, Reason
from diagnostics.scoring import IgnoredBecause
from diagnostics.xlsform import SheetProblem


def problem_lines(problems: tuple[Problem, ...]) -> list[str]:
    """One line per problem of a document: where, what was expected, what was found."""
    return [
        _("%(path)s\u00a0: attendu %(expected)s\u00a0; trouvé %(found)s")
        % {"path": each.path, "expected": _(each.expected) % each.values, "found": _(each.found)}
        for each in problems
    ]


def sheet_problem_lines(problems: tuple[SheetProblem, ...]) -> list[str]:
    """One line per problem of a spreadsheet: the sheet, the row, the reason."""
    lines = []
    for each in problems:
        place = _("feuille %(sheet)s, ligne %(row)s") if each.row else _("feuille %(sheet)s")
        where = place % {"sheet": each.sheet, "row": each.row}
        lines.append(f"{where}\u00a0: {_(each.reason) % each.values}")
    return lines


def answer_error(error: AnswerError) -> str:
    """Why an answer was refused."""
    return _(error.message) % error.values


def ignored_because(because: IgnoredBecause) -> str:
    """Why a question counts for nothing in a score."""
    return {
        IgnoredBecause.HIDDEN: _("ne vous concernait pas, d’après vos autres réponses"),
        IgnoredBecause.NOT_APPLICABLE: _("déclarée sans objet"),
        IgnoredBecause.UNANSWERED: _("sans réponse"),
        IgnoredBecause.UNSCORED: _("posée pour mieux vous connaître, jamais notée"),
        IgnoredBecause.NOT_COUNTED: _("répondue par un choix qui n’entre pas dans le calcul"),
    }[because]


def score_words(tenths: int | None) -> str:
    """A score as it is written everywhere: « 41,5 sur 100 »."""
    if tenths is None:
        return _("non noté")
    return _("%(score)s sur 100") % {"score": format_number(Fraction(tenths, 10), 1)}


def reason_words(definition: Definition, answers: Mapping[str, Answer], reason: Reason) -> str:
    """Why a measure is proposed, in one sentence addressed to the company."""
    if isinstance(reason, BecauseOfLevel):
        return _("En «\u00a0%(dimension)s\u00a0», vous en êtes à «\u00a0%(level)s\u00a0» (%(score)s).") % {
            "dimension": definition.dimension_by_code[reason.dimension].title,
            "level": definition.level_by_code[reason.level].name,
            "score": score_words(reason.tenths),
        }
    question = definition.questions[reason.question]
    given = answer_words(question, answers.get(question.code, Answer())) if reason.answered else ""
    if not given:
        return _("Vous n’avez pas répondu à «\u00a0%(question)s\u00a0».") % {"question": question.text}
    return _("À «\u00a0%(question)s\u00a0», vous avez répondu\u00a0: %(answer)s.") % {
        "question": question.text,
        "answer": given.removesuffix("."),
    }


def answer_words(question: Question, answer: Answer) -> str:
    """An answer as a person reads it; nothing when there is none."""
    value = answer.value
    if answer.not_applicable:
        return _("sans objet")
    match value:
        case None:
            return ""
        case frozenset():
            return ", ".join(choice.label for choice in question.choices if choice.code in value)
        case dict():
            return _part_words(question, value)
        case tuple():
            return ", ".join(value)
        case Fraction():
            return _number_words(question, value)
        case str() if question.kind is Kind.SINGLE:
            return question.choice_by_code[value].label
        case int() if question.scale is not None and question.scale.labels:
            return question.scale.label_of(value)
        case int() if question.scale is not None:
            return _("%(step)s sur une échelle de %(least)s à %(most)s") % {
                "step": value,
                "least": question.scale.minimum,
                "most": question.scale.maximum,
            }
        case date():
            return format_date(value)
        case _:
            return str(value)


def _part_words(question: Question, value: Mapping[str, int | frozenset[str]]) -> str:
    """« Clients : 3, Ventes : 2 », or columns with the choices ticked in each."""
    words = []
    for part in question.parts:
        given = value.get(part.code)
        if isinstance(given, frozenset):
            ticked = ", ".join(choice.label for choice in question.choices if choice.code in given)
            words.append(f"{part.label}\u00a0: {ticked}")
        elif given is not None:
            name = question.scale.label_of(given) if question.scale else ""
            words.append(f"{part.label}\u00a0: {name or given}")
    return ("\u00a0; " if question.columns else ", ").join(words)


def _number_words(question: Question, value: Fraction) -> str:
    if question.kind is Kind.AMOUNT:
        return format_euros(int(value))
    decimals = 0 if value.denominator == 1 else 2
    unit = "%" if question.kind is Kind.PERCENTAGE else question.unit
    return f"{format_number(value, decimals)}\u00a0{unit}".strip()


def cost_words(min_cents: int, max_cents: int) -> str:
    """What a measure costs, as a range in euros."""
    if max_cents == 0:
        return _("gratuit")
    if min_cents == max_cents:
        return format_euros_round(max_cents)
    if min_cents == 0:
        return _("jusqu’à %(most)s") % {"most": format_euros_round(max_cents)}
    return _("de %(least)s à %(most)s") % {
        "least": format_euros_round(min_cents),
        "most": format_euros_round(max_cents),
    }


def size_words(size: int) -> str:
    """The size of a file: « 240 Ko », « 1,2 Mo »."""
    if size < 1_000_000:
        return _("%(size)s Ko") % {"size": format_number(max(1, round(size / 1000)))}
    return _("%(size)s Mo") % {"size": format_number(Fraction(size, 1_000_000), 1)}


def points_words(tenths: int | None) -> str:
    """A score alone in its cell: « 41,5 »."""
    return "–" if tenths is None else format_number(Fraction(tenths, 10), 1)


def signed_points(tenths: int) -> str:
    """A difference of scores: « +4,2 », « −3 », « = »."""
    if tenths == 0:
        return "="
    sign = "+" if tenths > 0 else "−"
    decimals = 0 if tenths % 10 == 0 else 1
    return f"{sign}{format_number(Fraction(abs(tenths), 10), decimals)}"
