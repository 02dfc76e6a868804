"""From a document (YAML or JSON, already loaded) to a checked `Definition`."""

from __future__ import annotations

import re
from dataclasses import replace

from .checks import check_codes, check_cycles, check_nesting
from .conditions_parsing import CENTS, ConditionReader
from .limits import (
    MAX_CHOICES,
    MAX_COST,
    MAX_DIMENSIONS,
    MAX_LANGUAGES,
    MAX_LEVELS,
    MAX_MEASURES,
    MAX_MINUTES,
    MAX_VERSION,
    NAME,
    PARAGRAPH,
    SENTENCE,
    TITLE,
)
from .problems import gettext_noop as _
from .questions_parsing import DimensionNodes, QuestionNodes, read_dimension
from .reading import Node, Problems, as_fraction, shown, unquoted
from .shapes import (
    NUMERIC_KINDS,
    SETTABLE_KINDS,
    Aggregation,
    AllOf,
    Cap,
    Choice,
    Condition,
    Definition,
    Dimension,
    Kind,
    Level,
    Measure,
    Not,
    Question,
    Setting,
    SetValue,
    Stake,
    Step,
)

LANGUAGE_PATTERN = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")


def parse_definition(document: object, language: str = "") -> Definition:
    """The questionnaire written in `document`, in `language` where it is written in several.

    Raises `DefinitionError` with every problem at once: misspelt or missing keys, values of the
    wrong kind, duplicate codes, unknown references, cycles of conditions, absurd sizes.
    """
    problems = Problems()
    root = Node(document, "", problems)
    problems.raise_if_any()
    definition = _read_document(root, problems, language)
    problems.raise_if_any()
    return definition


def _read_document(root: Node, problems: Problems, language: str) -> Definition:
    problems.languages = _languages(root)
    problems.language = language
    levels = tuple(_level(node) for node in root.items("levels", least=0, most=MAX_LEVELS))
    read = [read_dimension(node) for node in root.items("dimensions", least=1, most=MAX_DIMENSIONS)]
    known = problems.languages
    definition = Definition(
        code=root.code(),
        version=root.integer("version", least=1, most=MAX_VERSION, default=1),
        title=root.text("title", most=TITLE),
        intro=root.text("intro", most=PARAGRAPH, optional=True),
        minutes=root.integer("minutes", least=1, most=MAX_MINUTES),
        aggregation=root.one_of("aggregation", Aggregation, default=Aggregation.MEAN),
        levels=levels,
        dimensions=tuple(dimension for dimension, _nodes in read),
        languages=known,
        language=language if language in known else next(iter(known), ""),
    )
    check_codes(definition, problems)
    dimensions = _with_conditions(definition, read)
    definition = replace(definition, dimensions=dimensions)
    about_results = ConditionReader(
        problems,
        definition.questions,
        frozenset(definition.dimension_by_code),
        frozenset(definition.level_by_code),
    )
    definition = replace(
        definition,
        caps=tuple(_caps(root, definition, about_results)),
        measures=tuple(_measures(root, definition, about_results)),
    )
    root.finish()
    check_nesting(definition, problems)
    check_cycles(definition, problems)
    return definition


def _languages(root: Node) -> tuple[str, ...]:
    """The languages the document is written in, the author's own first; none when it does not say."""
    found: list[str] = []
    for path, value in root.listed("languages", least=0, most=MAX_LANGUAGES):
        if not isinstance(value, str) or not LANGUAGE_PATTERN.fullmatch(value) or value in found:
            root.problems.note(path, _("le code d’une langue, une fois\u00a0: fr, en, nl…"), shown(value))
        else:
            found.append(value)
    return tuple(found)


def _level(node: Node) -> Level:
    level = Level(
        code=node.code(),
        name=node.text("name", most=NAME),
        starts_at=node.number("from", least=0, most=100),
        reading=node.text("reading", most=PARAGRAPH),
    )
    node.finish()
    return level


def _with_conditions(
    definition: Definition, read: list[tuple[Dimension, DimensionNodes]]
) -> tuple[Dimension, ...]:
    """The same dimensions with their conditions and those of their questions and choices.

    They are read last because a condition may name any question of the document.
    """
    dimensions = []
    for dimension, nodes in read:
        reader = ConditionReader(nodes.dimension.problems, definition.questions)
        questions = tuple(
            _question_with_conditions(question, places, reader)
            for question, places in zip(dimension.questions, nodes.questions, strict=True)
        )
        shown_if = _show_if(nodes.dimension, reader)
        dimensions.append(replace(dimension, questions=questions, show_if=shown_if))
    return tuple(dimensions)


def _question_with_conditions(question: Question, nodes: QuestionNodes, reader: ConditionReader) -> Question:
    choices = tuple(
        _choice_with_conditions(question, choice, node, reader)
        for choice, node in zip(question.choices, nodes.choices, strict=True)
    )
    return replace(question, choices=choices, show_if=_show_if(nodes.question, reader))


