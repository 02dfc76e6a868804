"""Changing a questionnaire's document, one gesture at a time: a function of the document before.

The document stays what its author writes, and may be wrong for a while: an editor that refused every
step that is not yet right could not be used. Nothing here is checked; `parse_definition` says what is wrong.
"""

from __future__ import annotations

import copy
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

from .definition import CHOICE_KINDS, NUMERIC_KINDS, SCALE_KINDS, Kind
from .definition.problems import gettext_noop as _

Document = dict[str, Any]
Part = dict[str, Any]

SECTION, QUESTION, MEASURE, CAP = "section", "question", "preconisation", "plafond"
_LISTS = {SECTION: "dimensions", MEASURE: "measures"}
_WORDS = re.compile(r"[^a-z0-9]+")
_CONDITION_KEYS = ("show_if", "propose_if", "if")
_OF_KIND = {
    "choices": CHOICE_KINDS | {Kind.COLUMNS},
    "full_at": CHOICE_KINDS | {Kind.COLUMNS},
    "most_ticked": frozenset({Kind.MULTIPLE, Kind.COLUMNS}),
    "most_files": frozenset({Kind.FILE}),
    "columns": frozenset({Kind.COLUMNS}),
    "scale": SCALE_KINDS,
    "rows": frozenset({Kind.MATRIX}),
    "aggregation": frozenset({Kind.MATRIX}),
    "unit": NUMERIC_KINDS,
    "min": NUMERIC_KINDS,
    "max": NUMERIC_KINDS,
    "decimals": NUMERIC_KINDS,
    "refusal": NUMERIC_KINDS,
    "points_by_value": NUMERIC_KINDS,
}
"""The keys that only some kinds of questions have."""


class PartMissing(LookupError):  # noqa: N818 -- it reads as a state, like NotVisible
    """The document has no such part: it was removed meanwhile."""


def slug(text: str, *, taken: set[str], fallback: str) -> str:
    """A code made of the first words of a text, that nothing else uses."""
    spaced = text.replace("’", " ").replace("'", " ")
    bare = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode().lower()
    base = "-".join([word for word in _WORDS.split(bare) if word][:4])[:32].strip("-") or fallback
    code, rank = base, 2
    while code in taken:
        code, rank = f"{base}-{rank}", rank + 1
    return code


def blank_document(code: str, title: str) -> Document:
    """A first questionnaire, already valid: three levels, one section, one question."""
    levels = [("depart", _("Départ"), 0), ("en-chemin", _("En chemin"), 40), ("installe", _("Installé"), 75)]
    return {
        "code": code,
        "version": 1,
        "title": title,
        "minutes": 10,
        "levels": [
            {"code": level, "name": name, "from": start, "reading": f"{name}."}
            for level, name, start in levels
        ],
        "dimensions": [
            {"code": "section-1", "title": "Section 1", "questions": [blank_question("question-1", "single")]}
        ],
    }


def blank_question(code: str, kind: str, text: str = "") -> Part:
    """A question of a kind, with the least it needs to be valid."""
    question: Part = {"code": code, "kind": str(kind), "text": text or _("Votre question\u00a0?")}
    if kind in CHOICE_KINDS | {Kind.COLUMNS}:
        question["weight"] = 1
        question["choices"] = [
            {"code": "non", "label": "Non", "points": 0},
            {"code": "oui", "label": "Oui", "points": 1},
        ]
    if kind in SCALE_KINDS:
        question |= {"weight": 1, "scale": {"min": 1, "max": 5}}
    if kind == Kind.MATRIX:
        question["rows"] = [{"code": "ligne-1", "label": "Ligne 1"}]
    if kind == Kind.COLUMNS:
        question["columns"] = [{"code": f"colonne-{n}", "label": f"Colonne {n}"} for n in (1, 2)]
    return question


def sections_of(document: Document) -> list[Part]:
    """The sections, in order."""
    return list(document.get("dimensions") or [])


def questions_of(document: Document) -> Iterator[tuple[Part, Part]]:
    """Every question with its section, in order."""
    for section in sections_of(document):
        for question in section.get("questions") or []:
            yield section, question


def question_codes(document: Document) -> set[str]:
    """The codes that a new question may not take."""
    return {str(question.get("code")) for _section, question in questions_of(document)}


def find(document: Document, kind: str, code: str) -> Part:
    """A part by its code (a blocking criterion by its rank from 1). Raises ``PartMissing``."""
    siblings, place = _place(document, kind, code)
    return siblings[place]


def section_of(document: Document, question: str) -> str:
    """The code of the section that holds a question. Raises ``PartMissing``."""
    for section, each in questions_of(document):
        if str(each.get("code")) == question:
            return str(section.get("code"))
    raise PartMissing(question)


