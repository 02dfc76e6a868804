"""Computes a release: counts, protection, audit, means. Run by a worker, never inside a request.

This module loads the engine and the solver; web processes do not import it.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.errors import BusinessError
from observatory import counting
from observatory.aggregates import WHOLE, Cell
from observatory.assembling import Assembly, assemble
from observatory.composing import cell_of, key_of
from observatory.disclosure import FormerRelease, ProtectedCell, Protection, protect_release
from observatory.enums import Measure, ReleaseStatus
from observatory.means import MeanTable, ProtectedMean, attack_means, protect_means
from observatory.models import Release, ReleaseCell, ReleaseTable
from observatory.policy import POLICY, AuditOutcome, CellStatus
from observatory.sheets import Line, Sheet

Progress = Callable[[int, str], None]
MeanCells = dict[tuple[str, str], dict[Cell, ProtectedMean]]


def compute_release(release_id: str, progress: Progress) -> Release:
    """Count, protect and audit a release that is not published yet; computing again starts afresh.

    ``progress`` receives a percentage and a French step. Raises ``BusinessError`` when the release is
    published, or rests on nothing. Side effects: replaces the tables of the release, in one transaction.
    """
    release: Release = Release.objects.select_related("programme").get(pk=release_id)
    if release.is_published:
        raise BusinessError(_("Ce millésime est publié\u00a0: il ne change plus."), code="published")
    progress(2, _("Comptage des réponses"))
    version = counting.main_version(release.programme, release.reference_date)
    if version is None:
        raise BusinessError(_("Aucun diagnostic n’était remis à cette date."), code="nothing")
    assembly = assemble(release.programme, version, release.reference_date)
    history, numbers = former_releases(release)
    steps = {
        "engine": _("Choix des cases à masquer"),
        "repair": _("Protection entre tableaux"),
        "attack": _("Attaque du millésime"),
    }
    protection = protect_release(assembly.tables, history, progress=_sparing(progress, steps))
    progress(88, _("Notes moyennes"))
    means, open_means = _protect_means(assembly, protection, former_means(release))
    progress(95, _("Enregistrement"))
    _store(release, assembly, protection, means, numbers, open_means)
    return release


def _sparing(progress: Progress, steps: dict[str, str]) -> Progress:
    """Tell the job only when the percentage moves: each telling is a write."""
    told = -1

    def tell(done: int, step: str) -> None:
        nonlocal told
        percent = 10 + 75 * done // 100
        if percent != told:
            told = percent
            progress(percent, steps[step])

    return tell


def former_releases(release: Release) -> tuple[list[FormerRelease], list[int]]:
    """Published releases that came before, oldest first, with their numbers; counts only."""
    published = list(
        Release.objects.for_programme(release.programme).published().exclude(pk=release.pk).order_by("number")
    )
    cells: dict[str, dict[Cell, ProtectedCell]] = {str(one.pk): {} for one in published}
    rows = ReleaseCell.objects.filter(table__release__in=published, table__measure=Measure.COUNT).values_list(
        "table__release_id", "key", "status", "count", "repeated"
    )
    for owner, key, status, count, repeated in rows:
        cells[str(owner)][cell_of(key)] = ProtectedCell(CellStatus(status), count, repeated)
    return [FormerRelease(str(one.number), cells[str(one.pk)]) for one in published], [
        one.number for one in published
    ]


def former_means(release: Release) -> dict[tuple[str, Cell], int]:
    """Last published mean of each score and cell."""
    rows = (
        ReleaseCell.objects.filter(
            table__release__in=Release.objects.for_programme(release.programme).published(),
            table__measure=Measure.MEAN,
            value_tenths__isnull=False,
        )
        .order_by("table__release__number")
        .values_list("table__code", "row", "column", "key", "value_tenths")
    )
    return {
        (row if table == "scores" else column, cell_of(key)): value for table, row, column, key, value in rows
    }


def _protect_means(
    assembly: Assembly, protection: Protection, former: dict[tuple[str, Cell], int]
) -> tuple[MeanCells, int]:
    """Means of every sheet, and how many hidden ones the attack still bounds too tightly."""
    tables = [
        MeanTable(
            axis,
            sums,
            protection.cells,
            {cell: value for (score, cell), value in former.items() if score == measure},
        )
        for (_sheet, measure), (axis, sums) in assembly.sums.items()
    ]
    means: MeanCells = dict(zip(assembly.sums, protect_means(tables), strict=True))
    fallen = sum(
        len(attack_means(table.axis, table.sums, shown))
        for table, shown in zip(tables, means.values(), strict=True)
    )
    # the overall mean is one figure: it is hidden everywhere as soon as one sheet hides it
    for sheet, measure in list(means):
        other = means["scores-department" if sheet == "scores-sector" else "scores-sector", measure]
        if means[sheet, measure][WHOLE].tenths is None:
            other[WHOLE] = means[sheet, measure][WHOLE]
    return means, fallen


@transaction.atomic
def _store(
    release: Release,
    assembly: Assembly,
    protection: Protection,
    means: MeanCells,
    numbers: Sequence[int],
    open_means: int,
) -> None:
    """Write the protected cells and the verdict; true counts are dropped here."""
    release = Release.objects.select_for_update().get(pk=release.pk)
    if release.is_published:
        raise BusinessError(_("Ce millésime est publié\u00a0: il ne change plus."), code="published")
    release.tables.all().delete()
    statuses: Counter[str] = Counter()
    for position, sheet in enumerate(assembly.sheets):
        table = ReleaseTable.objects.create(
            release=release,
            code=sheet.code,
            title=sheet.title,
            measure=Measure.MEAN if sheet.is_mean else Measure.COUNT,
            dimensions=[{"code": code, "label": label} for code, label in sheet.dimensions],
            note=sheet.note,
            position=position,
        )
        cells = [
            _cell(table, sheet, line, place, protection, means) for place, line in enumerate(sheet.lines)
        ]
        ReleaseCell.objects.bulk_create(cells, batch_size=500)
        statuses.update(cell.status for cell in cells)
    passed = protection.audit.outcome is AuditOutcome.PASSED and not open_means
    release.version = assembly.version
    release.status = ReleaseStatus.READY if passed else ReleaseStatus.REFUSED
    release.companies = protection.cells[WHOLE].shown
    release.suppressions = dict(statuses)
    release.audit = _verdict(protection, assembly, numbers, open_means)
    release.computed_at = timezone.now()
    release.full_clean()
    release.save()
    audit.record(
        actor=release.prepared_by,
        verb="release.computed",
        obj=release,
        programme_id=release.programme_id,
        changes={"outcome": release.audit["outcome"], "cells": dict(statuses)},
    )


def _cell(
    table: ReleaseTable, sheet: Sheet, line: Line, position: int, protection: Protection, means: MeanCells
) -> ReleaseCell:
    """One row of the release: a figure when it is published, nothing otherwise."""
    count = protection.cells[line.cell]
    status, shown, value, repeated = count.status, count.shown, None, count.repeated
    if line.measure:
        source = sheet.code if sheet.code != "scores" else "scores-sector"
        mean = means[source, line.measure][line.cell]
        status, value, repeated = mean.status, mean.tenths, mean.repeated
        shown = shown if value is not None else None
    return ReleaseCell(
        table=table,
        key=key_of(line.cell),
        row=line.row,
        row_label=line.row_label[:400],
        column=line.column,
        column_label=line.column_label[:250],
        status=status.value,
        count=shown,
        value_tenths=value,
        repeated=repeated and shown is not None,
        position=position,
    )


def _verdict(
    protection: Protection, assembly: Assembly, numbers: Sequence[int], open_means: int
) -> dict[str, object]:
    """The audit as it is kept: no true count, only what the adversary reached."""
    found = protection.audit
    passed = found.outcome is AuditOutcome.PASSED and not open_means
    labels = {key_of(line.cell): _said(line) for sheet in assembly.sheets for line in sheet.lines}
    return {
        "outcome": (AuditOutcome.PASSED if passed else AuditOutcome.FAILED).value,
        "attacked": found.attacked,
        "tables": len(assembly.tables),
        "releases": list(numbers),
        "hidden_by_engine": found.hidden_by_engine,
        "hidden_by_attack": found.hidden_by_attack,
        "open_means": open_means,
        "threshold": POLICY.threshold,
        "findings": [
            {
                "cell": labels.get(key_of(one.cell), key_of(one.cell)),
                "release": [*numbers, None][one.release],
                "scenario": one.scenario,
                "through": [labels.get(key_of(cell), key_of(cell)) for cell in one.through[:12]],
            }
            for one in found.findings
        ],
    }


def _said(line: Line) -> str:
    """A cell in words."""
    return f"{line.row_label} × {line.column_label}" if line.column_label else line.row_label