def _choice_with_conditions(
    question: Question, choice: Choice, node: Node, reader: ConditionReader
) -> Choice:
    if not node.has("show_if") and not node.has("sets"):
        return choice
    settings = _settings(question, node, reader)
    return replace(choice, show_if=_show_if(node, reader), sets=settings)


def _show_if(node: Node, reader: ConditionReader) -> Condition | None:
    value = node.take("show_if")
    return None if value is None else reader.read(value, node.at("show_if"))


def _settings(question: Question, node: Node, reader: ConditionReader) -> tuple[Setting, ...]:
    """What choosing this answers elsewhere, each value checked against the question it is set to."""
    if not node.has("sets"):
        return ()
    if question.kind is Kind.COLUMNS:
        node.note(
            "sets", _("rien ici\u00a0: seul un choix simple ou multiple peut répondre à d’autres questions")
        )
        return ()
    inner = Node(node.take("sets"), node.at("sets"), node.problems)
    settings = []
    # In the order of codes: a database may forget the order of keys.
    for code in sorted(inner.values, key=str):
        target = reader.questions.get(str(code))
        key = str(code)
        if target is None or target.kind not in SETTABLE_KINDS or target.code == question.code:
            expected = _("le code d’une autre question, à choix, échelle ou nombre")
            inner.problems.note(inner.at(unquoted(code)), expected, shown(code))
            continue
        setting = _setting(target, inner, key)
        if setting is not None:
            settings.append(setting)
    return tuple(settings)


def _setting(target: Question, node: Node, key: str) -> Setting | None:
    value = node.values.get(key)
    if isinstance(value, dict) and value == {"not_applicable": True}:
        if target.not_applicable:
            return Setting(target.code, None)
        node.note(key, _("une réponse\u00a0: cette question ne peut pas être sans objet"))
        return None
    found = _set_value(target, value)
    if found is None:
        node.note(key, _("une réponse possible à «\u00a0%(code)s\u00a0»"), code=target.code)
        return None
    return Setting(target.code, found)


def _set_value(target: Question, value: object) -> SetValue | None:
    if target.kind is Kind.SINGLE:
        return value if isinstance(value, str) and value in target.choice_by_code else None
    if target.kind is Kind.MULTIPLE:
        listed = value if isinstance(value, list) else [value]
        codes = frozenset(each for each in listed if isinstance(each, str) and each in target.choice_by_code)
        alone = any(target.choice_by_code[code].exclusive for code in codes)
        return codes if codes and len(codes) == len(listed) and not (alone and len(codes) > 1) else None
    if target.scale is not None:
        is_step = isinstance(value, int) and not isinstance(value, bool) and value in target.scale.steps
        return value if is_step and isinstance(value, int) else None
    number = as_fraction(value) if target.kind in NUMERIC_KINDS else None
    if number is None:
        return None
    number *= CENTS if target.kind is Kind.AMOUNT else 1
    low, high = target.minimum, target.maximum
    return number if (low is None or number >= low) and (high is None or number <= high) else None


NEVER = Not(AllOf(()))
"""Stands for a condition that could not be read, in a definition that is refused anyway."""


def _caps(root: Node, definition: Definition, reader: ConditionReader) -> list[Cap]:
    caps = []
    for node in root.items("caps", least=0, most=MAX_CHOICES):
        known = _("le code d’un niveau du questionnaire")
        level = node.reference("level_at_most", definition.level_by_code, known)
        condition = reader.read(node.take("if"), node.at("if"))
        because = node.text("because", most=SENTENCE)
        dimension = None
        if node.take("dimension") is not None:
            expected = _("le code d’une dimension du questionnaire")
            dimension = node.reference("dimension", definition.dimension_by_code, expected)
        caps.append(Cap(level, because, condition or NEVER, dimension))
        node.finish()
    return caps


def _measures(root: Node, definition: Definition, reader: ConditionReader) -> list[Measure]:
    measures = []
    for node in root.items("measures", least=0, most=MAX_MEASURES):
        known = _("le code d’une dimension du questionnaire")
        dimension = node.reference("dimension", definition.dimension_by_code, known)
        cost_min, cost_max = _cost(node)
        condition = reader.read(node.take("propose_if"), node.at("propose_if"))
        measures.append(
            Measure(
                code=node.code(),
                title=node.text("title", most=TITLE),
                dimension=dimension,
                why=node.text("why", most=PARAGRAPH),
                how=node.text("how", most=PARAGRAPH),
                effort=node.one_of("effort", Step),
                impact=node.one_of("impact", Step),
                cost_min_cents=cost_min,
                cost_max_cents=cost_max,
                stake=node.one_of("stake", Stake),
                propose_if=condition or NEVER,
            )
        )
        node.finish()
    return measures


def _cost(node: Node) -> tuple[int, int]:
    """The cost range of a measure, written in whole euros, in cents."""
    inner = Node(node.take("cost"), node.at("cost"), node.problems)
    low = inner.integer("min", least=0, most=MAX_COST)
    high = inner.integer("max", least=0, most=MAX_COST)
    inner.finish()
    if high < low:
        inner.note("max", _("un montant au moins égal à «\u00a0min\u00a0»"))
    return low * CENTS, high * CENTS
