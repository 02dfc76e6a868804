"""Dated tables of peers, computed by a job; what may be in them is decided by ``diagnostics.peers``."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from core import audit
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import (
    Diagnostic,
    DimensionScore,
    PeerElement,
    PeerGroup,
    PeerTable,
    QuestionnaireVersion,
)
from diagnostics.peers import OVERALL, Element, Group, publish
from diagnostics.selectors.benchmark import group_of
from programme.models import Programme


class _Row(NamedTuple):
    diagnostic: int
    participation: int
    group: int | None
    company: int
    section: str
    size: str
    tenths: int
    submitted_at: datetime

    @property
    def stamp(self) -> str:
        """Tells a diagnostic from itself once it was opened again and handed in anew."""
        return self.submitted_at.isoformat()


def compute_peer_table(*, programme: Programme, version: QuestionnaireVersion, day: date) -> PeerTable | None:
    """Publish the groups that moved enough by the end of ``day``; nothing when none did.

    Computing again for the same day gives the same table. Only companies that agreed to the reuse of their
    answers enter; linked companies enter once. Side effects: one table, its groups, audit.
    """
    existing: PeerTable | None = PeerTable.objects.filter(
        programme=programme, version=version, reference_date=day
    ).first()
    if existing is not None:
        return existing
    history = _history(programme, version)
    units = _Units(programme, version, day)
    former, known = _former(programme, version, units)
    current, fresh = units.elements(known)
    groups = publish(current, history, former)
    if not groups:
        return None
    return _store(programme, version, day, groups, fresh)


@transaction.atomic
def _store(
    programme: Programme,
    version: QuestionnaireVersion,
    day: date,
    groups: Iterable[Group],
    fresh: Mapping[int, PeerElement],
) -> PeerTable:
    table = PeerTable.objects.create(
        programme=programme, version=version, reference_date=day, computed_at=timezone.now()
    )
    used = sorted({key for group in groups for key in group.members if key in fresh}, reverse=True)
    made = PeerElement.objects.bulk_create([fresh[key] for key in used], batch_size=1000)
    kept = {key: row.pk for key, row in zip(used, made, strict=True)}
    PeerGroup.objects.bulk_create(
        PeerGroup(
            table=table,
            scope=group.key.scope,
            section=group.key.section,
            size_band=group.key.size,
            count=len(group.members),
            figures={code: [figure.count, figure.total] for code, figure in group.figures.items()},
            members=sorted(kept.get(key, key) for key in group.members),
        )
        for group in groups
    )
    audit.record(
        actor=None,
        verb="peer_table.computed",
        obj=table,
        programme_id=programme.pk,
        changes={"groups": table.groups.count()},
    )
    return table


def _history(programme: Programme, version: QuestionnaireVersion) -> list[Group]:
    rows = PeerGroup.objects.filter(table__programme=programme, table__version=version)
    return [group_of(row) for row in rows.order_by("table__reference_date", "pk")]


def _former(
    programme: Programme, version: QuestionnaireVersion, units: "_Units"
) -> tuple[dict[int, Element], dict[tuple[int, str, str, str], int]]:
    """Every element ever published, and their numbers by what tells one from another."""
    elements: dict[int, Element] = {}
    known: dict[tuple[int, str, str, str], int] = {}
    rows = PeerElement.objects.filter(programme=programme, version=version).select_related("diagnostic")
    for row in rows.defer("diagnostic__result"):
        unit = units.unit_of(row.diagnostic.participation_id) if row.diagnostic else row.unit
        elements[row.pk] = Element(row.pk, unit, row.section, row.size_band, row.scores)
        if row.diagnostic_id is not None:
            known[row.diagnostic_id, row.stamp, row.section, row.size_band] = row.pk
    return elements, known


@dataclass
class _Units:
    """The companies that may enter a table on a date, linked ones put together."""

    programme: Programme
    version: QuestionnaireVersion
    day: date

    def __post_init__(self) -> None:
        end = timezone.make_aware(datetime.combine(self.day + timedelta(days=1), time.min))
        rows = (
            Diagnostic.objects.filter(
                programme=self.programme,
                version=self.version,
                status=DiagnosticStatus.SUBMITTED,
                submitted_at__lt=end,
                score_tenths__isnull=False,
                participation__observatory_consent=True,
            )
            .order_by("submitted_at", "pk")
            .values_list(
                "pk",
                "participation_id",
                "participation__group_id",
                "participation__establishment__company_id",
                "participation__section",
                "participation__size_band",
                "score_tenths",
                "submitted_at",
            )
        )
        # The last one of each company stays.
        self.rows = {row.participation: row for row in (_Row(*values) for values in rows)}
        self._units = _linked(self.rows.values())

    def unit_of(self, participation_id: int) -> str:
        """The name of the unit a company belongs to, whether it may enter today or not."""
        return self._units.get(participation_id, f"p{participation_id}")

    def elements(
        self, known: Mapping[tuple[int, str, str, str], int]
    ) -> tuple[list[Element], dict[int, PeerElement]]:
        """One element for each unit, the first company to have joined; those never published apart."""
        scores = self._scores()
        chosen: dict[str, _Row] = {}
        for participation in sorted(self.rows):
            chosen.setdefault(self.unit_of(participation), self.rows[participation])
        elements, fresh = [], {}
        for rank, (unit, row) in enumerate(chosen.items(), start=1):
            told = {OVERALL: row.tenths, **scores[row.diagnostic]}
            key = known.get((row.diagnostic, row.stamp, row.section, row.size), -rank)
            elements.append(Element(key, unit, row.section, row.size, told))
            if key < 0:
                fresh[key] = PeerElement(
                    programme=self.programme,
                    version=self.version,
                    unit=unit,
                    diagnostic_id=row.diagnostic,
                    stamp=row.stamp,
                    section=row.section,
                    size_band=row.size,
                    scores=told,
                )
        return elements, fresh

    def _scores(self) -> dict[int, dict[str, int]]:
        found: dict[int, dict[str, int]] = defaultdict(dict)
        wanted = {row.diagnostic for row in self.rows.values()}
        rows = DimensionScore.objects.filter(
            diagnostic__programme=self.programme,
            diagnostic__version=self.version,
            score_tenths__isnull=False,
        ).values_list("diagnostic_id", "dimension_code", "score_tenths")
        for diagnostic, code, tenths in rows.iterator(chunk_size=5000):
            if diagnostic in wanted and tenths is not None:
                found[diagnostic][code] = tenths
        return found


def _linked(rows: Iterable[_Row]) -> dict[int, str]:
    """The unit of each company: establishments of one company, and companies of one group, are one."""
    unit: dict[int, int] = {}
    by_link: dict[tuple[str, int], int] = {}

    def root(number: int) -> int:
        while unit[number] != number:
            number = unit[number]
        return number

    for row in sorted(rows, key=lambda each: each.participation):
        unit[row.participation] = row.participation
        links = {"company": row.company, "group": row.group}
        for link in ((kind, number) for kind, number in links.items() if number is not None):
            first = root(by_link.setdefault(link, row.participation))
            mine = root(row.participation)
            unit[max(first, mine)] = min(first, mine)
    return {participation: f"p{root(participation)}" for participation in unit}
