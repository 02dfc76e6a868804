"""Queries compiled once: for the few reads that every request of the hottest pages makes.

Turning a query object into SQL costs Django several times what the database takes to answer it by key.
Here the ORM still writes the query, so that a rule of visibility exists once; its SQL is kept, and only
its marked parameters change from call to call. PostgreSQL keeps its plan too, by connection: planning a
read with its rules of visibility takes it several times what running it does.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.db import connection
from django.db.models import Model, QuerySet

_FIRST_MARK = -9_100_000_001
Row = TypeVar("Row", bound=Model)


# Names of statements, unique in the process; which of them each connection already knows.
_numbers = itertools.count(1)
_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


class KeptStatement:
    """A statement whose plan PostgreSQL keeps, by connection; elsewhere it runs as it is.

    ``sql`` has one ``%s`` per value. Those of ``params`` never change; ``places`` tells which of them ``run``
    gives anew each time (all, without ``params``).
    """

    def __init__(
        self, sql: str, params: Sequence[Any] | None = None, places: Sequence[int] | None = None
    ) -> None:
        self.name, self.sql = f"edec_{next(_numbers)}", sql
        self.params = tuple(params) if params is not None else (None,) * sql.count("%s")
        self.places = tuple(places) if places is not None else tuple(range(len(self.params)))
        marks = ", ".join(["%s"] * len(self.places))
        self._call = f"EXECUTE {self.name} ({marks})" if marks else f"EXECUTE {self.name}"

    def run(self, cursor: Any, values: Sequence[Any]) -> None:
        """Run it on a cursor of the present connection, with one value per place."""
        if _keeps_plans():
            self._prepare()
            cursor.execute(self._call, values)
            return
        real = list(self.params)
        for place, value in zip(self.places, values, strict=True):
            real[place] = value
        cursor.execute(self.sql, real)

    def _prepare(self) -> None:
        """Give the statement to the server, once per connection; it outlives a transaction undone.

        What never changes is written in it, what does is numbered.
        """
        raw = connection.connection
        known = _known.setdefault(raw, set())
        if self.name in known:
            return
        from psycopg2.extensions import AsIs

        written = list(self.params)
        for number, place in enumerate(self.places, start=1):
            written[place] = AsIs(f"${number}")
        with raw.cursor() as cursor:
            cursor.execute(f"PREPARE {self.name} AS {self.sql}", written)
        known.add(self.name)


def _keeps_plans() -> bool:
    """Whether the server may keep plans: not behind a pool that changes connections between transactions.

    Such a pool is declared the usual way, by ``DISABLE_SERVER_SIDE_CURSORS``.
    """
    pooled = connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS", False)
    return connection.vendor == "postgresql" and not pooled


@dataclass(frozen=True)
class _Compiled:
    statement: KeptStatement
    names: tuple[str, ...]
    width: int
    converters: tuple[tuple[int, Any, tuple[Callable[..., Any], ...]], ...]


class CompiledQuery:
    """``CompiledQuery(lambda pk: Row.objects.filter(pk=pk).values_list("name"), "pk")``.

    ``build`` receives one mark per name (a whole number or, for the names of ``texts``, a text that no row
    has) and returns a ``values_list`` queryset; ``rows(pk=3)`` runs it with real values. Raises
    ``ValueError`` when the query does not use every name.
    """

    def __init__(
        self, build: Callable[..., QuerySet[Any, Any]], *names: str, texts: Sequence[str] = ()
    ) -> None:
        self._build = build
        numbers = {name: _FIRST_MARK - rank for rank, name in enumerate(names)}
        self._marks: dict[str, int | str] = {**numbers, **{name: f"\x01{name}\x01" for name in texts}}
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Run the query; ``values`` gives every name its value."""
        return _read(self.compiled(), values)

    def compiled(self) -> _Compiled:
        """What runs on the present kind of database."""
        compiled = self._compiled.get(connection.vendor)
        if compiled is None:
            compiled = self._compiled[connection.vendor] = self._compile()
        return compiled

    def _compile(self) -> _Compiled:
        compiler = self._build(**self._marks).query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        by_mark = {mark: name for name, mark in self._marks.items()}
        places = tuple(
            (place, by_mark[param])
            for place, param in enumerate(params)
            if isinstance(param, int | str) and param in by_mark
        )
        if {name for _place, name in places} != set(self._marks):
            raise ValueError("a name of a compiled query must be one of its parameters")
        found = compiler.get_converters([column[0] for column in compiler.select])
        converters = tuple((place, expression, tuple(each)) for place, (each, expression) in found.items())
        statement = KeptStatement(sql, params, [place for place, _name in places])
        names = tuple(name for _place, name in places)
        return _Compiled(statement, names, len(compiler.select), converters)


