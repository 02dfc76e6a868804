"""Charts of a result, the same on the page and in the PDF."""

from django.utils.translation import gettext as _

from core.charts import (
    Chart,
    HeatCell,
    HeatRow,
    LineSeries,
    RadarAxis,
    heat_table,
    lines_over_time,
    radar,
)
from core.formats import format_number
from diagnostics.selectors.benchmark import PeerRow
from diagnostics.selectors.evolution import EvolutionView
from diagnostics.selectors.result_gaps import GapsView
from diagnostics.selectors.result_page import DimensionRow, ResultContext
from diagnostics.wording import points_words


def result_charts(context: ResultContext) -> dict[str, Chart]:
    """Every chart a result has: its radar, and when there is matter, its evolution and its gaps."""
    charts = {"chart": result_radar(context)}
    if context.evolution is not None:
        charts["evolution_chart"] = evolution_lines(context.evolution)
    if context.gaps is not None:
        charts["gaps_chart"] = gaps_heat(context.gaps)
    return charts


def result_radar(context: ResultContext) -> Chart:
    """The dimensions of a result, out of 100, with the mean of its peers when it may be told."""
    scored = [row for row in context.dimensions if row.tenths is not None]
    peers = {row.code: row for row in context.benchmark.rows} if context.benchmark else {}
    columns = (_("Thème"), _("Note sur 100"), *([_("Comparables")] if peers else []))
    return radar(
        uid="resultat-radar",
        title=_("Votre résultat par thème"),
        reading=_reading(context) if scored else _("Aucun thème n’a pu être noté."),
        axes=[_axis(row, peers.get(row.code)) for row in context.dimensions],
        columns=columns,
        legend=(_("Votre entreprise"), _("Moyenne des entreprises comparables")) if peers else (),
        note=_("Échelle fixe, de 0 au centre à 100 au bord."),
    )


def _axis(row: DimensionRow, peer: PeerRow | None) -> RadarAxis:
    return RadarAxis(
        label=row.title,
        value=None if row.tenths is None else row.tenths / 10,
        shown=points_words(row.tenths),
        reference=peer.points if peer else None,
        reference_shown=peer.peers if peer else "",
    )


def evolution_lines(evolution: EvolutionView) -> Chart:
    """The overall score from one diagnostic to the next."""
    first, last = evolution.moments[0], evolution.moments[-1]
    reading = _("%(first)s au premier diagnostic, %(last)s au dernier.") % {
        "first": first.score,
        "last": last.score,
    }
    return lines_over_time(
        uid="resultat-evolution",
        title=_("Votre note d’un diagnostic à l’autre"),
        reading=reading if evolution.is_whole else f"{reading} {_('Lisez ce qui se compare ci-dessous.')}",
        column=_("Diagnostic"),
        moments=[f"{each.name} – {each.day:%d/%m/%Y}" for each in evolution.moments],
        series=[
            LineSeries(
                label=_("Note globale"),
                values=tuple(None if m.tenths is None else m.tenths / 10 for m in evolution.moments),
                shown=tuple(moment.score for moment in evolution.moments),
            )
        ],
        tick_format=lambda value: format_number(value),
    )


def gaps_heat(gaps: GapsView) -> Chart:
    """The score of each theme from each point of view: a row of one shade is an agreement."""
    widest = max(gaps.dimensions, key=lambda row: _width(row.tenths), default=None)
    return heat_table(
        uid="resultat-ecarts",
        title=_("La note de chaque thème, selon chaque point de vue"),
        reading=_("Le plus grand écart est en «\u00a0%(title)s\u00a0»\u00a0: %(spread)s points.")
        % {"title": widest.title, "spread": widest.spread}
        if widest and _width(widest.tenths)
        else _("Tous les points de vue donnent les mêmes notes."),
        column=_("Thème"),
        note=_("Notes sur 100\u00a0; plus l’écart est grand, plus sa case est foncée."),
        columns=(*gaps.views, _("Écart")),
        rows=[
            HeatRow(
                label=row.title,
                cells=(
                    *(HeatCell(_class(tenths), points_words(tenths)) for tenths in row.tenths),
                    HeatCell(min(4, _width(row.tenths) // 100), row.spread),
                ),
            )
            for row in gaps.dimensions
        ],
    )


def _width(tenths: tuple[int | None, ...]) -> int:
    known = [each for each in tenths if each is not None]
    return max(known) - min(known) if known else 0


def _class(tenths: int | None) -> int | None:
    return None if tenths is None else min(4, tenths // 200)


def _reading(context: ResultContext) -> str:
    scored = sorted(
        (row for row in context.dimensions if row.tenths is not None), key=lambda row: row.tenths or 0
    )
    lowest, highest = scored[0], scored[-1]
    if lowest.tenths == highest.tenths:
        return _("Tous vos thèmes sont au même point\u00a0: %(score)s.") % {"score": lowest.score}
    return _(
        "Vous êtes le plus avancé en «\u00a0%(high)s\u00a0» (%(high_score)s), "
        "le moins en «\u00a0%(low)s\u00a0» (%(low_score)s)."
    ) % {
        "high": highest.title,
        "high_score": highest.score,
        "low": lowest.title,
        "low_score": lowest.score,
    }
