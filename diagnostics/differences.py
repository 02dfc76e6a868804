"""What changed between two versions of a questionnaire, as facts to be said in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from .definition import Choice, Condition, Definition, Dimension, Measure, Question


class Change(StrEnum):
    """The kinds of differences."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    TEXT = "text"
    VALUE = "value"
    CONDITION = "condition"


class Noun(StrEnum):
    """What a difference is about."""

    QUESTIONNAIRE = "questionnaire"
    LEVEL = "level"
    SECTION = "section"
    QUESTION = "question"
    CHOICE = "choice"
    PART = "part"
    MEASURE = "measure"
    CAP = "cap"


@dataclass(frozen=True)
class Difference:
    """One difference. ``name`` is what it is about as its reader knows it; ``within`` what holds it.

    ``field`` names what changed (a key of the format); ``before`` and ``after`` are texts, numbers,
    conditions or nothing.
    """

    change: Change
    noun: Noun
    name: str
    within: str = ""
    field: str = ""
    before: object = None
    after: object = None


def differences(before: Definition, after: Definition) -> tuple[Difference, ...]:
    """Everything that differs, in the order of the later version; what was removed comes after."""
    return (
        *_of_questionnaire(before, after),
        *_of_levels(before, after),
        *_of_sections(before, after),
        *_of_questions(before, after),
        *_of_measures(before, after),
        *_of_caps(before, after),
    )


def _values(
    noun: Noun,
    name: str,
    within: str,
    pairs: Mapping[str, tuple[object, object]],
    change: Change = Change.VALUE,
) -> Iterator[Difference]:
    for key, (old, new) in pairs.items():
        if old != new:
            yield Difference(change, noun, name, within, key, old, new)


def _of_questionnaire(before: Definition, after: Definition) -> Iterator[Difference]:
    noun = Noun.QUESTIONNAIRE
    texts = {key: (getattr(before, key), getattr(after, key)) for key in ("title", "intro")}
    yield from _values(noun, after.title, "", texts, Change.TEXT)
    facts: dict[str, tuple[object, object]] = {
        "minutes": (before.minutes, after.minutes),
        "aggregation": (before.aggregation.value, after.aggregation.value),
        "languages": (", ".join(before.languages), ", ".join(after.languages)),
    }
    yield from _values(noun, after.title, "", facts)


def _of_levels(before: Definition, after: Definition) -> Iterator[Difference]:
    for level in after.levels:
        old = before.level_by_code.get(level.code)
        if old is None:
            yield Difference(Change.ADDED, Noun.LEVEL, level.name)
            continue
        texts: dict[str, tuple[object, object]] = {
            "name": (old.name, level.name),
            "reading": (old.reading, level.reading),
        }
        yield from _values(Noun.LEVEL, level.name, "", texts, Change.TEXT)
        yield from _values(Noun.LEVEL, level.name, "", {"from": (old.starts_at, level.starts_at)})
    for level in before.levels:
        if level.code not in after.level_by_code:
            yield Difference(Change.REMOVED, Noun.LEVEL, level.name)


def _of_sections(before: Definition, after: Definition) -> Iterator[Difference]:
    for section in after.dimensions:
        old = before.dimension_by_code.get(section.code)
        if old is None:
            yield Difference(Change.ADDED, Noun.SECTION, section.title, after=len(section.questions))
        else:
            yield from _of_section(before, after, old, section)
    for section in before.dimensions:
        if section.code not in after.dimension_by_code:
            yield Difference(Change.REMOVED, Noun.SECTION, section.title, before=len(section.questions))
    kept = [code for code in before.dimension_by_code if code in after.dimension_by_code]
    if kept != [code for code in after.dimension_by_code if code in before.dimension_by_code]:
        yield Difference(Change.MOVED, Noun.SECTION, "")


