"""Asks for three progress reports of the fictional programme and lays them out."""

from dataclasses import dataclass

from accounts.models import User
from documents.enums import DocumentStatus
from documents.models import Document
from edec_ia.demonstration.calendar import DemoCalendar
from edec_ia.demonstration.carrying import Say, carry_out
from programme.models import Programme
from reports.periods import Period, finished_quarters
from reports.services import request_progress_report

REPORTS = 3
INTRODUCTION = (
    "Ce rapport porte sur un programme fictif. Ses figures sont calculées comme celles d’un vrai programme, "
    "à partir d’entreprises, de réponses et de dépenses inventées."
)
NARRATIVES = {
    1: "L’étude a été restituée aux branches et sert de base aux diagnostics.",
    2: "Les conseillers ont rencontré surtout des entreprises de moins de cinquante personnes\u00a0; "
    "les secteurs de la logistique et du numérique restent les plus demandeurs.",
    3: "Les sessions de sensibilisation se remplissent vite\u00a0; les formations longues demandent "
    "plus d’appui.",
    4: "Les matinées d’information et l’observatoire font connaître le programme hors de la région.",
}


@dataclass
class ReportWriter:
    """Makes the reports of the last finished quarters of one programme."""

    programme: Programme
    director: User
    calendar: DemoCalendar
    say: Say

    def write(self) -> int:
        """Make what is missing, the oldest first; return how many reports are ready now.

        All but the last are final. Asking again for a report already made gives it back.
        """
        quarters = finished_quarters(self.programme.starts_on, self.calendar.today, self.programme.ends_on)[
            :REPORTS
        ]
        ready = 0
        for rank, period in enumerate(reversed(quarters), start=1):
            document = self._make(period, is_final=rank < len(quarters))
            ready += document.status == DocumentStatus.READY
        return ready

    def _make(self, period: Period, *, is_final: bool) -> Document:
        document = request_progress_report(
            actor=self.director,
            programme=self.programme,
            period=period,
            narratives=NARRATIVES,
            introduction=INTRODUCTION,
            is_final=is_final,
            key=f"demonstration-{self.programme.pk}-{period.start}",
        )
        if document.job_id is not None and document.status == DocumentStatus.PENDING:
            carry_out(document.job_id, self.say)
            document.refresh_from_db()
        return document
