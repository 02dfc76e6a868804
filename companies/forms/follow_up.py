"""Forms of the follow-up: stage and next step, exchanges, groups, replacements."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.enums import CallDirection, CallOutcome, EventKind, GroupRole, Stage
from companies.forms.fields import DayField, DurationField, MomentField, PersonChoiceField
from companies.models import Contact, Participation
from companies.services import ExchangeFacts
from core.enums import choices
from programme.access import Access
from programme.enums import STAFF
from programme.models import Programme
from programme.selectors import role_holders


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
    next_step_on = DayField(label=_("Date de la prochaine étape"), required=False)
    advisor = PersonChoiceField(
        label=_("Conseiller"), queryset=User.objects.none(), required=False, empty_label=_("Aucun")
    )
    group = forms.CharField(
        label=_("Groupe d’entreprises liées"),
        max_length=160,
        required=False,
        help_text=_(
            "Le même nom pour chaque entreprise liée\u00a0: le groupe compte une fois pour le secret "
            "et les aides."
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
    contact = forms.ModelChoiceField(
        label=_("Avec"),
        queryset=Contact.objects.none(),
        required=False,
        empty_label=_("Personne en particulier"),
    )
    direction = forms.ChoiceField(
        label=_("Sens de l’appel"), choices=[("", _("Non précisé")), *choices(CallDirection)], required=False
    )
    outcome = forms.ChoiceField(
        label=_("Issue de l’appel"), choices=[("", _("Non précisée")), *choices(CallOutcome)], required=False
    )
    at = MomentField(label=_("Quand"), required=False, help_text=_("Vide\u00a0: maintenant."))
    duration = DurationField(required=False)

    def __init__(self, *args: Any, participation: Participation | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if participation is not None:
            self.fields["contact"].queryset = participation.contacts.all()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("kind") != EventKind.CALL:
            # Who called, and what came of it, is said of calls only.
            cleaned["direction"] = cleaned["outcome"] = ""
        return cleaned

    def facts(self) -> ExchangeFacts:
        """What was said beside the text."""
        data = self.cleaned_data
        return ExchangeFacts(
            contact=data["contact"],
            direction=CallDirection(data["direction"]) if data["direction"] else None,
            outcome=CallOutcome(data["outcome"]) if data["outcome"] else None,
            duration_minutes=data["duration"],
        )


class LogForm(ExchangeForm):
    """The same from the day log, where the company is chosen first."""

    company = forms.ModelChoiceField(
        label=_("Entreprise"), queryset=Participation.objects.none(), empty_label=_("Choisissez")
    )
    field_order = ("company", "kind", "text")

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, participation=None, **kwargs)
        del self.fields["contact"]
        mine = Participation.objects.visible_to(access).filter(advisor=access.user)
        self.fields["company"].queryset = mine.order_by("name_key", "pk")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        return {**super().clean(), "contact": None}


class GroupForm(forms.Form):
    """The name of a group."""

    name = forms.CharField(label=_("Nom du groupe"), max_length=160)


class GroupMemberForm(forms.Form):
    """A company of a group: entering it, changing its place, leaving."""

    participation = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    role = forms.ChoiceField(choices=[("", _("non précisée")), *choices(GroupRole)], required=False)


class AbsenceForm(forms.Form):
    """An absence: who, replaced by whom, from when to when."""

    absent = PersonChoiceField(label=_("Conseiller absent"), queryset=User.objects.none())
    replacement = PersonChoiceField(label=_("Remplacé par"), queryset=User.objects.none())
    starts_on = DayField(label=_("Premier jour"))
    ends_on = DayField(label=_("Dernier jour"))
    note = forms.CharField(
        label=_("Consignes"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, programme: Programme, only: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = role_holders(programme, *STAFF)
        absent = team.filter(pk=only.pk) if only is not None else team
        self.fields["absent"].queryset = absent  # type: ignore[attr-defined]
        self.fields["replacement"].queryset = team  # type: ignore[attr-defined]
        if only is not None:
            self.fields["absent"].initial = only
        self.fields["starts_on"].initial = timezone.localdate()
