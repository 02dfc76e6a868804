"""Words of trainings: stakes, levels, deliveries, states; people's profile as the agreement asks."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


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
            Stake.TECHNICAL: _("Technique"),
            Stake.LEGAL: _("Juridique"),
            Stake.ECONOMIC: _("Économique"),
            Stake.ETHICAL: _("Éthique"),
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
            CourseLevel.AWARENESS: _("Sensibilisation"),
            CourseLevel.PRACTICE: _("Pratique"),
            CourseLevel.ADVANCED: _("Approfondissement"),
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
            Delivery.IN_PERSON: _("En présentiel"),
            Delivery.REMOTE: _("À distance"),
            Delivery.MIXED: _("Mixte"),
        }[self]


class SessionStatus(StrEnum):
    """State of a session. It is held as soon as somebody was marked present."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            SessionStatus.PLANNED: _("Prévue"),
            SessionStatus.HELD: _("Tenue"),
            SessionStatus.CANCELLED: _("Annulée"),
        }[self]


class Slot(StrEnum):
    """A half of a day; sign-in sheets are kept by half-day."""

    MORNING = "morning"
    AFTERNOON = "afternoon"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {Slot.MORNING: _("matin"), Slot.AFTERNOON: _("après-midi")}[self]


class EnrolmentStatus(StrEnum):
    """State of a person's place in a session."""

    ENROLLED = "enrolled"
    WAITING = "waiting"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            EnrolmentStatus.ENROLLED: _("Inscrit"),
            EnrolmentStatus.WAITING: _("En liste d'attente"),
            EnrolmentStatus.CANCELLED: _("Annulé"),
        }[self]


class Sex(StrEnum):
    """As the agreement's indicators ask; always optional."""

    FEMALE = "female"
    MALE = "male"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {Sex.FEMALE: _("Femme"), Sex.MALE: _("Homme")}[self]


class AgeBand(StrEnum):
    """Age bands of the agreement's indicators; always optional."""

    UNDER_26 = "under_26"
    FROM_26 = "26_44"
    FROM_45 = "45_54"
    FROM_55 = "55_plus"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            AgeBand.UNDER_26: _("Moins de 26 ans"),
            AgeBand.FROM_26: _("26 à 44 ans"),
            AgeBand.FROM_45: _("45 à 54 ans"),
            AgeBand.FROM_55: _("55 ans et plus"),
        }[self]


class SocioGroup(StrEnum):
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
            SocioGroup.FARMERS: _("Agriculteurs exploitants"),
            SocioGroup.CRAFT: _("Artisans, commerçants et chefs d'entreprise"),
            SocioGroup.EXECUTIVES: _("Cadres et professions intellectuelles supérieures"),
            SocioGroup.INTERMEDIATE: _("Professions intermédiaires"),
            SocioGroup.CLERICAL: _("Employés"),
            SocioGroup.WORKERS: _("Ouvriers"),
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
