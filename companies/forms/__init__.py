"""Forms of companies: they shape what was typed; rules are the services'."""

from companies.forms.bulk import BulkForm
from companies.forms.company import CompanyAddForm, CompanyForm, ImportForm, MergeForm
from companies.forms.contacts import ConsentForm, ContactForm
from companies.forms.follow_up import (
    AbsenceForm,
    ExchangeForm,
    FollowUpForm,
    GroupForm,
    GroupMemberForm,
    LogForm,
)
from companies.forms.meetings import CancelForm, MeetingForm, MinutesForm

__all__ = [
    "AbsenceForm",
    "BulkForm",
    "CancelForm",
    "CompanyAddForm",
    "CompanyForm",
    "ConsentForm",
    "ContactForm",
    "ExchangeForm",
    "FollowUpForm",
    "GroupForm",
    "GroupMemberForm",
    "ImportForm",
    "LogForm",
    "MeetingForm",
    "MergeForm",
    "MinutesForm",
]
