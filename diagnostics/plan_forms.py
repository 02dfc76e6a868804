"""Forms of action plans."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from diagnostics.enums import ActionStatus
from diagnostics.models import ActionItem
from diagnostics.services.plan import ItemFields


class ActionItemForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """An action as a person writes it."""

    status = forms.ChoiceField(label=_("État"), choices=choices(ActionStatus))

    class Meta:
        model = ActionItem
        fields = ["title", "status", "reason", "owner_name", "starts_on", "due_on", "why", "how"]
        labels = {"owner_name": _("Responsable"), "reason": _("Motif, si elle est écartée ou bloquée")}
        help_texts = {
            "owner_name": _("La personne qui s’en charge, dans l’entreprise."),
            "due_on": _("Les rappels partent de cette date."),
        }
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "why": forms.Textarea(attrs={"rows": 3}),
            "how": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.fields["status"].initial = ActionStatus.KEPT

    def item_fields(self) -> ItemFields:
        """What the services take."""
        data = self.cleaned_data
        return ItemFields(**{**data, "status": ActionStatus(data["status"])})
