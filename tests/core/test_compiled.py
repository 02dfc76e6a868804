"""Queries compiled once give what the ORM gives."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from django.db import connection, transaction

from core.compiled import CompiledQuery, CompiledRow, KeptStatement
from programme.models import Programme

pytestmark = pytest.mark.django_db


def test_the_same_sql_serves_every_value(
    programme: Programme, other_programme: Programme, count_queries: Any
) -> None:
    query = CompiledQuery(lambda pk: Programme.objects.filter(pk=pk).order_by().values_list("slug"), "pk")
    with count_queries() as queries:
        assert query.rows(pk=programme.pk) == [("essai",)]
        assert query.rows(pk=other_programme.pk) == [("voisin",)]
        assert query.rows(pk=0) == []
    assert len(queries) == 3


def test_a_name_that_is_no_parameter_is_refused(programme: Programme) -> None:
    query = CompiledQuery(lambda pk, user: Programme.objects.filter(pk=pk).values_list("slug"), "pk", "user")
    with pytest.raises(ValueError, match="one of its parameters"):
        query.rows(pk=1, user=2)


def test_a_whole_row_is_the_one_that_the_orm_loads(programme: Programme) -> None:
    query = CompiledRow(Programme, lambda slug: Programme.objects.filter(slug=slug), texts=("slug",))
    found = query.get(slug="essai")
    loaded = Programme.objects.get(slug="essai")
    assert found is not None
    fields = [field.attname for field in Programme._meta.concrete_fields]
    assert [getattr(found, name) for name in fields] == [getattr(loaded, name) for name in fields]
    assert [type(getattr(found, name)) for name in fields] == [type(getattr(loaded, name)) for name in fields]
    assert query.get(slug="ailleurs") is None


def test_a_statement_outlives_a_transaction_undone(programme: Programme) -> None:
    statement = KeptStatement("SELECT slug FROM programme_programme WHERE id = %s")

    def slug() -> str:
        with connection.cursor() as cursor:
            statement.run(cursor, [programme.pk])
            return str(cursor.fetchone()[0])

    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        assert slug() == "essai"
        raise ZeroDivisionError
    assert slug() == "essai"


def test_what_never_changes_is_written_in_the_statement(programme: Programme) -> None:
    statement = KeptStatement(
        "SELECT slug FROM programme_programme WHERE id = %s AND short_name = %s AND slug <> %s",
        [None, "Essai", "100 %' OR 1 = 1"],
        [0],
    )
    with connection.cursor() as cursor:
        statement.run(cursor, [programme.pk])
        assert cursor.fetchall() == [("essai",)]


def test_behind_a_pool_that_changes_connections_no_plan_is_kept(
    programme: Programme, monkeypatch: pytest.MonkeyPatch, count_queries: Any
) -> None:
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    query = CompiledQuery(lambda pk: Programme.objects.filter(pk=pk).order_by().values_list("slug"), "pk")
    with count_queries() as queries:
        assert query.rows(pk=programme.pk) == [("essai",)]
    assert [each["sql"].startswith("SELECT") for each in queries] == [True]
