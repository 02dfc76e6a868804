"""Forms of a company: what is known of it, its entry, its merge with another record, imports."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.drafts import ParticipationDraft
from companies.enums import Stage
from companies.forms.fields import PersonChoiceField
from companies.identifiers import format_siret
from companies.models import Participation
from companies.reference import WORKFORCE_BANDS, read_naf
from companies.selectors.identity import identity_of
from companies.wording import withheld_name, workforce_label
from core.enums import choices
from programme.enums import STAFF
from programme.models import Activity, Programme
from programme.selectors import role_holders


class CompanyForm(forms.Form):
    """What is known of a company, by hand."""

    name = forms.CharField(label=_("Raison sociale"), max_length=250)
    trade_name = forms.CharField(label=_("Enseigne"), max_length=250, required=False)
    address = forms.CharField(
        label=_("Adresse"), max_length=250, required=False, help_text=_("Numéro et voie.")
    )
    postal_code = forms.RegexField(
        r"^\d{5}$",
        label=_("Code postal"),
        required=False,
        error_messages={"invalid": _("Un code postal a 5 chiffres.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input-short"}),
    )
    city = forms.CharField(label=_("Commune"), max_length=120, required=False)
    activity_code = forms.CharField(
        label=_("Code NAF"),
        required=False,
        max_length=10,
        help_text=_("Sur l’avis de situation de l’entreprise, par exemple 62.01Z."),
        widget=forms.TextInput(attrs={"class": "input-short"}),
    )
    workforce_band = forms.ChoiceField(label=_("Effectif salarié"), required=False)
    legal_category = forms.RegexField(
        r"^\d{4}$",
        label=_("Catégorie juridique"),
        required=False,
        help_text=_("Code INSEE à 4 chiffres, par exemple 5710 pour une SAS."),
        error_messages={"invalid": _("Ce code a 4 chiffres.")},
        widget=forms.TextInput(attrs={"class": "input-short"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bands = [(band, workforce_label(band)) for band in WORKFORCE_BANDS if band != "NN"]
        field = self.fields["workforce_band"]
        field.choices = [("", _("Non connu")), *bands]  # type: ignore[attr-defined]

    def clean_activity_code(self) -> str:
        text = self.cleaned_data["activity_code"]
        code = read_naf(text) if text else ""
        if code is None or (text and not code):
            raise forms.ValidationError(_("Ce n’est pas un code NAF (exemple\u00a0: 62.01Z)."))
        if code and not Activity.objects.filter(code=code, level=5).exists():
            raise forms.ValidationError(_("Ce code n’existe pas dans la NAF rév. 2."))
        return code

    @staticmethod
    def initial_of(participation: Participation) -> dict[str, Any]:
        """What the form shows of a known company."""
        identity = identity_of(participation)
        band = identity.local_workforce
        return {
            "name": identity.name,
            "trade_name": identity.trade_name,
            "address": identity.address,
            "postal_code": identity.postal_code,
            "city": identity.city,
            "activity_code": identity.main_activity,
            "workforce_band": "" if band == "NN" else band,
            "legal_category": identity.legal_category,
        }


class CompanyAddForm(CompanyForm):
    """A company that enters the programme."""

    siret = forms.CharField(
        label=_("SIRET de l’établissement"),
        max_length=30,
        help_text=_("14 chiffres\u00a0: celui du lieu qui participe, même si le siège est ailleurs."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input-medium"}),
    )
    stage = forms.ChoiceField(label=_("Étape"), choices=choices(Stage), initial=Stage.SPOTTED)
    advisor = PersonChoiceField(
        label=_("Conseiller"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Aucun pour l’instant"),
    )
    is_distinct = forms.BooleanField(
        label=_("C’est une autre entreprise\u00a0: l’ajouter quand même"), required=False
    )
    field_order = ("siret", "name")

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["advisor"].queryset = role_holders(programme, *STAFF)  # type: ignore[attr-defined]

    @staticmethod
    def initial_from(draft: ParticipationDraft) -> dict[str, Any]:
        """What the form shows of a company chosen in the register."""
        company, place = draft.company, draft.establishment
        band = place.workforce_band or company.workforce_band
        return {
            "siret": format_siret(place.siret),
            "name": company.name or withheld_name(company.siren),
            "trade_name": place.trade_name,
            "address": place.address,
            "postal_code": place.postal_code,
            "city": place.city,
            "activity_code": place.naf_code or company.naf_code,
            "workforce_band": "" if band == "NN" else band,
            "legal_category": company.legal_category,
        }


class MergeForm(forms.Form):
    """Which record is merged into this one, and why."""

    merged = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    reason = forms.CharField(
        label=_("Motif"),
        max_length=250,
        required=False,
        help_text=_("Gardé dans l’historique, par exemple\u00a0: saisie deux fois."),
    )


class ImportForm(forms.Form):
    """A file of companies."""

    file = forms.FileField(
        label=_("Fichier"),
        help_text=_("CSV, XLSX, ou réponse JSON du répertoire public des entreprises."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.json,.txt"}),
    )
