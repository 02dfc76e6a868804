"""Forms of companies: they shape what was typed; rules are the services'."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.enums import EventKind, Stage
from companies.models import Participation
from companies.reference import WORKFORCE_BANDS, read_naf
from companies.selectors.identity import identity_of
from companies.services import ContactFacts
from companies.wording import workforce_label
from core.enums import choices
from programme.enums import STAFF
from programme.models import Activity, Programme
from programme.selectors import role_holders


class PersonChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """A person of the team, shown by name."""

    def label_from_instance(self, obj: User) -> str:
        """The person's name."""
        return obj.full_name


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
            raise forms.ValidationError(_("Ce n’est pas un code NAF (exemple : 62.01Z)."))
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
        help_text=_("14 chiffres : celui du lieu qui participe, même si le siège est ailleurs."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input-medium"}),
    )
    stage = forms.ChoiceField(label=_("Étape"), choices=choices(Stage), initial=Stage.SPOTTED)
    advisor = PersonChoiceField(
        label=_("Conseiller"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Aucun pour l’instant"),
    )
    field_order = ("siret", "name")

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["advisor"].queryset = role_holders(programme, *STAFF)  # type: ignore[attr-defined]


class FollowUpForm(forms.Form):
    """Stage, advisor, next step and group of a company."""

    stage = forms.ChoiceField(label=_("Étape"), choices=choices(Stage))
    reason = forms.CharField(
        label=_("Motif du changement d’étape"),
        max_length=250,
        required=False,
        help_text=_("Gardé dans l’historique."),
    )
    next_step = forms.CharField(label=_("Prochaine étape"), max_length=200, required=False)
    next_step_on = forms.DateField(
        label=_("Date de la prochaine étape"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input-short"}),
    )
    advisor = PersonChoiceField(
        label=_("Conseiller"), queryset=User.objects.none(), required=False, empty_label=_("Aucun")
    )
    group = forms.CharField(
        label=_("Groupe d’entreprises liées"),
        max_length=160,
        required=False,
        help_text=_(
            "Le même nom pour chaque entreprise liée : le groupe compte une fois pour le secret et les aides."
        ),
        widget=forms.TextInput(attrs={"list": "groupes"}),
    )

    def __init__(self, *args: Any, programme: Programme, may_assign: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["advisor"].queryset = role_holders(programme, *STAFF)  # type: ignore[attr-defined]
        if not may_assign:
            del self.fields["advisor"], self.fields["group"]

    @staticmethod
    def initial_of(participation: Participation) -> dict[str, Any]:
        """What the form shows of a company."""
        return {
            "stage": participation.stage,
            "next_step": participation.next_step,
            "next_step_on": participation.next_step_on,
            "advisor": participation.advisor_id,
            "group": participation.group.name if participation.group else "",
        }


class ExchangeForm(forms.Form):
    """A note, a call or a meeting."""

    kind = forms.ChoiceField(
        label=_("Nature"),
        choices=choices((EventKind.CALL, EventKind.MEETING, EventKind.NOTE)),
        initial=EventKind.CALL,
    )
    text = forms.CharField(
        label=_("Ce qui s’est dit"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ContactForm(forms.Form):
    """A person met in a company."""

    first_name = forms.CharField(label=_("Prénom"), max_length=80, required=False)
    last_name = forms.CharField(label=_("Nom"), max_length=80)
    job_title = forms.CharField(label=_("Fonction"), max_length=120, required=False)
    email = forms.EmailField(
        label=_("Adresse e-mail"),
        required=False,
        help_text=_("Nécessaire pour l’inviter à remplir un diagnostic."),
    )
    phone = forms.CharField(
        label=_("Téléphone"), max_length=30, required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    is_main = forms.BooleanField(label=_("Contact principal"), required=False)

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if phone and not re.fullmatch(r"[+\d][\d .()/-]{3,29}", phone):
            raise forms.ValidationError(_("Ce n’est pas un numéro de téléphone."))
        return phone

    def facts(self) -> ContactFacts:
        """What was typed, for the service."""
        return ContactFacts(**self.cleaned_data)


class ImportForm(forms.Form):
    """A file of companies."""

    file = forms.FileField(
        label=_("Fichier"),
        help_text=_("CSV, XLSX, ou réponse JSON du répertoire public des entreprises."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.json,.txt"}),
    )
