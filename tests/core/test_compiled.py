"""Queries compiled once give what the ORM gives."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import User
from core.compiled import CompiledQuery, CompiledRow, CompiledTogether, KeptStatement
from programme.models import Programme, RoleGrant

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


def test_several_reads_in_one_round_trip(
    programme: Programme, officer: User, director: User, count_queries: Any
) -> None:
    people = CompiledRow(User, lambda person: User.objects.filter(pk=person), "person")
    there = CompiledRow(Programme, lambda slug: Programme.objects.filter(slug=slug), texts=("slug",))
    grants = CompiledQuery(
        lambda slug: (
            RoleGrant.objects.filter(programme__slug=slug).order_by("user").values_list("user_id", "role")
        ),
        texts=("slug",),
    )
    together = CompiledTogether(there.query, people.query, grants)
    with count_queries() as queries:
        rows = together.rows(slug="essai", person=officer.pk)
    assert len(queries) == 1
    first, person, _grant = rows[0]
    assert first is not None
    assert person is not None
    assert (there.made_of(first), people.made_of(person)) == (programme, officer)
    assert vars(people.made_of(person))["date_joined"] == officer.date_joined
    assert [grant[0] for *_others, grant in rows if grant] == sorted([officer.pk, director.pk])
    assert [row[1:] for row in together.rows(slug="essai", person=0)] == [
        (None, (officer.pk, "officer")),
        (None, (director.pk, "director")),
    ]
    assert together.rows(slug="ailleurs", person=officer.pk) == []
