"""Charts of the programme, drawn from frozen figures: the same on pages and on paper."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import charts
from core.charts import Chart
from core.formats import format_euros_round, format_month, format_number, format_percent
from reports import contexts as c
from reports.periods import elapsed_share

SHOWN_SECTORS = 12


def progress_charts(context: c.ProgressContext) -> dict[str, Chart]:
    """Every chart of the report, by a name its template uses; those without anything to show are left out."""
    drawn = {
        "targets": targets_chart(context),
        "stages": stages_chart(context.companies),
        "sectors": sectors_chart(context.companies),
        "sizes": sizes_chart(context.companies),
        "departments": departments_chart(context.companies),
        "diagnostics": diagnostics_chart(context.diagnostics),
        "levels": levels_chart(context.maturity),
        "scores": scores_chart(context.maturity),
        "actions": actions_chart(context.plans),
        "stakes": stakes_chart(context.training),
        "ages": ages_chart(context.training),
        "axes": axes_chart(context.axes),
        "months": months_chart(context),
        "funders": funders_chart(context.budget),
    }
    return {name: chart for name, chart in drawn.items() if chart is not None}


def _share(part: int, whole: int) -> str:
    return format_percent(part, whole, 0)


def _bars(counts: Sequence[c.Count], whole: int) -> list[charts.Bar]:
    return [
        charts.Bar(count.label, count.count, f"{format_number(count.count)} · {_share(count.count, whole)}")
        for count in counts
    ]


def targets_chart(context: c.ProgressContext) -> Chart | None:
    """Progress of every indicator that has a target, beside the time gone by."""
    lines = [line for line in context.indicators if line.target]
    if not lines:
        return None
    reached = sum(line.to_date >= (line.target or 0) for line in lines)
    gone = elapsed_share(context.starts_on, context.ends_on, context.period_end)
    reading = ngettext(
        "%(reached)s objectif atteint sur %(total)s\u00a0; %(gone)s du temps de la convention est écoulé.",
        "%(reached)s objectifs atteints sur %(total)s\u00a0; %(gone)s du temps de la convention est écoulé.",
        reached,
    ) % {"reached": reached, "total": len(lines), "gone": format_percent(round(gone * 100), 100, 0)}
    return charts.targets(
        uid="targets",
        title=_("Objectifs et réalisations depuis le début"),
        reading=reading,
        columns=(_("Indicateur"), _("Réalisé"), _("Objectif"), _("Part")),
        bars=[
            charts.TargetBar(
                line.label,
                line.to_date,
                line.target or 1,
                format_number(line.to_date),
                format_number(line.target or 0),
                format_percent(line.to_date, line.target or 1, 0),
            )
            for line in lines
        ],
        expected=gone,
        expected_label=_("Part du temps écoulée"),
    )


def stages_chart(part: c.CompaniesPart) -> Chart:
    """Companies by stage."""
    beyond = sum(count.count for count in part.by_stage[2:])
    return charts.hbars(
        uid="stages",
        title=_("Entreprises par étape"),
        reading=_("%(share)s des %(total)s entreprises connues sont engagées dans le programme ou au-delà.")
        % {"share": _share(beyond, part.total), "total": format_number(part.total)},
        columns=(_("Étape"), _("Entreprises")),
        bars=_bars(part.by_stage, part.total),
    )


def sectors_chart(part: c.CompaniesPart) -> Chart:
    """Companies by section of activity, the first ones and the rest together."""
    shown, rest = list(part.by_sector[:SHOWN_SECTORS]), part.by_sector[SHOWN_SECTORS:]
    if rest:
        shown.append(c.Count(_("Autres activités"), sum(count.count for count in rest)))
    first = part.by_sector[0] if part.by_sector else c.Count("–", 0)
    return charts.hbars(
        uid="sectors",
        title=_("Entreprises par activité"),
        reading=_("Première activité\u00a0: %(label)s, %(share)s des entreprises.")
        % {"label": first.label, "share": _share(first.count, part.total)},
        columns=(_("Activité"), _("Entreprises")),
        bars=_bars(shown, part.total),
    )


def sizes_chart(part: c.CompaniesPart) -> Chart:
    """Companies by number of employees."""
    small = sum(count.count for count in part.by_size[:2])
    return charts.hbars(
        uid="sizes",
        title=_("Entreprises par taille"),
        reading=_("%(share)s des entreprises ont moins de 50 salariés.")
        % {"share": _share(small, part.total)},
        columns=(_("Taille"), _("Entreprises")),
        bars=_bars(part.by_size, part.total),
    )


def departments_chart(part: c.CompaniesPart) -> Chart:
    """Companies by department."""
    first = part.by_department[0] if part.by_department else c.Count("–", 0)
    return charts.hbars(
        uid="departments",
        title=_("Entreprises par département"),
        reading=_("%(label)s\u00a0: %(share)s des entreprises.")
        % {"label": first.label, "share": _share(first.count, part.total)},
        columns=(_("Département"), _("Entreprises")),
        bars=_bars(part.by_department, part.total),
    )


def diagnostics_chart(part: c.DiagnosticsPart) -> Chart:
    """Diagnostics opened and submitted, cumulated month by month."""
    opened, submitted = (
        _cumulated([m.opened for m in part.by_month]),
        _cumulated([m.submitted for m in part.by_month]),
    )
    return charts.lines_over_time(
        uid="diagnostics",
        title=_("Diagnostics ouverts et remis, en cumul"),
        reading=_("%(submitted)s diagnostics remis sur %(opened)s ouverts, soit %(share)s.")
        % {
            "submitted": format_number(part.submitted),
            "opened": format_number(part.opened),
            "share": _share(part.submitted, part.opened),
        },
        column=_("Mois"),
        moments=[format_month(point.month) for point in part.by_month],
        series=[
            charts.LineSeries(_("Ouverts"), tuple(opened), tuple(map(format_number, opened))),
            charts.LineSeries(_("Remis"), tuple(submitted), tuple(map(format_number, submitted)), area=True),
        ],
        tick_format=format_number,
    )


def _cumulated(values: Sequence[int]) -> list[int]:
    total, result = 0, []
    for value in values:
        total += value
        result.append(total)
    return result


def levels_chart(part: c.MaturityPart | None) -> Chart | None:
    """Companies by maturity level, as published; withheld levels are told, never drawn."""
    if part is None or not any(level.count for level in part.levels):
        return None
    known = [level for level in part.levels if level.count is not None]
    top = max(known, key=lambda level: level.count or 0)
    whole = sum(level.count or 0 for level in known)
    withheld = [level.label for level in part.levels if level.count is None]
    note = _("Source\u00a0: %(release)s, %(companies)s entreprises.") % {
        "release": part.release_title,
        "companies": format_number(part.companies or whole),
    }
    if withheld:
        note += " " + _("Non publié, secret statistique\u00a0: %(levels)s.") % {"levels": ", ".join(withheld)}
    return charts.hbars(
        uid="levels",
        title=_("Niveaux de maturité des entreprises"),
        reading=_(
            "Le niveau le plus fréquent est «\u00a0%(level)s\u00a0»\u00a0: %(share)s des "
            "entreprises publiées."
        )
        % {"level": top.label, "share": _share(top.count or 0, whole)},
        columns=(_("Niveau"), _("Entreprises")),
        bars=_bars([c.Count(level.label, level.count or 0) for level in known], whole),
        note=note,
    )


def scores_chart(part: c.MaturityPart | None) -> Chart | None:
    """Mean published score of each dimension, on a fixed scale of 100."""
    if part is None or not any(score.tenths is not None for score in part.scores):
        return None
    known = [score for score in part.scores if score.tenths is not None]
    weakest = min(known[1:] or known, key=lambda score: score.tenths or 0)
    return charts.hbars(
        uid="scores",
        title=_("Notes moyennes par dimension, sur 100"),
        reading=_("Dimension la plus faible\u00a0: %(label)s, %(score)s sur 100.")
        % {"label": weakest.label, "score": format_number((weakest.tenths or 0) / 10, 1)},
        columns=(_("Dimension"), _("Note moyenne")),
        bars=[
            charts.Bar(score.label, (score.tenths or 0) / 10, format_number((score.tenths or 0) / 10, 1))
            for score in known
        ],
        maximum=100,
        note=_("Source\u00a0: %(release)s.") % {"release": part.release_title},
    )


def actions_chart(part: c.PlansPart) -> Chart | None:
    """Actions of plans by status."""
    whole = sum(count.count for count in part.by_status)
    if not whole:
        return None
    return charts.hbars(
        uid="actions",
        title=_("Actions des plans, par état"),
        reading=_("%(done)s actions faites sur %(total)s décidées.")
        % {"done": format_number(part.done), "total": format_number(part.actions)},
        columns=(_("État"), _("Actions")),
        bars=_bars(part.by_status, whole),
    )


def stakes_chart(part: c.TrainingPart) -> Chart | None:
    """Hours × trainees by stake."""
    whole = part.to_date.trainee_minutes
    if not whole:
        return None
    top = max(part.by_stake, key=lambda stake: stake.trainee_minutes)
    return charts.hbars(
        uid="stakes",
        title=_("Heures-stagiaires par enjeu"),
        reading=_("%(share)s des heures suivies portent sur l’enjeu %(label)s.")
        % {"share": _share(top.trainee_minutes, whole), "label": top.label.lower()},
        columns=(_("Enjeu"), _("Heures-stagiaires")),
        bars=[
            charts.Bar(
                stake.label,
                stake.trainee_minutes,
                _("%(hours)s h · %(people)s personnes")
                % {
                    "hours": format_number(stake.trainee_hours),
                    "people": format_number(stake.people),
                },
            )
            for stake in part.by_stake
        ],
    )


def ages_chart(part: c.TrainingPart) -> Chart | None:
    """People trained by age band."""
    whole = sum(count.count for count in part.by_age)
    if not whole:
        return None
    older = sum(count.count for count in part.by_age[2:4])
    return charts.hbars(
        uid="ages",
        title=_("Personnes formées par âge"),
        reading=_("%(share)s des personnes formées ont 45 ans ou plus, public prioritaire de la convention.")
        % {"share": _share(older, whole)},
        columns=(_("Âge"), _("Personnes")),
        bars=_bars(part.by_age, whole),
    )


def axes_chart(axes: Sequence[c.AxisPart], uid: str = "axes") -> Chart:
    """Planned and charged by axis."""
    planned = sum(axis.amounts.planned_cents for axis in axes)
    spent = sum(axis.amounts.validated_cents for axis in axes)
    return charts.budget_bullets(
        uid=uid,
        title=_("Dépenses et prévu, par volet"),
        reading=_("%(spent)s validés sur %(planned)s prévus, soit %(share)s.")
        % {
            "spent": format_euros_round(spent),
            "planned": format_euros_round(planned),
            "share": format_percent(spent, planned),
        },
        columns=(_("Volet"), _("Prévu"), _("Dont à payer"), _("Validé"), _("Part validée")),
        bars=[_budget_bar(f"{axis.number}. {axis.name}", axis.amounts) for axis in axes],
        legend=(_("Payé"), _("Validé, à payer"), _("Prévu")),
    )


def funders_chart(part: c.BudgetPart) -> Chart:
    """Planned and charged by funder."""
    return charts.budget_bullets(
        uid="funders",
        title=_("Dépenses et prévu, par financeur"),
        reading=_("Part de l’État dans les dépenses validées\u00a0: %(reached)s, pour %(planned)s prévus.")
        % {
            "reached": format_percent(part.state_cents, part.amounts.validated_cents, 3),
            "planned": format_percent(part.state_agreed_cents, part.total_cents, 3),
        },
        columns=(_("Financeur"), _("Prévu"), _("Dont à payer"), _("Validé"), _("Part validée")),
        bars=[_budget_bar(funder.short_name, funder.amounts) for funder in part.funders],
        legend=(_("Payé"), _("Validé, à payer"), _("Prévu")),
    )


def _budget_bar(label: str, amounts: c.Amounts) -> charts.BudgetBar:
    """Cancelled expenses may leave a payment above what is validated: nothing negative is drawn."""
    waiting = max(0, amounts.validated_cents - amounts.paid_cents)
    paid = max(0, amounts.validated_cents - waiting)
    return charts.BudgetBar(
        label=label,
        planned=amounts.planned_cents,
        committed=waiting,
        spent=paid,
        planned_shown=format_euros_round(amounts.planned_cents),
        committed_shown=format_euros_round(waiting),
        spent_shown=format_euros_round(amounts.validated_cents),
        percent_shown=format_percent(amounts.validated_cents, amounts.planned_cents),
    )


def months_chart(context: c.ProgressContext) -> Chart:
    """Plan and charges, cumulated; the future has no actual figure."""
    part = context.budget
    actual = tuple(
        max(0, month.actual_total_cents) if month.month <= context.period_end else None
        for month in part.months
    )
    gap = part.amounts.validated_cents - part.planned_to_date_cents
    return charts.lines_over_time(
        uid="months",
        title=_("Prévu et réalisé, en cumul mensuel"),
        reading=(
            _("Les dépenses validées dépassent de %(gap)s le prévu réparti sur la durée.")
            if gap > 0
            else _("Les dépenses validées sont inférieures de %(gap)s au prévu réparti sur la durée.")
        )
        % {"gap": format_euros_round(abs(gap))},
        column=_("Mois"),
        moments=[format_month(month.month) for month in part.months],
        series=[
            charts.LineSeries(
                _("Prévu"),
                tuple(month.planned_total_cents for month in part.months),
                tuple(format_euros_round(month.planned_total_cents) for month in part.months),
                dashed=True,
            ),
            charts.LineSeries(
                _("Réalisé"),
                actual,
                tuple("–" if value is None else format_euros_round(value) for value in actual),
                area=True,
            ),
        ],
        tick_format=lambda cents: format_number(cents / 100_000) + "\u202fk€",
    )
