"""The indexes behind the search of companies, on each database.

PostgreSQL indexes the text by trigrams (``pg_trgm``), for words that are somewhere in it, and by whole
words. A third table knows each word once, for those that resemble a word asked: comparing a few thousand
words takes a tenth of the time of comparing a hundred thousand texts. SQLite keeps a full-text table
beside the text.

Triggers feed both, whoever writes the rows. Django drops SQLite's when it rewrites the table of
participations, so they are put back after every migration, and what they feed is filled again when they
were missing.
"""

from typing import Any

from django.db import transaction

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

# Entries that wait to be sorted into a GIN index are read through by every search: few may wait.
_WORDS_OF_TEXT = """
    CREATE INDEX IF NOT EXISTS participation_search_words ON companies_participation
        USING gin (string_to_array(search_text, ' ')) WITH (fastupdate = off);
    ALTER INDEX IF EXISTS participation_search_trigrams SET (gin_pending_list_limit = 64);"""
# No word is unique, and nobody waits: who writes while another forgets words adds hers again, and a word is
# forgotten only while nobody else writes any. What is then left too long or twice goes with ``forget_words``.
_KNOWN_WORDS = """
    CREATE TABLE IF NOT EXISTS companies_search_word (word text NOT NULL);
    CREATE INDEX IF NOT EXISTS companies_search_word_whole ON companies_search_word (word);
    CREATE INDEX IF NOT EXISTS companies_search_word_trigrams ON companies_search_word
        USING gin (word gin_trgm_ops) WITH (fastupdate = off);"""
_FUNCTIONS = """
    CREATE OR REPLACE FUNCTION companies_words_of(body text) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
        SELECT DISTINCT word FROM unnest(string_to_array(body, ' ')) AS word
        WHERE length(word) >= 3 AND word ~ '[a-z]'
    $$;
    CREATE OR REPLACE FUNCTION companies_words_like(asked text) RETURNS SETOF text LANGUAGE plpgsql STABLE
    AS $$ BEGIN
        RETURN QUERY SELECT DISTINCT ON (word_similarity(asked, word), word) word FROM companies_search_word
            WHERE word %> asked ORDER BY word_similarity(asked, word) DESC, word LIMIT 100;
    END $$;
    CREATE OR REPLACE FUNCTION companies_near_words(asked text) RETURNS SETOF text LANGUAGE plpgsql STABLE
        SET pg_trgm.word_similarity_threshold = 0.5 AS $$
    DECLARE found text[];
    BEGIN
        found := ARRAY(SELECT companies_words_like(asked));
        IF cardinality(found) < 30 THEN
            PERFORM set_config('pg_trgm.word_similarity_threshold', '0.3', true);
            found := ARRAY(SELECT companies_words_like(asked));
        END IF;
        RETURN QUERY SELECT unnest(found);
    END $$;
    CREATE OR REPLACE FUNCTION companies_forget_words(gone text[]) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
        IF NOT pg_try_advisory_xact_lock(hashtext('companies_search_word')) THEN RETURN; END IF;
        DELETE FROM companies_search_word AS known WHERE known.word = ANY (gone) AND NOT EXISTS (
            SELECT 1 FROM companies_participation
            WHERE string_to_array(search_text, ' ') @> ARRAY[known.word]);
    END $$;
    CREATE OR REPLACE FUNCTION companies_search_written() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE alone boolean := pg_try_advisory_xact_lock_shared(hashtext('companies_search_word'));
    BEGIN
        INSERT INTO companies_search_word (word)
            SELECT fresh FROM companies_words_of(new.search_text) AS fresh
            WHERE NOT alone OR NOT EXISTS (SELECT 1 FROM companies_search_word WHERE word = fresh);
        IF TG_OP = 'UPDATE' THEN
            PERFORM companies_forget_words(ARRAY(
                SELECT companies_words_of(old.search_text)
                EXCEPT SELECT companies_words_of(new.search_text)));
        END IF;
        RETURN NULL;
    END $$;
    CREATE OR REPLACE FUNCTION companies_search_deleted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM companies_forget_words(ARRAY(
            SELECT DISTINCT gone FROM removed, companies_words_of(removed.search_text) AS gone));
        RETURN NULL;
    END $$;
    CREATE OR REPLACE FUNCTION companies_search_emptied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        TRUNCATE companies_search_word;
        RETURN NULL;
    END $$;"""
_POSTGRESQL_TRIGGERS = {
    "companies_search_added": """
        CREATE TRIGGER companies_search_added AFTER INSERT ON companies_participation
        FOR EACH ROW EXECUTE FUNCTION companies_search_written()""",
    "companies_search_changed": """
        CREATE TRIGGER companies_search_changed AFTER UPDATE OF search_text ON companies_participation
        FOR EACH ROW WHEN (old.search_text IS DISTINCT FROM new.search_text)
        EXECUTE FUNCTION companies_search_written()""",
    "companies_search_removed": """
        CREATE TRIGGER companies_search_removed AFTER DELETE ON companies_participation
        REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION companies_search_deleted()""",
    "companies_search_emptied": """
        CREATE TRIGGER companies_search_emptied AFTER TRUNCATE ON companies_participation
        FOR EACH STATEMENT EXECUTE FUNCTION companies_search_emptied()""",
}
_FILL_WORDS = """
    TRUNCATE companies_search_word;
    INSERT INTO companies_search_word (word)
        SELECT DISTINCT word FROM companies_participation, companies_words_of(search_text) AS word"""


_FORGET = """
    DELETE FROM companies_search_word AS known WHERE EXISTS (
        SELECT 1 FROM companies_search_word AS same WHERE same.word = known.word AND same.ctid < known.ctid);
    SELECT companies_forget_words(ARRAY(SELECT word FROM companies_search_word
        EXCEPT SELECT word FROM companies_participation, companies_words_of(search_text) AS word));"""


def forget_words(connection: Any) -> None:
    """Remove the words that no company bears any more, or that are there twice (PostgreSQL only).

    Changes nothing while somebody writes a company: the next time will do.
    """
    if connection.vendor != "postgresql":
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('companies_search_word'))")
        if cursor.fetchone()[0]:
            cursor.execute(_FORGET)


def ensure_search_index(connection: Any) -> None:
    """Make what the search needs, with its triggers, where it is missing."""
    if SOURCE not in connection.introspection.table_names():
        return
    if connection.vendor == "sqlite":
        _ensure_sqlite(connection)
    elif connection.vendor == "postgresql":
        _ensure_postgresql(connection)


def _ensure_sqlite(connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        present = {name for (name,) in cursor.fetchall()}
        missing = [statement for name, statement in _TRIGGERS.items() if name not in present]
        for statement in missing:
            cursor.execute(statement)
        if missing:
            cursor.execute(_FILL)


def _ensure_postgresql(connection: Any) -> None:
    """Nothing before the migration that installs ``pg_trgm``: later ones, and their end, come back here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        if cursor.fetchone() is None:
            return
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [SOURCE]
        )
        present = {name for (name,) in cursor.fetchall()}
        missing = [statement for name, statement in _POSTGRESQL_TRIGGERS.items() if name not in present]
        if not missing:
            return
        for statement in (_WORDS_OF_TEXT, _KNOWN_WORDS, _FUNCTIONS, *missing, _FILL_WORDS):
            cursor.execute(statement)
