"""Fields that several forms of companies share."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User

DAY = "%Y-%m-%d"
MOMENT = "%Y-%m-%dT%H:%M"


class PersonChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """A person of the team, shown by name."""

    def label_from_instance(self, obj: User) -> str:
        """The person's name."""
        return obj.full_name


class DayField(forms.DateField):
    """A day, chosen in the browser's own calendar."""

    widget = forms.DateInput

    def __init__(self, **kwargs: object) -> None:
        widget = forms.DateInput(format=DAY, attrs={"type": "date", "class": "input-short"})
        super().__init__(widget=widget, **kwargs)  # type: ignore[arg-type]


class MomentField(forms.DateTimeField):
    """A day and an hour, in local time."""

    def __init__(self, **kwargs: object) -> None:
        widget = forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local", "class": "input-medium"})
        super().__init__(widget=widget, input_formats=[MOMENT, f"{MOMENT}:%S"], **kwargs)  # type: ignore[arg-type]


class DurationField(forms.IntegerField):
    """Minutes."""

    def __init__(self, **kwargs: object) -> None:
        kwargs.setdefault("label", _("Durée (minutes)"))
        widget = forms.NumberInput(attrs={"class": "input-short"})
        super().__init__(min_value=1, max_value=1440, widget=widget, **kwargs)  # type: ignore[arg-type]