def _read(compiled: _Compiled, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        compiled.statement.run(cursor, [values[name] for name in compiled.names])
        found = cursor.fetchall()
    if not compiled.converters:
        return list(found)
    return [_converted(row, compiled) for row in found]


def _converted(row: Sequence[Any], compiled: _Compiled) -> tuple[Any, ...]:
    values = list(row)
    for place, expression, converters in compiled.converters:
        for convert in converters:
            values[place] = convert(values[place], expression, connection)
    return tuple(values)


class CompiledTogether:
    """Several compiled queries in one round trip: each row of the first, with those of the others or nothing.

    For reads of one row each but the last: their rows are combined. A name that several use has one value.
    """

    def __init__(self, *parts: CompiledQuery) -> None:
        self._parts = parts
        self._joined: dict[str, tuple[_Compiled, tuple[slice, ...]]] = {}

    def rows(self, **values: Any) -> list[tuple[tuple[Any, ...] | None, ...]]:
        """The combined rows, cut again by query; None where a query found nothing."""
        joined = self._joined.get(connection.vendor)
        if joined is None:
            joined = self._joined[connection.vendor] = self._join()
        compiled, cuts = joined
        cut = [tuple(row[each] for each in cuts) for row in _read(compiled, values)]
        return [tuple(part if part[0] is not None else None for part in row) for row in cut]

    def _join(self) -> tuple[_Compiled, tuple[slice, ...]]:
        params: list[Any] = []
        places: list[int] = []
        names: list[str] = []
        converters: list[Any] = []
        cuts: list[slice] = []
        for part in (part.compiled() for part in self._parts):
            places += [len(params) + place for place in part.statement.places]
            start = cuts[-1].stop if cuts else 0
            converters += [(start + place, *rest) for place, *rest in part.converters]
            cuts.append(slice(start, start + part.width))
            params += part.statement.params
            names += part.names
        sources = [f"({part.compiled().statement.sql}) part_{rank}" for rank, part in enumerate(self._parts)]
        sql = (
            f"SELECT * FROM {' LEFT JOIN '.join([sources[0], *(f'{each} ON true' for each in sources[1:])])}"  # noqa: S608 -- compiled by the ORM
        )
        statement = KeptStatement(sql, params, places)
        return _Compiled(statement, tuple(names), cuts[-1].stop, tuple(converters)), tuple(cuts)


class CompiledRow(Generic[Row]):
    """One whole row, or nothing: ``CompiledRow(User, lambda pk: User.objects.filter(pk=pk), "pk")``."""

    def __init__(
        self, model: type[Row], build: Callable[..., QuerySet[Row]], *names: str, texts: Sequence[str] = ()
    ) -> None:
        self._model = model
        self._columns = tuple(field.attname for field in model._meta.concrete_fields)
        self.query = CompiledQuery(
            lambda **marks: build(**marks).order_by().values_list(*self._columns), *names, texts=texts
        )

    def get(self, **values: Any) -> Row | None:
        """The row, as Django would have loaded it."""
        for row in self.query.rows(**values):
            return self.made_of(row)
        return None

    def made_of(self, row: Sequence[Any]) -> Row:
        """The row of the model that the values of ``query`` tell."""
        return self._model.from_db(connection.alias, self._columns, row)