def _place(document: Document, kind: str, code: str) -> tuple[list[Part], int]:
    """The list that holds a part, and its place there."""
    if kind == CAP:
        caps = document.get("caps") or []
        if code.isdecimal() and 1 <= int(code) <= len(caps):
            return caps, int(code) - 1
        raise PartMissing(code)
    if kind == QUESTION:
        lists = [section.get("questions") or [] for section in sections_of(document)]
    else:
        lists = [document.get(_LISTS[kind]) or []]
    for siblings in lists:
        for place, part in enumerate(siblings):
            if str(part.get("code")) == code:
                return siblings, place
    raise PartMissing(code)


def add_section(document: Document, title: str) -> tuple[Document, str]:
    """A new section at the end, with one question so that it can be shown."""
    new = copy.deepcopy(document)
    sections = new.setdefault("dimensions", [])
    code = slug(title, taken={str(each.get("code")) for each in sections}, fallback="section")
    question = slug(f"{title} question", taken=question_codes(new), fallback="question")
    sections.append({"code": code, "title": title, "questions": [blank_question(question, "single")]})
    return new, code


def add_question(document: Document, section: str, kind: str, text: str) -> tuple[Document, str]:
    """A new question at the end of a section."""
    new = copy.deepcopy(document)
    code = slug(text, taken=question_codes(new), fallback="question")
    find(new, SECTION, section).setdefault("questions", []).append(blank_question(code, kind, text))
    return new, code


def add_measure(document: Document, question: str = "") -> tuple[Document, str]:
    """A new measure, proposed on the worst answer to a question, or on the lowest level of a section."""
    new = copy.deepcopy(document)
    measures = new.setdefault("measures", [])
    code = slug("mesure", taken={str(each.get("code")) for each in measures}, fallback="mesure")
    section = section_of(new, question) if question else str(sections_of(new)[0].get("code"))
    measures.append(
        {
            "code": code,
            "title": _("Nouvelle préconisation"),
            "dimension": section,
            "why": _("À écrire."),
            "how": _("À écrire."),
            "effort": "medium",
            "impact": "medium",
            "cost": {"min": 0, "max": 0},
            "stake": "technical",
            "propose_if": _first_condition(new, section, question),
        }
    )
    return new, code


def add_cap(document: Document) -> tuple[Document, str]:
    """A new blocking criterion, on the lowest level."""
    new = copy.deepcopy(document)
    caps = new.setdefault("caps", [])
    levels = new.get("levels") or [{}]
    section = str(sections_of(new)[0].get("code"))
    caps.append(
        {
            "level_at_most": str(levels[0].get("code", "")),
            "because": _("À écrire."),
            "if": _first_condition(new, section, ""),
        }
    )
    return new, str(len(caps))


def _first_condition(document: Document, section: str, question: str) -> Part:
    if question:
        choices = find(document, QUESTION, question).get("choices")
        if choices:
            worst = min(choices, key=lambda choice: float(choice.get("points") or 0))
            kind = find(document, QUESTION, question).get("kind")
            word = "equals" if kind == Kind.SINGLE else "selected"
            if kind != Kind.COLUMNS:
                return {"question": question, word: worst.get("code")}
        return {"question": question, "answered": True}
    lowest = (document.get("levels") or [{}])[0].get("code", "")
    return {"dimension": section, "level_at_most": str(lowest)}


def replace_part(document: Document, kind: str, code: str, part: Part) -> Document:
    """The same document with another part in place of this one; references follow a new code."""
    new = copy.deepcopy(document)
    siblings, place = _place(new, kind, code)
    siblings[place] = _without_empty(part)
    if kind in (QUESTION, SECTION) and str(part.get("code")) != code:
        _rename(new, "question" if kind == QUESTION else "dimension", code, str(part.get("code")))
    return new


def with_settings(document: Document, changes: Part) -> Document:
    """The same document with other settings: title, levels…"""
    return _without_empty({**copy.deepcopy(document), **changes})


def _without_empty(part: Part) -> Part:
    return {key: value for key, value in part.items() if value not in (None, "", [], {})}


def keep_keys_of_kind(question: Part) -> Part:
    """A question without what its kind does not have."""
    return {
        key: value
        for key, value in question.items()
        if key not in _OF_KIND or question["kind"] in _OF_KIND[key]
    }


def move(document: Document, kind: str, code: str, by: int) -> Document:
    """A part moved among its siblings; a question that leaves its section enters the next or previous one."""
    new = copy.deepcopy(document)
    siblings, place = _place(new, kind, code)
    target = place + by
    if 0 <= target < len(siblings):
        siblings.insert(target, siblings.pop(place))
    elif kind == QUESTION:
        _cross(new, code, by)
    return new


