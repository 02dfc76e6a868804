"""Companies, their establishments, and their participation in a programme.

Identity (SIREN, SIRET) is one row for the whole installation; everything else belongs to the
participation in one programme, so that a match on SIREN never tells that another programme knows it.
"""

from companies.models.absence import AdvisorAbsence, HandedItem
from companies.models.bulk import BulkAction, BulkItem
from companies.models.company import Company, Establishment
from companies.models.contact import Contact, ContactConsent, Membership
from companies.models.fields import NameKeyField, SearchTextField
from companies.models.group import CompanyGroup
from companies.models.imports import ImportBatch, ImportRow
from companies.models.meeting import Meeting, MeetingPerson
from companies.models.merge import CompanyMerge
from companies.models.participation import Participation, ParticipationQuerySet, StageChange
from companies.models.timeline import TimelineEvent

__all__ = [
    "AdvisorAbsence",
    "BulkAction",
    "BulkItem",
    "Company",
    "CompanyGroup",
    "CompanyMerge",
    "Contact",
    "ContactConsent",
    "Establishment",
    "HandedItem",
    "ImportBatch",
    "ImportRow",
    "Meeting",
    "MeetingPerson",
    "Membership",
    "NameKeyField",
    "Participation",
    "ParticipationQuerySet",
    "SearchTextField",
    "StageChange",
    "TimelineEvent",
]
