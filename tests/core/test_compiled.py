"""Queries compiled once give what the ORM gives."""

from __future__ import annotations

from typing import Any

import pytest

from core.compiled import CompiledQuery
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
