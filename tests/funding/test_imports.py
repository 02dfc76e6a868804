"""An accountant's file: what each row would do, entered once, suppliers remembered, every fault told."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from companies.faults import FileFaultError
from core import exports
from core.errors import BusinessError
from core.formats import format_euros
from funding import services
from funding.expense_file import Column, FileContext, Reason, judge, parse, read_date
from funding.import_wording import describe, describe_file
from funding.models import Expense, ExpenseImport, Supplier
from funding.selectors.imports import suggested_suppliers
from funding.services.imports import (
    apply_expenses,
    confirm_expenses,
    receive_expense_file,
    stage_expenses,
)
from funding.services.suppliers import remember_supplier, save_supplier
from programme.models import Programme
from tests.companies.samples import make_siren, make_siret
from tests.funding.factories import line_of, make_plan, make_submitted

SIRET = make_siret(make_siren(7))
HEAD = "Ligne;Objet;Fournisseur;SIRET;N° facture;Date;Montant HT (€);TVA;TVA récupérable;Éligible"
CONTEXT = FileContext(
    lines={"1 1": 1, "etude d impact": 1, "2 1": 2},
    starts_on=date(2025, 7, 1),
    ends_on=date(2027, 6, 30),
    today=date(2026, 6, 30),
    closed_years=frozenset({2025}),
    allow_reserved=True,
)


def rows_of(*lines: str, head: str = "Ligne;Objet;Fournisseur;Facture;Date;Montant HT") -> list[Any]:
    return list(judge(parse("\n".join((head, *lines)).encode()), CONTEXT))


def reasons(*cells: str) -> list[Reason]:
    (row,) = rows_of(";".join(cells))
    return [remark.reason for remark in row.refusals]


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("1 234,56", []),
        ("1234.56 €", []),
        ("1\u202f234,5", []),
        ("1e3", [Reason.AMOUNT_UNREADABLE]),
        ("12,345", [Reason.AMOUNT_UNREADABLE]),
        ("NaN", [Reason.AMOUNT_UNREADABLE]),
        ("1.234,56", [Reason.AMOUNT_UNREADABLE]),
        ("-12", [Reason.AMOUNT_NEGATIVE]),
        ("0", [Reason.AMOUNT_NEGATIVE]),
        ("", [Reason.MISSING]),
        ("#REF!", [Reason.CELL_ERROR]),
        ("999999999999", [Reason.AMOUNT_TOO_LARGE]),
    ],
)
def test_amounts(amount: str, expected: list[Reason]) -> None:
    assert reasons("1.1", "Étude", "Cabinet", "F1", "15/03/2026", amount) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-03-15", []),
        ("15-03-26", []),
        ("31/02/2026", [Reason.DATE_UNREADABLE]),
        ("hier", [Reason.DATE_UNREADABLE]),
        ("30/06/2025", [Reason.DATE_OUTSIDE]),
        ("01/07/2027", [Reason.DATE_OUTSIDE]),
        ("01/07/2026", [Reason.DATE_FUTURE]),
        ("31/12/2025", [Reason.YEAR_CLOSED]),
        ("", [Reason.MISSING]),
    ],
)
def test_dates(day: str, expected: list[Reason]) -> None:
    assert reasons("1.1", "Étude", "Cabinet", "F1", day, "10") == expected


def test_every_fault_of_a_row_is_told_at_once() -> None:
    (row,) = rows_of("9.9;;" + "x" * 161 + ";F1;jamais;dix")
    assert [remark.reason for remark in row.refusals] == [
        Reason.TOO_LONG,
        Reason.MISSING,
        Reason.LINE_UNKNOWN,
        Reason.DATE_UNREADABLE,
        Reason.AMOUNT_UNREADABLE,
    ]
    assert all(describe(remark) for remark in row.refusals)


def test_lines_are_found_by_code_or_label_and_taxes_are_borne() -> None:
    head = HEAD
    first, second, third, fourth = rows_of(
        f"1.1 Étude d’impact;Acompte;Cabinet;{SIRET};F1;15/03/2026;1 000;200;50;900",
        "Étude d’impact;Acompte;Cabinet;;F2;15/03/2026;1 000;200;;",
        "2.1;Acompte;Cabinet;;F1;15/03/2026;1 000;10;20;",
        "1.1;Acompte;Cabinet;12345678901234;F4;15/03/2026;1 000;;;1000,01",
        head=head,
    )
    assert (first.draft.amount_cents, first.draft.tax_cents, first.draft.eligible_cents) == (
        1_150_00,
        200_00,
        900_00,
    )
    assert (second.draft.amount_cents, second.draft.eligible_cents) == (1_000_00, 1_000_00)
    assert [remark.reason for remark in third.refusals] == [Reason.TAX_IMPOSSIBLE]
    assert {remark.reason for remark in fourth.refusals} >= {Reason.SIRET_INVALID}


def test_an_invoice_may_be_split_over_lines_but_not_repeated() -> None:
    kept, split, again = rows_of(
        "1.1;A;Cabinet;F-001;15/03/2026;10",
        "2.1;A;Cabinet;F-001;15/03/2026;10",
        "1.1;B;CABINET ;f 001;16/03/2026;12",
    )
    assert kept.draft is not None
    assert split.draft is not None
    assert [(remark.reason, remark.detail) for remark in again.refusals] == [(Reason.TWICE_IN_FILE, "2")]


@settings(max_examples=40)
@given(st.integers(1, 10**10))
def test_amounts_survive_the_trip_through_both_kinds_of_file(cents: int) -> None:
    columns = ("Ligne", "Objet", "Fournisseur", "Date", "Montant HT")
    cells = ("1.1", "Objet", "Cabinet", date(2026, 3, 15), Decimal(cents) / 100)
    book = exports.xlsx_bytes([exports.Sheet("S", columns, [cells])])
    text = "".join(exports.csv_lines(exports.Sheet("S", columns, [cells]))).encode()
    for data in (book, text):
        (row,) = judge(parse(data), CONTEXT)
        assert row.draft is not None
        assert (row.draft.amount_cents, row.draft.spent_on) == (cents, "2026-03-15")


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_dates_are_read_as_they_are_written(day: date) -> None:
    for text in (f"{day:%d/%m/%Y}", f"{day:%d.%m.%y}", day.isoformat(), f"{day.isoformat()}T00:00:00"):
        assert read_date(text) == day


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"  \n ",
        b"%PDF-1.7",
        b"PK\x03\x04rien",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"a;b\n1;2",
        b"Ligne;Objet;Fournisseur;Date\n1;2;3;4",
        b"Ligne;Objet;Fournisseur;Date;Montant\n",
        b"Ligne;Objet;Fournisseur;Date;Montant;HT\n1;2;3;4;5;6",
        b'Ligne;Objet;Fournisseur;Date;Montant\n"1;2;3;4;5',
        b"Ligne;Objet;Fournisseur;Date;Montant\n1;=A1;3;4;5",
    ],
)
def test_files_that_cannot_be_read_whole_are_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(FileFaultError) as refused:
        parse(data)
    assert len(describe_file(refused.value)) > 20


@pytest.fixture
def _today() -> Iterator[None]:
    with time_machine.travel("2026-06-30 10:00:00+02:00", tick=False):
        yield


@pytest.fixture
def planned(programme: Programme, _today: None) -> Programme:
    make_plan(programme)
    return programme


def bring(programme: Programme, actor: User | None, *lines: str, apply: bool = True) -> ExpenseImport:
    batch = receive_expense_file(
        actor=actor, programme=programme, name="compta.csv", content="\n".join((HEAD, *lines)).encode()
    )
    stage_expenses(batch=batch)
    if apply:
        confirm_expenses(actor=actor, batch=batch)
        apply_expenses(actor=actor, batch=batch)
    return batch


@pytest.mark.django_db
def test_a_file_is_entered_once_however_often_it_is_sent(planned: Programme, officer: User) -> None:
    code = line_of(planned, 1).code
    lines = (
        f"{code};Acompte;Cabinet Orchivelin;{SIRET};F-12;15/03/2026;1 000,01;200;;",
        "Diagnostics;Lot 1;Atelier;;;16/03/2026;500;;;400",
        "inconnue;Lot 2;Atelier;;;16/03/2026;500;;;",
    )
    first = bring(planned, officer, *lines)
    assert (first.counts["created"], first.counts["refused"], first.counts["amount_cents"]) == (
        2,
        1,
        1_500_01,
    )
    assert Expense.objects.count() == 2
    assert Expense.objects.get(supplier="Atelier").eligible_cents == 400_00
    apply_expenses(actor=officer, batch=first)
    with time_machine.travel("2026-06-30 12:00:00+02:00", tick=False):
        again = bring(planned, officer, *lines)
    assert (again.counts["unchanged"], again.counts["created"]) == (2, 0)
    assert Expense.objects.count() == 2
    assert Supplier.objects.get(name="Cabinet Orchivelin").siret == SIRET


@pytest.mark.django_db
def test_a_dry_run_enters_nothing(planned: Programme, officer: User) -> None:
    batch = bring(planned, officer, "Diagnostics;Lot;Atelier;;F1;16/03/2026;500;;;", apply=False)
    assert batch.counts["created"] == 1
    assert (Expense.objects.count(), Supplier.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_a_draft_is_corrected_and_what_was_submitted_is_not(planned: Programme, officer: User) -> None:
    row = "Diagnostics;Lot;Atelier;;F1;16/03/2026;{};;;"
    bring(planned, officer, row.format("500"))
    corrected = bring(planned, officer, row.format("600"))
    assert corrected.counts["updated"] == 1
    assert Expense.objects.get().amount_cents == 600_00
    make_submitted(planned, officer, supplier="Cabinet", invoice_number="F9", axis=2, amount=100_00)
    refused = bring(planned, officer, "Diagnostics;Lot;cabinet;;f-9;15/03/2026;101;;;")
    (told,) = refused.rows.get().problems
    assert "D00002" in told
    assert Expense.objects.get(number=2).amount_cents == 100_00


@pytest.mark.django_db
def test_a_row_refused_meanwhile_does_not_stop_the_others(planned: Programme, officer: User) -> None:
    batch = bring(
        planned,
        officer,
        "Diagnostics;Lot;Atelier;;F1;16/03/2026;500;;;",
        "Sessions de formation;Lot;Atelier;;F2;31/12/2025;500;;;",
        apply=False,
    )
    services.close_year(actor=None, programme=planned, year=2025)
    confirm_expenses(actor=officer, batch=batch)
    apply_expenses(actor=officer, batch=batch)
    batch.refresh_from_db()
    assert (batch.counts["created"], batch.counts["refused"]) == (1, 1)
    assert "clos" in batch.rows.get(number=3).problems[0]


@pytest.mark.django_db
def test_suppliers_have_one_entry_and_a_true_siret(programme: Programme) -> None:
    first = save_supplier(actor=None, programme=programme, name="Cabinet  Été")
    assert save_supplier(actor=None, programme=programme, name="CABINET ETE").pk == first.pk
    assert remember_supplier(actor=None, programme=programme, name="cabinet été", siret=SIRET) == first
    first.refresh_from_db()
    assert (first.name, first.siret) == ("Cabinet Été", SIRET)
    for values, code in (
        ({"name": "Autre", "siret": "123"}, "siret"),
        ({"name": "Autre", "siret": SIRET}, "siret"),
        ({"name": "  "}, "name"),
        ({"name": "Cabinet été", "siret": make_siret(make_siren(9))}, "twin"),
    ):
        with pytest.raises(BusinessError) as refused:
            save_supplier(actor=None, programme=programme, **values)
        assert refused.value.code == code
    other = remember_supplier(actor=None, programme=programme, name="Autre", siret=SIRET)
    assert other is not None
    assert other.siret == ""
    assert suggested_suppliers(programme, "ÉTÉ") == ["Cabinet Été"]


@pytest.mark.django_db
def test_pages(
    planned: Programme,
    officer: User,
    signed_in: Callable[[User], Client],
    run_jobs: Callable[[], int],
    count_queries: Any,
) -> None:
    client = signed_in(officer)
    model = client.get("/essai/budget/depenses/imports/modele/").getvalue().decode()
    assert parse(model.encode()).headings.keys() == set(Column)
    code = line_of(planned, 2).code
    content = "\n".join((HEAD, f"{code};Lot;Atelier;;F1;16/03/2026;1 234,56;;;", "x;;;;;;;;;"))
    sent = client.post(
        "/essai/budget/depenses/imports/", {"file": SimpleUploadedFile("a.csv", content.encode("cp1252"))}
    )
    url = sent["Location"]
    assert "Vérification" in client.get(url).content.decode()
    run_jobs()
    page = client.get(url).content.decode()
    assert "Saisir 1 dépense" in page
    assert "ni le code ni le libellé" in page
    assert client.post(f"{url}confirmer/").status_code == 302
    run_jobs()
    assert format_euros(1_234_56) in client.get(f"{url}?lignes=created").content.decode()
    assert Expense.objects.get().status == "draft"
    added = client.post("/essai/budget/fournisseurs/ajouter/", {"name": "Zéphyr", "siret": "12", "city": ""})
    assert added.status_code == 422
    added = client.post("/essai/budget/fournisseurs/ajouter/", {"name": "Zéphyr", "siret": SIRET})
    assert added.status_code == 302
    for path in (
        "fournisseurs/",
        "fournisseurs/?q=atel",
        f"fournisseurs/{Supplier.objects.get(name='Zéphyr').pk}/",
    ):
        assert client.get(f"/essai/budget/{path}").status_code == 200
    assert "Zéphyr" in client.get("/essai/budget/fournisseurs/suggestions/?supplier=zep").content.decode()
    assert "Atelier" in client.get("/essai/budget/depenses/nouvelle/").content.decode()
