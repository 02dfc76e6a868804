"""The form of a question: the fields and tables of its kind."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from diagnostics.author_fields import ChoiceRows, NumberField, PartRows, SetRows, ThresholdRows
from diagnostics.author_forms import AREA, CODE, PartForm, Sent
from diagnostics.author_texts import Language, language_of, typed_number
from diagnostics.author_wording import kind_choices
from diagnostics.definition import (
    CHOICE_KINDS,
    NUMERIC_KINDS,
    PICKING_KINDS,
    SCALE_KINDS,
    UNSCORED_KINDS,
    Kind,
)
from diagnostics.definition.limits import MAX_FILES, PARAGRAPH, SENTENCE
from diagnostics.editing import Document, Part, keep_keys_of_kind, questions_of


class QuestionForm(PartForm):
    """A question with the fields of its kind."""

    texts = ("text", "why", "help", "unit", "refusal")
    kind = forms.ChoiceField(
        label=_("Genre"),
        choices=kind_choices,
        help_text=_("Changer de genre puis enregistrer montre les réglages du nouveau genre."),
    )
    text = forms.CharField(label=_("Question"), max_length=SENTENCE, widget=forms.Textarea(attrs={"rows": 2}))
    help = forms.CharField(
        label=_("Aide, sous la question"), max_length=PARAGRAPH, required=False, widget=AREA
    )
    why = forms.CharField(
        label=_("Pourquoi cette question"), max_length=PARAGRAPH, required=False, widget=AREA
    )
    weight = NumberField(label=_("Poids"), help_text=_("Vide ou 0\u00a0: posée, jamais notée."))
    required = forms.BooleanField(label=_("Il faut y répondre"), required=False)
    not_applicable = forms.BooleanField(label=_("«\u00a0Sans objet\u00a0» est possible"), required=False)
    full_at = NumberField(
        label=_("Points de la note entière"), help_text=_("Vide\u00a0: ceux du meilleur choix.")
    )
    most_ticked = forms.IntegerField(label=_("Choix au plus"), required=False, min_value=1, max_value=60)
    most_files = forms.IntegerField(
        label=_("Fichiers au plus"), required=False, min_value=1, max_value=MAX_FILES
    )
    scale_min = forms.IntegerField(label=_("Premier degré"), min_value=-10, max_value=19)
    scale_max = forms.IntegerField(label=_("Dernier degré"), min_value=-9, max_value=20)
    scale_min_label = forms.CharField(label=_("Nom du premier degré"), max_length=300, required=False)
    scale_max_label = forms.CharField(label=_("Nom du dernier degré"), max_length=300, required=False)
    scale_labels = forms.CharField(
        label=_("Nom de chaque degré"),
        required=False,
        widget=AREA,
        help_text=_("Un par ligne, du premier au dernier\u00a0; ou rien."),
    )
    scale_reverse = forms.BooleanField(label=_("Le premier degré est le meilleur"), required=False)
    by_sum = forms.BooleanField(label=_("Ses lignes s’additionnent"), required=False)
    unit = forms.CharField(label=_("Unité"), max_length=60, required=False)
    min = NumberField(label=_("Au moins"))
    max = NumberField(label=_("Au plus"))
    decimals = forms.IntegerField(label=_("Décimales"), required=False, min_value=0, max_value=4)
    refusal = forms.CharField(
        label=_("Message quand la valeur est refusée"), max_length=SENTENCE, required=False
    )
    under = forms.ChoiceField(
        label=_("Imbriquée sous"),
        required=False,
        help_text=_("La question qui l’ouvre, que sa condition doit nommer."),
    )
    code = CODE

    def __init__(self, sent: Sent, *, document: Document, part: Part, language: Language) -> None:
        self.kind_now = str(part.get("kind"))
        super().__init__(sent, document=document, part=part, language=language)
        for name in self._fields_of_other_kinds():
            del self.fields[name]
        if "under" in self.fields:
            field: Any = self.fields["under"]
            field.choices = [("", _("aucune")), *self._earlier()]

    @property
    def _has_scale(self) -> bool:
        return self.kind_now in SCALE_KINDS

    def _fields_of_other_kinds(self) -> set[str]:
        scale = {name for name in self.fields if name.startswith("scale_")}
        others = set() if self._has_scale else scale
        if self.kind_now != Kind.MATRIX:
            others.add("by_sum")
        if self.kind_now not in PICKING_KINDS:
            others.add("full_at")
        if self.kind_now not in (Kind.MULTIPLE, Kind.COLUMNS):
            others.add("most_ticked")
        if self.kind_now != Kind.FILE:
            others.add("most_files")
        if self.kind_now not in NUMERIC_KINDS:
            others |= {"unit", "min", "max", "decimals", "refusal"}
        if self.kind_now in UNSCORED_KINDS:
            others.add("weight")
        if self.kind_now == Kind.NOTE:
            others |= {"required", "not_applicable", "why"}
        return others

    def _earlier(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for section, question in questions_of(self.document):
            if question.get("code") == self.part.get("code"):
                inside = {str(each.get("code")) for each in section.get("questions") or []}
                return [each for each in found if each[0] in inside]
            found.append((str(question.get("code")), self.language.shown(question.get("text"))[:80]))
        return found

    def read(self) -> dict[str, Any]:
        """What the fields show."""
        part, scale = self.part, self.part.get("scale") or {}
        labels = [self.language.read(label) for label in scale.get("labels") or ()]
        kept_as_is = ("code", "kind", "most_ticked", "most_files", "decimals", "under")
        plain = {key: part.get(key) for key in kept_as_is}
        numbers = {key: typed_number(part.get(key)) for key in ("weight", "full_at", "min", "max")}
        return {
            **super().read(),
            **plain,
            **numbers,
            "required": part.get("required", True),
            "not_applicable": part.get("not_applicable", False),
            "by_sum": part.get("aggregation") == "sum",
            "scale_min": scale.get("min", 1),
            "scale_max": scale.get("max", 5),
            "scale_min_label": self.language.read(scale.get("min_label")),
            "scale_max_label": self.language.read(scale.get("max_label")),
            "scale_labels": "\n".join(labels),
            "scale_reverse": scale.get("reverse", False),
        }

    def tables(self, sent: Sent) -> dict[str, Any]:
        """Choices, lines, columns, thresholds, according to the kind."""
        tables: dict[str, Any] = {}
        read = self.language.read
        if self.kind_now in PICKING_KINDS:
            initial = [
                {
                    "code": each.get("code"),
                    "label": read(each.get("label")),
                    "points": typed_number(each.get("points")),
                    "exclusive": each.get("exclusive", False),
                    "counts": each.get("counts", True),
                    "ORDER": rank,
                }
                for rank, each in enumerate(self.part.get("choices") or [], 1)
            ]
            tables["choices"] = ChoiceRows(sent, initial=initial, prefix="choices")
        for key, kind in (("rows", Kind.MATRIX), ("columns", Kind.COLUMNS)):
            if self.kind_now == kind:
                tables[key] = PartRows(sent, initial=self._part_rows(key), prefix=key)
        if self.kind_now in NUMERIC_KINDS:
            initial = [
                {"at_least": typed_number(each.get("at_least")), "points": typed_number(each.get("points"))}
                for each in self.part.get("points_by_value") or []
            ]
            tables["points_by_value"] = ThresholdRows(sent, initial=initial, prefix="thresholds")
        if self.kind_now in CHOICE_KINDS:
            tables["sets"] = SetRows(sent, initial=self._set_rows(), prefix="sets")
        return tables

    def _part_rows(self, key: str) -> list[dict[str, Any]]:
        return [
            {
                "code": each.get("code"),
                "label": self.language.read(each.get("label")),
                "weight": typed_number(each.get("weight")),
                "ORDER": rank,
            }
            for rank, each in enumerate(self.part.get(key) or [], 1)
        ]

    def _set_rows(self) -> list[dict[str, Any]]:
        rows = []
        for choice in self.part.get("choices") or []:
            for question, value in (choice.get("sets") or {}).items():
                shown = _("sans objet") if isinstance(value, dict) else value
                shown = ", ".join(value) if isinstance(value, list) else shown
                rows.append({"choice": choice.get("code"), "question": question, "value": str(shown)})
        return rows

    def written(self) -> Part:
        """The question, without what its kind does not have."""
        data = self.cleaned_data
        names = (
            *("code", "kind", "weight", "full_at", "most_ticked", "most_files", "min", "max", "decimals"),
            "under",
        )
        question = {**super().written(), **{key: data[key] for key in names if key in data}}
        for key, usual in (("required", True), ("not_applicable", False)):
            question[key] = data[key] if key in data and data[key] is not usual else None
        if "scale_min" in data:
            question["scale"] = self._scale(data)
        if "by_sum" in data:
            question["aggregation"] = "sum" if data["by_sum"] else None
        if data["kind"] == Kind.NOTE:
            question |= {"weight": None, "required": None, "not_applicable": None}
        question |= self._tables_written()
        return keep_keys_of_kind(self._ready_for(question))

    def _tables_written(self) -> Part:
        written: Part = {}
        if "choices" in self.rows:
            fields = {
                "points": lambda row: row["points"],
                "exclusive": lambda row: True if row["exclusive"] else None,
                "counts": lambda row: None if row["counts"] else False,
            }
            written["choices"] = self._parts("choices", "choices", "choix", fields)
            if "sets" in self.rows:
                self._write_sets(written["choices"])
        for key in ("rows", "columns"):
            if key in self.rows:
                written[key] = self._parts(key, key, key[:-1], {"weight": lambda row: row["weight"]})
        if "points_by_value" in self.rows:
            written["points_by_value"] = [
                {"at_least": row["at_least"] or 0, "points": row["points"] or 0}
                for row in self.rows["points_by_value"].kept()
            ]
        return written

    def _write_sets(self, choices: list[Part]) -> None:
        by_code = {choice["code"]: choice for choice in choices}
        questions = {str(each.get("code")): each for _section, each in questions_of(self.document)}
        for choice in choices:
            choice.pop("sets", None)
        for row in self.rows["sets"].kept():
            chosen = by_code.get(row["choice"])
            if chosen is not None and row["question"]:
                value = _set_value(questions.get(row["question"], {}), row["value"])
                chosen.setdefault("sets", {})[row["question"]] = value

    def _scale(self, data: Mapping[str, Any]) -> Part:
        former = self.part.get("scale") or {}
        write = self.language.write
        lines = [line.strip() for line in data["scale_labels"].splitlines() if line.strip()]
        known = former.get("labels") or []
        labels = [write(known[n] if n < len(known) else None, line) for n, line in enumerate(lines)]
        scale = {
            "min": data["scale_min"],
            "max": data["scale_max"],
            "min_label": write(former.get("min_label"), data["scale_min_label"]),
            "max_label": write(former.get("max_label"), data["scale_max_label"]),
            "labels": labels,
            "reverse": data["scale_reverse"] or None,
        }
        return {key: value for key, value in scale.items() if value not in (None, "", [], {})}

    def _ready_for(self, question: Part) -> Part:
        """A question that changed its kind gets what the new one needs, to be filled in."""
        kind = question["kind"]
        if kind in SCALE_KINDS and not question.get("scale"):
            question["scale"] = {"min": 1, "max": 5}
        if kind in UNSCORED_KINDS or (kind in NUMERIC_KINDS and kind != self.kind_now):
            question["weight"] = None
        return question


def _set_value(question: Part, text: str) -> Any:
    """What was typed as an answer: codes or labels of choices, a number, « sans objet »."""
    if text.strip().lower() in (str(_("sans objet")).lower(), "sans objet"):
        return {"not_applicable": True}
    choices = question.get("choices") or []
    if choices:
        own = language_of({})
        by_label = {own.shown(each.get("label")).lower(): each.get("code") for each in choices}
        codes = [by_label.get(part.strip().lower(), part.strip()) for part in text.split(",") if part.strip()]
        return codes if question.get("kind") == Kind.MULTIPLE else next(iter(codes), "")
    try:
        number = float("".join(text.split()).replace(",", "."))
    except ValueError:
        return text
    return int(number) if number.is_integer() else number