def _of_section(
    before: Definition, after: Definition, old: Dimension, new: Dimension
) -> Iterator[Difference]:
    texts: dict[str, tuple[object, object]] = {
        "title": (old.title, new.title),
        "lead": (old.lead, new.lead),
    }
    yield from _values(Noun.SECTION, new.title, "", texts, Change.TEXT)
    facts: dict[str, tuple[object, object]] = {
        "weight": (old.weight, new.weight),
        "aggregation": (old.aggregation.value, new.aggregation.value),
    }
    yield from _values(Noun.SECTION, new.title, "", facts)
    yield from _condition(Noun.SECTION, new.title, "", old.show_if, new.show_if)
    for level in after.levels:
        former = before.level_by_code.get(level.code)
        if former is None:
            continue
        start = {f"from:{level.name}": (old.start_of(former), new.start_of(level))}
        # Where a section has no threshold of its own, the level's own difference says it once for all.
        if old.start_of(former) != former.starts_at or new.start_of(level) != level.starts_at:
            yield from _values(Noun.SECTION, new.title, "", start)
        reading = {f"reading:{level.name}": (old.reading_of(former), new.reading_of(level))}
        if former.reading == level.reading:
            yield from _values(Noun.SECTION, new.title, "", reading, Change.TEXT)


def _of_questions(before: Definition, after: Definition) -> Iterator[Difference]:
    for code, question in after.questions.items():
        section = after.dimension_of[code]
        old = before.questions.get(code)
        if old is None:
            yield Difference(Change.ADDED, Noun.QUESTION, question.text, section.title)
            continue
        former = before.dimension_of[code]
        if former.code != section.code:
            yield Difference(
                Change.MOVED, Noun.QUESTION, question.text, section.title, "", former.title, section.title
            )
        yield from _of_question(old, question, section.title)
    for code, question in before.questions.items():
        if code not in after.questions:
            yield Difference(Change.REMOVED, Noun.QUESTION, question.text, before.dimension_of[code].title)
    for section in after.dimensions:
        moved = before.dimension_by_code.get(section.code)
        if moved is not None and _order(moved, section) != _order(section, moved):
            yield Difference(Change.MOVED, Noun.QUESTION, "", section.title)


def _order(one: Dimension, other: Dimension) -> list[str]:
    known = {question.code for question in other.questions}
    return [question.code for question in one.questions if question.code in known]


def _of_question(old: Question, new: Question, section: str) -> Iterator[Difference]:
    texts = {key: (getattr(old, key), getattr(new, key)) for key in ("text", "why", "help", "refusal")}
    yield from _values(Noun.QUESTION, new.text, section, texts, Change.TEXT)
    yield from _values(Noun.QUESTION, new.text, section, _facts(old, new))
    yield from _condition(Noun.QUESTION, new.text, section, old.show_if, new.show_if)
    yield from _of_choices(old, new)
    yield from _of_parts(old, new)


def _facts(old: Question, new: Question) -> dict[str, tuple[object, object]]:
    facts: dict[str, tuple[object, object]] = {
        "kind": (old.kind.value, new.kind.value),
        "aggregation": (old.aggregation.value, new.aggregation.value),
    }
    names = (
        *("weight", "required", "not_applicable", "unit", "decimals", "full_at", "most_ticked"),
        *("most_files", "under"),
    )
    facts |= {name: (getattr(old, name), getattr(new, name)) for name in names}
    facts |= {"min": (_euros(old, old.minimum), _euros(new, new.minimum))}
    facts |= {"max": (_euros(old, old.maximum), _euros(new, new.maximum))}
    facts["scale"] = (_scale(old), _scale(new))
    facts["points_by_value"] = (_thresholds(old), _thresholds(new))
    return facts


def _euros(question: Question, bound: Fraction | None) -> Fraction | None:
    return bound / 100 if bound is not None and question.kind.value == "amount" else bound


def _scale(question: Question) -> str:
    scale = question.scale
    if scale is None:
        return ""
    ends = f"{scale.minimum}–{scale.maximum}" + (" ↓" if scale.reverse else "")
    words = ", ".join(scale.labels) or " → ".join(filter(None, (scale.min_label, scale.max_label)))
    return f"{ends} ({words})" if words else ends


