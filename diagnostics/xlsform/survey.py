"""The sheets of an XLSForm written as one questionnaire: groups become sections, lists become choices."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from diagnostics.definition.limits import LEAST_STEP, MAX_MINUTES, MAX_VERSION, MOST_STEP
from diagnostics.definition.problems import gettext_noop as _
from diagnostics.definition.reading import CODE_PATTERN

from .conditions import ConditionWriter, Written, apply_constraint
from .expressions import ExpressionError, read_expression
from .sheets import Line, Notes, Table, language_code

KINDS = {
    "text": "short_text",
    "string": "short_text",
    "integer": "number",
    "int": "number",
    "decimal": "number",
    "range": "number",
    "date": "date",
    "note": "note",
    "file": "file",
}
_SELECT = re.compile(r"(select_one|select one|select1|select_multiple|select multiple)\s+(\S+)(\s+or_other)?")
_YES = frozenset({"yes", "true", "true()", "oui", "vrai", "1"})
_NO = frozenset({"", "no", "false", "false()", "non", "faux", "0"})
_SURVEY_COLUMNS = frozenset(
    {"type", "name", "label", "hint", "guidance_hint", "required", "relevant", "constraint"}
    | {"constraint_message", "choice_filter", "appearance", "parameters", "weight", "not_applicable"}
)
_CANNOT = (
    *("default", "calculation", "trigger", "read_only", "repeat_count", "required_message", "image", "audio"),
    *("video", "count", "intent", "autoplay", "note::", "body::", "bind::", "instance::", "media::"),
)
_LOOKS = frozenset(
    {"minimal", "compact", "quick", "quickcompact", "horizontal", "horizontal-compact", "vertical", "likert"}
    | {"columns", "columns-pack", "columns-flex", "no-buttons", "multiline", "w1", "w2", "w3", "w4"}
    | {"field-list", "picker", "spinner", "numbers"}
)
_SETTINGS = frozenset(
    {"form_title", "form_id", "version", "default_language", "style", "minutes"}
    # Tells other tools to let a list repeat a name; here a name serves once in the list of a question.
    | {"allow_choice_duplicates"}
)


@dataclass
class _Section:
    """A section being filled."""

    code: str
    title: Any
    row: int
    relevant: str = ""
    show_if: Any = None
    questions: list[Written] = field(default_factory=list)


@dataclass
class _Group:
    """An open group: its relevance, and the section it is when it stands at the first level."""

    name: str
    row: int
    relevant: str
    section: _Section | None


class SurveyReader:
    """Reads the sheets of one workbook into a document. Every problem is noted, none stops the reading."""

    def __init__(self, survey: Table, choices: Table, settings: Table, levels: Table, notes: Notes) -> None:
        self.survey, self.choices, self.settings_table, self.levels = survey, choices, settings, levels
        self.notes = notes
        self.settings = settings.lines[0] if settings.lines else Line("settings", 2, {}, {})
        self.languages = self._languages()
        self.lists = self._lists()
        self.questions: dict[str, Written] = {}
        self.lines: dict[str, Line] = {}
        self.relevant: dict[str, list[str]] = {}
        self.sections: list[_Section] = []
        self.open: list[_Group] = []

    def document(self) -> Written:
        """The questionnaire the workbook says, as far as it can be said."""
        for line in self.survey.lines:
            self._line(line)
        for group in self.open:
            self.notes.note(
                "survey", group.row, _("le groupe «\u00a0%(name)s\u00a0» n’est pas refermé"), name=group.name
            )
        self._write_conditions()
        sections = [self._section(each) for each in self.sections]
        title = self._text(self.settings, "form_title") or "XLSForm"
        document: Written = {
            "code": self._form_code(),
            **self._version(),
            "title": title,
            "minutes": self._minutes(),
            "dimensions": sections,
        }
        if len(self.languages) > 1:
            document["languages"] = list(self.languages)
        if self.levels.lines:
            document["levels"] = [self._level(line) for line in self.levels.lines]
        return document

    def _note(self, line: Line, reason: str, /, **values: object) -> None:
        self.notes.note(line.sheet, line.row, reason, **values)

    # Settings

    def _languages(self) -> tuple[str, ...]:
        said = language_code(self.settings.get("default_language"))
        found = [said] if said else []
        for table in (self.survey, self.choices, self.levels):
            found += table.languages
        for column in self.settings.cells:
            if column not in _SETTINGS:
                reason = _("le réglage «\u00a0%(column)s\u00a0» n’a pas d’équivalent")
                self.notes.note("settings", self.settings.row, reason, column=column)
        for line in self.settings_table.lines[1:]:
            self.notes.note("settings", line.row, _("une seule ligne de réglages est lue"))
        return tuple(dict.fromkeys(found))

    def _form_code(self) -> str:
        code = re.sub(r"[^A-Za-z0-9_-]+", "-", self.settings.get("form_id")).strip("-_")[:40]
        return code or "xlsform"

    def _version(self) -> Written:
        """The author's number when it is one of ours; a date or a word only names her file."""
        text = self.settings.get("version")
        return {"version": int(text)} if text.isdecimal() and 1 <= int(text) <= MAX_VERSION else {}

    def _minutes(self) -> int:
        text = self.settings.get("minutes")
        if text.isdecimal() and 1 <= int(text) <= MAX_MINUTES:
            return int(text)
        asked = sum(1 for question in self.questions.values() if question["kind"] != "note")
        return max(1, -(-asked // 2))

    def _level(self, line: Line) -> Written:
        return {
            "code": line.get("code") or line.get("name"),
            "name": self._text(line, "name"),
            "from": self._number(line, "from") or 0,
            "reading": self._text(line, "reading"),
        }

    # Texts

    def _text(self, line: Line, column: str) -> Any:
        """The text of a column: plain, or a block {language: text} where the form has several."""
        translated = dict(line.translated.get(column, {}))
        plain = line.get(column)
        if len(self.languages) < 2:
            return plain or next(iter(translated.values()), "")
        own = self.languages[0]
        if plain:
            translated.setdefault(own, plain)
        if not translated:
            return ""
        if own not in translated:
            reason = _(
                "«\u00a0%(column)s\u00a0»\u00a0: le texte manque dans la langue principale (%(language)s)"
            )
            self._note(line, reason, column=column, language=own)
        return {language: translated[language] for language in self.languages if language in translated}

    def _number(self, line: Line, column: str) -> int | float | None:
        text = line.get(column)
        if not text:
            return None
        try:
            number = Decimal(text.replace(",", "."))
        except InvalidOperation:
            reason = _("«\u00a0%(column)s\u00a0»\u00a0: un nombre attendu, «\u00a0%(text)s\u00a0» trouvé")
            self._note(line, reason, column=column, text=text)
            return None
        return int(number) if number == number.to_integral_value() else float(number)

    def _flag(self, line: Line, column: str) -> bool:
        text = line.get(column).lower()
        if text not in _YES | _NO:
            reason = _(
                "«\u00a0%(column)s\u00a0»\u00a0: «\u00a0yes\u00a0» ou «\u00a0no\u00a0» attendu, "
                "«\u00a0%(text)s\u00a0» trouvé"
            )
            self._note(line, reason, column=column, text=text)
        return text in _YES

    # Choices

    def _lists(self) -> dict[str, list[Line]]:
        lists: dict[str, list[Line]] = {}
        for line in self.choices.lines:
            name, code = line.get("list_name"), line.get("name")
            if not name or not code:
                self._note(line, _("«\u00a0list_name\u00a0» et «\u00a0name\u00a0» sont attendus"))
                continue
            if not CODE_PATTERN.fullmatch(code):
                self._bad_code(line, code)
            for column in (*line.cells, *line.translated):
                if column.startswith(("media::", "image", "audio", "video")):
                    reason = _("la colonne «\u00a0%(column)s\u00a0» n’a pas d’équivalent")
                    self._note(line, reason, column=column)
            lists.setdefault(name, []).append(line)
        return lists

    def _bad_code(self, line: Line, code: str) -> None:
        reason = _(
            "«\u00a0%(code)s\u00a0»\u00a0: 40 lettres sans accent, chiffres, «\u00a0-\u00a0» ou "
            "«\u00a0_\u00a0» au plus"
        )
        self._note(line, reason, code=code)

    def _choices(self, line: Line, name: str) -> list[Written]:
        listed = self.lists.get(name)
        if not listed:
            reason = _("la liste «\u00a0%(name)s\u00a0» n’est pas dans la feuille «\u00a0choices\u00a0»")
            self._note(line, reason, name=name)
            return []
        return [self._choice(each) for each in listed]

    def _choice(self, line: Line) -> Written:
        choice: Written = {"code": line.get("name"), "label": self._text(line, "label") or line.get("name")}
        points = self._number(line, "points")
        if points:
            choice["points"] = points
        if self._flag(line, "exclusive"):
            choice["exclusive"] = True
        if line.get("counts") and not self._flag(line, "counts"):
            choice["counts"] = False
        return choice

    # Survey

    def _line(self, line: Line) -> None:
        words = line.get("type").lower().split()
        if words[:2] in (["begin", "group"], ["end", "group"]) or words[:1] in (
            ["begin_group"],
            ["end_group"],
        ):
            if words[0].startswith("begin"):
                self._begin(line)
            else:
                self._end(line)
            return
        if not words:
            self._note(line, _("«\u00a0type\u00a0» est attendu"))
            return
        self._question(line)

    def _begin(self, line: Line) -> None:
        name = line.get("name") or f"groupe-{line.row}"
        if not CODE_PATTERN.fullmatch(name):
            self._bad_code(line, name)
        self._refuse_columns(line)
        title = self._text(line, "label")
        if not self.open:
            section = _Section(name, title or name, line.row, line.get("relevant"))
            self.sections.append(section)
            self.open.append(_Group(name, line.row, line.get("relevant"), section))
            return
        self.open.append(_Group(name, line.row, line.get("relevant"), None))
        if title:
            # A group inside a group has no section of its own: its title becomes a text to read.
            self._add(line, {"code": name, "kind": "note", "text": title})

    def _end(self, line: Line) -> None:
        if self.open:
            self.open.pop()
        else:
            self._note(line, _("ce groupe se referme sans avoir été ouvert"))

    def _question(self, line: Line) -> None:
        name = line.get("name")
        question = self._shape(line)
        self._refuse_columns(line)
        if not CODE_PATTERN.fullmatch(name):
            self._bad_code(line, name)
        if question is None:
            return
        written: Written = {"code": name, **question, "text": self._text(line, "label") or name}
        for column, key in (("hint", "help"), ("guidance_hint", "why")):
            text = self._text(line, column)
            if text:
                written[key] = text
        weight = self._number(line, "weight")
        if weight:
            written["weight"] = weight
        if written["kind"] != "note":
            written["required"] = self._flag(line, "required")
        if self._flag(line, "not_applicable"):
            written["not_applicable"] = True
        self._add(line, written)

    def _add(self, line: Line, question: Written) -> None:
        code = question["code"]
        if code in self.questions:
            reason = _("«\u00a0%(code)s\u00a0» sert déjà ligne %(row)s")
            self._note(line, reason, code=code, row=self.lines[code].row)
            return
        self.questions[code], self.lines[code] = question, line
        nested = [group.relevant for group in self.open if group.section is None]
        is_title = question["kind"] == "note" and line.get("type").lower().startswith("begin")
        self.relevant[code] = [each for each in (*nested, "" if is_title else line.get("relevant")) if each]
        self._current(line).questions.append(question)

    def _current(self, line: Line) -> _Section:
        if self.open and self.open[0].section is not None:
            return self.open[0].section
        if not self.sections or self.sections[-1].code not in self._loose():
            number = len(self._loose()) + 1
            title = self._text(self.settings, "form_title") or "Questions"
            self.sections.append(_Section(f"questions-{number}", title, line.row))
        return self.sections[-1]

    def _loose(self) -> list[str]:
        return [each.code for each in self.sections if each.code.startswith("questions-")]

    def _shape(self, line: Line) -> Written | None:
        """The kind of a question, with what goes with it; None (noted) when there is no such kind."""
        written = " ".join(line.get("type").split())
        select = _SELECT.fullmatch(written)
        if select:
            if select[3]:
                self.notes.note(
                    "survey",
                    line.row,
                    _("«\u00a0or_other\u00a0»\u00a0: ajoutez un choix et une question de texte"),
                )
            kind = "multiple" if "multiple" in select[1] else "single"
            return {"kind": kind, "choices": self._choices(line, select[2])}
        kind = KINDS.get(written.lower(), "")
        if not kind:
            reason = _("le type «\u00a0%(type)s\u00a0» n’a pas d’équivalent")
            self._note(line, reason, type=written)
            return None
        if written.lower() == "range":
            return self._range(line)
        if kind == "short_text" and "multiline" in line.get("appearance").split():
            return {"kind": "long_text"}
        return {"kind": kind, "decimals": 0} if written.lower() in ("integer", "int") else {"kind": kind}

    def _range(self, line: Line) -> Written:
        """« start=1 end=5 step=1 »: a scale when its steps are whole and few, else a number with bounds."""
        parts = re.split(r"[\s,;]+", line.get("parameters"))
        found = dict(part.split("=", 1) for part in parts if "=" in part)
        try:
            start, end, step = (Decimal(found.get(key, usual)) for key, usual in _RANGE)
        except InvalidOperation:
            self._note(line, _("«\u00a0parameters\u00a0»\u00a0: «\u00a0start=1 end=5 step=1\u00a0» attendu"))
            return {"kind": "number"}
        if set(found) - {"start", "end", "step"} or end <= start or step <= 0:
            self._note(line, _("«\u00a0parameters\u00a0»\u00a0: «\u00a0start=1 end=5 step=1\u00a0» attendu"))
        whole = all(each == each.to_integral_value() for each in (start, end))
        if whole and step == 1 and start >= LEAST_STEP and end <= MOST_STEP:
            return {"kind": "scale", "scale": {"min": int(start), "max": int(end)}}
        if step != 1 and -step.as_tuple().exponent not in (1, 2, 3, 4):  # type: ignore[operator]  # finite
            self._note(line, _("«\u00a0step\u00a0»\u00a0: seul un pas de 1 ou décimal est représenté"))
        decimals = max(0, -int(step.normalize().as_tuple().exponent))
        return {"kind": "number", "min": float(start), "max": float(end), "decimals": decimals}

    def _refuse_columns(self, line: Line) -> None:
        """Note what the row says in columns that have no counterpart here."""
        for column in (*line.cells, *line.translated):
            if column not in _SURVEY_COLUMNS and column.startswith(_CANNOT):
                reason = _("la colonne «\u00a0%(column)s\u00a0» n’a pas d’équivalent")
                self._note(line, reason, column=column)
        for word in line.get("appearance").split():
            if word not in _LOOKS:
                self.notes.note(
                    "survey",
                    line.row,
                    _("«\u00a0appearance\u00a0»\u00a0: «\u00a0%(word)s\u00a0» n’a pas d’équivalent"),
                    word=word,
                )
        if line.get("parameters") and not line.get("type").lower().startswith("range"):
            self._note(line, _("«\u00a0parameters\u00a0» n’est lu que pour «\u00a0range\u00a0»"))

    # Conditions, once every question is known

    def _write_conditions(self) -> None:
        writer = ConditionWriter(self.questions)
        for code, question in self.questions.items():
            line = self.lines[code]
            conditions = [self._condition(writer, line, "relevant", each) for each in self.relevant[code]]
            self._show_if(question, conditions, line)
            if line.get("choice_filter") and "choices" in question:
                self._filter(writer, line, question)
            self._constrain(line, question)
        for section in self.sections:
            if section.relevant:
                line = Line("survey", section.row, {}, {})
                target: Written = {}
                self._show_if(target, [self._condition(writer, line, "relevant", section.relevant)], line)
                section.show_if = target.get("show_if")

    def _condition(self, writer: ConditionWriter, line: Line, column: str, text: str) -> Written | bool:
        try:
            return writer.write(read_expression(text))
        except ExpressionError as error:
            self._refuse(line, column, error)
            return True

    def _show_if(self, target: Written, conditions: Sequence[Written | bool], line: Line) -> None:
        if any(each is False for each in conditions):
            self._note(line, _("«\u00a0relevant\u00a0» n’est jamais vrai"))
        blocks = [each for each in conditions if not isinstance(each, bool)]
        if blocks:
            target["show_if"] = blocks[0] if len(blocks) == 1 else {"all": blocks}

    def _filter(self, writer: ConditionWriter, line: Line, question: Written) -> None:
        """A choice is shown when the filter holds for its columns; one that never could is left out."""
        try:
            tree = read_expression(line.get("choice_filter"))
            name = line.get("type").split()[-1]
            conditions = [writer.write(tree, row.cells) for row in self.lists.get(name, ())]
            question["choices"] = _filtered(question["choices"], conditions)
        except ExpressionError as error:
            self._refuse(line, "choice_filter", error)

    def _constrain(self, line: Line, question: Written) -> None:
        message = self._text(line, "constraint_message")
        if message and question["kind"] == "number":
            question["refusal"] = message
        elif message:
            self._note(line, _("«\u00a0constraint_message\u00a0» n’est lu que pour un nombre"))
        if not line.get("constraint"):
            return
        try:
            apply_constraint(read_expression(line.get("constraint")), question)
        except ExpressionError as error:
            self._refuse(line, "constraint", error)

    def _refuse(self, line: Line, column: str, error: ExpressionError) -> None:
        reason = "«\u00a0%(column)s\u00a0»\u00a0: " + error.message
        self._note(line, reason, column=column, **error.values)

    def _section(self, section: _Section) -> Written:
        if not section.questions:
            self.notes.note(
                "survey",
                section.row,
                _("le groupe «\u00a0%(name)s\u00a0» n’a pas de question"),
                name=section.code,
            )
        written: Written = {"code": section.code, "title": section.title}
        if section.show_if is not None:
            written["show_if"] = section.show_if
        return {**written, "questions": section.questions}


def _filtered(choices: list[Written], conditions: list[Written | bool]) -> list[Written]:
    """The choices that may be shown, each under its condition.

    A list may repeat a choice for several values of the filter: it is one choice, shown for any of them.
    """
    kept: list[Written] = []
    for choice, condition in zip(choices, conditions, strict=False):
        if condition is False:
            continue
        same = next((each for each in kept if {**each, "show_if": 0} == {**choice, "show_if": 0}), None)
        if same is None:
            kept.append(dict(choice) if condition is True else {**choice, "show_if": condition})
        elif condition is True:
            same.pop("show_if", None)
        elif "show_if" in same:
            former = same["show_if"]
            same["show_if"] = {"any": [*former.get("any", [former]), condition]}
    return kept


_RANGE: tuple[tuple[str, str], ...] = (("start", "1"), ("end", "10"), ("step", "1"))
Sheets = Mapping[str, Sequence[Sequence[str]]]
