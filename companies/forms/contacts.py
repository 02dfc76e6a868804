"""Forms of the people of a company."""

import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.enums import ConsentChannel, ContactRole
from companies.forms.fields import DayField
from companies.services import ContactFacts
from core.enums import choices


class ContactForm(forms.Form):
    """A person met in a company."""

    first_name = forms.CharField(label=_("Prénom"), max_length=80, required=False)
    last_name = forms.CharField(label=_("Nom"), max_length=80)
    role = forms.ChoiceField(
        label=_("Rôle"), choices=[("", _("Non précisé")), *choices(ContactRole)], required=False
    )
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


class ConsentForm(forms.Form):
    """How and when a person agreed to be contacted."""

    channel = forms.ChoiceField(label=_("Recueilli"), choices=choices(ConsentChannel))
    given_on = DayField(label=_("Le"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["given_on"].initial = timezone.localdate()

    def clean_given_on(self) -> Any:
        day = self.cleaned_data["given_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("Un accord ne peut pas être daté de demain."))
        return day
