"""Forms of the editor: each reads one part of a document and writes it back, in one language at a time."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from diagnostics.author_fields import LevelRows, NumberField, ReadingRows
from diagnostics.author_texts import Language, typed_number
from diagnostics.definition.limits import PARAGRAPH, SENTENCE, TITLE
from diagnostics.editing import Document, Part, slug
from diagnostics.plan_wording import effort_words, impact_words, stake_words

Sent = MultiValueDict[str, Any] | None
AREA = forms.Textarea(attrs={"rows": 3})
_AGGREGATIONS = [("mean", _("moyenne pondérée")), ("sum", _("somme des points"))]
CODE = forms.RegexField(
    label=_("Code"),
    regex=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}\Z",
    help_text=_(
        "Garder un code, c’est dire que c’est la même chose\u00a0: les réponses et les "
        "comparaisons le suivent."
    ),
    error_messages={
        "invalid": _("40 lettres sans accent, chiffres, «\u00a0-\u00a0» ou «\u00a0_\u00a0» au plus.")
    },
)


class NewForm(forms.Form):
    """A new questionnaire: a title to start from nothing, or a file."""

    title = forms.CharField(label=_("Titre"), max_length=TITLE, required=False)
    file = forms.FileField(
        label=_("ou un fichier"),
        required=False,
        help_text=_("YAML exporté d’ici, ou XLSForm (.xlsx). 2 Mo au plus."),
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml,.xlsx"}),
    )

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        data = super().clean() or {}
        if not data.get("title") and not data.get("file") and not self.errors:
            self.add_error("title", _("Écrivez un titre, ou choisissez un fichier."))
        return data


class PartForm(forms.Form):
    """A part of a document being written. ``texts`` are its fields that exist once per language."""

    texts: tuple[str, ...] = ()

    def __init__(self, sent: Sent, *, document: Document, part: Part, language: Language) -> None:
        self.document, self.part, self.language = document, part, language
        super().__init__(sent, initial=self.read())
        self.rows = self.tables(sent)

    def read(self) -> dict[str, Any]:
        """What the fields show."""
        return {name: self.language.read(self.part.get(name)) for name in self.texts}

    def tables(self, sent: Sent) -> dict[str, Any]:
        """The tables of rows that go with the fields, by name."""
        return {}

    def is_valid(self) -> bool:
        """Whether everything typed can be read."""
        judged = [rows.is_valid() for rows in self.rows.values()]  # all of them, to show every error
        return super().is_valid() and all(judged)

    def written(self) -> Part:
        """The part as it is now."""
        data, write = self.cleaned_data, self.language.write
        said = {name: write(self.part.get(name), data[name]) for name in self.texts if name in data}
        return {**self.part, **said}

    def _parts(self, name: str, key: str, fallback: str, fields: Mapping[str, Any]) -> list[Part]:
        """Rows written as parts with a code and a label; what a row does not show is kept."""
        former = {str(each.get("code")): each for each in self.part.get(key) or []}
        taken: set[str] = set()
        parts = []
        for data in self.rows[name].kept():
            code = data["code"] or slug(data["label"], taken=taken | set(former), fallback=fallback)
            taken.add(code)
            known = former.get(code, {})
            label = self.language.write(known.get("label"), data["label"])
            part = {**known, "code": code, "label": label, **{k: read(data) for k, read in fields.items()}}
            parts.append({k: value for k, value in part.items() if value not in (None, "", [], {})})
        return parts


class SettingsForm(PartForm):
    """Title, duration, calculation, levels."""

    texts = ("title", "intro")
    title = forms.CharField(label=_("Titre"), max_length=TITLE)
    intro = forms.CharField(
        label=_("Introduction"),
        max_length=PARAGRAPH,
        required=False,
        widget=AREA,
        help_text=_("Lue avant la première question."),
    )
    minutes = forms.IntegerField(label=_("Durée en minutes"), min_value=1, max_value=600)
    aggregation = forms.ChoiceField(label=_("La note globale est la"), choices=_AGGREGATIONS)
    languages = forms.CharField(
        label=_("Langues"),
        required=False,
        max_length=40,
        help_text=_(
            "Codes séparés par des virgules, la principale d’abord\u00a0: fr, en. Vide\u00a0: une seule."
        ),
    )

    def read(self) -> dict[str, Any]:
        """What the fields show."""
        plain = {"minutes": self.part.get("minutes"), "aggregation": self.part.get("aggregation") or "mean"}
        return {**super().read(), **plain, "languages": ", ".join(self.part.get("languages") or ())}

    def tables(self, sent: Sent) -> dict[str, Any]:
        """The levels."""
        read = self.language.read
        initial = [
            {
                "code": level.get("code"),
                "name": read(level.get("name")),
                "starts_at": typed_number(level.get("from")),
                "reading": read(level.get("reading")),
            }
            for level in self.part.get("levels") or []
        ]
        return {"levels": LevelRows(sent, initial=initial, prefix="levels")}

    def written(self) -> Part:
        """The document with its settings."""
        data = self.cleaned_data
        former = {str(level.get("code")): level for level in self.part.get("levels") or []}
        levels: list[Part] = []
        for row in self.rows["levels"].kept():
            code = row["code"] or slug(
                row["name"], taken={level["code"] for level in levels}, fallback="niveau"
            )
            known = former.get(code, {})
            levels.append(
                {
                    "code": code,
                    "name": self.language.write(known.get("name"), row["name"]),
                    "from": row["starts_at"] or 0,
                    "reading": self.language.write(known.get("reading"), row["reading"]),
                }
            )
        languages = [code.strip() for code in data["languages"].split(",") if code.strip()]
        return {
            **super().written(),
            "minutes": data["minutes"],
            "aggregation": data["aggregation"],
            "levels": sorted(levels, key=lambda level: float(level["from"])),
            "languages": languages if len(languages) > 1 else [],
        }


class SectionForm(PartForm):
    """A section: its words, its weight, its own readings of the levels."""

    texts = ("title", "lead")
    title = forms.CharField(label=_("Titre"), max_length=300)
    lead = forms.CharField(label=_("Introduction"), max_length=PARAGRAPH, required=False, widget=AREA)
    weight = NumberField(
        label=_("Poids dans la note globale"), help_text=_("1 si vide\u00a0; 0\u00a0: notée à part.")
    )
    aggregation = forms.ChoiceField(label=_("Sa note est la"), choices=_AGGREGATIONS)
    code = CODE

    def read(self) -> dict[str, Any]:
        """What the fields show."""
        part = self.part
        plain = {"code": part.get("code"), "weight": typed_number(part.get("weight"))}
        return {**super().read(), **plain, "aggregation": part.get("aggregation") or "mean"}

    def tables(self, sent: Sent) -> dict[str, Any]:
        """A row for each level of the questionnaire."""
        own = {str(each.get("level")): each for each in self.part.get("levels") or []}
        initial = []
        for level in self.document.get("levels") or []:
            code = str(level.get("code"))
            initial.append(
                {
                    "level": code,
                    "name": self.language.shown(level.get("name")),
                    "starts_at": typed_number(own.get(code, {}).get("from")),
                    "reading": self.language.read(own.get(code, {}).get("reading")),
                }
            )
        return {"readings": ReadingRows(sent, initial=initial, prefix="readings")}

    def written(self) -> Part:
        """The section."""
        own = {str(each.get("level")): each for each in self.part.get("levels") or []}
        readings = []
        for row in self.rows["readings"].kept():
            former = own.get(row["level"], {}).get("reading")
            reading = self.language.write(former, row["reading"])
            if reading or row["starts_at"] is not None:
                readings.append(_without_empty(level=row["level"], reading=reading, start=row["starts_at"]))
        data = self.cleaned_data
        return {
            **super().written(),
            **{key: data[key] for key in ("code", "weight", "aggregation")},
            "levels": readings,
        }


class MeasureForm(PartForm):
    """A measure the programme may propose."""

    texts = ("title", "why", "how")
    title = forms.CharField(label=_("Titre"), max_length=TITLE)
    dimension = forms.ChoiceField(label=_("Thème"))
    why = forms.CharField(label=_("Pourquoi"), max_length=PARAGRAPH, widget=AREA)
    how = forms.CharField(label=_("Comment"), max_length=PARAGRAPH, widget=AREA)
    effort = forms.ChoiceField(label=_("Effort"))
    impact = forms.ChoiceField(label=_("Effet"))
    stake = forms.ChoiceField(label=_("Enjeu"))
    cost_min = forms.IntegerField(label=_("Coût, de (euros)"), min_value=0)
    cost_max = forms.IntegerField(label=_("à (euros)"), min_value=0)
    code = CODE

    def __init__(self, sent: Sent, *, document: Document, part: Part, language: Language) -> None:
        super().__init__(sent, document=document, part=part, language=language)
        sections = [
            (str(each.get("code")), language.shown(each.get("title")))
            for each in document.get("dimensions") or []
        ]
        steps = ("low", "medium", "high")
        offered = {
            "dimension": sections,
            "effort": [(step, effort_words(step)) for step in steps],
            "impact": [(step, impact_words(step)) for step in steps],
            "stake": [(stake, stake_words(stake)) for stake in ("technical", "legal", "economic", "ethical")],
        }
        for name, choices in offered.items():
            field: Any = self.fields[name]
            field.choices = choices

    def read(self) -> dict[str, Any]:
        """What the fields show."""
        plain = {key: self.part.get(key) for key in ("code", "dimension", "effort", "impact", "stake")}
        cost = self.part.get("cost") or {}
        return {**super().read(), **plain, "cost_min": cost.get("min", 0), "cost_max": cost.get("max", 0)}

    def written(self) -> Part:
        """The measure."""
        data = self.cleaned_data
        plain = {key: data[key] for key in ("code", "dimension", "effort", "impact", "stake")}
        return {**super().written(), **plain, "cost": {"min": data["cost_min"], "max": data["cost_max"]}}


class CapForm(PartForm):
    """A blocking criterion."""

    texts = ("because",)
    level_at_most = forms.ChoiceField(label=_("Le niveau est au plus"))
    dimension = forms.ChoiceField(label=_("Niveau plafonné"), required=False)
    because = forms.CharField(label=_("Raison, lue par l’entreprise"), max_length=SENTENCE, widget=AREA)

    def __init__(self, sent: Sent, *, document: Document, part: Part, language: Language) -> None:
        super().__init__(sent, document=document, part=part, language=language)
        levels: Any = self.fields["level_at_most"]
        levels.choices = [
            (str(each.get("code")), language.shown(each.get("name"))) for each in document.get("levels") or []
        ]
        dimensions: Any = self.fields["dimension"]
        dimensions.choices = [("", _("le niveau global"))] + [
            (str(each.get("code")), language.shown(each.get("title")))
            for each in document.get("dimensions") or []
        ]

    def read(self) -> dict[str, Any]:
        """What the fields show."""
        plain = {key: self.part.get(key) for key in ("level_at_most", "dimension")}
        return {**super().read(), **plain}

    def written(self) -> Part:
        """The criterion."""
        data = self.cleaned_data
        return {**super().written(), **{key: data[key] for key in ("level_at_most", "dimension")}}


def _without_empty(*, level: str, reading: Any, start: int | float | None) -> Part:
    written = {"level": level, "from": start, "reading": reading}
    return {key: value for key, value in written.items() if value not in (None, "", {})}
