"""Forms of messages: what a person chooses to receive, and the planner's filters."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from notifications.enums import Topic
from notifications.models import MessageChoice

WEEKDAYS = (
    (0, _("lundi")),
    (1, _("mardi")),
    (2, _("mercredi")),
    (3, _("jeudi")),
    (4, _("vendredi")),
    (5, _("samedi")),
    (6, _("dimanche")),
)


class ChoicesForm(forms.Form):
    """What a person wants, on which days, and until when she wants nothing."""

    topics = forms.MultipleChoiceField(
        label=_("Je souhaite recevoir"),
        choices=choices(Topic),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Les invitations, confirmations et accusés de réception partent toujours."),
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Les jours où m’écrire"),
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins un jour.")},
        help_text=_("Un rappel qui tombe un autre jour, ou un jour férié, attend le suivant."),
    )
    paused_until = forms.DateField(
        label=_("Aucun rappel jusqu’au"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Ce jour compris. Laissez vide pour ne rien suspendre."),
    )

    @classmethod
    def of(cls, choice: MessageChoice, data: Any = None) -> "ChoicesForm":
        """The form of what a person chose so far."""
        muted = choice.preferences().muted
        return cls(
            data,
            initial={
                "topics": [topic.value for topic in Topic if topic not in muted],
                "weekdays": choice.weekdays,
                "paused_until": choice.paused_until,
            },
        )

    def muted(self) -> frozenset[Topic]:
        """Topics left unticked."""
        return frozenset(Topic) - {Topic(code) for code in self.cleaned_data["topics"]}


class PlannerForm(forms.Form):
    """Company or person, and topic."""

    q = forms.CharField(
        label=_("Entreprise ou personne"), required=False, widget=forms.TextInput(attrs={"type": "search"})
    )
    sujet = forms.ChoiceField(label=_("Sujet"), required=False, choices=[("", _("Tous")), *choices(Topic)])
