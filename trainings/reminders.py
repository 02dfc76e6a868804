"""What trainings put on the planner of e-mails: people who hold a place, a week and a day before."""

from core.i18n import gettext_lazy as _
from core.registries import ReminderSource, reminder_sources
from trainings.selectors.reminders import session_matters

reminder_sources.register(
    "sessions", ReminderSource(label=_("Sessions de formation"), matters=session_matters)
)
