"""Doors of trainings: what people type, checked before one service is called."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.enums import choices
from core.money import EurosFormField
from programme.models import Programme
from trainings.enums import AgeBand, Contract, DayPart, Occupation, Sex
from trainings.faults import fault_text
from trainings.models import LONGEST_LINK, Course, Provider, Session
from trainings.services import SessionDetails, Trainee
from trainings.timetable import PlannedHalfDay, problems

USUAL_TIMES = {"am": ("09:00", "12:30"), "pm": ("13:30", "17:00")}
MOST_HALF_DAYS = 40


def trainers_of(programme: Programme) -> QuerySet[User]:
    """People who may lead sessions: members of the programme's training bodies."""
    return User.objects.filter(provider_memberships__provider__programme=programme, is_active=True).distinct()


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """A list of people, shown by their name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.full_name)


class SessionForm(forms.Form):
    """A session, apart from its half-days."""

    course = forms.ModelChoiceField(
        label=gettext_lazy("Formation"),
        queryset=Course.objects.none(),
        empty_label=gettext_lazy("Choisissez"),
    )
    provider = forms.ModelChoiceField(
        label=gettext_lazy("Organisme de formation"),
        queryset=Provider.objects.none(),
        required=False,
        empty_label=gettext_lazy("Un autre organisme"),
    )
    new_provider = forms.CharField(
        label=gettext_lazy("Nom du nouvel organisme"),
        max_length=160,
        required=False,
        help_text=gettext_lazy("À remplir seulement si l’organisme n’est pas dans la liste."),
    )
    trainer = PersonChoice(
        label=gettext_lazy("Formateur qui remplit la feuille de présence"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Personne pour l’instant"),
        help_text=gettext_lazy("Il voit cette session et ses inscrits, rien des réponses des entreprises."),
    )
    trainer_name = forms.CharField(
        label=gettext_lazy("Nom du formateur, s’il n’a pas d’accès"), max_length=170, required=False
    )
    place = forms.CharField(
        label=gettext_lazy("Lieu"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "Adresse complète\u00a0: elle figure dans la confirmation envoyée aux inscrits."
        ),
    )
    link = forms.URLField(
        label=gettext_lazy("Lien de la classe à distance"),
        max_length=LONGEST_LINK,
        required=False,
        assume_scheme="https",
        help_text=gettext_lazy("Seules les personnes inscrites et leur entreprise le voient."),
    )
    capacity_min = forms.IntegerField(
        label=gettext_lazy("Effectif minimum"), min_value=1, max_value=500, initial=4
    )
    capacity_max = forms.IntegerField(
        label=gettext_lazy("Effectif maximum"),
        min_value=1,
        max_value=500,
        initial=12,
        help_text=gettext_lazy("Au-delà, les personnes inscrites attendent une place."),
    )
    price_cents = EurosFormField(label=gettext_lazy("Prix par personne, en euros"), initial=0)
    is_open = forms.BooleanField(
        label=gettext_lazy("Les entreprises peuvent inscrire leurs salariés"), required=False, initial=True
    )
    request_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)

    def __init__(
        self, *args: Any, programme: Programme, session: Session | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Mapping[str, Any] = self.fields
        fields["course"].queryset = Course.objects.for_programme(programme)
        fields["provider"].queryset = Provider.objects.for_programme(programme)
        fields["trainer"].queryset = trainers_of(programme)
        for name in ("capacity_min", "capacity_max", "price_cents"):
            fields[name].widget.attrs["class"] = "input-short"
        if session is not None:
            del self.fields["course"], self.fields["request_key"]

    def clean(self) -> dict[str, Any]:
        """Check what depends on two fields."""
        data: dict[str, Any] = super().clean() or {}
        least, most = data.get("capacity_min"), data.get("capacity_max")
        if least is not None and most is not None and most < least:
            self.add_error("capacity_max", _("L’effectif maximum doit être au moins égal au minimum."))
        if not data.get("provider") and not data.get("new_provider", "").strip():
            self.add_error("provider", _("Choisissez un organisme, ou donnez le nom du nouveau."))
        if not data.get("place") and not data.get("link") and "link" not in self.errors:
            self.add_error("place", _("Indiquez un lieu, ou le lien de la classe à distance."))
        return data

    def details(self, provider: Provider) -> SessionDetails:
        """What the services expect."""
        data = self.cleaned_data
        return SessionDetails(
            provider=provider,
            trainer=data["trainer"],
            trainer_name=data["trainer_name"],
            place=data["place"],
            link=data["link"],
            capacity_min=data["capacity_min"],
            capacity_max=data["capacity_max"],
            price_cents=data["price_cents"],
            is_open=data["is_open"],
        )


class HalfDayForm(forms.Form):
    """One half-day; a row without a date is left out."""

    day = forms.DateField(
        label=gettext_lazy("Date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    part = forms.ChoiceField(label=gettext_lazy("Moment"), choices=choices(DayPart), required=False)
    starts_at = forms.TimeField(
        label=gettext_lazy("Début"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    ends_at = forms.TimeField(
        label=gettext_lazy("Fin"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    def clean(self) -> dict[str, Any]:
        """A dated row needs its times."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("day"):
            for name in ("part", "starts_at", "ends_at"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("À remplir."))
        return data

    @property
    def planned(self) -> PlannedHalfDay | None:
        """The half-day typed, if the row holds one."""
        data = getattr(self, "cleaned_data", {})
        if self.errors or not data.get("day"):
            return None
        return PlannedHalfDay(data["day"], data["part"], data["starts_at"], data["ends_at"])


