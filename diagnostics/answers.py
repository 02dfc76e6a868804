"""What a person answered, checked against its question.

Answers come from three doors: the database (JSON), a form (texts), an author's file (either).
All become the same frozen `Answer`, so that scoring never meets a value it cannot judge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from .definition import Kind, Question
from .definition.problems import gettext_noop as _

AnswerValue = (
    str
    | int
    | Fraction
    | date
    | frozenset[str]
    | tuple[str, ...]
    | dict[str, int]
    | dict[str, frozenset[str]]
)
"""What scoring and conditions judge; a tuple is the names of the files attached, in their order."""
Stored = str | int | list[str] | dict[str, int] | dict[str, list[str]] | None
"""What an answer is in JSON: amounts are whole cents, other numbers decimal texts."""

MAX_SHORT_TEXT = 300
MAX_LONG_TEXT = 10_000
MAX_DIGITS = 15
MAX_DECIMALS = 4


class AnswerError(ValueError):
    """The answer does not suit its question; `message` is a French template for `values`."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = {name: str(value) for name, value in values.items()}


@dataclass(frozen=True)
class Answer:
    """An answer given (`value`), or stated to be without object. Neither: not answered."""

    value: AnswerValue | None = None
    not_applicable: bool = False

    @property
    def is_given(self) -> bool:
        """Whether there is a value to judge."""
        return self.value is not None and not self.not_applicable


UNANSWERED = Answer()
NOT_APPLICABLE = Answer(not_applicable=True)

Answers = Mapping[str, Answer]


@dataclass(frozen=True)
class Typed:
    """What a form sent for one question: its texts, those of a matrix by row, of columns by column."""

    texts: Sequence[str] = ()
    rows: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)


def read_stored(question: Question, stored: object) -> AnswerValue | None:
    """The value kept as JSON for `question`; None when there is none.

    Raises `AnswerError` when it is not a possible answer to this question.
    """
    if stored is None or stored in ("", [], {}):
        return None
    match question.kind:
        case Kind.SINGLE:
            return _choice(question, stored)
        case Kind.MULTIPLE:
            return _choices(question, stored)
        case Kind.SCALE:
            return _step(question, stored)
        case Kind.MATRIX:
            return _rows(question, stored)
        case Kind.COLUMNS:
            return _columns(question, stored) or None
        case Kind.NOTE:
            raise AnswerError(_("On ne répond pas à une note."))
        case Kind.NUMBER | Kind.PERCENTAGE | Kind.AMOUNT:
            return _within(question, _number(question, stored))
        case Kind.DATE:
            return _date(stored)
        case Kind.FILE:
            return _file_names(stored)
        case _:
            return _text(question, stored)


def stored_value(question: Question, value: AnswerValue | None) -> Stored:
    """The JSON kept for `value`. Choices keep the questionnaire's order, so equal means equal."""
    if value is None:
        return None
    if isinstance(value, frozenset):
        return _in_order(question, value)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, dict):
        return _stored_parts(question, value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction):
        if question.kind is Kind.AMOUNT:
            return int(value)
        return format((Decimal(value.numerator) / Decimal(value.denominator)).normalize(), "f")
    return value


def _in_order(question: Question, ticked: frozenset[str]) -> list[str]:
    return [choice.code for choice in question.choices if choice.code in ticked]


def _stored_parts(question: Question, value: Mapping[str, int | frozenset[str]]) -> Stored:
    steps: dict[str, int] = {}
    ticks: dict[str, list[str]] = {}
    for part in question.parts:
        given = value.get(part.code)
        if isinstance(given, frozenset):
            ticks[part.code] = _in_order(question, given)
        elif given is not None:
            steps[part.code] = given
    return ticks or steps


