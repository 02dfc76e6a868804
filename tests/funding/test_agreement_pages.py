"""Pages of commitments and of the agreement: what they show, and refuse with the values kept."""

import pytest

from funding import services
from funding.models import Commitment, EvidenceRule, Plan
from tests.funding.factories import (
    line_of,
    upload,
)
from tests.funding.pages import TOKEN, text, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("june")]


def committed(programme, **values):
    return {
        "line": line_of(programme, 1).pk,
        "kind": "quote",
        "label": "Étude, lot 1",
        "supplier": "Cabinet Orchivelin",
        "reference": "DV-12",
        "signed_on": "2026-06-01",
        "amount": "12 000,50",
        "form_token": TOKEN,
        **values,
    }


def test_a_commitment_from_its_entry_to_its_invoice(planned, officer, director, signed_in):
    client, chief = signed_in(officer), signed_in(director)
    for _click in range(2):
        response = client.post(
            url(planned, "commitment_create"), {**committed(planned), "file": upload("devis.pdf")}
        )
        assert response.status_code == 302
    commitment = Commitment.objects.get()
    page = url(planned, "commitment_detail", pk=commitment.pk)
    assert "une autre personne doit" in text(client.get(page))
    assert chief.post(url(planned, "commitment_approve", pk=commitment.pk)).status_code == 302
    assert "Solder l’engagement" in text(client.get(page))
    form = text(client.get(url(planned, "expense_create"), {"engagement": commitment.pk}))
    assert "E00001" in form
    answer = client.get(url(planned, "commitment_file", pk=commitment.pk))
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert chief.post(url(planned, "commitment_close", pk=commitment.pk)).status_code == 302
    commitment.refresh_from_db()
    assert commitment.status == "closed"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("amount", "1e5", "illisible"),
        ("amount", "12,345", "deux décimales"),
        ("amount", "NaN", "illisible"),
        ("signed_on", "2026-07-01", "Un engagement se date"),
        ("signed_on", "2025-06-30", "Un engagement se date"),
        ("line", "999999", "choix valide"),
    ],
)
def test_bad_commitments_say_why_and_keep_the_values(planned, officer, signed_in, field, value, words):
    response = signed_in(officer).post(
        url(planned, "commitment_create"), committed(planned, **{field: value})
    )
    assert response.status_code == 422
    assert words in text(response)
    assert 'value="DV-12"' in text(response)
    assert Commitment.objects.count() == 0


def test_terms_pieces_and_years_are_set_by_the_director(planned, state, director, signed_in):
    client = signed_in(director)
    terms = {
        "advance_percent": "30",
        "ceiling_percent": "80",
        "imputation": "prorata",
        "required_pieces": ["pack", "bank"],
    }
    assert client.post(url(planned, "claim_terms", pk=state.pk), terms).status_code == 302
    state.refresh_from_db()
    assert state.claim_terms.required_pieces == ["bank", "pack"]
    bad = client.post(url(planned, "claim_terms", pk=state.pk), {**terms, "advance_percent": "90"})
    assert bad.status_code == 422
    assert client.post(url(planned, "evidence_rules"), {"fees-payment": "claim", "x": "y"}).status_code == 302
    assert EvidenceRule.objects.get().step == "claim"
    assert 'value="claim" selected' in text(client.get(url(planned, "evidence_rules")))
    client.post(url(planned, "years"), {"year": "2025", "action": "close"})
    assert "clos" in text(client.get(url(planned, "years")))
    client.post(url(planned, "years"), {"year": "2025", "action": "reopen", "reason": "Facture oubliée"})
    assert planned.closed_years.count() == 0
    for year in ("", "abc", "99999", "²"):
        assert client.post(url(planned, "years"), {"year": year, "action": "close"}).status_code == 302
    assert planned.closed_years.count() == 0


def test_a_transfer_refused_keeps_what_was_typed_and_a_draft_may_be_dropped(planned, director, signed_in):
    client = signed_in(director)
    state = planned.funders.first()
    sent = {
        "source": line_of(planned, 1).pk,
        "target": line_of(planned, 2).pk,
        f"part-{state.pk}": "1 000,005",
        "reason": "Enquête",
        "decided_on": "2026-06-30",
        "form_token": TOKEN,
    }
    response = client.post(url(planned, "transfer_list"), sent)
    assert response.status_code == 422
    assert 'value="1 000,005"' in text(response)
    response = client.post(url(planned, "transfer_list"), {**sent, f"part-{state.pk}": "1 000"})
    assert "même volet" in text(response)
    plan = services.start_plan(actor=director, programme=planned, reason="Avenant")
    assert "Abandonner le brouillon" in text(client.get(url(planned, "plan_detail", number=plan.number)))
    assert client.post(url(planned, "plan_discard", number=plan.number)).status_code == 302
    assert Plan.objects.count() == 1
    client.post(url(planned, "plan_discard", number=1))
    assert Plan.objects.count() == 1