class Timetable:
    """The half-day rows of the planning form: as many as the page holds, one more on demand.

    Rows are counted by a hidden field, so that adding one is a plain form submission.
    """

    COUNT = "demi-journees"

    def __init__(self, rows: Sequence[HalfDayForm], *, missing: bool = False) -> None:
        self.rows = rows
        self.missing = missing

    @staticmethod
    def _prefix(rank: int) -> str:
        return f"demi-{rank}"

    @classmethod
    def blank(cls, count: int) -> "Timetable":
        """Rows to fill, mornings and afternoons in turn."""
        parts = ["pm" if rank % 2 else "am" for rank in range(count)]
        return cls.showing([{"part": part, **_usual(part)} for part in parts])

    @classmethod
    def showing(cls, values: Sequence[Mapping[str, Any]]) -> "Timetable":
        """Rows that show some values, valid or not."""
        return cls(
            [HalfDayForm(prefix=cls._prefix(rank), initial=dict(row)) for rank, row in enumerate(values)]
        )

    @classmethod
    def of_session(cls, session: Session) -> "Timetable":
        """Rows of a session as it is."""
        return cls.showing(
            [
                {"day": row.day, "part": row.part, "starts_at": row.starts_at, "ends_at": row.ends_at}
                for row in session.half_days.all()
            ]
        )

    @classmethod
    def _count(cls, data: Mapping[str, Any]) -> int:
        text = str(data.get(cls.COUNT, ""))
        return min(int(text), MOST_HALF_DAYS) if text.isascii() and text.isdigit() else 0

    @classmethod
    def sent(cls, data: Any) -> "Timetable":
        """Rows as they were sent."""
        return cls([HalfDayForm(data, prefix=cls._prefix(rank)) for rank in range(cls._count(data))])

    @classmethod
    def one_more(cls, data: Mapping[str, Any]) -> "Timetable":
        """What was typed, unchecked, and one more row: the other half of the last day, or the next one."""
        values: list[dict[str, Any]] = [
            {name: data.get(f"{cls._prefix(rank)}-{name}", "") for name in HalfDayForm.base_fields}
            for rank in range(cls._count(data))
        ]
        if len(values) < MOST_HALF_DAYS:
            last = values[-1] if values else {"part": "pm"}
            part = "pm" if last.get("part") == "am" else "am"
            day = last.get("day", "") if part == "pm" else ""
            values.append({"day": day, "part": part, **_usual(part)})
        return cls.showing(values)

    def is_valid(self, programme: Programme) -> bool:
        """Check each row, then all of them together; faults are written beside their row."""
        sound = all([row.is_valid() for row in self.rows])  # noqa: C419 -- every row must show its faults
        dated = [(row, row.planned) for row in self.rows if row.planned is not None]
        if sound and not dated:
            self.missing = True
            return False
        half_days = [planned for _row, planned in dated if planned is not None]
        found = problems(half_days, programme_start=programme.starts_on, programme_end=programme.ends_on)
        for problem in found:
            row, _planned = dated[problem.index]
            row.add_error("day", fault_text(problem.fault, programme).capitalize())
        return sound and not found

    @property
    def half_days(self) -> list[PlannedHalfDay]:
        """The half-days of a valid timetable."""
        return [planned for row in self.rows if (planned := row.planned) is not None]

    @property
    def has_faults(self) -> bool:
        """Whether something is to be corrected."""
        return self.missing or any(row.is_bound and row.errors for row in self.rows)


