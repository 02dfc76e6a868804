"""Forms of documents."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.formats import format_number


class CodeForm(forms.Form):
    """The code printed at the foot of every page."""

    code = forms.CharField(
        label=_("Code de vérification"),
        help_text=_("Dix lettres et chiffres, imprimés en bas de chaque page du document."),
        max_length=30,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class FileForm(forms.Form):
    """A PDF to compare with the original; read, never kept."""

    fichier = forms.FileField(
        label=_("Document PDF à vérifier"),
        help_text=_("Le fichier est comparé à l’original, puis oublié\u00a0: il n’est pas conservé."),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,.pdf"}),
    )

    def clean_fichier(self) -> Any:
        upload = self.cleaned_data["fichier"]
        if upload.size > settings.UPLOAD_MAX_BYTES:
            limit = format_number(settings.UPLOAD_MAX_BYTES // 2**20)
            raise forms.ValidationError(
                gettext("Ce fichier pèse plus de %(limit)s Mo\u00a0: ce n’est pas un de nos documents.")
                % {"limit": limit},
                code="file-size",
            )
        return upload