def read_typed(question: Question, typed: Typed) -> AnswerValue | None:
    """The value a person typed or ticked for `question`; None when nothing was.

    Numbers are written as in French (« 1 200,50 »), amounts in euros. Raises `AnswerError`.
    """
    first = typed.texts[0].strip() if typed.texts else ""
    match question.kind:
        case Kind.MULTIPLE | Kind.FILE:
            return read_stored(question, [text for text in typed.texts if text])
        case Kind.MATRIX:
            rows = {code: _whole(text) for code, text in typed.rows.items() if text.strip()}
            return read_stored(question, rows)
        case Kind.COLUMNS:
            ticked = {code: [text for text in texts if text] for code, texts in typed.columns.items()}
            return read_stored(question, {code: texts for code, texts in ticked.items() if texts})
        case Kind.SCALE:
            return read_stored(question, _whole(first) if first else None)
        case Kind.AMOUNT:
            return read_stored(question, _cents(first) if first else None)
        case Kind.NUMBER | Kind.PERCENTAGE:
            return read_stored(question, _plain_number(first) if first else None)
        case Kind.DATE:
            return read_stored(question, _iso_date(first) if first else None)
        case _:
            return read_stored(question, first.replace("\r\n", "\n"))


def read_authored(question: Question, raw: object) -> Answer:
    """An answer as an author writes it in a file: amounts in euros, plain numbers and lists.

    `{"not_applicable": true}` states that the question is without object. Raises `AnswerError`.
    """
    if isinstance(raw, dict) and raw.get("not_applicable") is True:
        if not question.not_applicable:
            raise AnswerError(_("Cette question ne peut pas être déclarée sans objet."))
        return NOT_APPLICABLE
    if isinstance(raw, dict) and question.kind is Kind.COLUMNS:
        listed = {str(k): each if isinstance(each, list) else [each] for k, each in raw.items()}
        columns = {code: [str(text) for text in texts] for code, texts in listed.items()}
        return Answer(read_typed(question, Typed(columns=columns)))
    if isinstance(raw, dict):
        return Answer(read_typed(question, Typed(rows={str(k): str(v) for k, v in raw.items()})))
    if isinstance(raw, list):
        return Answer(read_typed(question, Typed([str(each) for each in raw])))
    if raw is None:
        return UNANSWERED
    return Answer(read_typed(question, Typed([str(raw)])))


def keep_exclusive(question: Question, ticked: frozenset[str], before: frozenset[str]) -> frozenset[str]:
    """`ticked` with an exclusive choice and the others told apart: the last gesture wins.

    A person who ticks « Aucun » means to untick the rest, and conversely; `before` tells which of
    the two was ticked first.
    """
    exclusive = frozenset(choice.code for choice in question.choices if choice.exclusive)
    alone, others = ticked & exclusive, ticked - exclusive
    if not alone or (not others and len(alone) == 1):
        return ticked
    newly = alone - before
    if newly:
        return frozenset({next(c.code for c in question.choices if c.code in newly)})
    return others or frozenset({min(alone)})


def _choice(question: Question, stored: object) -> str:
    if not isinstance(stored, str) or stored not in question.choice_by_code:
        raise AnswerError(_("Choisissez une des réponses proposées."))
    return stored


def _choices(question: Question, stored: object) -> frozenset[str]:
    if not isinstance(stored, list):
        raise AnswerError(_("Choisissez parmi les réponses proposées."))
    codes = frozenset(_choice(question, each) for each in stored)
    alone = [code for code in codes if question.choice_by_code[code].exclusive]
    if alone and len(codes) > 1:
        label = question.choice_by_code[alone[0]].label
        raise AnswerError(_("«\u00a0%(label)s\u00a0» ne peut être coché qu’à lui seul."), label=label)
    if question.most_ticked is not None and len(codes) > question.most_ticked:
        raise AnswerError(_("Choisissez au plus %(most)s réponses."), most=question.most_ticked)
    return codes


def _columns(question: Question, stored: object) -> dict[str, frozenset[str]]:
    if not isinstance(stored, dict):
        raise AnswerError(_("Répondez colonne par colonne."))
    known = {column.code for column in question.columns}
    if not stored.keys() <= known:
        raise AnswerError(_("Cette colonne n’est pas dans le questionnaire."))
    return {code: _choices(question, ticked) for code, ticked in stored.items() if ticked}


def _step(question: Question, stored: object) -> int:
    scale = question.scale
    if scale is None or isinstance(stored, bool) or not isinstance(stored, int):
        raise AnswerError(_("Choisissez un degré de l’échelle."))
    if stored not in scale.steps:
        raise AnswerError(
            _("Choisissez un degré de %(least)s à %(most)s."),
            least=scale.minimum,
            most=scale.maximum,
        )
    return stored


