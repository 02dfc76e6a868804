"""What a document must hold beyond the shape of each value: codes, kinds, cycles."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise

from .limits import MAX_NESTING, MAX_QUESTIONS_IN_ALL
from .problems import gettext_noop as _
from .reading import Node, Problems, shown
from .shapes import (
    NUMERIC_KINDS,
    PICKING_KINDS,
    SCALE_KINDS,
    UNSCORED_KINDS,
    Aggregation,
    Definition,
    Dimension,
    Kind,
    Question,
    questions_named_in,
)


def check_codes(definition: Definition, problems: Problems) -> None:
    """Note duplicate codes, too many questions, and levels out of order."""
    _note_duplicates("levels", [level.code for level in definition.levels], problems)
    _note_duplicates("dimensions", [each.code for each in definition.dimensions], problems)
    codes = [q.code for dimension in definition.dimensions for q in dimension.questions]
    _note_duplicates("questions", codes, problems)
    if len(codes) > MAX_QUESTIONS_IN_ALL:
        expected = _("au plus %(most)s questions en tout")
        problems.note("dimensions", expected, str(len(codes)), most=MAX_QUESTIONS_IN_ALL)
    is_scored = any(q.is_scored for d in definition.dimensions if d.weight for q in d.questions)
    if is_scored and len(definition.levels) < 2:
        expected = _("au moins deux niveaux, puisque des questions sont notées")
        problems.note("levels", expected, str(len(definition.levels)))
    if definition.levels and not is_scored:
        problems.note("dimensions", _("au moins une question avec un poids"), "0")
    _check_levels(definition, problems)


def _check_levels(definition: Definition, problems: Problems) -> None:
    starts = [(level.code, level.starts_at) for level in definition.levels]
    _check_rising("levels", starts, problems)
    known = definition.level_by_code
    for dimension in definition.dimensions:
        path = f"dimensions[{dimension.code}].levels"
        _note_duplicates(path, [reading.level for reading in dimension.readings], problems)
        for reading in dimension.readings:
            if reading.level not in known:
                expected = _("le code d’un niveau du questionnaire")
                problems.note(f"{path}[{reading.level}].level", expected, reading.level)
        if any(reading.starts_at is not None for reading in dimension.readings):
            own = [(level.code, dimension.start_of(level)) for level in definition.levels]
            _check_rising(path, own, problems)


def _check_rising(path: str, starts: list[tuple[str, Fraction]], problems: Problems) -> None:
    if starts and starts[0][1] != 0:
        code, start = starts[0]
        problems.note(f"{path}[{code}].from", _("0 pour le premier niveau"), str(start))
    for (_lower, least), (code, start) in pairwise(starts):
        if start <= least:
            expected = _("plus que le niveau précédent (%(least)s)")
            problems.note(f"{path}[{code}].from", expected, str(start), least=least)


def _note_duplicates(path: str, codes: Iterable[str], problems: Problems) -> None:
    seen: set[str] = set()
    for code in codes:
        if code and code in seen:
            problems.note(f"{path}[{code}].code", _("un code qui ne sert qu’une fois"), code)
        seen.add(code)


def check_question(question: Question, node: Node) -> None:
    """Note what a question of this kind lacks or has in excess."""
    if node.values.get("kind") != question.kind.value:
        return
    before = len(node.problems)
    _check_choices(question, node)
    _check_columns(question, node)
    _check_scale(question, node)
    _check_numbers(question, node)
    if question.most_files is not None and question.kind is not Kind.FILE:
        node.note("most_files", _("cette clé ne vaut que pour un fichier"))
    if question.kind is Kind.NOTE and (question.required or question.not_applicable):
        node.note("kind", _("un autre genre\u00a0: on ne répond pas à une note"))
    if question.aggregation is Aggregation.SUM and question.kind is not Kind.MATRIX:
        node.note("aggregation", _("«\u00a0sum\u00a0» seulement pour une grille"))
    if question.kind in UNSCORED_KINDS and question.weight:
        node.note("weight", _("0\u00a0: une question de ce genre ne peut pas être notée"))
    elif len(node.problems) == before and question.is_scored and question.points_possible <= 0:
        node.note("weight", _("0, ou des points qui permettent de noter la question"))


def _check_choices(question: Question, node: Node) -> None:
    if question.kind not in PICKING_KINDS:
        if question.choices:
            node.note("choices", _("pas de choix pour ce genre de question"))
        for key in ("full_at", "most_ticked"):
            if node.has(key):
                node.note(key, _("cette clé ne vaut que pour une question à choix"))
        return
    if len(question.choices) < 2:
        node.note("choices", _("au moins deux choix"))
    _note_duplicates(node.at("choices"), [c.code for c in question.choices], node.problems)
    if question.kind is Kind.SINGLE and any(choice.exclusive for choice in question.choices):
        node.note("choices", _("«\u00a0exclusive\u00a0» seulement dans un choix multiple"))
    if question.full_at is not None and question.full_at <= 0:
        node.note("full_at", _("un nombre plus grand que 0"))
    if question.kind is Kind.SINGLE and question.most_ticked is not None:
        node.note("most_ticked", _("«\u00a0most_ticked\u00a0» seulement dans un choix multiple"))


def _check_columns(question: Question, node: Node) -> None:
    if question.kind is not Kind.COLUMNS:
        if question.columns:
            node.note("columns", _("pas de colonnes pour ce genre de question"))
        return
    if len(question.columns) < 2:
        node.note("columns", _("au moins deux colonnes"))
    _note_duplicates(node.at("columns"), [column.code for column in question.columns], node.problems)


def _check_scale(question: Question, node: Node) -> None:
    if question.kind in SCALE_KINDS and question.scale is None:
        node.note("scale", _("une échelle\u00a0: min, max, min_label, max_label"))
    if question.kind not in SCALE_KINDS and question.scale is not None:
        node.note("scale", _("pas d’échelle pour ce genre de question"))
    if question.scale is not None and question.scale.maximum <= question.scale.minimum:
        path, found = f"{node.at('scale')}.max", shown(question.scale.maximum)
        node.problems.note(path, _("un nombre plus grand que «\u00a0min\u00a0»"), found)
    if question.kind is Kind.MATRIX:
        if not question.rows:
            node.note("rows", _("au moins une ligne"))
        elif not any(row.weight for row in question.rows):
            node.note("rows", _("au moins une ligne qui pèse"))
        _note_duplicates(node.at("rows"), [row.code for row in question.rows], node.problems)
    elif question.rows:
        node.note("rows", _("pas de lignes pour ce genre de question"))


def _check_numbers(question: Question, node: Node) -> None:
    if question.kind not in NUMERIC_KINDS:
        for key in ("min", "max", "decimals", "refusal", "points_by_value"):
            if node.has(key):
                node.note(key, _("cette clé ne vaut que pour un nombre, un pourcentage, un montant"))
        return
    least, most = question.minimum, question.maximum
    if least is not None and most is not None and most <= least:
        node.note("max", _("un nombre plus grand que «\u00a0min\u00a0»"))
    starts = [threshold.at_least for threshold in question.thresholds]
    if starts != sorted(set(starts)):
        node.note("points_by_value", _("des seuils «\u00a0at_least\u00a0» croissants, chacun une fois"))


def check_nesting(definition: Definition, problems: Problems) -> None:
    """Note a question shown under another that does not open it, or that comes after it."""
    for dimension in definition.dimensions:
        depths: dict[str, int] = {}
        for question in dimension.questions:
            if question.under:
                _check_nested(dimension, question, depths, problems)
            depths[question.code] = depths.get(question.under, -1) + 1


def _check_nested(
    dimension: Dimension, question: Question, depths: dict[str, int], problems: Problems
) -> None:
    path = f"dimensions[{dimension.code}].questions[{question.code}].under"
    if question.under not in depths:
        problems.note(path, _("le code d’une question placée avant, dans la même section"), question.under)
    elif question.under not in questions_named_in(question.show_if):
        problems.note(
            path,
            _("une question que «\u00a0show_if\u00a0» nomme\u00a0: c’est elle qui ouvre"),
            question.under,
        )
    elif depths[question.under] + 1 >= MAX_NESTING:
        expected = _("au plus %(most)s questions imbriquées")
        problems.note(path, expected, question.under, most=MAX_NESTING)


def check_cycles(definition: Definition, problems: Problems) -> None:
    """Note a question that is shown or set only according to an answer to itself, however indirectly.

    A question depends on what the conditions of its section, of its own and of its choices name, and
    on the questions that may set its answer.
    """
    needs = definition.needs
    settled: set[str] = set()
    for start in needs:
        cycle = _cycle_from(start, needs, settled)
        if cycle:
            path = f"questions[{cycle[0]}].show_if"
            expected = _("des conditions qui ne tournent pas en rond")
            problems.note(path, expected, " → ".join(cycle))
            return


def _cycle_from(start: str, needs: dict[str, tuple[str, ...]], settled: set[str]) -> list[str]:
    """The first cycle met from `start`, as the codes along it; empty when there is none.

    Iterative: a long chain of conditions must not exhaust the stack.
    """
    trail: list[str] = []
    stack: list[tuple[str, bool]] = [(start, False)]
    while stack:
        code, leaving = stack.pop()
        if leaving:
            trail.pop()
            settled.add(code)
        elif code in trail:
            return [*trail[trail.index(code) :], code]
        elif code not in settled:
            trail.append(code)
            stack.append((code, True))
            stack.extend((needed, False) for needed in needs.get(code, ()))
    return []
