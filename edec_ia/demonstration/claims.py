"""Writes the fictional claims and commitments through the product's own services, at every state."""

from dataclasses import dataclass
from datetime import date, timedelta

from edec_ia.demonstration.calendar import DemoCalendar
from edec_ia.demonstration.carrying import Say, carry_out
from edec_ia.demonstration.people import Team
from edec_ia.demonstration.story import moment
from funding import services
from funding.enums import ClaimKind, ClaimStatus, CommitmentKind, Imputation
from funding.models import BudgetLine, Claim, Commitment, Funder
from funding.services.claim_packs import request_pack
from programme.models import Programme

REJECTED = "Preuve de paiement absente du dossier."
ANSWER = "Contrôle de service fait\u00a0: deux dépenses à compléter."
# Funder's place → advance %, rule. The ceiling is that of the product, 80 %.
TERMS = ((30, Imputation.PRORATA), (50, Imputation.PRORATA), (0, Imputation.FIRST), (0, Imputation.FIRST))
# Line, words, supplier, part of the line in percent, what became of it.
COMMITMENTS = (
    ("4.5", "Évaluation finale du programme", "Brumequin Études", 90, "active"),
    ("3.2", "Animation des sessions, deuxième lot", "Réseau Quervelin", 20, "active"),
    ("2.2", "Journées d’appui aux plans d’actions", "Coopérative Lanvoncelle", 15, "active"),
    ("4.2", "Journée régionale de clôture", "Agence Flandravoine", 8, "proposed"),
    ("3.3", "Location de salles, premier semestre", "Espaces Tourbeval", 20, "closed"),
)
INVOICED_LINE, INVOICED_PERCENT = "4.1", 80


def invoiced_commitment(programme: Programme, team: Team, calendar: DemoCalendar) -> Commitment:
    """The contract that the invoices of one line consume; made before them."""
    line = BudgetLine.objects.for_programme(programme).get(code=INVOICED_LINE)
    return _commit(
        line,
        team,
        calendar.working_day(calendar.month_start(4)),
        "Conception et suivi de l’observatoire",
        "Brumequin Études",
        INVOICED_PERCENT,
        kind=CommitmentKind.CONTRACT,
    )


def _commit(
    line: BudgetLine,
    team: Team,
    day: date,
    label: str,
    supplier: str,
    percent: int,
    *,
    kind: CommitmentKind = CommitmentKind.QUOTE,
    approved: bool = True,
) -> Commitment:
    planned = line.planned.filter(plan__status="active").get().planned_cents
    commitment = services.create_commitment(
        actor=team.officers[0],
        line=line,
        kind=kind,
        label=label,
        supplier=supplier,
        reference=f"{'MA' if kind is CommitmentKind.CONTRACT else 'DV'}{day:%y%m}-{line.code}",
        signed_on=day,
        amount_cents=planned * percent // 100,
    )
    if approved:
        commitment = services.approve_commitment(
            actor=team.director, commitment=commitment, at=moment(day + timedelta(days=2), 11)
        )
    return commitment


@dataclass
class ClaimWriter:
    """Writes what is asked of the funders of one programme, once its expenses are there."""

    programme: Programme
    team: Team
    calendar: DemoCalendar

    def write(self) -> None:
        """Terms, commitments, then the claims of each funder."""
        funders = list(Funder.objects.for_programme(self.programme))
        for funder, (percent, imputation) in zip(funders, TERMS, strict=True):
            services.set_claim_terms(
                actor=self.team.director,
                funder=funder,
                advance_percent=percent,
                ceiling_percent=80,
                imputation=imputation,
            )
        self._commitments()
        state, region, third, fourth = funders
        self._state(state)
        self._advance(region, 1)
        self._send(region, 13)
        self._overpaid(third)
        self._receive(self._accept(self._send(fourth, 12), 30), 45)

    def _commitments(self) -> None:
        lines = {line.code: line for line in BudgetLine.objects.for_programme(self.programme)}
        day = self.calendar.working_day(self.calendar.today - timedelta(days=40))
        for code, label, supplier, percent, state in COMMITMENTS:
            approved = state != "proposed"
            made = _commit(lines[code], self.team, day, label, supplier, percent, approved=approved)
            if state == "closed":
                services.close_commitment(actor=self.team.officers[0], commitment=made)

    def _state(self, funder: Funder) -> None:
        """An advance, an interim claim paid, one partly rejected, one being prepared."""
        self._advance(funder, 1)
        self._receive(self._accept(self._send(funder, 7), 30), 50)
        second = self._send(funder, 12)
        rows = list(second.shares.order_by("rank"))[:2]
        second = self._accept(second, 35, rejected={row.pk: REJECTED for row in rows})
        services.return_share(actor=self.team.officers[0], row=rows[0], comment="Preuve de paiement ajoutée.")
        self._receive(second, 60)
        self._prepare(funder, ClaimKind.INTERIM, self.calendar.today - timedelta(days=6))

    def _overpaid(self, funder: Funder) -> None:
        """A funder that paid a little too much: the sum waits to go back."""
        claim = self._accept(self._send(funder, 10), 25)
        self._receive(claim, 40, extra_cents=1_250_00)

    def _advance(self, funder: Funder, month: int) -> None:
        day = self._day(month)
        claim = self._prepare(funder, ClaimKind.ADVANCE, day)
        self._receive(self._accept(self._leave(claim, day), 20), 40)

    def _day(self, month: int) -> date:
        """A working day after the middle of a month."""
        return self.calendar.working_day(self.calendar.month_start(month) + timedelta(days=19))

    def _send(self, funder: Funder, month: int) -> Claim:
        day = self._day(month)
        return self._leave(self._prepare(funder, ClaimKind.INTERIM, day), day)

    def _prepare(self, funder: Funder, kind: ClaimKind, day: date) -> Claim:
        claim = services.prepare_claim(actor=self.team.officers[0], funder=funder, kind=kind, today=day)
        Claim.objects.filter(pk=claim.pk).update(created_at=moment(day, 10))
        return claim

    def _leave(self, claim: Claim, day: date) -> Claim:
        left = self._later(day, 3)
        return services.send_claim(actor=self.team.director, claim=claim, sent_on=left, today=left)

    def _accept(self, claim: Claim, days: int, rejected: dict[int, str] | None = None) -> Claim:
        day = self._later(claim.sent_on, days)
        return services.answer_claim(
            actor=self.team.officers[0],
            claim=claim,
            answered_on=day,
            rejected=rejected,
            answer=ANSWER if rejected else "",
            today=day,
        )

    def _receive(self, claim: Claim, days: int, *, extra_cents: int = 0) -> None:
        day = self._later(claim.sent_on, days)
        services.record_receipt(
            actor=self.team.officers[0],
            claim=claim,
            received_on=day,
            amount_cents=claim.payable_cents + extra_cents,
            reference=f"VIR {day:%y%m%d}",
            today=day,
        )

    def _later(self, day: date | None, days: int) -> date:
        found = (day or self.calendar.starts_on) + timedelta(days=days)
        return min(self.calendar.working_day(found), self.calendar.today)


def make_packs(programme: Programme, say: Say) -> int:
    """Write the packs of the claims that wait for their funder or for their sending; how many.

    ``say`` is told why one could not be written.
    """
    made = 0
    wanted = (ClaimStatus.SENT, ClaimStatus.PREPARED)
    for claim in Claim.objects.for_programme(programme).filter(status__in=wanted, pack=None):
        job = request_pack(actor=claim.prepared_by, claim=claim)
        made += carry_out(job.pk, say)
    return made
