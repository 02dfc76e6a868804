"""One section of a document and its questions, before the conditions that may name any of them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .checks import check_question
from .conditions_parsing import CENTS
from .limits import (
    LABEL,
    LEAST_STEP,
    MAX_CHOICES,
    MAX_COLUMNS,
    MAX_DECIMALS,
    MAX_FILES,
    MAX_LEVELS,
    MAX_QUESTIONS,
    MAX_WEIGHT,
    MOST_STEP,
    PARAGRAPH,
    SENTENCE,
    UNIT,
)
from .problems import gettext_noop as _
from .reading import Node
from .shapes import (
    Aggregation,
    Choice,
    Column,
    Dimension,
    Kind,
    Question,
    Reading,
    Row,
    Scale,
    Threshold,
)


@dataclass(frozen=True)
class QuestionNodes:
    """Where a question and its choices were read, for the conditions read after them."""

    question: Node
    choices: tuple[Node, ...]


@dataclass(frozen=True)
class DimensionNodes:
    """The same for a section."""

    dimension: Node
    questions: tuple[QuestionNodes, ...]


def read_dimension(node: Node) -> tuple[Dimension, DimensionNodes]:
    """A section without its conditions, and where it was read."""
    read = [_question(each) for each in node.items("questions", least=1, most=MAX_QUESTIONS)]
    dimension = Dimension(
        code=node.code(),
        title=node.text("title", most=LABEL),
        lead=node.text("lead", most=PARAGRAPH, optional=True),
        weight=node.number("weight", least=0, most=MAX_WEIGHT, default=Fraction(1)),
        aggregation=node.one_of("aggregation", Aggregation, default=Aggregation.MEAN),
        readings=tuple(_reading(each) for each in node.items("levels", least=0, most=MAX_LEVELS)),
        questions=tuple(question for question, _nodes in read),
    )
    node.take("show_if")
    node.finish()
    return dimension, DimensionNodes(node, tuple(nodes for _question_read, nodes in read))


def _reading(node: Node) -> Reading:
    level = node.code("level")
    starts_at = node.number("from", least=0, most=100) if node.take("from") is not None else None
    reading = Reading(level, node.text("reading", most=PARAGRAPH, optional=starts_at is not None), starts_at)
    node.finish()
    return reading


def _question(node: Node) -> tuple[Question, QuestionNodes]:
    kind = node.one_of("kind", Kind)
    cents = CENTS if kind is Kind.AMOUNT else 1
    node.take("show_if")
    weight = node.number("weight", least=0, most=MAX_WEIGHT, default=Fraction(0))
    choice_nodes = tuple(node.items("choices", least=0, most=MAX_CHOICES))
    decimals = node.take("decimals")
    question = Question(
        code=node.code(),
        kind=kind,
        text=node.text("text", most=SENTENCE),
        why=node.text("why", most=PARAGRAPH, optional=True),
        help=node.text("help", most=PARAGRAPH, optional=True),
        weight=weight,
        required=node.flag("required", default=kind is not Kind.NOTE),
        not_applicable=node.flag("not_applicable", default=False),
        choices=tuple(_choice(each) for each in choice_nodes),
        scale=_scale(node),
        rows=tuple(_row(each) for each in node.items("rows", least=0, most=MAX_CHOICES)),
        columns=tuple(_column(each, weight) for each in node.items("columns", least=0, most=MAX_COLUMNS)),
        unit=node.text("unit", most=UNIT, optional=True),
        minimum=_bound(node, "min", cents),
        maximum=_bound(node, "max", cents),
        decimals=None if decimals is None else node.integer("decimals", least=0, most=MAX_DECIMALS),
        refusal=node.text("refusal", most=SENTENCE, optional=True),
        thresholds=tuple(
            _threshold(each, cents) for each in node.items("points_by_value", least=0, most=MAX_CHOICES)
        ),
        full_at=_bound(node, "full_at", 1),
        most_ticked=_most(node, "most_ticked", MAX_CHOICES),
        most_files=_most(node, "most_files", MAX_FILES),
        aggregation=node.one_of("aggregation", Aggregation, default=Aggregation.MEAN),
        under=node.code("under") if node.take("under") is not None else "",
    )
    node.finish()
    check_question(question, node)
    return question, QuestionNodes(node, choice_nodes)


def _most(node: Node, key: str, limit: int) -> int | None:
    if node.take(key) is None:
        return None
    return node.integer(key, least=1, most=limit)


def _bound(node: Node, key: str, factor: int) -> Fraction | None:
    if node.take(key) is None:
        return None
    return node.number(key) * factor


def _choice(node: Node) -> Choice:
    counts = node.flag("counts", default=True)
    choice = Choice(
        code=node.code(),
        label=node.text("label", most=SENTENCE),
        points=node.number("points", least=-MAX_WEIGHT, most=MAX_WEIGHT, default=Fraction(0)),
        exclusive=node.flag("exclusive", default=False),
        counts=counts,
    )
    node.take("show_if")
    node.take("sets")
    node.finish()
    if not counts and choice.points:
        node.note("points", _("0\u00a0: ce choix sort du calcul"))
    return choice


def _row(node: Node) -> Row:
    row = Row(
        node.code(),
        node.text("label", most=SENTENCE),
        node.number("weight", least=0, most=MAX_WEIGHT, default=Fraction(1)),
    )
    node.finish()
    return row


def _column(node: Node, weight: Fraction) -> Column:
    column = Column(
        node.code(),
        node.text("label", most=LABEL),
        node.number("weight", least=0, most=MAX_WEIGHT, default=weight),
    )
    node.finish()
    return column


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
    minimum = inner.integer("min", least=LEAST_STEP, most=MOST_STEP - 1)
    maximum = inner.integer("max", least=LEAST_STEP + 1, most=MOST_STEP)
    most = max(maximum - minimum + 1, 0)
    labels: list[str] = []
    if inner.has("labels"):
        for path, label in inner.listed("labels", least=most, most=most):
            labels.append(Node({"label": label}, path, inner.problems).text("label", most=LABEL))
    scale = Scale(
        minimum=minimum,
        maximum=maximum,
        min_label=inner.text("min_label", most=LABEL, optional=True),
        max_label=inner.text("max_label", most=LABEL, optional=True),
        reverse=inner.flag("reverse", default=False),
        labels=tuple(labels) if len(labels) == most else (),
    )
    inner.finish()
    return scale
