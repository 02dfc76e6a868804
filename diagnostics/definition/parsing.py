"""From a document (YAML or JSON, already loaded) to a checked `Definition`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from .checks import check_codes, check_cycles, check_question
from .conditions_parsing import CENTS, ConditionReader
from .problems import gettext_noop as _
from .reading import Node, Problems
from .shapes import (
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
    Reading,
    Row,
    Scale,
    Stake,
    Step,
    Threshold,
)

MAX_DIMENSIONS = 40
MAX_QUESTIONS = 120
MAX_CHOICES = 60
MAX_MEASURES = 400
MAX_WEIGHT = 1_000
NAME = 80
TITLE = 200
LABEL = 300
SENTENCE = 600
PARAGRAPH = 4_000


def parse_definition(document: object) -> Definition:
    """The questionnaire written in `document`.

    Raises `DefinitionError` with every problem at once: misspelt or missing keys, values of the
    wrong kind, duplicate codes, unknown references, cycles of conditions, absurd sizes.
    """
    problems = Problems()
    root = Node(document, "", problems)
    problems.raise_if_any()
    definition = _read_document(root, problems)
    problems.raise_if_any()
    return definition


def _read_document(root: Node, problems: Problems) -> Definition:
    levels = tuple(_level(node) for node in root.items("levels", least=2, most=10))
    read = [_dimension(node) for node in root.items("dimensions", least=1, most=MAX_DIMENSIONS)]
    definition = Definition(
        code=root.code(),
        version=root.integer("version", least=1, most=10_000, default=1),
        title=root.text("title", most=TITLE),
        intro=root.text("intro", most=PARAGRAPH, optional=True),
        minutes=root.integer("minutes", least=1, most=600),
        aggregation=root.one_of("aggregation", Aggregation, default=Aggregation.MEAN),
        levels=levels,
        dimensions=tuple(dimension for dimension, _nodes in read),
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
    check_cycles(definition, problems)
    return definition


def _level(node: Node) -> Level:
    level = Level(
        code=node.code(),
        name=node.text("name", most=NAME),
        starts_at=node.number("from", least=0, most=100),
        reading=node.text("reading", most=PARAGRAPH),
    )
    node.finish()
    return level


@dataclass(frozen=True)
class _Nodes:
    """Where a dimension and its questions were read, for the conditions read after them."""

    dimension: Node
    questions: tuple[Node, ...]


def _dimension(node: Node) -> tuple[Dimension, _Nodes]:
    question_nodes = tuple(node.items("questions", least=1, most=MAX_QUESTIONS))
    questions = tuple(_question(each) for each in question_nodes)
    for question, question_node in zip(questions, question_nodes, strict=True):
        check_question(question, question_node)
    dimension = Dimension(
        code=node.code(),
        title=node.text("title", most=LABEL),
        lead=node.text("lead", most=PARAGRAPH, optional=True),
        weight=node.number("weight", least=0, most=MAX_WEIGHT, default=Fraction(1)),
        aggregation=node.one_of("aggregation", Aggregation, default=Aggregation.MEAN),
        readings=tuple(_reading(each) for each in node.items("levels", least=0, most=10)),
        questions=questions,
    )
    node.take("show_if")
    node.finish()
    return dimension, _Nodes(node, question_nodes)


def _reading(node: Node) -> Reading:
    reading = Reading(node.code("level"), node.text("reading", most=PARAGRAPH))
    node.finish()
    return reading


def _question(node: Node) -> Question:
    kind = node.one_of("kind", Kind)
    cents = CENTS if kind is Kind.AMOUNT else 1
    node.take("show_if")
    question = Question(
        code=node.code(),
        kind=kind,
        text=node.text("text", most=SENTENCE),
        why=node.text("why", most=PARAGRAPH, optional=True),
        help=node.text("help", most=PARAGRAPH, optional=True),
        weight=node.number("weight", least=0, most=MAX_WEIGHT, default=Fraction(0)),
        required=node.flag("required", default=True),
        not_applicable=node.flag("not_applicable", default=False),
        choices=tuple(_choice(each) for each in node.items("choices", least=0, most=MAX_CHOICES)),
        scale=_scale(node),
        rows=tuple(_row(each) for each in node.items("rows", least=0, most=MAX_CHOICES)),
        unit=node.text("unit", most=60, optional=True),
        minimum=_bound(node, "min", cents),
        maximum=_bound(node, "max", cents),
        thresholds=tuple(
            _threshold(each, cents) for each in node.items("points_by_value", least=0, most=MAX_CHOICES)
        ),
        full_at=_bound(node, "full_at", 1),
    )
    node.finish()
    return question


def _bound(node: Node, key: str, factor: int) -> Fraction | None:
    if node.take(key) is None:
        return None
    return node.number(key) * factor


def _choice(node: Node) -> Choice:
    choice = Choice(
        code=node.code(),
        label=node.text("label", most=SENTENCE),
        points=node.number("points", least=-MAX_WEIGHT, most=MAX_WEIGHT, default=Fraction(0)),
        exclusive=node.flag("exclusive", default=False),
    )
    node.finish()
    return choice


def _row(node: Node) -> Row:
    row = Row(node.code(), node.text("label", most=SENTENCE))
    node.finish()
    return row


def _threshold(node: Node, cents: int) -> Threshold:
    threshold = Threshold(
        at_least=node.number("at_least") * cents,
        points=node.number("points", least=0, most=MAX_WEIGHT),
    )
    node.finish()
    return threshold


def _scale(node: Node) -> Scale | None:
    value = node.take("scale")
    if value is None:
        return None
    inner = Node(value, node.at("scale"), node.problems)
    scale = Scale(
        minimum=inner.integer("min", least=-10, most=10),
        maximum=inner.integer("max", least=-9, most=11),
        min_label=inner.text("min_label", most=LABEL, optional=True),
        max_label=inner.text("max_label", most=LABEL, optional=True),
        reverse=inner.flag("reverse", default=False),
    )
    inner.finish()
    return scale


def _with_conditions(definition: Definition, read: list[tuple[Dimension, _Nodes]]) -> tuple[Dimension, ...]:
    """The same dimensions with their conditions and those of their questions.

    They are read last because a condition may name any question of the document.
    """
    dimensions = []
    for dimension, nodes in read:
        reader = ConditionReader(nodes.dimension.problems, definition.questions)
        questions = tuple(
            replace(question, show_if=_show_if(node, reader))
            for question, node in zip(dimension.questions, nodes.questions, strict=True)
        )
        shown_if = _show_if(nodes.dimension, reader)
        dimensions.append(replace(dimension, questions=questions, show_if=shown_if))
    return tuple(dimensions)


def _show_if(node: Node, reader: ConditionReader) -> Condition | None:
    value = node.take("show_if")
    return None if value is None else reader.read(value, node.at("show_if"))


NEVER = Not(AllOf(()))
"""Stands for a condition that could not be read, in a definition that is refused anyway."""


def _caps(root: Node, definition: Definition, reader: ConditionReader) -> list[Cap]:
    caps = []
    for node in root.items("caps", least=0, most=MAX_CHOICES):
        known = _("le code d’un niveau du questionnaire")
        level = node.reference("level_at_most", definition.level_by_code, known)
        condition = reader.read(node.take("if"), node.at("if"))
        because = node.text("because", most=SENTENCE)
        caps.append(Cap(level, because, condition or NEVER))
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
    low = inner.integer("min", least=0, most=100_000_000)
    high = inner.integer("max", least=0, most=100_000_000)
    inner.finish()
    if high < low:
        inner.note("max", _("un montant au moins égal à « min »"))
    return low * CENTS, high * CENTS
