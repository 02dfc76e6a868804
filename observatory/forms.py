"""Forms of releases."""

from django import forms
from django.utils.translation import gettext_lazy as _

from observatory.models import Release


class ReleaseForm(forms.ModelForm):  # type: ignore[type-arg]
    """Opens a release on a date."""

    class Meta:
        model = Release
        fields = ["reference_date", "title", "notes"]
        widgets = {
            "reference_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "notes": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "reference_date": _("Les diagnostics remis ce jour-là au plus tard sont comptés."),
            "title": _("Laissez vide pour « Millésime au … »."),
            "notes": _("Facultatif\u00a0: ce que le lecteur doit savoir de ce millésime. Publié tel quel."),
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["title"].required = False
