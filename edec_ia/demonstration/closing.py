"""What surrounds the fictional budget: suppliers, time sheets, state aid, a compte rendu financier.

Written by the product's own services, in small numbers: the rest waits on its page, to be tried.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from companies.models import Participation
from edec_ia.demonstration import budget, identities
from edec_ia.demonstration.calendar import DemoCalendar
from edec_ia.demonstration.people import Team
from edec_ia.demonstration.randomness import source
from edec_ia.demonstration.story import moment
from funding.closing import Pair
from funding.enums import CompanySize
from funding.models import BudgetLine
from funding.selectors.aid import aid_subjects
from funding.services.aid import (
    AidDraft,
    DeclaredEntry,
    declare_aid,
    grant_aid,
    set_aid_profile,
    set_aid_terms,
)
from funding.services.closing import ReportEntry, balance_report, open_report, save_report
from funding.services.suppliers import save_supplier
from funding.services.timesheets import TimeDraft, create_time_sheet, set_draft_terms
from programme.models import Programme

AIDED, DECLARING = 24, 6
# Suppliers stand at the far end of the fictional range, companies at its beginning.
FIRST_SUPPLIER = identities.SIREN_CAPACITY - 100
DIAGNOSTIC_CENTS, HALF_DAY_CENTS = 2_400_00, 165_00
SIZES = {"250+": CompanySize.LARGE, "50-249": CompanySize.MEDIUM}
SHEETS = (
    (
        "Animation du réseau",
        "4.4",
        Decimal("31.15"),
        (("Préparation des matinées", 33_33), ("Réunions", 12_50)),
    ),
    (
        "Conseil aux entreprises",
        "2.3",
        Decimal("34.70"),
        (("Rendez-vous en entreprise", 61_25), ("Suivi", 18_75)),
    ),
)
TEXTS = {
    "activity": "Étude restituée, premiers diagnostics, catalogue de formation ouvert (texte fictif).",
    "allocation": "Les charges fixes sont réparties selon le temps passé par l’équipe (texte fictif).",
    "signatory": "La direction du programme de démonstration",
}


@dataclass
class ClosingWriter:
    """Writes what surrounds the money of one programme."""

    programme: Programme
    team: Team
    seed: int
    calendar: DemoCalendar

    def write(self) -> None:
        """Enter suppliers, sheets, aid and a report ready to be final."""
        lines = {line.code: line for line in BudgetLine.objects.for_programme(self.programme)}
        self._suppliers()
        self._sheets(lines)
        set_draft_terms(
            actor=self.team.director,
            programme=self.programme,
            session_line=lines["3.2"],
            half_day_cost_cents=420_00,
            diagnostic_supplier="Réseau Quervelin",
        )
        self._aid()
        self._report()

    def _suppliers(self) -> None:
        found = [name for each in budget.SUPPLIERS.values() for name in each]
        for rank, name in enumerate(sorted(set(found))):
            number = ""
            if "notes de frais" not in name:
                number = identities.siret(identities.siren(FIRST_SUPPLIER + rank, 0), 1)
            save_supplier(actor=self.team.officers[0], programme=self.programme, name=name, siret=number)

    def _sheets(self, lines: dict[str, BudgetLine]) -> None:
        """The last month's sheets, still drafts: their signed copies are awaited."""
        last = self.calendar.month_start(15)
        for rank, (job, code, cost, entries) in enumerate(SHEETS):
            person = self.team.officers[rank % len(self.team.officers)]
            create_time_sheet(
                actor=self.team.officers[0],
                line=lines[code],
                person=person.full_name,
                job=job,
                month=last,
                entries=[TimeDraft(activity, hours, int(cost * 100)) for activity, hours in entries],
            )

    def _aid(self) -> None:
        """The oldest services are granted, a few companies declared what they received elsewhere."""
        director = self.team.director
        set_aid_terms(
            actor=director,
            programme=self.programme,
            diagnostic_cost_cents=DIAGNOSTIC_CENTS,
            half_day_cost_cents=HALF_DAY_CENTS,
            authority="Programme de démonstration",
        )
        subjects = aid_subjects(self.programme)[:AIDED]
        places = Participation.objects.in_bulk([subject.participation_id for subject in subjects])
        for subject in subjects:
            place, day = places[subject.participation_id], subject.granted_on + timedelta(days=20)
            self._profile(place)
            grant_aid(
                actor=director,
                participation=place,
                draft=AidDraft.of(subject),
                at=moment(min(day, self.calendar.today), 11),
            )
        for place in list(places.values())[:DECLARING]:
            self._declare(place)

    def _profile(self, place: Participation) -> None:
        size = SIZES.get(place.size_band, CompanySize.SMALL)
        set_aid_profile(actor=None, participation=place, size=size.value, road_freight=False, year_ends_in=12)

    def _declare(self, place: Participation) -> None:
        rng = source(self.seed, "declared aid", place.establishment.siret)
        day = self.calendar.at(rng.uniform(0.3, 0.9))
        aids = [
            DeclaredEntry(
                self._earlier(day, rng.randint(60, 600)),
                rng.choice(("Région (fictive)", "Banque publique (fictive)")),
                rng.randint(20, 400) * 100_00,
            )
            for _rank in range(rng.randint(0, 2))
        ]
        declare_aid(
            actor=self.team.officers[0],
            participation=place,
            declared_on=day,
            signatory="La direction de l’entreprise",
            aids=aids,
            at=moment(day, 15),
        )

    @staticmethod
    def _earlier(day: date, days: int) -> date:
        return day - timedelta(days=days)

    def _report(self) -> None:
        """The State's grant over the first calendar year, balanced, ready to be final."""
        starts, state = self.programme.starts_on, self.programme.funders.get(is_state=True)
        report = open_report(
            actor=self.team.director,
            programme=self.programme,
            funder=state,
            starts_on=starts,
            ends_on=date(starts.year, 12, 31),
        )
        own = Pair(*report.entries.get("own", [0, 0]))
        entries = {
            "own": own,
            "indirect-fixed": Pair(6_000_00, 5_412_37),
            "861": Pair(4_000_00, 4_000_00),
            "864": Pair(2_500_00, 2_850_00),
            "870": Pair(2_500_00, 2_850_00),
            "871": Pair(4_000_00, 4_000_00),
        }
        entry = ReportEntry(report.granted_cents, entries, texts=TEXTS)
        report = save_report(actor=self.team.director, report=report, entry=entry)
        balance_report(actor=self.team.director, report=report)
