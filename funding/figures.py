"""Key figures and charts of money: one overview in, words and shapes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.charts import BudgetBar, Chart, LineSeries, budget_bullets, lines_over_time
from core.formats import format_euros, format_euros_round, format_month, format_number, format_percent
from funding.enums import BOOKED, SETTLED, CommitmentStatus, ComposedFigure, ExpenseStatus
from funding.forecast import MonthPoint
from funding.selectors import BudgetOverview, CofundingRate, Figures, FunderFigures
from funding.selectors.claims import FunderAccount
from programme.links import programme_url
from programme.models import Programme


@dataclass(frozen=True)
class KeyFigure:
    """One card: a label, a value, what it is compared with."""

    label: str
    value: str
    target: str = ""
    note: str = ""
    url: str = ""
    percent: int | None = None
    tone: str = ""


@dataclass(frozen=True)
class CardLinks:
    """Addresses of the rows behind the figures of a line or a funder, now or at the end of the day ``at``.

    Lists tell what is: of a past day, only what was charged up to it can be listed.
    """

    programme: Programme
    at: date | None = None

    @property
    def expenses(self) -> str:
        """The list of expenses."""
        return programme_url(self.programme, "funding:expense_list")

    @property
    def commitments(self) -> str:
        """The list of commitments."""
        return programme_url(self.programme, "funding:commitment_list")

    @property
    def claims(self) -> str:
        """The list of claims."""
        return programme_url(self.programme, "funding:claim_list")

    @property
    def reconciliation(self) -> str:
        """The page of what each funder owes."""
        return programme_url(self.programme, "funding:reconciliation")

    def list(self, page: str, query: str) -> str:
        """A list of what is now; nothing for a past day."""
        if self.at is not None:
            return ""
        return f"{page}?{query}" if query else page

    def charged(self, query: str) -> str:
        """Expenses, up to the day."""
        until = f"&au={self.at.isoformat()}" if self.at else ""
        return f"{self.expenses}?{query}{until}"

    def composed(self, figure: str, query: str) -> str:
        """What a composed figure is made of now; nothing for a past day."""
        page = programme_url(self.programme, "funding:composition")
        return self.list(page, f"montant={figure}&{query}")


def _whole(part: int, whole: int) -> int:
    return max(0, min(100, part * 100 // whole)) if whole else 0


def key_figures(
    programme: Programme, budget: BudgetOverview, rate: CofundingRate, tone: str
) -> list[KeyFigure]:
    """What a director reads first; ``tone`` is that of the bar of what is validated."""
    return [
        *_spent_figures(programme, budget, tone),
        *_left_figures(programme, budget),
        *_funder_figures(programme, budget),
        KeyFigure(
            label=_("Part de l’État"),
            value=format_percent(rate.reached) if rate.reached is not None else "–",
            target=_("prévue\u00a0: %(rate)s")
            % {"rate": format_percent(rate.planned, decimals=3) if rate.planned is not None else "–"},
        ),
    ]


def _spent_figures(programme: Programme, budget: BudgetOverview, tone: str) -> list[KeyFigure]:
    total, expenses = budget.total, programme_url(programme, "funding:expense_list")
    reference = total.planned_cents or budget.agreed_cents
    return [
        KeyFigure(
            label=_("Dépenses validées"),
            value=format_euros_round(total.validated_cents),
            target=_("sur %(agreed)s") % {"agreed": format_euros_round(reference)},
            note=format_percent(total.validated_cents, reference),
            percent=_whole(total.validated_cents, reference),
            tone=tone,
            url=f"{expenses}?etat={BOOKED}",
        ),
        KeyFigure(
            label=_("Dont payées"),
            value=format_euros_round(total.paid_cents),
            note=format_percent(total.paid_cents, total.validated_cents),
            target=_("du validé"),
            percent=_whole(total.paid_cents, total.validated_cents),
            url=f"{expenses}?etat={SETTLED}",
        ),
        KeyFigure(
            label=_("À valider"),
            value=format_euros_round(total.submitted_cents),
            target=ngettext("%(n)d dépense soumise", "%(n)d dépenses soumises", budget.submitted_count)
            % {"n": budget.submitted_count},
            url=f"{expenses}?etat={ExpenseStatus.SUBMITTED}",
        ),
    ]


def _left_figures(programme: Programme, budget: BudgetOverview) -> list[KeyFigure]:
    total = budget.total
    reference = total.planned_cents or budget.agreed_cents
    return [
        KeyFigure(
            label=_("Engagé, pas encore facturé"),
            value=format_euros_round(total.committed_cents),
            url=f"{programme_url(programme, 'funding:commitment_list')}?etat={CommitmentStatus.ACTIVE}",
        ),
        KeyFigure(
            label=_("Reste à dépenser"),
            value=format_euros_round(reference - total.validated_cents),
            target=_("dont disponible\u00a0: %(free)s") % {"free": format_euros_round(total.available_cents)},
            url=f"{programme_url(programme, 'funding:composition')}?montant={ComposedFigure.REMAINING}",
        ),
    ]


def _funder_figures(programme: Programme, budget: BudgetOverview) -> list[KeyFigure]:
    total = budget.total
    return [
        KeyFigure(
            label=_("Appelé aux financeurs"),
            value=format_euros_round(total.claimed_cents),
            note=format_percent(total.claimed_cents, total.paid_cents),
            target=_("des dépenses payées"),
            url=programme_url(programme, "funding:claim_list"),
        ),
        KeyFigure(
            label=_("Reçu des financeurs"),
            value=format_euros_round(sum(funder.received_cents for funder in budget.funders)),
            target=_("convention de %(agreed)s") % {"agreed": format_euros_round(budget.agreed_cents)},
            url=programme_url(programme, "funding:claim_list"),
        ),
    ]


def own_figures(own: FunderFigures) -> list[KeyFigure]:
    """What a funder reads of its own part."""
    figures = own.figures
    return [
        KeyFigure(label=_("Votre engagement"), value=format_euros_round(own.agreed_cents)),
        KeyFigure(
            label=_("Votre part des dépenses validées"),
            value=format_euros_round(figures.validated_cents),
            note=format_percent(figures.validated_cents, own.agreed_cents),
            target=_("de votre engagement"),
            percent=_whole(figures.validated_cents, own.agreed_cents),
        ),
        KeyFigure(
            label=_("Dont dépenses payées"),
            value=format_euros_round(figures.paid_cents),
            note=format_percent(figures.paid_cents, figures.validated_cents),
            target=_("du validé"),
            percent=_whole(figures.paid_cents, figures.validated_cents),
        ),
        KeyFigure(label=_("Reste"), value=format_euros_round(own.agreed_cents - figures.validated_cents)),
    ]


def line_cards(
    line: Figures, forecast_cents: int, tone: str, *, line_query: str, urls: "CardLinks"
) -> list[KeyFigure]:
    """Where a line stands. ``line_query`` names it in the addresses of lists."""
    gap = format_euros(forecast_cents - line.planned_cents)
    return [
        KeyFigure(_("Prévu"), format_euros(line.planned_cents), url=urls.composed("prevu", line_query)),
        KeyFigure(
            _("Engagé, pas encore facturé"),
            format_euros(line.committed_cents),
            url=urls.list(urls.commitments, f"{line_query}&etat={CommitmentStatus.ACTIVE}"),
        ),
        KeyFigure(
            _("À valider"),
            format_euros(line.submitted_cents),
            url=urls.charged(f"{line_query}&etat={ExpenseStatus.SUBMITTED}"),
        ),
        KeyFigure(
            _("Validé"),
            format_euros(line.validated_cents),
            note=format_percent(line.validated_cents, line.planned_cents),
            url=urls.charged(f"{line_query}&etat={BOOKED}"),
            percent=line.percent,
            tone=tone,
        ),
        KeyFigure(
            _("Payé"),
            format_euros(line.paid_cents),
            url=urls.list(urls.expenses, f"{line_query}&etat={SETTLED}"),
        ),
        KeyFigure(_("Appelé"), format_euros(line.claimed_cents), url=urls.list(urls.claims, line_query)),
        KeyFigure(
            _("Disponible"),
            format_euros(line.available_cents),
            url=urls.composed("disponible", line_query),
        ),
        KeyFigure(
            _("Attendu à la fin"),
            format_euros(forecast_cents),
            target=_("écart au prévu\u00a0: %(gap)s") % {"gap": gap},
        ),
    ]


def funder_cards(
    own: FunderFigures, account: FunderAccount, *, funder_query: str, urls: "CardLinks"
) -> list[KeyFigure]:
    """What a funder was charged and asked, what it paid and owes. ``funder_query`` names it in addresses."""
    asked = format_euros(account.asked_cents)
    return [
        KeyFigure(
            _("Sa part des dépenses validées"),
            format_euros(own.figures.validated_cents),
            target=_("%(rate)s de l’engagement")
            % {"rate": format_percent(own.figures.validated_cents, own.agreed_cents)},
            url=urls.charged(f"{funder_query}&etat={BOOKED}"),
        ),
        KeyFigure(
            _("Dont dépenses payées"),
            format_euros(own.figures.paid_cents),
            url=urls.list(urls.expenses, f"{funder_query}&etat={SETTLED}"),
        ),
        KeyFigure(
            _("Appelé"),
            format_euros(own.figures.claimed_cents),
            target=_("demandé, avances comprises\u00a0: %(amount)s") % {"amount": asked},
            url=urls.list(urls.claims, funder_query),
        ),
        KeyFigure(_("Reçu"), format_euros(own.received_cents), url=urls.list(urls.claims, funder_query)),
        KeyFigure(
            _("Dû"),
            format_euros(account.due_cents),
            target=_("appelé et pas encore reçu"),
            url=urls.list(urls.reconciliation, ""),
        ),
        KeyFigure(
            _("Reste de l’engagement"),
            format_euros(own.figures.remaining_cents),
            url=urls.composed("reste", funder_query),
        ),
    ]


def axis_chart(programme: Programme, budget: BudgetOverview) -> Chart:
    """A bullet per axis: validated, waiting, planned."""
    expenses = programme_url(programme, "funding:expense_list")
    total = budget.total
    return budget_bullets(
        uid="budget-volets",
        title=_("Consommation par volet"),
        reading=_("%(rate)s du budget est validé\u00a0: %(spent)s sur %(planned)s.")
        % {
            "rate": format_percent(total.validated_cents, total.planned_cents),
            "spent": format_euros(total.validated_cents),
            "planned": format_euros(total.planned_cents),
        },
        columns=(_("Volet"), _("Prévu"), _("À valider"), _("Validé"), _("Part")),
        bars=[
            _bar(axis.name, axis.figures, f"{expenses}?volet={axis.id}&etat={BOOKED}") for axis in budget.axes
        ],
        legend=(_("Validé"), _("À valider"), _("Prévu")),
    )


def funder_chart(budget: BudgetOverview, rank: int, *, to_funder: bool) -> Chart:
    """A bullet per axis for one funder's part; ``to_funder`` when it reads it itself."""
    own = budget.funders[rank].figures
    return budget_bullets(
        uid="budget-financeur",
        title=_("Votre part, par volet") if to_funder else _("Part du financeur, par volet"),
        reading=(
            _("%(spent)s de votre part de %(planned)s sont consommés.")
            if to_funder
            else _("%(spent)s de sa part de %(planned)s sont consommés.")
        )
        % {"spent": format_euros(own.validated_cents), "planned": format_euros(own.planned_cents)},
        columns=(_("Volet"), _("Prévu"), _("Validé, non payé"), _("Payé"), _("Part payée")),
        bars=[
            BudgetBar(
                label=axis.name,
                planned=figures.planned_cents,
                committed=max(0, figures.validated_cents - figures.paid_cents),
                spent=max(0, figures.paid_cents),
                planned_shown=format_euros(figures.planned_cents),
                committed_shown=format_euros(figures.validated_cents - figures.paid_cents),
                spent_shown=format_euros(figures.paid_cents),
                percent_shown=format_percent(figures.paid_cents, figures.planned_cents),
            )
            for axis in budget.axes
            for figures in (axis.by_funder[rank],)
        ],
        legend=(_("Payé"), _("Validé, non payé"), _("Prévu")),
    )


