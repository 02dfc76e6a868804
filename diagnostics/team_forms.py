"""Forms of who answers: colleagues on some sections, respondents apart, files."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from diagnostics.definition import Definition
from diagnostics.services import Person


class PersonForm(forms.Form):
    """Somebody of the company, named by whoever invites her."""

    first_name = forms.CharField(label=_("Prénom"), max_length=80, required=False)
    last_name = forms.CharField(label=_("Nom"), max_length=80)
    email = forms.EmailField(label=_("Adresse e-mail"))

    @property
    def person(self) -> Person:
        """Who she is, once the form is valid."""
        data = self.cleaned_data
        return Person(email=data["email"], last_name=data["last_name"], first_name=data["first_name"])


class ContributorForm(PersonForm):
    """A colleague, and the sections she is asked for."""

    prefix = "collegue"
    sections = forms.MultipleChoiceField(
        label=_("Parties à lui confier"), widget=forms.CheckboxSelectMultiple, choices=()
    )

    def __init__(self, *args: Any, definition: Definition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["sections"]
        field.choices = [(each.code, each.title) for each in definition.dimensions]


class ViewForm(PersonForm):
    """A respondent who answers alone, and the name of her point of view."""

    prefix = "avis"
    point_of_view = forms.CharField(
        label=_("Point de vue"),
        max_length=80,
        help_text=_("Par exemple\u00a0: Direction, Informatique, Atelier, Ressources humaines."),
    )


class FileForm(forms.Form):
    """A file to attach to an answer."""

    file = forms.FileField(
        label=_("Fichier"), help_text=_("PDF, PNG, JPEG, DOCX ou XLSX, 20 Mo au plus. Cinq par réponse.")
    )


class ReopenForm(forms.Form):
    """Open a diagnostic again, saying why."""

    reason = forms.CharField(
        label=_("Motif"),
        max_length=250,
        help_text=_("Il est gardé avec le résultat remis jusqu’ici, et montré à l’entreprise."),
    )
