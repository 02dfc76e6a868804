"""Commitments reserve a line; invoices consume them; nobody takes what is reserved by accident."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from core.errors import BusinessError
from core.formats import format_euros
from core.models import AuditEvent
from funding import services
from funding.enums import CommitmentStatus
from funding.models import Commitment
from funding.selectors import budget_overview
from funding.selectors.claim_history import commitment_history
from funding.selectors.reserves import programme_reserves
from tests.funding.factories import (
    NOW,
    TODAY,
    line_of,
    make_commitment,
    make_expense,
    make_plan,
    make_submitted,
    make_validated,
    upload,
)
from tests.funding.pages import url

pytestmark = pytest.mark.django_db
LINE = 146_100_00


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def planned(programme):
    make_plan(programme)
    return programme


def approve(commitment, actor, reason=""):
    return services.approve_commitment(actor=actor, commitment=commitment, override_reason=reason, at=NOW)


def reserved(programme) -> int:
    return programme_reserves(programme).get(line_of(programme, 1).pk, 0)


def test_a_commitment_reserves_once_approved_by_a_second_person(planned, officer, director):
    commitment = make_commitment(planned, officer, amount=100_000_00, upload=upload("devis.pdf"))
    assert (str(commitment), commitment.file.name, reserved(planned)) == (
        "E00001 Étude, lot 1",
        "devis.pdf",
        0,
    )
    with pytest.raises(BusinessError) as refusal:
        approve(commitment, officer)
    assert refusal.value.code == "second-person"
    for _click in range(2):
        assert approve(commitment, director).status == CommitmentStatus.ACTIVE
    assert reserved(planned) == 100_000_00
    line = budget_overview(planned).lines[0].figures
    assert (line.committed_cents, line.available_cents) == (100_000_00, LINE - 100_000_00)


def test_invoices_consume_the_commitment_and_cancelling_gives_it_back(planned, officer, director):
    commitment = approve(make_commitment(planned, officer, amount=1_000_00), director)
    expense = make_validated(planned, officer, director, amount=400_00, commitment=commitment)
    assert reserved(planned) == 600_00
    make_validated(planned, officer, director, amount=700_00, commitment=commitment)
    assert reserved(planned) == 0
    services.cancel_expense(actor=director, expense=expense, reason="Doublon", at=NOW)
    assert reserved(planned) == 300_00


def test_others_cannot_take_what_is_reserved_but_its_own_invoice_can(planned, officer, director):
    commitment = approve(make_commitment(planned, officer, amount=146_000_00), director)
    other = make_submitted(planned, officer, amount=100_01)
    with pytest.raises(BusinessError, match="réservés par d’autres engagements") as refusal:
        services.validate_expense(actor=director, expense=other, at=NOW)
    assert refusal.value.code == "overrun"
    own = make_validated(planned, officer, director, amount=146_000_00, commitment=commitment)
    assert own.excess_cents == 0


def test_two_commitments_beyond_the_line_need_the_directors_reason(planned, officer, director):
    approve(make_commitment(planned, officer, amount=146_000_00), director)
    late = make_commitment(planned, officer, amount=150_00)
    with pytest.raises(BusinessError, match="Il reste 100,00"):
        approve(late, director)
    done = approve(late, director, "Fonds propres")
    assert (done.excess_cents, reserved(planned)) == (50_00, LINE)
    invoice = make_validated(planned, officer, director, amount=150_00, commitment=done)
    assert (invoice.excess_cents, sum(share.amount_cents for share in invoice.shares.all())) == (
        50_00,
        100_00,
    )


def test_closing_releases_what_is_left_and_a_closed_one_is_not_consumed(planned, officer, director):
    commitment = approve(make_commitment(planned, officer, amount=1_000_00), director)
    make_validated(planned, officer, director, amount=400_00, commitment=commitment)
    with pytest.raises(BusinessError) as refusal:
        services.cancel_commitment(actor=director, commitment=commitment, reason="Erreur")
    assert refusal.value.code == "consumed"
    for _click in range(2):
        closed = services.close_commitment(actor=officer, commitment=commitment)
    assert (closed.status, reserved(planned)) == (CommitmentStatus.CLOSED, 0)
    with pytest.raises(BusinessError, match="soldé"):
        make_expense(planned, officer, commitment=closed)


def revise(commitment, actor, amount, override=""):
    return services.revise_commitment(
        actor=actor, commitment=commitment, amount_cents=amount, reason="Avenant", override_reason=override
    )


def test_a_revision_moves_what_is_reserved_and_keeps_both_amounts(planned, officer, director):
    commitment = approve(make_commitment(planned, officer, amount=1_000_00), director)
    for _click in range(2):
        revise(commitment, director, 1_500_00)
    assert reserved(planned) == 1_500_00
    revise(commitment, officer, 700_00)
    assert reserved(planned) == 700_00
    events = AuditEvent.objects.filter(verb="commitment.revised").order_by("pk")
    assert [event.changes["amount_cents"] for event in events] == [[1_000_00, 1_500_00], [1_500_00, 700_00]]
    told = [(event.label, event.text) for event in commitment_history(commitment)]
    assert told[0] == ("Révisé", f"{format_euros(1_500_00)} → {format_euros(700_00)} · Avenant")


def test_raising_a_commitment_asks_what_approving_it_asked(planned, officer, director):
    commitment = approve(make_commitment(planned, officer, amount=1_000_00), director)
    with pytest.raises(BusinessError) as refusal:
        revise(commitment, officer, 1_000_01)
    assert refusal.value.code == "second-person"
    with pytest.raises(BusinessError) as refusal:
        revise(commitment, director, LINE + 1)
    assert refusal.value.code == "overrun"
    raised = revise(commitment, director, LINE + 1, "Fonds propres")
    assert (raised.excess_cents, reserved(planned)) == (1, LINE)
    lowered = revise(commitment, director, LINE)
    assert (lowered.excess_cents, reserved(planned)) == (0, LINE)


def test_a_commitment_is_never_worth_less_than_its_invoices(planned, officer, director):
    commitment = approve(make_commitment(planned, officer, amount=1_000_00), director)
    make_validated(planned, officer, director, amount=400_00, commitment=commitment)
    with pytest.raises(BusinessError, match="400,00") as refusal:
        revise(commitment, director, 399_99)
    assert refusal.value.code == "consumed"
    assert revise(commitment, director, 400_00).amount_cents == 400_00
    assert reserved(planned) == 0
    proposed = make_commitment(planned, officer)
    assert revise(proposed, officer, 5_00).amount_cents == 5_00
    assert reserved(planned) == 0
    closed = services.close_commitment(actor=officer, commitment=commitment)
    with pytest.raises(BusinessError, match="soldé"):
        revise(closed, director, 500_00)
    with pytest.raises(BusinessError) as refusal:
        services.revise_commitment(actor=director, commitment=proposed, amount_cents=1, reason=" ")
    assert refusal.value.code == "reason"


def test_a_revision_is_made_from_the_page(planned, officer, director, signed_in):
    commitment = approve(make_commitment(planned, officer, amount=1_000_00), director)
    client = signed_in(officer)
    target = url(planned, "commitment_revise", pk=commitment.pk)
    refused = client.post(target, {"amount": "2 000,00", "reason": "Avenant", "override_reason": "Moi"})
    assert refused.status_code == 422
    assert "une autre personne" in refused.content.decode()
    assert client.post(target, {"amount": "dix", "reason": ""}).status_code == 422
    assert client.post(target, {"amount": "900,50", "reason": "Avenant"}).status_code == 302
    commitment.refresh_from_db()
    assert commitment.amount_cents == 900_50


def test_a_commitment_given_up_reserves_nothing(planned, officer, director):
    commitment = make_commitment(planned, officer)
    for _click in range(2):
        services.cancel_commitment(actor=officer, commitment=commitment, reason="Devis refusé")
    with pytest.raises(BusinessError):
        approve(Commitment.objects.get(), director)
    active = approve(make_commitment(planned, officer), director)
    services.cancel_commitment(actor=director, commitment=active, reason="Devis refusé")
    assert reserved(planned) == 0


def test_a_commitment_of_another_line_is_refused(planned, officer, director):
    commitment = approve(make_commitment(planned, officer, axis=2), director)
    with pytest.raises(BusinessError, match="autre ligne"):
        make_expense(planned, officer, commitment=commitment)


def test_the_same_form_makes_one_commitment(planned, officer):
    token = uuid4()
    assert make_commitment(planned, officer, form_token=token) == make_commitment(
        planned, officer, form_token=token
    )


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"signed_on": TODAY + timedelta(days=1)}, "signed_on"),
        ({"signed_on": TODAY - timedelta(days=800)}, "signed_on"),
    ],
)
def test_impossible_commitments_are_refused(planned, officer, values, field):
    with pytest.raises(BusinessError) as refusal:
        make_commitment(planned, officer, **values)
    assert refusal.value.field == field
    assert Commitment.objects.count() == 0


def test_an_amendment_keeps_what_is_committed(planned, officer, director):
    approve(make_commitment(planned, officer, amount=140_000_00), director)
    plan = services.start_plan(actor=director, programme=planned, reason="Avenant")
    from tests.funding.test_services_plans import amendment, transfer

    assert plan.number == 2
    state = planned.funders.first()
    plan = amendment(planned, director, lambda rows: transfer(rows, state.pk, 10_000_00))
    with pytest.raises(BusinessError, match=r"140\s000,00") as refusal:
        services.activate_plan(actor=director, plan=plan)
    assert refusal.value.code == "below-reserved"
