"""Pages of claims: what they show, refuse with the values kept, hide."""

import io
import zipfile
from datetime import date

import pytest

from core import jobs
from core.formats import format_euros
from core.money import euros
from funding import services
from funding.enums import ClaimKind, ClaimStatus, Imputation
from funding.models import Claim, Receipt, Recovery
from funding.tasks_today import claim_tasks
from programme.enums import Role
from programme.selectors import caller_access
from programme.services import issue_api_token
from tests.funding.factories import (
    TODAY,
    make_claim,
    make_commitment,
    make_paid,
    make_plan,
    make_sent,
)
from tests.funding.pages import TOKEN, text, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("june")]


def asked(claimed, **values):
    return {"funder": claimed.pk, "kind": "interim", "until": "", "wanted": "", "form_token": TOKEN, **values}


def test_what_a_claim_comes_to_is_seen_before_it_is_made(planned, state, officer, director, signed_in):
    make_paid(planned, officer, director, amount=1_000_01)
    client = signed_in(officer)
    page = text(client.get(url(planned, "claim_create"), asked(state)))
    assert format_euros(484_98) in page
    assert Claim.objects.count() == 0
    for _click in range(2):
        response = client.post(url(planned, "claim_create"), asked(state, until="2026-06-30"))
        assert response.status_code == 302
    assert Claim.objects.get().payable_cents == 484_98


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("wanted", "1e5", "illisible"),
        ("wanted", "12,345", "deux décimales"),
        ("wanted", "NaN", "illisible"),
        ("wanted", "-5", "au moins de"),
        ("wanted", "60 000,00 €", "il reste"),
        ("until", "2026-07-01", "aujourd’hui"),
        ("until", "2025-06-30", "aujourd’hui"),
        ("until", "31/02/2026", "date valide"),
        ("kind", "gift", "choix valide"),
        ("funder", "999999", "choix"),
    ],
)
def test_bad_entries_of_a_claim_say_why(planned, state, officer, director, signed_in, field, value, words):
    services.set_claim_terms(
        actor=None, funder=state, advance_percent=10, ceiling_percent=80, imputation=Imputation.FIRST
    )
    make_paid(planned, officer, director)
    kind = "advance" if field == "wanted" else "interim"
    response = signed_in(officer).post(
        url(planned, "claim_create"), asked(state, **{"kind": kind, field: value})
    )
    assert response.status_code == 422
    assert words in text(response)
    assert Claim.objects.count() == 0


def test_a_claim_from_its_preparation_to_its_payment(planned, state, officer, director, signed_in):
    bad = make_paid(planned, officer, director, amount=1_000_00, supplier="Éditions Ébène")
    make_paid(planned, officer, director, amount=2_000_00)
    claim = make_claim(state, officer)
    client, chief = signed_in(officer), signed_in(director)
    page = url(planned, "claim_detail", pk=claim.pk)
    response = client.post(url(planned, "claim_pack", pk=claim.pk))
    assert response.status_code == 302
    assert "Dossier de l’appel" in text(client.get(response["Location"]))
    jobs.drain()
    assert "liste-des-pieces" not in text(client.get(page))
    answer = client.get(url(planned, "claim_file", pk=claim.pk, which="dossier"))
    pack = b"".join(answer.streaming_content)
    assert zipfile.ZipFile(io.BytesIO(pack)).testzip() is None
    response = client.post(url(planned, "claim_send", pk=claim.pk), {"sent_on": "2026-06-30"})
    assert response.status_code == 422
    assert "une autre personne" in text(response)
    assert chief.post(url(planned, "claim_send", pk=claim.pk), {"sent_on": "2026-06-30"}).status_code == 302
    share = claim.shares.get(share__expense=bad)
    sent = {"outcome": "accepted", "answered_on": "2026-06-30", "answer": "", "rejeter": [share.pk]}
    refused = client.post(url(planned, "claim_answer", pk=claim.pk), {**sent, f"motif-{share.pk}": " "})
    assert refused.status_code == 422
    assert "motif" in text(refused)
    assert f'value="{share.pk}" checked' in text(refused)
    sent[f"motif-{share.pk}"] = "Facture illisible"
    for _click in range(2):
        assert client.post(url(planned, "claim_answer", pk=claim.pk), sent).status_code == 302
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.PARTLY_REJECTED
    shown = text(client.get(page))
    assert "Facture illisible" in shown
    assert "Laisser au porteur" not in shown
    assert "Laisser au porteur" in text(chief.get(page))
    assert client.post(url(planned, "share_return", pk=share.pk)).status_code == 302
    money = {"amount": "969,96 €", "received_on": "2026-06-30", "reference": "VIR 12", "form_token": TOKEN}
    for _click in range(2):
        assert client.post(url(planned, "receipt_add", pk=claim.pk), money).status_code == 302
    claim.refresh_from_db()
    assert (claim.status, claim.receipts.count()) == (ClaimStatus.PAID, 1)
    assert "payé" in text(client.get(url(planned, "claim_list")))
    more = {
        "amount": "250 €",
        "received_on": "2026-06-30",
        "reference": "VIR 13",
        "form_token": TOKEN[:-1] + "2",
    }
    assert client.post(url(planned, "receipt_add", pk=claim.pk), more).status_code == 302
    shown = text(client.get(url(planned, "claim_list")))
    assert "trop-perçu\u00a0: 250\u00a0€" in shown.replace("\u202f", "\u00a0")
    assert "−250" not in shown


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("amount", "1e5", "illisible"),
        ("amount", "12,345", "deux décimales"),
        ("amount", "NaN", "illisible"),
        ("amount", "", "obligatoire"),
        ("amount", "0", "au moins de"),
        ("received_on", "2026-07-01", "aujourd’hui"),
        ("received_on", "2026-06-29", "envoi"),
        ("received_on", "hier", "date valide"),
    ],
)
def test_bad_receipts_say_why_and_keep_the_values(
    planned, state, officer, director, signed_in, field, value, words
):
    make_paid(planned, officer, director)
    claim = make_sent(state, officer, director)
    sent = {"amount": "484,98", "received_on": "2026-06-30", "reference": "VIR 12", "form_token": TOKEN}
    response = signed_in(officer).post(url(planned, "receipt_add", pk=claim.pk), {**sent, field: value})
    assert response.status_code == 422
    assert words in text(response)
    assert 'value="VIR 12"' in text(response)
    assert Receipt.objects.count() == 0


