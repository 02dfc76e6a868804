"""Forms of reports and settings."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.errors import BusinessError
from core.formats import format_number
from programme.access import Access
from programme.enums import STAFF, Role
from programme.models import Axis, Programme
from reports import rules
from reports.periods import Period, default_period, finished_quarters
from reports.services import check_period

SINCE_START = "debut"
OTHER = "autre"
NARRATIVE_ROWS = 4
NARRATIVE_MAX = 4000
API_ROLES = (Role.OFFICER, Role.DIRECTOR, Role.FUNDER)


def _code(period: Period) -> str:
    return f"{period.start.isoformat()}_{period.end.isoformat()}"


class ReportForm(forms.Form):
    """Which period, the director's words, who reads it."""

    period = forms.ChoiceField(label=_("Période"))
    start = forms.DateField(
        label=_("Du"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    end = forms.DateField(
        label=_("Au"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    introduction = forms.CharField(
        label=_("Introduction"),
        required=False,
        max_length=NARRATIVE_MAX,
        widget=forms.Textarea(attrs={"rows": NARRATIVE_ROWS}),
        help_text=_("Quelques phrases en tête de la synthèse\u00a0: faits marquants, décisions attendues."),
    )
    for_funders = forms.BooleanField(
        label=_("Les financeurs le lisent dans leur espace"), required=False, initial=True
    )
    is_final = forms.BooleanField(
        label=_("Document définitif"),
        required=False,
        help_text=_("Un document définitif ne porte pas la mention «\u00a0provisoire\u00a0»."),
    )
    form_token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programme: Programme = access.programme
        self.axes = list(Axis.objects.filter(programme=access.programme))
        today = timezone.localdate()
        bounds = (self.programme.starts_on, today, self.programme.ends_on)
        quarters = finished_quarters(*bounds)
        chosen = default_period(*bounds)
        choices = [(_code(quarter), quarter.label.capitalize()) for quarter in quarters]
        choices += [
            (SINCE_START, gettext("Depuis le début de la convention")),
            (OTHER, gettext("Autres dates")),
        ]
        self.fields["period"].choices = choices  # type: ignore[attr-defined]
        self.fields["period"].initial = _code(chosen) if quarters else SINCE_START
        self.fields["form_token"].initial = uuid.uuid4
        if rules.can_write_narrative(access):
            self._add_narratives()
        else:
            del self.fields["introduction"], self.fields["is_final"]

    def _add_narratives(self) -> None:
        for axis in self.axes:
            self.fields[f"narrative_{axis.number}"] = forms.CharField(
                label=gettext("Volet %(number)s\u00a0: %(name)s")
                % {"number": axis.number, "name": axis.name},
                required=False,
                max_length=NARRATIVE_MAX,
                widget=forms.Textarea(attrs={"rows": NARRATIVE_ROWS}),
            )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        choice = values.get("period")
        if choice is None:
            return values
        if choice == OTHER:
            for name in ("start", "end"):
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, gettext("Indiquez cette date."))
            if not values.get("start") or not values.get("end"):
                return values
        period = self._period(choice, values)
        try:
            check_period(self.programme, period)
        except BusinessError as error:
            self.add_error(error.field if choice == OTHER else "period", error.message)
        values["asked"] = period
        return values

    def _period(self, choice: str, values: Mapping[str, Any]) -> Period:
        if choice == OTHER:
            return Period(values["start"], values["end"])
        if choice == SINCE_START:
            today = min(timezone.localdate(), self.programme.ends_on)
            return Period(self.programme.starts_on, max(today, self.programme.starts_on))
        start, end = map(date.fromisoformat, choice.split("_"))
        return Period(start, end)

    @property
    def narrative_fields(self) -> list[Any]:
        """The director's fields, in the order of axes."""
        return [self[name] for name in self.fields if name.startswith("narrative_")]

    def narratives(self) -> dict[int, str]:
        """Words by axis number."""
        return {axis.number: self.cleaned_data.get(f"narrative_{axis.number}", "") for axis in self.axes}


class InvitationForm(forms.Form):
    """Who joins the team, and as what."""

    email = forms.EmailField(label=_("Adresse e-mail"), max_length=200)
    first_name = forms.CharField(label=_("Prénom"), max_length=80)
    last_name = forms.CharField(label=_("Nom"), max_length=80)
    role = forms.ChoiceField(label=_("Rôle"), choices=[(role.value, role.label) for role in reversed(STAFF)])


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(
        label=_("Nom du jeton"), max_length=80, help_text=_("L’outil qui s’en servira, par exemple.")
    )
    role = forms.ChoiceField(
        label=_("Droits du jeton"), choices=[(role.value, role.label) for role in API_ROLES]
    )
    can_write = forms.BooleanField(
        label=_("Permet aussi d’écrire"),
        required=False,
        help_text=_("Créer des brouillons de dépense. Sans cette case, le jeton ne fait que lire."),
    )

    def __init__(self, data: Any = None) -> None:
        # It shares a page with the invitation, which has a role as well.
        super().__init__(data, auto_id="jeton_%s")


class TargetsForm(forms.Form):
    """The target of every indicator; an empty field leaves the present one."""

    source = forms.CharField(
        label=_("Source des objectifs"),
        required=False,
        max_length=200,
        help_text=_("Document qui fixe ces valeurs\u00a0: convention, comité de pilotage du…"),
    )

    def __init__(self, *args: Any, rows: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = [row.code for row in rows]
        for index, row in enumerate(rows):
            self.fields[f"target_{index}"] = forms.IntegerField(
                label=f"{row.axis_number}. {row.label} ({row.unit})",
                required=False,
                min_value=0,
                max_value=10_000_000,
                initial=row.target,
                widget=forms.NumberInput(attrs={"class": "input-short", "inputmode": "numeric"}),
                help_text=gettext("Réalisé à ce jour\u00a0: %(count)s")
                % {"count": format_number(row.to_date)},
            )
        self.order_fields([*(f"target_{index}" for index in range(len(rows))), "source"])

    def values(self) -> dict[str, int]:
        """Targets given, by indicator."""
        given = {code: self.cleaned_data[f"target_{index}"] for index, code in enumerate(self.codes)}
        return {code: value for code, value in given.items() if value is not None}
