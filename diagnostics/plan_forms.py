"""Forms of action plans."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.models import Participation
from core.enums import choices
from core.money import EurosFormField
from diagnostics.enums import ActionStatus
from diagnostics.models import ActionItem, ActionPlan
from diagnostics.selectors.plan import possible_owners
from diagnostics.services.plan import ItemFields


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class OwnerField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """A person of the company, or its advisor."""

    def label_from_instance(self, user: User) -> str:
        """Her name, and the address the reminders go to."""
        return f"{user.full_name} ({user.email})" if user.full_name != user.email else user.email


class ActionItemForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """An action as a person writes it."""

    status = forms.ChoiceField(label=_("État"), choices=choices(ActionStatus))
    owner = OwnerField(
        label=_("Reçoit les rappels"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("personne"),
        help_text=_("Elle seule, et seulement tant que rien n’a été dit de l’action."),
    )
    cost_cents = EurosFormField(label=_("Coût, en euros"), required=False)
    aid_cents = EurosFormField(label=_("Dont pris en charge, en euros"), required=False)

    field_order = (
        *("title", "status", "reason", "owner_name", "owner", "starts_on", "due_on"),
        *("cost_cents", "aid_cents", "funding", "why", "how"),
    )

    class Meta:
        model = ActionItem
        fields = [
            *("title", "status", "reason", "owner_name", "owner", "starts_on", "due_on"),
            *("cost_cents", "aid_cents", "funding", "why", "how"),
        ]
        labels = {
            "owner_name": _("Responsable"),
            "reason": _("Motif, si elle est écartée ou bloquée"),
            "funding": _("Pris en charge par"),
        }
        help_texts = {
            "owner_name": _("La personne qui s’en charge, dans l’entreprise."),
            "due_on": _("Les rappels partent de cette date."),
            "funding": _("Par exemple\u00a0: OPCO, Région, plan de développement des compétences."),
        }
        widgets = {
            "starts_on": _day(),
            "due_on": _day(),
            "why": forms.Textarea(attrs={"rows": 3}),
            "how": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, participation: Participation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = possible_owners(participation)  # type: ignore[attr-defined]  # see OwnerField
        if self.instance.pk is None:
            self.fields["status"].initial = ActionStatus.KEPT

    def item_fields(self) -> ItemFields:
        """What the services take."""
        data = self.cleaned_data
        return ItemFields(**{**data, "status": ActionStatus(data["status"])})


class CommentForm(forms.Form):
    """A remark on an action."""

    text = forms.CharField(
        label=_("Votre commentaire"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class EvidenceForm(forms.Form):
    """A file that shows what was done."""

    file = forms.FileField(label=_("Fichier"), help_text=_("PDF, image, DOCX ou XLSX, 20 Mo au plus."))


class MoveForm(forms.Form):
    """Another state, with the reason that some need."""

    status = forms.ChoiceField(choices=choices(ActionStatus))
    reason = forms.CharField(max_length=250, required=False)


class PlanDatesForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """When the next diagnostic is planned, and who is told."""

    leader = OwnerField(
        label=_("Personne qui suit le plan"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("personne"),
    )

    class Meta:
        model = ActionPlan
        fields = ["next_assessment_on", "leader"]
        labels = {"next_assessment_on": _("Prochain diagnostic prévu le")}
        widgets = {"next_assessment_on": _day()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leader"].queryset = possible_owners(self.instance.participation)  # type: ignore[attr-defined]  # same


class PauseForm(forms.Form):
    """No reminder for a while."""

    ends_on = forms.DateField(
        label=_("Jusqu’au"),
        required=False,
        widget=_day(),
        help_text=_("Ce jour compris\u00a0; vide\u00a0: sans limite."),
    )
    reason = forms.CharField(label=_("Motif de la pause"), required=False, max_length=250)
