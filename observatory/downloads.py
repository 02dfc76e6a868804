"""CSV and JSON of published tables: the same protected cells as the page, for machines."""

import csv
import io
import json
from typing import Any

from django.utils.translation import gettext as _

from core.exports import neutralise
from observatory.enums import Measure
from observatory.policy import POLICY
from observatory.selectors import CellView, ReleaseView, TableView
from observatory.wording import REPEATED_LONG, SECRET_LONG

CSV_TYPE = "text/csv; charset=utf-8"
JSON_TYPE = "application/json; charset=utf-8"


def csv_bytes(tables: list[TableView]) -> bytes:
    """Tables as one long CSV: one line per cell; a withheld figure is empty and says « secret »."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow(
        [
            _("tableau"),
            _("ligne"),
            _("libellé de la ligne"),
            _("colonne"),
            _("libellé de la colonne"),
            _("entreprises"),
            _("note moyenne"),
            _("état"),
        ]
    )
    for table in tables:
        for cell in table.cells:
            writer.writerow([neutralise(value) for value in _csv_row(table, cell)])
    return ("\ufeff" + buffer.getvalue()).encode()


def _csv_row(table: TableView, cell: CellView) -> list[str]:
    mean = "" if cell.value_tenths is None else f"{cell.value_tenths // 10},{cell.value_tenths % 10}"
    return [
        table.code,
        cell.row,
        cell.row_label,
        cell.column,
        cell.column_label,
        "" if cell.count is None else str(cell.count),
        mean,
        state_label(cell),
    ]


def state_label(cell: CellView) -> str:
    """« publié », « maintenu » or « secret »: the reason of a secret is not published."""
    if not cell.is_shown:
        return _("secret")
    return _("maintenu") if cell.repeated else _("publié")


def release_json(release: ReleaseView, tables: list[TableView]) -> bytes:
    """A release, its rules and its tables."""
    return json.dumps(release_data(release, tables), ensure_ascii=False, indent=1).encode()


def release_data(release: ReleaseView, tables: list[TableView]) -> dict[str, Any]:
    """What is published of a release, as plain values."""
    return {
        "number": release.number,
        "title": release.title,
        "reference_date": release.reference_date.isoformat(),
        "published_on": release.published_on.isoformat(),
        "questionnaire": release.questionnaire,
        "companies": release.companies,
        "notes": release.notes,
        "rules": {
            "threshold": POLICY.threshold,
            "secret": str(SECRET_LONG),
            "repeated": str(REPEATED_LONG),
            "unit": str(_("entreprise\u00a0; un groupe d’entreprises liées compte pour une")),
        },
        "tables": [table_data(table) for table in tables],
    }


def table_data(table: TableView) -> dict[str, Any]:
    """A published table as plain values."""
    return {
        "code": table.code,
        "title": table.title,
        "measure": table.measure,
        "unit": str(Measure(table.measure).label),
        "dimensions": [{"code": code, "label": label} for code, label in table.dimensions],
        "note": table.note,
        "cells": [cell_data(cell) for cell in table.cells],
    }


def cell_data(cell: CellView) -> dict[str, Any]:
    """A published cell as plain values; « secret » says nothing of its reason."""
    return {
        "row": cell.row,
        "row_label": cell.row_label,
        "column": cell.column,
        "column_label": cell.column_label,
        "state": "published" if cell.is_shown else "secret",
        "repeated": cell.repeated,
        "count": cell.count,
        "mean": None if cell.value_tenths is None else cell.value_tenths / 10,
    }
