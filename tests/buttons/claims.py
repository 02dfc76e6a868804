"""Buttons of claims, receipts and commitments."""

from accounts.models import User
from funding import services as funding
from programme.models import Programme
from tests.buttons.button import TOKEN, Button
from tests.funding.factories import (
    TODAY,
    line_of,
    make_claim,
    make_commitment,
    make_paid,
    make_sent,
    upload,
)


def claim_buttons(programme: Programme, officer: User, director: User) -> dict[str, Button]:
    """After ``funding_buttons``, which puts a plan in force."""
    for rank in range(3):
        make_paid(programme, officer, director, label=f"Acompte payé {rank}", amount=500_00 + rank)
    state, region, branches = programme.funders.all()
    prepared = make_claim(state, officer)
    given_up = make_claim(region, officer)
    sent = make_sent(branches, officer, director)
    rows = list(sent.shares.order_by("rank"))
    rejected, abandoned, refused = rows[0], rows[1], rows[2]
    funding.answer_claim(
        actor=officer,
        claim=sent,
        answered_on=TODAY,
        rejected={rejected.pk: "Illisible", abandoned.pk: "Hors objet"},
    )
    receipt = funding.record_receipt(
        actor=officer, claim=sent, received_on=TODAY, amount_cents=refused.amount_cents + 1_00
    )
    recovery = sent.recoveries.get()
    proposed, active, closing = (make_commitment(programme, officer, amount=10_00) for _rank in range(3))
    for commitment in (active, closing):
        funding.approve_commitment(actor=director, commitment=commitment)
    base, commitments = "/essai/budget/appels", "/essai/budget/engagements"
    wanted = {"funder": state.pk, "kind": "interim", "until": "", "wanted": "", "form_token": TOKEN}
    money = {"amount": "1,00", "received_on": TODAY.isoformat(), "reference": "", "form_token": TOKEN}
    answer = {
        "outcome": "accepted",
        "answered_on": TODAY.isoformat(),
        "answer": "Non",
        "rejeter": [refused.pk],
    }
    entered = {
        "line": line_of(programme, 1).pk,
        "kind": "quote",
        "label": "Lot 2",
        "supplier": "Cabinet",
        "signed_on": "2026-06-01",
        "amount": "5,00",
        "form_token": TOKEN,
    }
    make_paid(programme, officer, director, label="Acompte à appeler", amount=90_00)
    return {
        "claim create": Button(f"{base}/nouveau/", lambda: wanted),
        "claim pack": Button(f"{base}/{prepared.pk}/dossier/"),
        "claim piece": Button(
            f"{base}/{prepared.pk}/pieces/", lambda: {"file": upload("rib.pdf"), "kind": "bank"}
        ),
        "claim send": Button(f"{base}/{prepared.pk}/envoyer/", lambda: {"sent_on": TODAY.isoformat()}),
        "claim cancel": Button(f"{base}/{given_up.pk}/abandonner/", lambda: {"reason": "Trop tôt"}),
        "claim answer": Button(f"{base}/{sent.pk}/reponse/", lambda: answer),
        "receipt": Button(f"{base}/{sent.pk}/versements/", lambda: money),
        "receipt cancel": Button(
            f"/essai/budget/versements/{receipt.pk}/annuler/", lambda: {"reason": "Erreur"}
        ),
        "recovery": Button(
            f"/essai/budget/trop-percus/{recovery.pk}/regler/",
            lambda: {"way": "repaid", "settled_on": TODAY.isoformat()},
        ),
        "share return": Button(f"/essai/budget/parts/{rejected.pk}/reprendre/"),
        "share abandon": Button(
            f"/essai/budget/parts/{abandoned.pk}/porteur/", lambda: {"reason": "Porteur"}
        ),
        "commitment create": Button(f"{commitments}/nouveau/", lambda: entered),
        "commitment approve": Button(f"{commitments}/{proposed.pk}/approuver/"),
        "commitment close": Button(f"{commitments}/{closing.pk}/solder/"),
        "commitment cancel": Button(f"{commitments}/{active.pk}/annuler/", lambda: {"reason": "Erreur"}),
        "year close": Button("/essai/budget/exercices/", lambda: {"year": "2027", "action": "close"}),
        "claim terms": Button(
            f"/essai/budget/financeurs/{state.pk}/conditions/",
            lambda: {"advance_percent": "10", "ceiling_percent": "80", "imputation": "first"},
        ),
        "evidence rules": Button("/essai/budget/regles/pieces/", lambda: {"fees-payment": "claim"}),
    }