def _rows(question: Question, stored: object) -> dict[str, int]:
    if not isinstance(stored, dict):
        raise AnswerError(_("Répondez ligne par ligne."))
    known = {row.code for row in question.rows}
    if not stored.keys() <= known:
        raise AnswerError(_("Cette ligne n’est pas dans le questionnaire."))
    return {code: _step(question, step) for code, step in stored.items()}


def _number(question: Question, stored: object) -> Fraction:
    if question.kind is Kind.AMOUNT:
        if isinstance(stored, bool) or not isinstance(stored, int):
            raise AnswerError(_("Écrivez un montant, par exemple 1 200,50."))
        return Fraction(stored)
    if isinstance(stored, int | str) and not isinstance(stored, bool):
        try:
            return Fraction(Decimal(str(stored)))
        except (InvalidOperation, ValueError, OverflowError):
            pass
    raise AnswerError(_("Écrivez un nombre, par exemple 12 ou 12,5."))


def _within(question: Question, value: Fraction) -> Fraction:
    least, most = question.minimum, question.maximum
    if question.kind is Kind.PERCENTAGE:
        least = Fraction(0) if least is None else least
        most = Fraction(100) if most is None else most
    whole = question.decimals is not None and value != round(value, question.decimals)
    beyond = (least is not None and value < least) or (most is not None and value > most)
    if question.refusal and (whole or beyond):
        raise AnswerError("%(said)s", said=question.refusal)
    if whole and not question.decimals:
        raise AnswerError(_("Écrivez un nombre entier."))
    if whole:
        raise AnswerError(_("Écrivez au plus %(most)s décimales."), most=question.decimals)
    if least is not None and value < least:
        raise AnswerError(_("Écrivez au moins %(least)s."), least=_said(question, least))
    if most is not None and value > most:
        raise AnswerError(_("Écrivez au plus %(most)s."), most=_said(question, most))
    return value


def _said(question: Question, bound: Fraction) -> str:
    """A bound as its reader writes it: euros for an amount, a comma for decimals."""
    number = bound / 100 if question.kind is Kind.AMOUNT else bound
    decimal = (Decimal(number.numerator) / Decimal(number.denominator)).normalize()
    return format(decimal, "f").replace(".", ",")


def _file_names(stored: object) -> tuple[str, ...]:
    if not isinstance(stored, list) or not all(isinstance(each, str) for each in stored):
        raise AnswerError(_("Joignez un fichier."))
    return tuple(stored)


def _date(stored: object) -> date:
    try:
        found = date.fromisoformat(str(stored))
    except ValueError:
        raise AnswerError(_("Écrivez une date, par exemple 29/01/2019.")) from None
    if not 1900 <= found.year <= 2200:
        raise AnswerError(_("Cette date est trop éloignée\u00a0: vérifiez l’année."))
    return found


def _text(question: Question, stored: object) -> str:
    most = MAX_SHORT_TEXT if question.kind is Kind.SHORT_TEXT else MAX_LONG_TEXT
    text = str(stored).replace("\x00", "").strip()
    if len(text) > most:
        raise AnswerError(_("Écrivez au plus %(most)s caractères."), most=most)
    return text


def _whole(text: str) -> int:
    try:
        return int(text.strip()[:MAX_DIGITS])
    except ValueError:
        raise AnswerError(_("Choisissez un degré de l’échelle.")) from None


def _decimal(text: str, most_decimals: int) -> Decimal:
    """A number written in French or in English; spaces of any width separate thousands."""
    bare = "".join(text.split()).replace(",", ".")
    try:
        number = Decimal(bare)
    except InvalidOperation:
        raise AnswerError(_("Écrivez un nombre, par exemple 12 ou 12,5.")) from None
    if not number.is_finite() or abs(number) >= 10**MAX_DIGITS:
        raise AnswerError(_("Ce nombre est trop grand."))
    if number != round(number, most_decimals):
        raise AnswerError(_("Écrivez au plus %(most)s décimales."), most=most_decimals)
    return number


def _plain_number(text: str) -> str:
    return format(_decimal(text.removesuffix("%"), MAX_DECIMALS), "f")


def _cents(text: str) -> int:
    return int(_decimal(text.removesuffix("€"), 2) * 100)


def _iso_date(text: str) -> str:
    parts = text.split("/")
    if len(parts) == 3 and all(part.isdigit() for part in parts):
        day, month, year = parts
        return f"{year:0>4}-{month:0>2}-{day:0>2}"
    return text
