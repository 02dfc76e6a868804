"""Pages of expenses: taxes, duplicates, two people at once."""

import pytest

from funding import services
from funding.models import Expense
from tests.funding.factories import (
    line_of,
    make_expense,
    make_submitted,
    upload,
)
from tests.funding.pages import TOKEN, text, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("june")]


def entered(programme, **changes):
    return {
        "line": line_of(programme, 1).pk,
        "label": "Étude, acompte 1",
        "supplier": "Cabinet Orchivelin",
        "invoice_number": "F-2603",
        "spent_on": "2026-03-15",
        "amount": "1 000,00",
        "tax": "200,00",
        "recoverable": "50,00",
        "eligible": "",
        "evidence_kind": "invoice",
        "form_token": TOKEN,
        "action": "submit",
        **changes,
    }


def test_taxes_make_the_cost_and_the_recoverable_part_is_never_eligible(planned, officer, signed_in):
    client = signed_in(officer)
    client.post(url(planned, "expense_create"), {**entered(planned), "evidence": upload()})
    expense = Expense.objects.get()
    assert (expense.amount_cents, expense.tax_cents, expense.recoverable_tax_cents) == (
        1_150_00,
        200_00,
        50_00,
    )
    assert expense.eligible_cents == 1_150_00
    response = client.post(
        url(planned, "expense_create"), entered(planned, recoverable="200,01", form_token=TOKEN[:-1] + "2")
    )
    assert response.status_code == 422
    assert "ne dépasse pas la taxe" in text(response)


def test_a_likely_duplicate_is_kept_as_a_draft_and_told(planned, officer, director, signed_in):
    client = signed_in(officer)
    client.post(url(planned, "expense_create"), {**entered(planned), "evidence": upload()})
    again = entered(planned, form_token=TOKEN[:-1] + "2", amount="12,00", tax="", recoverable="")
    response = client.post(
        url(planned, "expense_create"), {**again, "evidence": upload("b.pdf")}, follow=True
    )
    assert "ressemble à une dépense déjà saisie" in text(response)
    assert "même fournisseur et même numéro de facture" in text(response)
    second = Expense.objects.get(number=2)
    assert (second.status, second.evidence.count()) == ("draft", 1)
    client.post(url(planned, "expense_submit", pk=second.pk))
    second.refresh_from_db()
    assert second.status == "submitted"
    assert "Peut-être déjà saisie" in text(
        signed_in(director).get(url(planned, "expense_detail", pk=second.pk))
    )


def test_the_second_who_saves_reads_what_the_first_wrote_and_loses_nothing(
    planned, officer, director, signed_in
):
    expense = make_expense(planned, officer)
    client = signed_in(officer)
    address = url(planned, "expense_edit", pk=expense.pk)
    seen = expense.updated_at.isoformat()
    services.update_expense(actor=director, expense=expense, supplier="Autre cabinet")
    typed = entered(planned, seen=seen, action="save")
    response = client.post(address, typed)
    page = text(response)
    assert response.status_code == 422
    assert "Directrice Essai" in page
    assert "Autre cabinet" in page
    assert 'value="Étude, acompte 1"' in page
    expense.refresh_from_db()
    assert expense.supplier == "Autre cabinet"
    fresh = expense.updated_at.isoformat()
    assert fresh in page
    assert client.post(address, {**typed, "seen": fresh}).status_code == 302
    expense.refresh_from_db()
    assert expense.supplier == "Cabinet Orchivelin"


def test_what_is_validated_is_what_was_read(planned, officer, director, signed_in):
    expense = make_submitted(planned, officer)
    seen = expense.updated_at.isoformat()
    services.return_expense(actor=director, expense=expense, reason="Montant")
    services.submit_expense(actor=officer, expense=expense)
    response = signed_in(director).post(
        url(planned, "expense_validate", pk=expense.pk), {"override_reason": "", "seen": seen}
    )
    assert response.status_code == 422
    assert "relisez-la" in text(response)