def test_an_officer_may_not_do_what_the_director_decides(planned, state, officer, director, signed_in):
    make_paid(planned, officer, director)
    claim = make_sent(state, officer, director)
    receipt = services.record_receipt(
        actor=officer, claim=claim, received_on=TODAY, amount_cents=claim.payable_cents + 1_00
    )
    client = signed_in(officer)
    for name, pk in (("receipt_cancel", receipt.pk), ("share_abandon", claim.shares.get().pk)):
        assert client.post(url(planned, name, pk=pk), {"reason": "x"}).status_code == 403
    assert client.post(url(planned, "years"), {"year": "2025", "action": "close"}).status_code == 403
    assert client.post(url(planned, "transfer_list"), {}).status_code == 403
    chief = signed_in(director)
    assert chief.get(url(planned, "receipt_cancel", pk=receipt.pk)).status_code == 200
    recovery = Recovery.objects.get()
    settled = {"way": "repaid", "settled_on": "2026-06-30", "reference": "", "claim": ""}
    client.post(url(planned, "recovery_settle", pk=recovery.pk), {**settled, "settled_on": ""})
    recovery.refresh_from_db()
    assert recovery.status == "open"
    client.post(url(planned, "recovery_settle", pk=recovery.pk), settled)
    recovery.refresh_from_db()
    assert recovery.status == "repaid"
    response = chief.post(url(planned, "receipt_cancel", pk=receipt.pk), {"reason": "Erreur"})
    assert response.status_code == 422
    assert "déjà été reversé" in text(response)


def test_a_funder_reads_its_own_claims_once_sent_and_no_other(
    planned, state, officer, director, make_user, signed_in
):
    region = planned.funders.get(name="Région")
    make_paid(planned, officer, director)
    mine, theirs = make_sent(state, officer, director), make_sent(region, officer, director)
    make_paid(planned, officer, director, amount=7_00)
    prepared = make_claim(state, officer)
    for claim in (mine, theirs, prepared):
        services.claim_packs.request_pack(actor=officer, claim=claim)
    jobs.drain()
    reader = make_user("financeuse", Role.FUNDER)
    services.add_funder_member(actor=None, funder=state, user=reader)
    client = signed_in(reader)
    page = text(client.get(url(planned, "funder_claims")))
    assert "A01-001" in page
    assert "A02-001" not in page
    assert "A01-002" not in page
    for claim, status in ((mine, 200), (theirs, 404), (prepared, 404)):
        for which in ("dossier", "releve"):
            response = client.get(url(planned, "claim_file", pk=claim.pk, which=which))
            assert response.status_code == status
            assert status == 404 or response.getvalue()
    assert client.get(url(planned, "claim_detail", pk=mine.pk)).status_code == 403
    alone = signed_in(make_user("sans-financeur", Role.FUNDER))
    assert alone.get(url(planned, "claim_file", pk=mine.pk, which="dossier")).status_code == 404
    assert "pas encore rattaché" in text(alone.get(url(planned, "funder_claims")))


def test_claims_of_another_programme_do_not_exist(planned, other_programme, officer, director, signed_in):
    make_plan(other_programme)
    make_paid(other_programme, officer, director)
    foreign = make_sent(other_programme.funders.first(), officer, director)
    commitment = make_commitment(other_programme, officer)
    client = signed_in(director)
    for name, pk in (
        ("claim_detail", foreign.pk),
        ("claim_shares", foreign.pk),
        ("claim_answer", foreign.pk),
        ("commitment_detail", commitment.pk),
        ("claim_terms", foreign.funder_id),
    ):
        assert client.get(url(planned, name, pk=pk)).status_code == 404
    assert client.post(url(planned, "share_return", pk=foreign.shares.get().pk)).status_code == 404
    assert client.post(url(planned, "claim_pack", pk=foreign.pk)).status_code == 404


