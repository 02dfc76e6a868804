"""What is exported is read back as « nothing to change », whatever people typed."""

import csv
import io
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from companies import services
from companies.enums import Stage
from companies.models import Participation
from companies.reference import WORKFORCE_BANDS
from companies.selectors.lists import export_sheet
from companies.services.imports import apply_batch, receive_file, stage_batch
from companies.texts import tidy
from core.enums import RowOutcome
from core.exports import csv_lines, xlsx_bytes
from programme.enums import Role
from programme.models import Programme
from programme.services import revoke_role
from tests.companies.samples import make_siren, make_siret

# What people type, and what spreadsheets are wary of.
NASTY = st.sampled_from(
    [
        *("=1+1", "+33", "-10 %", "@atelier", "'=cmd", "''=x", "'", "a\tb", "a  b", "a\u00a0b", "a\u202fb"),
        *('Dite "La Forge"', "A;B", "A,B", "L’Atelier", "l'atelier", "0012", "1E5", "12/05", "TRUE", "N/A"),
        *("Élan Œuvré", "x" * 250, "<b>gras</b>", "{{ 7 }}", "%s", "№ 5", "日本", "a\u200bb", "'-'", "- - -"),
    ]
)
TYPED = NASTY | st.text(
    st.characters(codec="utf-8", exclude_characters="\ufffd\x00"), min_size=1, max_size=30
)
NAMES = TYPED.map(tidy).filter(lambda name: name and not name.startswith("#"))
SHORT = TYPED.map(lambda text: tidy(text)[:60]).filter(lambda text: not text.startswith("#"))
PLACES = st.sampled_from(
    [
        *(("59200", "Tourcoing"), ("59000", "Lille"), ("59160", "Lomme"), ("80000", "AMIENS CEDEX 1")),
        *(("75011", "Paris"), ("", ""), ("59999", "Ville inconnue"), ("", "Amiens"), ("80080", "")),
    ]
)
COMPANIES = st.lists(
    st.fixed_dictionaries(
        {
            "name": NAMES,
            "trade_name": SHORT,
            "address": SHORT,
            "place": PLACES,
            "activity_code": st.sampled_from(["13.20Z", "69.20Z", ""]),
            "workforce_band": st.sampled_from(["", *WORKFORCE_BANDS]),
            "legal_category": st.sampled_from(["", "5710", "1000"]),
            "stage": st.sampled_from(list(Stage)),
            "advised": st.booleans(),
            "person": st.none() | st.tuples(SHORT.filter(bool), SHORT),
        }
    ),
    min_size=1,
    max_size=5,
)


def write(programme: Programme, officer: User, advisor: User, facts: list[dict[str, Any]]) -> None:
    for rank, row in enumerate(facts, start=1):
        postal_code, city = row["place"]
        participation = services.create_participation(
            actor=officer,
            programme=programme,
            siret=make_siret(make_siren(rank)),
            postal_code=postal_code,
            city=city,
            advisor=advisor if row["advised"] else None,
            **{key: row[key] for key in ("name", "trade_name", "address", "activity_code", "workforce_band")},
            legal_category=row["legal_category"],
            stage=row["stage"],
        )
        if row["person"]:
            last, first = row["person"]
            services.add_contact(
                actor=officer,
                participation=participation,
                facts=services.ContactFacts(last, first, phone="03 00 00 00 00", email=f"p{rank}@e.example"),
            )


def outcomes(programme: Programme, content: bytes, name: str) -> list[tuple[str, Any, Any]]:
    batch = receive_file(actor=None, programme=programme, name=name, content=content)
    stage_batch(batch=batch)
    assert batch.problem == ""
    return [(row.outcome, row.changes, row.problems) for row in batch.rows.order_by("number")]


def exported(programme: Programme) -> tuple[bytes, bytes]:
    rows = Participation.objects.for_programme(programme).order_by("pk")
    text = "".join(csv_lines(export_sheet(rows)))
    return text.encode(), xlsx_bytes([export_sheet(rows)])


@pytest.mark.django_db
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=COMPANIES)
def test_an_exported_file_has_nothing_to_change(
    programme: Programme, officer: User, advisor: User, facts: list[dict[str, Any]]
) -> None:
    with transaction.atomic():
        write(programme, officer, advisor, facts)
        for content, name in zip(exported(programme), ("a.csv", "a.xlsx"), strict=True):
            expected = [(RowOutcome.UNCHANGED, {}, [])] * len(facts)
            assert outcomes(programme, content, name) == expected
        transaction.set_rollback(True)
    cache.clear()


@given(TYPED)
@settings(max_examples=100)
def test_tidying_twice_is_tidying_once(text: str) -> None:
    once = tidy(text)
    assert tidy(once) == once
    assert "\n" not in once


@pytest.mark.django_db
def test_an_export_changed_in_one_cell_changes_that_only(
    programme: Programme, officer: User, advisor: User
) -> None:
    facts = {
        "name": "Tissages",
        "trade_name": "",
        "address": "",
        "place": ("59200", "Tourcoing"),
        "activity_code": "13.20Z",
        "workforce_band": "12",
        "legal_category": "",
        "stage": Stage.PLAN,
        "advised": True,
        "person": ("Delattre", "Inès"),
    }
    write(programme, officer, advisor, [facts, facts])
    content, _workbook = exported(programme)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    rows[1][rows[0].index("Raison sociale")] = "Tissages renommés"
    stream = io.StringIO()
    csv.writer(stream, delimiter=";").writerows(rows)
    batch = receive_file(actor=officer, programme=programme, name="b.csv", content=stream.getvalue().encode())
    stage_batch(batch=batch)
    assert [(row.outcome, row.changes) for row in batch.rows.order_by("number")] == [
        (RowOutcome.UPDATED, {"Raison sociale": ["Tissages", "Tissages renommés"]}),
        (RowOutcome.UNCHANGED, {}),
    ]
    before = {row.pk: (row.stage, row.advisor_id) for row in Participation.objects.all()}
    apply_batch(actor=officer, batch=batch)
    after = {row.pk: (row.stage, row.advisor_id) for row in Participation.objects.all()}
    assert before == after
    assert sorted(Participation.objects.values_list("name", flat=True)) == ["Tissages", "Tissages renommés"]


@pytest.mark.django_db
def test_an_advisor_who_left_does_not_spoil_the_file(
    programme: Programme, officer: User, advisor: User
) -> None:
    services.create_participation(
        actor=officer, programme=programme, siret=make_siret(make_siren(1)), name="A", advisor=advisor
    )
    revoke_role(actor=None, user=advisor, programme=programme, role=Role.ADVISOR)
    content, _workbook = exported(programme)
    assert [row[0] for row in outcomes(programme, content, "a.csv")] == [RowOutcome.UNCHANGED]
