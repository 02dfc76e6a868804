"""Queries compiled once: for the few reads that every request of the hottest pages makes.

Turning a query object into SQL costs Django several times what the database takes to answer it by key.
Here the ORM still writes the query, so that a rule of visibility exists once; its SQL is kept, and only
its marked parameters change from call to call.
"""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import QuerySet

_FIRST_MARK = -9_100_000_001


class CompiledQuery:
    """``CompiledQuery(lambda pk: Row.objects.filter(pk=pk).values_list("name"), "pk")``.

    ``build`` receives one whole number per name (a mark that no row has) and returns a ``values_list``
    queryset; ``rows(pk=3)`` runs it with real values. Columns come as the driver gives them: choose
    numbers and texts. Raises ``ValueError`` when the query does not use every name.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *names: str) -> None:
        self._build, self._names = build, names
        self._compiled: dict[str, tuple[str, tuple[Any, ...], tuple[tuple[int, str], ...]]] = {}

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Run the query; ``values`` gives every name its value."""
        vendor = connection.vendor
        compiled = self._compiled.get(vendor)
        if compiled is None:
            compiled = self._compiled[vendor] = self._compile()
        sql, params, places = compiled
        real = list(params)
        for place, name in places:
            real[place] = values[name]
        with connection.cursor() as cursor:
            cursor.execute(sql, real)
            return list(cursor.fetchall())

    def _compile(self) -> tuple[str, tuple[Any, ...], tuple[tuple[int, str], ...]]:
        marks = {name: _FIRST_MARK - rank for rank, name in enumerate(self._names)}
        sql, params = self._build(**marks).query.sql_with_params()
        by_mark = {mark: name for name, mark in marks.items()}
        places = tuple((place, by_mark[param]) for place, param in enumerate(params) if param in by_mark)
        if {name for _place, name in places} != set(self._names):
            raise ValueError("a name of a compiled query must be one of its parameters")
        return sql, tuple(params), places
