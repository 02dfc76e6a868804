"""Doors of an accountant's file and of the directory of suppliers."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ExpenseFileForm(forms.Form):
    """A file of expenses."""

    file = forms.FileField(
        label=_("Fichier"),
        help_text=_("CSV ou XLSX, une dépense par ligne."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
    )


class SupplierForm(forms.Form):
    """A supplier of the directory."""

    name = forms.CharField(label=_("Nom"), max_length=160)
    siret = forms.CharField(
        label=_("SIRET"),
        max_length=40,
        required=False,
        help_text=_("14 chiffres\u00a0; laissez vide pour un particulier ou un fournisseur étranger."),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "class": "input-medium", "autocomplete": "off"}
        ),
    )
    city = forms.CharField(label=_("Ville"), max_length=120, required=False)
