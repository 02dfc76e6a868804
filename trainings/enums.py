"""Words of trainings: stakes, levels, deliveries, states; people's profile as the agreement asks."""

from enum import StrEnum

from core.i18n import gettext_lazy as _


class Stake(StrEnum):
    """The four stakes of the agreement's third axis."""

    TECHNICAL = "technical"
    LEGAL = "legal"
    ECONOMIC = "economic"
    ETHICAL = "ethical"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            Stake.TECHNICAL: _("technique"),
            Stake.LEGAL: _("juridique"),
            Stake.ECONOMIC: _("économique"),
            Stake.ETHICAL: _("éthique"),
        }[self]


class CourseLevel(StrEnum):
    """How far a course goes."""

    AWARENESS = "awareness"
    PRACTICE = "practice"
    ADVANCED = "advanced"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            CourseLevel.AWARENESS: _("sensibilisation"),
            CourseLevel.PRACTICE: _("pratique"),
            CourseLevel.ADVANCED: _("approfondissement"),
        }[self]


class Delivery(StrEnum):
    """Where a course happens."""

    IN_PERSON = "in_person"
    REMOTE = "remote"
    MIXED = "mixed"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            Delivery.IN_PERSON: _("en présentiel"),
            Delivery.REMOTE: _("à distance"),
            Delivery.MIXED: _("mixte"),
        }[self]


class SessionStatus(StrEnum):
    """State of a session. It is held as soon as somebody was marked present."""

    PLANNED = "planned"
    OPEN = "open"
    HELD = "held"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            SessionStatus.PLANNED: _("prévue"),
            SessionStatus.OPEN: _("inscriptions ouvertes"),
            SessionStatus.HELD: _("réalisée"),
            SessionStatus.CANCELLED: _("annulée"),
        }[self]

    @property
    def tone(self) -> str:
        """Tone of its badge."""
        return {
            SessionStatus.PLANNED: "",
            SessionStatus.OPEN: "accent",
            SessionStatus.HELD: "good",
            SessionStatus.CANCELLED: "bad",
        }[self]


class DayPart(StrEnum):
    """A half of a day; sign-in sheets are kept by half-day."""

    MORNING = "am"
    AFTERNOON = "pm"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {DayPart.MORNING: _("matin"), DayPart.AFTERNOON: _("après-midi")}[self]


class EnrolmentStatus(StrEnum):
    """State of a person's place in a session."""

    REGISTERED = "registered"
    WAITING = "waiting"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            EnrolmentStatus.REGISTERED: _("inscrit"),
            EnrolmentStatus.WAITING: _("en attente"),
            EnrolmentStatus.CANCELLED: _("annulé"),
        }[self]


class Sex(StrEnum):
    """As the agreement's indicators ask; always optional."""

    FEMALE = "f"
    MALE = "m"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {Sex.FEMALE: _("femme"), Sex.MALE: _("homme")}[self]


class AgeBand(StrEnum):
    """Age bands of the agreement's indicators; always optional."""

    UNDER_26 = "under26"
    FROM_26 = "26-44"
    FROM_45 = "45-54"
    FROM_55 = "55+"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            AgeBand.UNDER_26: _("moins de 26 ans"),
            AgeBand.FROM_26: _("26 à 44 ans"),
            AgeBand.FROM_45: _("45 à 54 ans"),
            AgeBand.FROM_55: _("55 ans et plus"),
        }[self]


class Occupation(StrEnum):
    """Socio-professional groups: level 1 of INSEE's PCS 2020; always optional."""

    FARMERS = "1"
    CRAFT = "2"
    EXECUTIVES = "3"
    INTERMEDIATE = "4"
    CLERICAL = "5"
    WORKERS = "6"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            Occupation.FARMERS: _("Agriculteurs exploitants"),
            Occupation.CRAFT: _("Artisans, commerçants et chefs d’entreprise"),
            Occupation.EXECUTIVES: _("Cadres et professions intellectuelles supérieures"),
            Occupation.INTERMEDIATE: _("Professions intermédiaires"),
            Occupation.CLERICAL: _("Employés"),
            Occupation.WORKERS: _("Ouvriers"),
        }[self]


class Contract(StrEnum):
    """Kind of contract, as the agreement's indicators ask; always optional."""

    PERMANENT = "permanent"
    FIXED_TERM = "fixed_term"
    APPRENTICE = "apprentice"
    AGENCY = "agency"
    SELF_EMPLOYED = "self_employed"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            Contract.PERMANENT: _("Contrat à durée indéterminée"),
            Contract.FIXED_TERM: _("Contrat à durée déterminée"),
            Contract.APPRENTICE: _("Apprentissage ou professionnalisation"),
            Contract.AGENCY: _("Intérim"),
            Contract.SELF_EMPLOYED: _("Non salarié"),
        }[self]
