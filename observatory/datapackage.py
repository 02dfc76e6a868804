"""A release as a data package: one CSV per table, and the schema that says what every column is.

The descriptor follows the Frictionless Data Package and Table Schema specifications; the schema of each
table is read by pandas off the table itself, so that the two cannot drift apart. Everything comes from
the protected cells, as on the page.
"""

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.exports import neutralise
from observatory.downloads import release_data, state_label
from observatory.selectors import ReleaseView, TableView

if TYPE_CHECKING:
    import pandas

ZIP_TYPE = "application/zip"
# A zip's first possible day: the same release always gives the same bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def package_bytes(release: ReleaseView, tables: list[TableView]) -> bytes:
    """The package as a zip: ``datapackage.json`` and ``data/<table>.csv``."""
    frames = {table.code: _frame(table) for table in tables}
    descriptor = {
        **{name: value for name, value in release_data(release, []).items() if name != "tables"},
        "name": f"observatoire-{release.number}",
        "profile": "tabular-data-package",
        "resources": [_resource(table, frames[table.code]) for table in tables],
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        _write(package, "datapackage.json", json.dumps(descriptor, ensure_ascii=False, indent=1))
        for code, frame in frames.items():
            _write(package, f"data/{code}.csv", frame.to_csv(index=False, lineterminator="\n"))
    return buffer.getvalue()


def _write(package: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    package.writestr(entry, text.encode())


def _frame(table: TableView) -> "pandas.DataFrame":
    # Heavy, and needed by this download alone.
    import pandas

    cells = table.cells
    tenths = pandas.array([cell.value_tenths for cell in cells], dtype="Int64")
    return pandas.DataFrame(
        {
            "row": [neutralise(cell.row) for cell in cells],
            "row_label": [neutralise(cell.row_label) for cell in cells],
            "column": [neutralise(cell.column) for cell in cells],
            "column_label": [neutralise(cell.column_label) for cell in cells],
            "companies": pandas.array([cell.count for cell in cells], dtype="Int64"),
            "mean": tenths.astype("Float64") / 10,
            "state": pandas.Categorical(
                [state_label(cell) for cell in cells], [_("publié"), _("maintenu"), _("secret")]
            ),
        }
    )


def _resource(table: TableView, frame: "pandas.DataFrame") -> dict[str, Any]:
    from pandas.io.json import build_table_schema

    return {
        "name": table.code,
        "title": table.title,
        "path": f"data/{table.code}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "profile": "tabular-data-resource",
        "description": table.note,
        "schema": {
            "fields": build_table_schema(frame, index=False, version=False)["fields"],
            "missingValues": [""],
        },
    }
