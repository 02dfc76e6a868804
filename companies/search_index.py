"""The trigram index behind the search of companies, on each database.

PostgreSQL indexes the column (``pg_trgm``, in a migration). SQLite keeps a full-text table beside it,
fed by triggers: Django drops them when it rewrites the table of participations, so they are put back
after every migration, and the table is filled again when they were missing.
"""

from typing import Any

from companies.models.fields import SEARCH_TABLE

SOURCE = "companies_participation"
_TABLE = """CREATE VIRTUAL TABLE IF NOT EXISTS companies_search USING fts5(
    search_text, content='companies_participation', content_rowid='id', tokenize='trigram')"""
_FILL = "INSERT INTO companies_search(companies_search) VALUES ('rebuild')"
_TRIGGERS = {
    "companies_search_added": """
        CREATE TRIGGER companies_search_added AFTER INSERT ON companies_participation BEGIN
            INSERT INTO companies_search(rowid, search_text) VALUES (new.id, new.search_text);
        END""",
    "companies_search_removed": """
        CREATE TRIGGER companies_search_removed AFTER DELETE ON companies_participation BEGIN
            INSERT INTO companies_search(companies_search, rowid, search_text)
            VALUES ('delete', old.id, old.search_text);
        END""",
    "companies_search_changed": """
        CREATE TRIGGER companies_search_changed AFTER UPDATE OF search_text ON companies_participation
        WHEN old.search_text IS NOT new.search_text BEGIN
            INSERT INTO companies_search(companies_search, rowid, search_text)
            VALUES ('delete', old.id, old.search_text);
            INSERT INTO companies_search(rowid, search_text) VALUES (new.id, new.search_text);
        END""",
}
assert SEARCH_TABLE in _TABLE  # noqa: S101 -- the names above are written out for whoever reads the SQL


def ensure_search_index(connection: Any) -> None:
    """Make SQLite's full-text table and its triggers where they are missing; nothing elsewhere."""
    if connection.vendor != "sqlite" or SOURCE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        present = {name for (name,) in cursor.fetchall()}
        missing = [statement for name, statement in _TRIGGERS.items() if name not in present]
        for statement in missing:
            cursor.execute(statement)
        if missing:
            cursor.execute(_FILL)
