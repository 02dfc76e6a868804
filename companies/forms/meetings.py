"""Forms of meetings: planned, minuted, cancelled."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.enums import MeetingKind
from companies.forms.fields import DayField, DurationField, MomentField, PersonChoiceField
from companies.models import Contact, Meeting, Participation
from companies.services import MeetingFacts, Minutes
from core.enums import choices
from programme.enums import STAFF
from programme.selectors import role_holders


class PeopleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """People of the company, as boxes."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(
            queryset=Contact.objects.none(),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            **kwargs,  # type: ignore[arg-type]
        )


class MeetingForm(forms.Form):
    """A meeting before it is held."""

    kind = forms.ChoiceField(label=_("Nature"), choices=choices(MeetingKind), initial=MeetingKind.RESTITUTION)
    starts_at = MomentField(label=_("Le"))
    duration = DurationField(initial=60)
    place = forms.CharField(label=_("Lieu"), max_length=250, required=False)
    video_url = forms.URLField(label=_("Lien de visioconférence"), required=False, assume_scheme="https")
    led_by = PersonChoiceField(label=_("Tenu par"), queryset=User.objects.none(), required=False)
    people = PeopleField(label=_("Participants de l’entreprise"))
    others = forms.CharField(label=_("Autres participants"), max_length=500, required=False)
    agenda = forms.CharField(
        label=_("Ordre du jour"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    notify = forms.BooleanField(
        label=_("Prévenir les participants par e-mail, avec l’invitation d’agenda"),
        required=False,
        initial=True,
    )
    is_next_step = forms.BooleanField(label=_("En faire la prochaine étape"), required=False, initial=True)

    def __init__(self, *args: Any, participation: Participation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["led_by"].queryset = role_holders(participation.programme, *STAFF)  # type: ignore[attr-defined]
        self.fields["people"].queryset = participation.contacts.all()  # type: ignore[attr-defined]
        if not participation.contacts.exists():
            del self.fields["people"]

    def facts(self) -> MeetingFacts:
        """What was typed, for the service."""
        data = self.cleaned_data
        return MeetingFacts(
            kind=MeetingKind(data["kind"]),
            starts_at=data["starts_at"],
            duration_minutes=data["duration"],
            place=data["place"],
            video_url=data["video_url"],
            led_by=data["led_by"],
            others=data["others"],
            agenda=data["agenda"],
            people=list(data.get("people", ())),
        )

    @staticmethod
    def initial_of(meeting: Meeting) -> dict[str, Any]:
        """What the form shows of a planned meeting."""
        return {
            "kind": meeting.kind,
            "starts_at": timezone.localtime(meeting.starts_at),
            "duration": meeting.duration_minutes,
            "place": meeting.place,
            "video_url": meeting.video_url,
            "led_by": meeting.led_by_id,
            "others": meeting.others,
            "agenda": meeting.agenda,
            "people": [person.contact_id for person in meeting.people.all()],
        }


class MinutesForm(forms.Form):
    """What was said."""

    minutes = forms.CharField(
        label=_("Compte rendu"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 8})
    )
    decisions = forms.CharField(
        label=_("Décisions et suites"),
        max_length=8000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    present = PeopleField(label=_("Présents"))
    next_step = forms.CharField(label=_("Prochaine étape"), max_length=200, required=False)
    next_step_on = DayField(label=_("Date de la prochaine étape"), required=False)
    is_shared = forms.BooleanField(
        label=_("Partager avec l’entreprise"), required=False, help_text=_("Visible dans son espace.")
    )
    notify = forms.BooleanField(
        label=_("L’envoyer par e-mail aux participants"),
        required=False,
        help_text=_("Seulement s’il est partagé."),
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contacts = meeting.participation.contacts.all()
        self.fields["present"].queryset = contacts  # type: ignore[attr-defined]
        if not contacts.exists():
            del self.fields["present"]

    def facts(self) -> Minutes:
        """What was typed, for the service."""
        data = self.cleaned_data
        return Minutes(
            text=data["minutes"],
            decisions=data["decisions"],
            present=list(data.get("present", ())),
            is_shared=data["is_shared"],
            next_step=data["next_step"],
            next_step_on=data["next_step_on"],
        )

    @staticmethod
    def initial_of(meeting: Meeting) -> dict[str, Any]:
        """What the form shows of a meeting; everybody expected is taken as present at first."""
        people = [person for person in meeting.people.all() if person.was_present is not False]
        return {
            "minutes": meeting.minutes,
            "decisions": meeting.decisions,
            "is_shared": meeting.is_shared,
            "present": [person.contact_id for person in people],
        }


class CancelForm(forms.Form):
    """Why a meeting is cancelled."""

    reason = forms.CharField(label=_("Motif"), max_length=250, required=False)
    notify = forms.BooleanField(label=_("Prévenir les participants par e-mail"), required=False, initial=True)
