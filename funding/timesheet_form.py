"""Doors of time sheets and of drafts from services."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from core.formats import format_number
from funding.enums import Nature
from funding.forms import euros_field
from funding.models import BudgetLine, DraftTerms, TimeSheet
from funding.selectors.timesheets import lines_in_force
from funding.services.timesheets import TimeDraft
from funding.timesheets import parse_hours
from programme.models import Programme


class HoursField(forms.CharField):
    """Hours as people write them; gives hundredths of an hour."""

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]  # gives hundredths, not text
        """Hundredths, or nothing when left empty."""
        if isinstance(value, int):
            return value
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return parse_hours(text)
        except ValueError as error:
            raise ValidationError(
                _("Heures illisibles\u00a0: écrivez 7,5 ou 7 h 30, deux décimales au plus."), code="invalid"
            ) from error

    def validate(self, value: Any) -> None:
        """Presence only: bounds are read with the text."""
        if value is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """Text validators do not apply to hundredths."""

    def prepare_value(self, value: Any) -> Any:
        """Show hundredths as hours; give back what was typed when it was refused."""
        return format_number(Decimal(value).scaleb(-2), 2) if isinstance(value, int) else value


class TimeSheetForm(forms.Form):
    """Who, when, on which line."""

    line = forms.ModelChoiceField(label=_("Ligne budgétaire"), queryset=BudgetLine.objects.none())
    person = forms.CharField(label=_("Personne"), max_length=160)
    job = forms.CharField(label=_("Fonction"), max_length=120, required=False)
    month = forms.CharField(
        label=_("Mois"),
        widget=forms.TextInput(attrs={"type": "month", "class": "input-medium"}),
        help_text=_("Par exemple 2026-03."),
    )
    form_token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, programme: Programme, sheet: TimeSheet | None = None, **kwargs: Any
    ) -> None:
        initial: dict[str, Any] = {"form_token": uuid4()}
        if sheet is not None:
            initial = {"person": sheet.person, "job": sheet.job, "line": sheet.line_id}
            initial["month"] = f"{sheet.month:%Y-%m}"
        super().__init__(*args, **{"initial": initial, **kwargs})
        lines: Any = self.fields["line"]
        lines.queryset = lines_in_force(programme, Nature.STAFF)
        if sheet is not None:
            for name in ("line", "person", "month"):
                self.fields[name].disabled = True

    def clean_month(self) -> date:
        """The first day of the month."""
        try:
            year, number = self.cleaned_data["month"].split("-")
            return date(int(year), int(number), 1)
        except ValueError as error:
            raise ValidationError(_("Indiquez le mois comme 2026-03."), code="invalid") from error


class TimeLineForm(forms.Form):
    """Hours on one activity."""

    activity = forms.CharField(label=_("Activité"), max_length=200)
    centihours = HoursField(
        label=_("Heures"),
        widget=forms.TextInput(
            attrs={"inputmode": "decimal", "autocomplete": "off", "class": "input-short amount"}
        ),
    )
    hourly_cost_cents = euros_field(_("Coût horaire"), min_cents=1)

    def entry(self) -> TimeDraft | None:
        """What the service takes; nothing for a row left blank."""
        return TimeDraft(**self.cleaned_data) if self.cleaned_data else None


TimeLines = formset_factory(TimeLineForm, extra=1, max_num=60, validate_max=True)


class DraftTermsForm(forms.Form):
    """On which line, and at which cost."""

    session_line = forms.ModelChoiceField(
        label=_("Ligne des sessions"), queryset=BudgetLine.objects.none(), required=False
    )
    half_day_cost_cents = euros_field(_("Coût d’une demi-journée de session"))
    diagnostic_line = forms.ModelChoiceField(
        label=_("Ligne des diagnostics"), queryset=BudgetLine.objects.none(), required=False
    )
    diagnostic_day_cost_cents = euros_field(_("Coût d’une journée de diagnostic"))
    diagnostic_centidays = HoursField(label=_("Journées par diagnostic"), help_text=_("Par exemple 1,5."))
    diagnostic_supplier = forms.CharField(
        label=_("Fournisseur des diagnostics"), max_length=160, required=False
    )

    def __init__(self, *args: Any, programme: Programme, terms: DraftTerms, **kwargs: Any) -> None:
        stored = {name: getattr(terms, name) for name in self.base_fields}
        super().__init__(*args, **{"initial": stored, **kwargs})
        for name in ("session_line", "diagnostic_line"):
            field: Any = self.fields[name]
            field.queryset = lines_in_force(programme)