def _bar(label: str, figures: Figures, url: str) -> BudgetBar:
    return BudgetBar(
        label=label,
        planned=figures.planned_cents,
        committed=figures.submitted_cents,
        spent=max(0, figures.validated_cents),
        planned_shown=format_euros(figures.planned_cents),
        committed_shown=format_euros(figures.submitted_cents),
        spent_shown=format_euros(figures.validated_cents),
        percent_shown=format_percent(figures.validated_cents, figures.planned_cents),
        url=url,
    )


def monthly_chart(points: Sequence[MonthPoint], today: date) -> Chart:
    """Cumulated plan, spread over the agreement, beside what was validated up to this month."""
    known = [point for point in points if point.month <= today]
    reading = _("Aucune dépense n’est encore validée.")
    if known and known[-1].actual_total_cents:
        last = known[-1]
        reading = _("Fin %(month)s\u00a0: %(actual)s validés, pour %(planned)s prévus à cette date.") % {
            "month": format_month(last.month),
            "actual": format_euros_round(last.actual_total_cents),
            "planned": format_euros_round(last.planned_total_cents),
        }
    return lines_over_time(
        uid="budget-mois",
        title=_("Prévu et validé, mois par mois"),
        reading=reading,
        column=_("Mois"),
        moments=[format_month(point.month) for point in points],
        series=[
            LineSeries(
                _("Prévu (cumul, réparti par jour)"),
                tuple(point.planned_total_cents / 100 for point in points),
                tuple(format_euros(point.planned_total_cents) for point in points),
                dashed=True,
            ),
            LineSeries(
                _("Validé (cumul)"),
                tuple(
                    max(0, point.actual_total_cents) / 100 if point.month <= today else None
                    for point in points
                ),
                tuple(
                    format_euros(point.actual_total_cents) if point.month <= today else "" for point in points
                ),
                area=True,
            ),
        ],
        tick_format=lambda value: f"{format_number(value / 1000)}\u00a0k€" if value else "0",
    )
