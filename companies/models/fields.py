"""Columns that companies are sorted and searched by."""

from typing import Any

from django.db import models
from django.db.models import Lookup

from companies.gazetteer import fold

SEARCH_TABLE = "companies_search"
TRIGRAM = 3


class NameKeyField(models.CharField):  # type: ignore[type-arg]  # not generic at run time
    """The name without accents or case, so that lists sort alike on every database (É is not after Z).

    Computed on every save and bulk insert, whoever writes the row.
    """

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001 -- Django's signature
        """Fold the name beside it."""
        value = fold(str(getattr(model_instance, "name", "")))[: self.max_length]
        setattr(model_instance, self.attname, value)
        return value


class SearchTextField(models.TextField):  # type: ignore[type-arg]  # not generic at run time
    """Folded words that a list is searched by, indexed by trigrams (``companies.search_index``)."""


@SearchTextField.register_lookup
class Holds(Lookup):  # type: ignore[type-arg]  # not generic at run time
    """``search_text__holds="tissage"``: the text contains the word, by the index of each database."""

    lookup_name = "holds"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """A plain search of a part of the text, which PostgreSQL answers from its trigram index."""
        left, parameters = self.process_lhs(compiler, connection)
        pattern = connection.ops.prep_for_like_query(str(self.rhs))
        return f"{left} LIKE %s ESCAPE '\\'", (*parameters, f"%{pattern}%")

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The same by the full-text table, which knows nothing of words shorter than a trigram."""
        word = str(self.rhs)
        if len(word) < TRIGRAM:
            return self.as_sql(compiler, connection)
        table = connection.ops.quote_name(self.lhs.alias)
        quoted = word.replace('"', '""')
        # The table is named in the code, the word is a parameter.
        sql = f"{table}.id IN (SELECT rowid FROM {SEARCH_TABLE} WHERE {SEARCH_TABLE} MATCH %s)"  # noqa: S608
        return sql, (f'"{quoted}"',)
