"""Rows of the author's forms: choices, lines, columns, thresholds, levels, answers set elsewhere."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

BLANK_ROWS = 2
_NOT_WRITTEN = ("ORDER", "DELETE", "counts", "name_shown")


class NumberField(forms.CharField):
    """A number typed in French; gives an int where it is whole, else a float, None when empty."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(max_length=20, **kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "class": "input-short", "autocomplete": "off"}

    def clean(self, value: Any) -> int | float | None:
        """The number."""
        text = "".join(str(super().clean(value) or "").split()).replace(",", ".")
        if not text:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number) > 10**12:
            raise forms.ValidationError(_("Écrivez un nombre, par exemple 2 ou 0,5."))
        return int(number) if number == number.to_integral_value() else float(number)


class RowForm(forms.Form):
    """A row of a table of inputs: each is named by its column and its rank, for those who cannot see it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rank = (self.prefix or "-0").rpartition("-")[2]
        for name, field in self.fields.items():
            shown = int(rank) + 1 if rank.isdigit() else ""
            field.widget.attrs["aria-label"] = f"{field.label or name} – {shown}"


class RowsBase(BaseFormSet):  # type: ignore[type-arg]  # forms of several classes
    """Rows that can be ordered by a number and deleted by a box; blank ones are left out."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        """Name the fields the formset adds."""
        super().add_fields(form, index)
        rank = "" if index is None else index + 1
        for name, label in (("ORDER", _("Ordre")), ("DELETE", _("Retirer"))):
            if name in form.fields:
                form.fields[name].label = label
                form.fields[name].widget.attrs["aria-label"] = f"{label} – {rank}"
        if "ORDER" in form.fields:
            form.fields["ORDER"].widget.attrs["class"] = "input-short"

    def kept(self) -> list[dict[str, Any]]:
        """The rows to keep, in their order; those without number stay where they are."""
        rows = []
        for place, form in enumerate(self.forms):
            data = form.cleaned_data
            said = (value for key, value in data.items() if key not in _NOT_WRITTEN)
            empty = all(value is None or value is False or value == "" for value in said)
            if empty or data.get("DELETE"):
                continue
            rows.append((data.get("ORDER") or place + 1, place, data))
        return [data for _order, _place, data in sorted(rows, key=lambda row: row[:2])]


class ChoiceRow(RowForm):
    """A proposed answer."""

    code = forms.CharField(label=_("Code"), max_length=40, required=False)
    label = forms.CharField(label=_("Libellé"), max_length=600, required=False)
    points = NumberField(label=_("Points"))
    exclusive = forms.BooleanField(label=_("Exclusif"), required=False)
    counts = forms.BooleanField(label=_("Compte"), required=False, initial=True)


class PartRow(RowForm):
    """A line of a matrix, or a column."""

    code = forms.CharField(label=_("Code"), max_length=40, required=False)
    label = forms.CharField(label=_("Libellé"), max_length=600, required=False)
    weight = NumberField(label=_("Poids"))


class ThresholdRow(RowForm):
    """From a value on, so many points."""

    at_least = NumberField(label=_("À partir de"))
    points = NumberField(label=_("Points"))


class LevelRow(RowForm):
    """A level."""

    code = forms.CharField(label=_("Code"), max_length=40, required=False)
    name = forms.CharField(label=_("Nom"), max_length=80, required=False)
    starts_at = NumberField(label=_("À partir de"))
    reading = forms.CharField(
        label=_("Ce qu’il veut dire"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReadingRow(RowForm):
    """What a level means in a section, and from which score there."""

    level = forms.CharField(label=_("Niveau"), max_length=40, required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Niveau"), required=False, disabled=True)
    starts_at = NumberField(label=_("Seuil propre"))
    reading = forms.CharField(
        label=_("Lecture propre"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class SetRow(RowForm):
    """What a choice answers to another question."""

    choice = forms.CharField(label=_("Si l’on choisit (code)"), max_length=40, required=False)
    question = forms.CharField(label=_("alors à la question (code)"), max_length=40, required=False)
    value = forms.CharField(
        label=_("la réponse est (code, nombre ou «\u00a0sans objet\u00a0»)"), max_length=300, required=False
    )


def rows_of(row: type[RowForm], *, ordered: bool = True, extra: int = BLANK_ROWS) -> Any:
    """A table of rows, with a few blank ones to write in."""
    return formset_factory(
        row,
        formset=RowsBase,
        extra=extra,
        can_order=ordered,
        can_delete=extra > 0,
        max_num=120,
        absolute_max=240,
    )


ChoiceRows = rows_of(ChoiceRow)
PartRows = rows_of(PartRow)
ThresholdRows = rows_of(ThresholdRow, ordered=False)
LevelRows = rows_of(LevelRow, ordered=False)
ReadingRows = rows_of(ReadingRow, ordered=False, extra=0)
SetRows = rows_of(SetRow, ordered=False)