def _thresholds(question: Question) -> str:
    return "\u00a0; ".join(
        f"≥ {_euros(question, each.at_least)}\u00a0: {each.points}" for each in question.thresholds
    )


def _of_choices(old: Question, new: Question) -> Iterator[Difference]:
    for choice in new.choices:
        former = old.choice_by_code.get(choice.code)
        if former is None:
            yield Difference(Change.ADDED, Noun.CHOICE, choice.label, new.text, after=choice.points)
        else:
            yield from _of_choice(former, choice, new.text)
    for choice in old.choices:
        if choice.code not in new.choice_by_code:
            yield Difference(Change.REMOVED, Noun.CHOICE, choice.label, new.text, before=choice.points)


def _of_choice(old: Choice, new: Choice, question: str) -> Iterator[Difference]:
    yield from _values(Noun.CHOICE, new.label, question, {"label": (old.label, new.label)}, Change.TEXT)
    facts: dict[str, tuple[object, object]] = {
        "points": (old.points, new.points),
        "exclusive": (old.exclusive, new.exclusive),
        "counts": (old.counts, new.counts),
        "sets": (_sets(old), _sets(new)),
    }
    yield from _values(Noun.CHOICE, new.label, question, facts)
    yield from _condition(Noun.CHOICE, new.label, question, old.show_if, new.show_if)


def _sets(choice: Choice) -> str:
    return ", ".join(each.question for each in choice.sets)


def _of_parts(old: Question, new: Question) -> Iterator[Difference]:
    former = {part.code: part for part in old.parts}
    for part in new.parts:
        known = former.pop(part.code, None)
        if known is None:
            yield Difference(Change.ADDED, Noun.PART, part.label, new.text)
            continue
        yield from _values(Noun.PART, part.label, new.text, {"label": (known.label, part.label)}, Change.TEXT)
        yield from _values(Noun.PART, part.label, new.text, {"weight": (known.weight, part.weight)})
    for part in former.values():
        yield Difference(Change.REMOVED, Noun.PART, part.label, new.text)


def _of_measures(before: Definition, after: Definition) -> Iterator[Difference]:
    for measure in after.measures:
        old = before.measure_by_code.get(measure.code)
        if old is None:
            yield Difference(Change.ADDED, Noun.MEASURE, measure.title)
        else:
            yield from _of_measure(old, measure)
    for measure in before.measures:
        if measure.code not in after.measure_by_code:
            yield Difference(Change.REMOVED, Noun.MEASURE, measure.title)


def _of_measure(old: Measure, new: Measure) -> Iterator[Difference]:
    texts = {key: (getattr(old, key), getattr(new, key)) for key in ("title", "why", "how")}
    yield from _values(Noun.MEASURE, new.title, "", texts, Change.TEXT)
    facts: dict[str, tuple[object, object]] = {
        key: (str(getattr(old, key)), str(getattr(new, key)))
        for key in ("dimension", "effort", "impact", "stake")
    }
    facts["cost"] = (_cost(old), _cost(new))
    yield from _values(Noun.MEASURE, new.title, "", facts)
    yield from _condition(Noun.MEASURE, new.title, "", old.propose_if, new.propose_if)


def _cost(measure: Measure) -> str:
    return f"{measure.cost_min_cents // 100}–{measure.cost_max_cents // 100}"


def _of_caps(before: Definition, after: Definition) -> Iterator[Difference]:
    for cap in after.caps:
        if cap not in before.caps:
            yield Difference(Change.ADDED, Noun.CAP, cap.because)
    for cap in before.caps:
        if cap not in after.caps:
            yield Difference(Change.REMOVED, Noun.CAP, cap.because)


def _condition(
    noun: Noun, name: str, within: str, old: Condition | None, new: Condition | None
) -> Iterator[Difference]:
    if old != new:
        yield Difference(Change.CONDITION, noun, name, within, "show_if", old, new)