def _cross(document: Document, code: str, by: int) -> None:
    sections = sections_of(document)
    rank = [str(each.get("code")) for each in sections].index(section_of(document, code))
    target = rank + (1 if by > 0 else -1)
    if 0 <= target < len(sections) and len(sections[rank]["questions"]) > 1:
        siblings, place = _place(document, QUESTION, code)
        question = siblings.pop(place)
        sections[target]["questions"].insert(0 if by > 0 else len(sections[target]["questions"]), question)


def move_to_section(document: Document, question: str, section: str) -> Document:
    """A question at the end of another section."""
    new = copy.deepcopy(document)
    target = find(new, SECTION, section)
    siblings, place = _place(new, QUESTION, question)
    if siblings is not target.get("questions") and len(siblings) > 1:
        target["questions"].append(siblings.pop(place))
    return new


def remove(document: Document, kind: str, code: str) -> Document:
    """The document without a part. The last section, and the last question of a section, stay."""
    new = copy.deepcopy(document)
    siblings, place = _place(new, kind, code)
    if len(siblings) > 1 or kind in (MEASURE, CAP):
        siblings.pop(place)
    return _without_empty(new)


def duplicate(document: Document, kind: str, code: str) -> tuple[Document, str]:
    """A copy right after its original; inside a copied section, conditions name the copied questions."""
    new = copy.deepcopy(document)
    siblings, place = _place(new, kind, code)
    part = copy.deepcopy(siblings[place])
    siblings.insert(place + 1, part)
    if kind == CAP:
        return new, str(place + 2)
    if kind == QUESTION:
        part["code"] = _copied(code, question_codes(document))
        return new, str(part["code"])
    part["code"] = _copied(code, {str(each.get("code")) for each in siblings})
    taken = question_codes(document)
    renamed = {}
    for question in part.get("questions") or []:
        former = str(question.get("code"))
        renamed[former] = _copied(former, taken)
        taken.add(renamed[former])
    for question in part.get("questions") or []:
        question["code"] = renamed[str(question["code"])]
    for former, fresh in renamed.items():
        _rename_in(part, "question", former, fresh)
    return new, str(part["code"])


def _copied(code: str, taken: set[str]) -> str:
    base = f"{code[:32]}-copie"
    fresh, rank = base, 2
    while fresh in taken:
        fresh, rank = f"{base}-{rank}", rank + 1
    return fresh


def _rename(document: Document, key: str, former: str, fresh: str) -> None:
    for section in sections_of(document):
        _rename_in(section, key, former, fresh)
    for measure in document.get("measures") or []:
        if key == "dimension" and measure.get("dimension") == former:
            measure["dimension"] = fresh
        _rename_in_condition(measure.get("propose_if"), key, former, fresh)
    for cap in document.get("caps") or []:
        if key == "dimension" and cap.get("dimension") == former:
            cap["dimension"] = fresh
        _rename_in_condition(cap.get("if"), key, former, fresh)


def _rename_in(section: Part, key: str, former: str, fresh: str) -> None:
    _rename_in_condition(section.get("show_if"), key, former, fresh)
    for question in section.get("questions") or []:
        _rename_in_condition(question.get("show_if"), key, former, fresh)
        if key == "question" and question.get("under") == former:
            question["under"] = fresh
        for choice in question.get("choices") or []:
            _rename_in_condition(choice.get("show_if"), key, former, fresh)
            if key == "question" and former in (choice.get("sets") or {}):
                choice["sets"][fresh] = choice["sets"].pop(former)


def _rename_in_condition(condition: Any, key: str, former: str, fresh: str) -> None:
    _visit(condition, lambda leaf: leaf.__setitem__(key, fresh) if leaf.get(key) == former else None)


def _visit(condition: Any, act: Callable[[Part], None]) -> None:
    """Call ``act`` on every block of a condition that names something."""
    if not isinstance(condition, dict):
        return
    act(condition)
    for group in ("all", "any"):
        for part in condition.get(group) or []:
            _visit(part, act)
    _visit(condition.get("not"), act)


def conditions_naming(document: Document, question: str) -> list[tuple[str, str, Part]]:
    """The parts whose condition names a question: (kind, code, part). Measures attached to it, mostly."""
    found: list[tuple[str, str, Part]] = []
    candidates = [(QUESTION, str(each.get("code")), each) for _section, each in questions_of(document)]
    candidates += [(SECTION, str(each.get("code")), each) for each in sections_of(document)]
    candidates += [(MEASURE, str(each.get("code")), each) for each in document.get("measures") or []]
    candidates += [(CAP, str(rank), each) for rank, each in enumerate(document.get("caps") or [], 1)]
    for kind, code, part in candidates:
        names: set[str] = set()
        for key in _CONDITION_KEYS:
            _visit(part.get(key), lambda leaf, names=names: names.add(str(leaf.get("question", ""))))  # type: ignore[misc]
        if question in names:
            found.append((kind, code, part))
    return found
