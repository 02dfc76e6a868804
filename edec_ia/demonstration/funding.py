"""Writes the fictional budget through the product's own services: plan, matrix, expenses, shares.

A few hundred expenses at most, whatever the number of companies: services are affordable here, and
every share is the one that the real apportionment gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Sum

from accounts.models import User
from core.files import store_bytes
from core.models import StoredFile
from core.pdf import html_to_pdf
from edec_ia.demonstration import budget, names
from edec_ia.demonstration.calendar import DemoCalendar
from edec_ia.demonstration.claims import INVOICED_LINE, ClaimWriter, invoiced_commitment
from edec_ia.demonstration.people import Team
from edec_ia.demonstration.randomness import source
from edec_ia.demonstration.story import moment
from funding import services
from funding.enums import EvidenceKind, Nature
from funding.matrix import proportional_fill
from funding.models import BudgetLine, Commitment, Expense, Funder, Plan, Share
from programme.models import Axis, Programme

PAID_AFTER, VALIDATED_AFTER, SUBMITTED_AFTER = 75, 35, 12
RETURN_REASON = "La facture ne précise pas les jours d’intervention\u00a0: merci de la compléter."
EVIDENCE_WORDS = {
    EvidenceKind.INVOICE: "Facture fictive",
    EvidenceKind.TIME_SHEET: "Feuille de temps fictive",
}


@dataclass
class FundingWriter:
    """Writes the money of one programme."""

    programme: Programme
    team: Team
    seed: int
    calendar: DemoCalendar
    commitments: dict[str, Commitment] = field(default_factory=dict)

    def write(self) -> None:
        """Enter the agreement, the plan in force, its expenses at every state, then one amendment."""
        funders = self._funders()
        self._activate_first_plan(funders)
        self._expenses()
        self._amend(funders)
        ClaimWriter(self.programme, self.team, self.calendar).write()

    def _funders(self) -> list[Funder]:
        funders = services.save_funders(
            actor=self.team.director,
            programme=self.programme,
            entries=[
                services.FunderEntry(name=name, short_name=short, agreed_cents=cents, is_state=rank == 0)
                for rank, (name, short, cents) in enumerate(budget.FUNDERS)
            ],
        )
        for rank, funder in enumerate(funders):
            person = names.person(source(self.seed, "team", "funder", rank))
            user = User.objects.create_user(
                email=names.email(person, f"financeur-{rank + 1}-demonstration"),
                first_name=person.first_name,
                last_name=person.last_name,
            )
            services.add_funder_member(actor=self.team.director, funder=funder, user=user)
        return funders

    def _activate_first_plan(self, funders: list[Funder]) -> None:
        planned = {line.code: line.planned_cents for line in budget.LINES}
        planned[budget.AMENDED_FROM] += budget.AMENDED_CENTS
        planned[budget.AMENDED_TO] -= budget.AMENDED_CENTS
        plan = services.start_plan(actor=self.team.director, programme=self.programme)
        self._fill(plan, funders, planned, {})
        self._activate(plan, self.calendar.starts_on)

    def _amend(self, funders: list[Funder]) -> None:
        """Move money between two lines, keeping what each funder has been charged."""
        plan = services.start_plan(
            actor=self.team.director,
            programme=self.programme,
            reason="Transfert des salles vers l’animation des sessions, décidé en comité de pilotage.",
        )
        charged = Share.objects.filter(line__programme=self.programme).values("line__code", "funder")
        minimum = {
            (row["line__code"], row["funder"]): row["total"]
            for row in charged.annotate(total=Sum("amount_cents")).order_by()
        }
        self._fill(plan, funders, {line.code: line.planned_cents for line in budget.LINES}, minimum)
        self._activate(plan, self.calendar.month_start(14) + timedelta(days=17))

    def _fill(
        self,
        plan: Plan,
        funders: list[Funder],
        planned: Mapping[str, int],
        minimum: Mapping[tuple[str, int], int],
    ) -> None:
        """Save the lines of a draft with a matrix exact in rows and columns."""
        ids = dict(BudgetLine.objects.for_programme(self.programme).values_list("code", "pk"))
        axes = dict(Axis.objects.filter(programme=self.programme).values_list("number", "pk"))
        matrix = proportional_fill(
            [planned[line.code] for line in budget.LINES],
            [funder.agreed_cents for funder in funders],
            minimum={
                (row, column): minimum.get((line.code, funder.pk), 0)
                for row, line in enumerate(budget.LINES)
                for column, funder in enumerate(funders)
            },
        )
        services.save_plan(
            actor=self.team.director,
            plan=plan,
            entries=[
                services.LineEntry(
                    axis_id=axes[line.axis],
                    nature=line.nature,
                    label=line.label,
                    planned_cents=planned[line.code],
                    cells={funder.pk: cents for funder, cents in zip(funders, cells, strict=True)},
                    line_id=ids.get(line.code),
                    code=line.code,
                )
                for line, cells in zip(budget.LINES, matrix, strict=True)
            ],
        )

    def _activate(self, plan: Plan, decided_on: date) -> None:
        services.activate_plan(actor=self.team.director, plan=plan, decided_on=decided_on)
        Plan.objects.filter(pk=plan.pk).update(activated_at=moment(decided_on, 11))

    def _expenses(self) -> None:
        lines = {line.code: line for line in BudgetLine.objects.for_programme(self.programme)}
        natures = {line.code: line.nature for line in budget.LINES}
        self.commitments = {INVOICED_LINE: invoiced_commitment(self.programme, self.team, self.calendar)}
        pieces = {kind: self._piece(words) for kind, words in EVIDENCE_WORDS.items()}
        invoices = sorted(
            (invoice for line in budget.LINES for invoice in budget.invoices(line, self.seed, self.calendar)),
            key=lambda invoice: (invoice.on, invoice.line, invoice.rank),
        )
        entered = []
        for invoice in invoices:
            staff = natures[invoice.line] is Nature.STAFF
            kind = EvidenceKind.TIME_SHEET if staff else EvidenceKind.INVOICE
            entered.append(self._enter(invoice, lines[invoice.line], kind, pieces[kind]))
        self._accidents(entered)

    def _enter(
        self, invoice: budget.DemoInvoice, line: BudgetLine, kind: EvidenceKind, piece: StoredFile
    ) -> Expense:
        """Enter one expense and carry it as far as its age would."""
        officer, director = self.team.officers[0], self.team.director
        expense = services.create_expense(
            actor=officer,
            line=line,
            label=invoice.label,
            supplier=invoice.supplier,
            invoice_number=invoice.number,
            spent_on=invoice.on,
            amount_cents=invoice.amount_cents,
            eligible_cents=invoice.amount_cents - invoice.ineligible_cents,
            commitment=self.commitments.get(invoice.line),
        )
        age = (self.calendar.today - invoice.on).days
        if age < SUBMITTED_AFTER:
            return expense
        services.attach_evidence(actor=officer, expense=expense, file=piece, kind=kind)
        expense = services.submit_expense(
            actor=officer, expense=expense, at=moment(invoice.on + timedelta(days=4), 10)
        )
        if age >= VALIDATED_AFTER:
            expense = services.validate_expense(
                actor=director, expense=expense, at=moment(invoice.on + timedelta(days=18), 15)
            )
        if age >= PAID_AFTER:
            expense = services.pay_expense(
                actor=director,
                expense=expense,
                paid_on=invoice.on + timedelta(days=45),
                today=self.calendar.today,
            )
        return expense

    def _accidents(self, expenses: list[Expense]) -> None:
        """Return one expense with a reason, cancel one, and take a credit note on another."""
        submitted = [expense for expense in expenses if expense.status == "submitted"]
        paid = [expense for expense in expenses if expense.status == "paid"]
        if len(submitted) > 1:
            services.return_expense(actor=self.team.director, expense=submitted[0], reason=RETURN_REASON)
        if len(paid) > 20:
            at = moment(self.calendar.working_day(self.calendar.today - timedelta(days=25)), 16)
            services.cancel_expense(
                actor=self.team.director,
                expense=paid[10],
                reason="Facture adressée par erreur au programme.",
                at=at,
            )
            services.credit_expense(
                actor=self.team.director,
                expense=paid[16],
                amount_cents=paid[16].amount_cents // 10,
                reason="Avoir du fournisseur\u00a0: une journée non réalisée.",
                at=at,
            )

    def _piece(self, words: str) -> StoredFile:
        """Make one PDF that serves as the evidence of many expenses."""
        html = (
            f'<!doctype html><html lang="fr"><head><title>{words}</title></head><body>'
            f"<h1>{words}</h1><p>Pièce sans valeur, fournie avec les données de démonstration.</p>"
            "</body></html>"
        )
        return store_bytes(
            html_to_pdf(html, created=moment(self.calendar.starts_on, 9)).content,
            name=f"{names.slug(words)}.pdf",
            content_type="application/pdf",
            programme_id=self.programme.pk,
            actor=self.team.officers[0],
        )