def test_every_page_says_something_when_there_is_nothing(programme, director, signed_in):
    client = signed_in(director)
    for name in ("claim_list", "claim_create", "reconciliation", "commitment_list", "commitment_create"):
        assert "empty" in text(client.get(url(programme, name)))
    for name in ("years", "transfer_list", "evidence_rules"):
        assert client.get(url(programme, name)).status_code == 200


@pytest.mark.parametrize("count", [2, 5])
def test_pages_ask_a_constant_number_of_queries(
    planned, state, officer, director, signed_in, count_queries, count
):
    for rank in range(count):
        commitment = make_commitment(planned, officer, amount=10_00 + rank)
        services.approve_commitment(actor=director, commitment=commitment)
        make_paid(planned, officer, director, amount=10_00 + rank)
        claim = make_sent(state, officer, director)
    for rank in range(count):
        make_paid(planned, officer, director, amount=100_00 + rank)
    claim = make_sent(state, officer, director)
    client = signed_in(director)
    found = []
    for name, kwargs in (
        ("claim_list", {}),
        ("claim_detail", {"pk": claim.pk}),
        ("claim_shares", {"pk": claim.pk}),
        ("claim_answer", {"pk": claim.pk}),
        ("reconciliation", {}),
        ("commitment_list", {}),
        ("years", {}),
        ("transfer_list", {}),
    ):
        client.get(url(planned, name, **kwargs))
        with count_queries() as queries:
            assert client.get(url(planned, name, **kwargs)).status_code == 200
        found.append(len(queries))
    assert found == [14, 15, 4, 4, 9, 9, 5, 15]


def test_the_same_figures_on_the_page_and_in_the_files(planned, state, officer, director, signed_in):
    make_paid(planned, officer, director, amount=12_345_67)
    claim = make_sent(state, officer, director)
    services.record_receipt(actor=officer, claim=claim, received_on=TODAY, amount_cents=claim.payable_cents)
    client = signed_in(officer)
    shown = format_euros(claim.payable_cents)
    assert shown in text(client.get(url(planned, "reconciliation")))
    exact = f"{claim.payable_cents // 100},{claim.payable_cents % 100:02d}"
    for name in ("reconciliation", "claim_list"):
        lines = b"".join(client.get(url(planned, name), {"export": "csv"}).streaming_content).decode()
        assert exact in lines
        assert client.get(url(planned, name), {"export": "xlsx"}).content.startswith(b"PK")
    assert client.get(url(planned, "claim_shares", pk=claim.pk), {"export": "xlsx"}).content.startswith(b"PK")


def test_an_advance_shows_no_share(planned, state, officer, signed_in):
    services.set_claim_terms(
        actor=None, funder=state, advance_percent=10, ceiling_percent=80, imputation=Imputation.FIRST
    )
    claim = make_claim(state, officer, kind=ClaimKind.ADVANCE)
    client = signed_in(officer)
    assert format_euros(50_733_10) in text(client.get(url(planned, "claim_detail", pk=claim.pk)))
    assert "Une avance ne porte" in text(client.get(url(planned, "claim_shares", pk=claim.pk)))
    assert date(2026, 6, 30) == TODAY


def test_the_api_gives_the_figures_of_the_pages(planned, state, officer, director, client):
    make_paid(planned, officer, director, amount=1_000_01)
    claim = make_sent(state, officer, director)
    _token, secret = issue_api_token(
        actor=None, programme=planned, user=officer, role=Role.OFFICER, name="Suivi"
    )
    headers = {"authorization": f"Bearer {secret}"}
    (told,) = client.get("/api/v1/essai/budget/claims/", headers=headers).json()["results"]
    assert (told["number"], told["payable"], told["received"]) == ("A01-001", "484.98", "0.00")
    assert told["shares"] == [
        {
            "rank": 1,
            "expense": 1,
            "line": "1.1",
            "amount": "484.98",
            "status": "claimed",
            "reason": "",
        }
    ]
    accounts = client.get("/api/v1/essai/budget/funders/", headers=headers).json()
    assert (accounts[0]["name"], accounts[0]["due"]) == ("État", str(euros(claim.payable_cents)))


def test_what_waits_is_told_to_who_may_act(planned, state, officer, director):
    make_paid(planned, officer, director)
    make_commitment(planned, officer)
    sent = make_sent(state, officer, director)
    make_paid(planned, officer, director, amount=5_00)
    make_claim(state, officer)
    services.answer_claim(
        actor=officer, claim=sent, answered_on=TODAY, rejected={sent.shares.get().pk: "Illisible"}
    )
    mine = claim_tasks(caller_access(officer, planned))
    theirs = claim_tasks(caller_access(director, planned))
    assert [task.badge for task in mine] == ["à reprendre"]
    assert [task.badge for task in theirs] == ["à reprendre", "à envoyer", "à approuver"]
