"""The questionnaire and the courses that ship: whole, reachable, fair and properly typeset."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from diagnostics.answers import Answer, Answers
from diagnostics.conditions import what_is_shown
from diagnostics.definition import (
    UNSCORED_KINDS,
    Definition,
    Kind,
    Question,
    parse_definition,
)
from diagnostics.definition.shapes import questions_named_in
from diagnostics.recommending import recommend
from diagnostics.scoring import score

ROOT = Path(__file__).resolve().parents[2]
QUESTIONNAIRE = ROOT / "diagnostics" / "content" / "maturite-ia.yaml"
CATALOGUE = ROOT / "trainings" / "content" / "catalogue.yaml"
STAKES = {"technical", "legal", "economic", "ethical"}


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def definition() -> Definition:
    return parse_definition(_load(QUESTIONNAIRE))


@pytest.fixture(scope="module")
def courses() -> list[dict[str, Any]]:
    return list(_load(CATALOGUE)["courses"])


def _answer(question: Question, rank: Fraction) -> Answer:
    """An answer worth about `rank` (0: the worst, 1: the best) of the question."""
    if question.kind is Kind.SINGLE:
        ordered = sorted(question.choices, key=lambda choice: choice.points)
        return Answer(ordered[round(rank * (len(ordered) - 1))].code)
    if question.kind is Kind.MULTIPLE:
        ordinary = [choice.code for choice in question.choices if not choice.exclusive]
        taken = ordinary[: round(rank * len(ordinary))]
        alone = [choice.code for choice in question.choices if choice.exclusive]
        return Answer(frozenset(taken or alone[:1]))
    if question.scale is not None:
        scale = question.scale
        step = scale.minimum + round(rank * (scale.maximum - scale.minimum))
        if question.kind is Kind.MATRIX:
            return Answer({row.code: step for row in question.rows})
        return Answer(step)
    if question.kind in UNSCORED_KINDS:
        return Answer("Une réponse")
    return Answer(Fraction(60))


def _everywhere(definition: Definition, rank: Fraction) -> Answers:
    return {code: _answer(question, rank) for code, question in definition.questions.items()}


def test_the_questionnaire_is_as_wide_as_promised(definition: Definition) -> None:
    assert len(definition.dimensions) >= 8
    assert len(definition.questions) >= 48
    assert len(definition.levels) == 5
    assert len(definition.measures) >= 48
    per_dimension = Counter(measure.dimension for measure in definition.measures)
    assert {d.code: per_dimension[d.code] >= 5 for d in definition.dimensions} == {
        d.code: True for d in definition.dimensions
    }
    kinds = {question.kind for question in definition.questions.values()}
    assert kinds >= {
        Kind.SINGLE,
        Kind.MULTIPLE,
        Kind.SCALE,
        Kind.MATRIX,
        Kind.NUMBER,
        Kind.PERCENTAGE,
        Kind.LONG_TEXT,
    }


def test_every_question_says_why_it_is_asked_and_offers_observable_choices(
    definition: Definition,
) -> None:
    for question in definition.questions.values():
        assert question.why, question.code
        assert question.text.endswith("?"), question.code
        assert 0 <= question.weight <= 3, question.code
        if question.kind is Kind.SINGLE:
            assert 4 <= len(question.choices) <= 5, question.code
            points = [choice.points for choice in question.choices]
            assert points == sorted(set(points)), question.code
        if question.kind is Kind.MULTIPLE:
            assert any(choice.exclusive for choice in question.choices), question.code
        for choice in question.choices:
            assert not re.search(r"pas du tout|tout à fait", choice.label.lower()), question.code


def test_a_condition_only_names_questions_already_asked(definition: Definition) -> None:
    asked: set[str] = set()
    for question in definition.questions.values():
        assert set(questions_named_in(question.show_if)) <= asked, question.code
        asked.add(question.code)


def test_every_dimension_reads_every_level_in_its_own_words(definition: Definition) -> None:
    levels = [level.code for level in definition.levels]
    for dimension in definition.dimensions:
        assert [reading.level for reading in dimension.readings] == levels, dimension.code
    readings = [r.text for dimension in definition.dimensions for r in dimension.readings]
    assert len(set(readings)) == len(readings)


@pytest.mark.parametrize(("rank", "level"), [(Fraction(0), 0), (Fraction(1), -1)])
def test_the_worst_and_best_answers_reach_the_ends(
    definition: Definition, rank: Fraction, level: int
) -> None:
    result = score(definition, _everywhere(definition, rank))
    reached = definition.levels[level].code
    assert result.level == reached
    assert {each.code: each.level for each in result.dimensions} == {
        dimension.code: reached for dimension in definition.dimensions
    }


def test_a_company_without_ai_is_spared_the_questions_about_its_use(
    definition: Definition,
) -> None:
    answers = {"str-1": Answer("aucun"), "met-1": Answer(Fraction(1))}
    shown = what_is_shown(definition, answers)
    hidden = set(definition.questions) - set(shown.questions)
    assert {"don-7", "tec-2", "tec-3", "pro-2", "pro-5", "met-3", "eth-5", "org-3"} <= hidden
    assert len(shown.questions) <= 45


def test_every_measure_can_be_proposed(definition: Definition) -> None:
    draw = random.Random(20190129)
    proposed: set[str] = set()
    for _attempt in range(400):
        answers = {
            code: _answer(question, Fraction(draw.randrange(11), 10))
            for code, question in definition.questions.items()
        }
        result = score(definition, answers)
        proposed |= {each.measure.code for each in recommend(definition, answers, result)}
    assert {measure.code for measure in definition.measures} - proposed == set()


def test_the_best_answers_call_for_almost_nothing(definition: Definition) -> None:
    answers = _everywhere(definition, Fraction(1))
    proposals = recommend(definition, answers, score(definition, answers))
    assert len(proposals) <= 12


def test_measures_start_with_a_verb_and_give_first_steps(definition: Definition) -> None:
    for measure in definition.measures:
        first = measure.title.split()[0].lower()
        assert re.search(r"(er|ir|re)$", first), measure.title
        sentences = re.findall(r"[.?!…](?:\s|$)", measure.how)
        assert 2 <= len(sentences) <= 5, measure.code
        assert 0 <= measure.cost_min_cents <= measure.cost_max_cents, measure.code


def test_the_catalogue_covers_the_four_stakes(definition: Definition, courses: list[dict[str, Any]]) -> None:
    per_stake = Counter(course["stake"] for course in courses)
    assert len(courses) >= 16
    assert set(per_stake) == STAKES
    assert min(per_stake.values()) >= 3
    assert {measure.stake.value for measure in definition.measures} <= set(per_stake)


def test_every_course_can_be_read_and_planned(courses: list[dict[str, Any]]) -> None:
    codes = [course["code"] for course in courses]
    assert len(set(codes)) == len(codes)
    for course in courses:
        assert course["level"] in {"awareness", "practice", "advanced"}, course["code"]
        assert course["delivery"] in {"in_person", "remote", "mixed"}, course["code"]
        assert 3 <= len(course["objectives"]) <= 5, course["code"]
        assert len(course["programme"]) >= 4, course["code"]
        assert 0 < course["hours"] <= 4 * course["half_days"], course["code"]
        assert course["audience"], course["code"]


def _texts(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text a person reads, with its path; codes and conditions are not read by anyone."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in {"code", "show_if", "propose_if"}:
                yield from _texts(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for rank, inner in enumerate(value):
            name = inner.get("code", rank) if isinstance(inner, dict) else rank
            yield from _texts(inner, f"{path}[{name}]")
    elif isinstance(value, str):
        yield path, value


BAD_TYPOGRAPHY = {
    "straight apostrophe": r"'",
    "straight quotation mark": r'"',
    "three dots": r"\.\.\.",
    "breakable or missing space before high punctuation": r"(?<!\u202f)[;!?]",
    "breakable or missing space before a colon": r"(?<!\u00a0):",
    "breakable space inside quotation marks": r"«(?!\u202f)|(?<!\u202f)»",
    "breakable space before a unit": r"\d [%€]",
    "two spaces": r"  ",
    "space before a comma or a full stop": r"[\s][,.](?!\d)",
    "space at an end": r"^\s|\s$",
}


@pytest.mark.parametrize("path", [QUESTIONNAIRE, CATALOGUE], ids=lambda path: path.stem)
def test_texts_are_typeset_as_french_is(path: Path) -> None:
    found = [
        (where, name, text)
        for where, text in _texts(_load(path))
        for name, pattern in BAD_TYPOGRAPHY.items()
        if re.search(pattern, text)
    ]
    assert found == []


@pytest.mark.parametrize("path", [QUESTIONNAIRE, CATALOGUE], ids=lambda path: path.stem)
def test_no_year_is_written_but_those_of_the_texts_of_law(path: Path) -> None:
    found = {
        (where, year)
        for where, text in _texts(_load(path))
        for year in re.findall(r"\b(?:19|20)\d\d\b(?:/\d+)?", text)
        if year not in {"2024/1689", "2025"}
        or (year == "2025" and "2 février 2025" not in text.replace("\u00a0", " "))
    }
    assert found == set()