def _usual(part: str) -> dict[str, str]:
    starts_at, ends_at = USUAL_TIMES[part]
    return {"starts_at": starts_at, "ends_at": ends_at}


def _optional(members: Any) -> list[tuple[str, Any]]:
    return [("", gettext_lazy("Non renseigné")), *choices(members)]


class TraineeForm(forms.Form):
    """A person to enrol. The profile is optional: it serves the agreement's indicators only."""

    first_name = forms.CharField(label=gettext_lazy("Prénom"), max_length=80)
    last_name = forms.CharField(label=gettext_lazy("Nom"), max_length=80)
    email = forms.EmailField(
        label=gettext_lazy("Adresse e-mail"),
        max_length=254,
        help_text=gettext_lazy("La personne y reçoit les dates, le lieu et un fichier pour son agenda."),
    )
    sex = forms.ChoiceField(label=gettext_lazy("Sexe"), choices=_optional(Sex), required=False)
    age_band = forms.ChoiceField(
        label=gettext_lazy("Tranche d’âge"), choices=_optional(AgeBand), required=False
    )
    occupation = forms.ChoiceField(
        label=gettext_lazy("Catégorie socioprofessionnelle"), choices=_optional(Occupation), required=False
    )
    contract = forms.ChoiceField(label=gettext_lazy("Contrat"), choices=_optional(Contract), required=False)

    PROFILE = ("sex", "age_band", "occupation", "contract")

    @property
    def profile_fields(self) -> list[forms.BoundField]:
        """The optional part."""
        return [self[name] for name in self.PROFILE]

    @property
    def has_profile_input(self) -> bool:
        """Whether the optional part holds something to see."""
        return any(self[name].value() or self[name].errors for name in self.PROFILE)

    def trainee(self) -> Trainee:
        """What the service expects."""
        return Trainee(**self.cleaned_data)


class CancelForm(forms.Form):
    """Why a session is cancelled; the reason goes into the message sent."""

    reason = forms.CharField(
        label=gettext_lazy("Motif"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Il figure dans le message envoyé aux personnes inscrites."),
    )


class ProviderForm(forms.Form):
    """A training body: a new one, or what was missing of a known one."""

    name = forms.CharField(
        label=gettext_lazy("Nom de l’organisme"),
        max_length=160,
        help_text=gettext_lazy("Le nom d’un organisme de la liste complète sa fiche."),
    )
    declaration_number = forms.CharField(
        label=gettext_lazy("Numéro de déclaration d’activité"), max_length=20, required=False
    )
    representative = forms.CharField(
        label=gettext_lazy("Signataire des certificats"),
        max_length=170,
        required=False,
        help_text=gettext_lazy("Prénom, nom et qualité, par exemple «\u00a0Zoé Exemple, directrice\u00a0»."),
    )
    city = forms.CharField(label=gettext_lazy("Ville de signature"), max_length=120, required=False)


class TrainerForm(forms.Form):
    """A trainer who receives an access."""

    provider = forms.ModelChoiceField(
        label=gettext_lazy("Organisme"),
        queryset=Provider.objects.none(),
        empty_label=gettext_lazy("Choisissez"),
    )
    first_name = forms.CharField(label=gettext_lazy("Prénom"), max_length=80)
    last_name = forms.CharField(label=gettext_lazy("Nom"), max_length=80)
    email = forms.EmailField(label=gettext_lazy("Adresse e-mail"), max_length=254)
    is_coordinator = forms.BooleanField(
        label=gettext_lazy("Suit toutes les sessions de l’organisme"), required=False
    )

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Mapping[str, Any] = self.fields
        fields["provider"].queryset = Provider.objects.for_programme(programme)
