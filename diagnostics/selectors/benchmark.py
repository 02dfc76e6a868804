"""A result beside those of peers, from the latest dated tables: never from live answers."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from companies.enums import SizeBand
from diagnostics.definition import Definition
from diagnostics.enums import PeerScope
from diagnostics.models import Diagnostic, PeerElement, PeerGroup
from diagnostics.peers import OVERALL, Element, Figure, Group, GroupKey, closest, keys_of, mean_points
from diagnostics.scoring import Result
from diagnostics.wording import points_words, signed_points
from programme.models import Activity


@dataclass(frozen=True)
class PeerRow:
    """One figure: the company's, its peers' mean in whole points (None: withheld), and the difference."""

    code: str
    title: str
    own: str
    peers: str
    points: int | None
    gap: str


@dataclass(frozen=True)
class BenchmarkView:
    """The comparison: with whom, how many they are, on what date."""

    group: str
    count: int
    dated: date
    overall: PeerRow
    rows: tuple[PeerRow, ...]


def benchmark_of(definition: Definition, diagnostic: Diagnostic, result: Result) -> BenchmarkView | None:
    """The comparison with the closest group; None while no table leaves enough other companies.

    Four queries at most, whatever the number of companies and tables.
    """
    place = diagnostic.participation
    groups = _latest_groups(diagnostic, keys_of(place.section, place.size_band))
    if not groups:
        return None
    found = closest(
        {key: group for key, (group, _day) in groups.items()},
        place.section,
        place.size_band,
        _own_elements(diagnostic),
    )
    if found is None:
        return None
    group, figures = found
    scores = {each.code: each.tenths for each in result.dimensions}
    return BenchmarkView(
        group=_group_words(group.key),
        count=figures[OVERALL].count,
        dated=groups[group.key][1],
        overall=_row(OVERALL, _("Note globale"), result.tenths, figures.get(OVERALL)),
        rows=tuple(
            _row(each.code, each.title, scores.get(each.code), figures.get(each.code))
            for each in definition.dimensions
            if each.code in scores
        ),
    )


def _latest_groups(diagnostic: Diagnostic, keys: tuple[GroupKey, ...]) -> dict[GroupKey, tuple[Group, date]]:
    """What each of these groups last showed. Members, which are many, are read for these only."""
    wanted = Q(pk__in=[])
    for key in keys:
        wanted |= Q(scope=key.scope, section=key.section, size_band=key.size)
    rows = PeerGroup.objects.filter(
        wanted, table__programme_id=diagnostic.programme_id, table__version_id=diagnostic.version_id
    )
    last: dict[tuple[str, str, str], int] = {}
    for pk, scope, section, size in rows.order_by("table__reference_date", "pk").values_list(
        "pk", "scope", "section", "size_band"
    ):
        last[scope, section, size] = pk
    if not last:
        return {}
    chosen = PeerGroup.objects.filter(pk__in=last.values()).select_related("table")
    found = ((group_of(row), row.table.reference_date) for row in chosen)
    return {group.key: (group, day) for group, day in found}


def group_of(row: PeerGroup) -> Group:
    """A stored group, as the rules read it."""
    return Group(
        key=GroupKey(PeerScope(row.scope), row.section, row.size_band),
        members=frozenset(row.members),
        figures={code: Figure(*figure) for code, figure in row.figures.items()},
    )


def _own_elements(diagnostic: Diagnostic) -> dict[int, Element]:
    """What entered tables from this company, or from those linked to it."""
    place = diagnostic.participation
    linked = Q(diagnostic__participation=place.pk) | Q(
        diagnostic__participation__establishment__company_id=place.establishment.company_id
    )
    if place.group_id is not None:
        linked |= Q(diagnostic__participation__group_id=place.group_id)
    rows = PeerElement.objects.filter(
        linked, programme_id=diagnostic.programme_id, version_id=diagnostic.version_id
    )
    return {row.pk: Element(row.pk, row.unit, row.section, row.size_band, row.scores) for row in rows}


def _row(code: str, title: str, own: int | None, figure: Figure | None) -> PeerRow:
    points = None if figure is None else mean_points(figure)
    return PeerRow(
        code=code,
        title=title,
        own=points_words(own),
        peers="–" if points is None else str(points),
        points=points,
        gap="" if points is None or own is None else signed_points(own - 10 * points),
    )


def _group_words(key: GroupKey) -> str:
    if key.scope is PeerScope.ALL:
        return _("toutes les entreprises du programme")
    sector = Activity.objects.filter(level=1, section=key.section).values_list("label", flat=True).first()
    if key.scope is PeerScope.SECTOR:
        return _("même secteur (%(sector)s)") % {"sector": sector or key.section}
    return _("même secteur (%(sector)s) et même taille (%(size)s)") % {
        "sector": sector or key.section,
        "size": SizeBand(key.size).label,
    }
