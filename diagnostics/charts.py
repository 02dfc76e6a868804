"""Charts of a result, the same on the page and in the PDF."""

from fractions import Fraction

from django.utils.translation import gettext as _

from core.charts import Chart, RadarAxis, radar
from core.formats import format_number
from diagnostics.selectors.result_page import ResultContext


def result_radar(context: ResultContext) -> Chart:
    """The dimensions of a result, out of 100."""
    scored = [row for row in context.dimensions if row.tenths is not None]
    return radar(
        uid="resultat-radar",
        title=_("Votre résultat par thème"),
        reading=_reading(context) if scored else _("Aucun thème n’a pu être noté."),
        axes=[
            RadarAxis(
                label=row.title,
                value=None if row.tenths is None else row.tenths / 10,
                shown="–" if row.tenths is None else format_number(Fraction(row.tenths, 10), 1),
            )
            for row in context.dimensions
        ],
        columns=(_("Thème"), _("Note sur 100")),
        note=_("Échelle fixe, de 0 au centre à 100 au bord."),
    )


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
