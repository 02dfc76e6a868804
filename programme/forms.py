"""Forms of the programme's own pages."""

from django import forms
from django.utils.translation import gettext_lazy as _


class PersonForm(forms.Form):
    """A person by her address."""

    email = forms.EmailField(
        label=_("Adresse e-mail de la personne"),
        help_text=_("L’adresse entière\u00a0: rien n’est cherché à partir d’un morceau d’adresse."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class ErasureForm(PersonForm):
    """The confirmation of an erasure; ``form_token`` makes two clicks one erasure."""

    form_token = forms.UUIDField(required=False, widget=forms.HiddenInput)
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)
