"""A claim in a browser: prepared, packed, sent, rejected in part, paid, and read by its funder."""

import hashlib
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import check_axe
from tests.e2e.gestures import enter, submit, wait_for_job
from tests.e2e.programme import OPEN, SLUG
from tests.installation import Installation, served

pytestmark = pytest.mark.e2e
PLACE = f"/{SLUG}"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One programme with a plan and expenses paid, served by the real processes."""
    with served(tmp_path_factory.mktemp("appels"), setup=f"{OPEN}; pay_expenses()") as place:
        yield place


def test_a_claim_from_its_preparation_to_its_payment(visit: Any, tmp_path: Path) -> None:
    officer, director, funder = visit(), visit(), visit(width=390)
    enter(officer, "officer")
    claim = prepare(officer)
    pack(officer, claim)
    enter(director, "director")
    send(director, claim)
    reject_one(officer, claim)
    receive(officer, claim)
    reconcile(officer)
    commit(officer)
    enter(funder, "funder")
    read(funder, tmp_path)


def prepare(page: Page) -> str:
    """What it comes to is seen first; nothing is made by looking."""
    page.goto(f"{PLACE}/budget/appels/")
    check_axe(page)
    page.get_by_role("link", name=re.compile("Préparer un appel")).first.click()
    check_axe(page)
    submit(page, "Voir ce que l’appel donnerait")
    expect(page.locator("main")).to_contain_text("3 parts appelées")
    check_axe(page)
    page.locator('form[method="post"]').get_by_role("button", name="Préparer l’appel").click()
    expect(page.locator("main")).to_contain_text("A01-001")
    check_axe(page)
    return page.url


def pack(page: Page, claim: str) -> None:
    """The pack is long work: its progress is shown, its end leads back to the claim."""
    submit(page, "Constituer le dossier")
    wait_for_job(page, until="Ouvrir l’appel")
    page.get_by_role("link", name="Ouvrir l’appel").click()
    expect(page.locator("#dossier")).to_contain_text("SHA-256")
    check_axe(page)


def send(page: Page, claim: str) -> None:
    """Another person sends it."""
    page.goto(claim)
    submit(page, "Marquer comme envoyé")
    expect(page.locator("main")).to_contain_text("envoyé")
    check_axe(page)


def reject_one(page: Page, claim: str) -> None:
    """The funder rejects a share: without a reason it is refused and the tick is kept."""
    page.goto(claim)
    page.get_by_role("link", name="Enregistrer la réponse").click()
    check_axe(page)
    page.locator('input[name="rejeter"]').first.check()
    submit(page, "Enregistrer la réponse")
    expect(page.locator(".form-errors")).to_be_visible()
    expect(page.locator('input[name="rejeter"]').first).to_be_checked()
    page.get_by_label(re.compile("Motif du rejet")).first.fill("Preuve de paiement absente")
    submit(page, "Enregistrer la réponse")
    expect(page.locator("#rejets")).to_contain_text("Preuve de paiement absente")
    check_axe(page)
    submit(page, "Remettre à appeler")
    expect(page.locator("#rejets")).to_have_count(0)


def receive(page: Page, claim: str) -> None:
    """The amount due is proposed; a wrong one is refused and kept."""
    page.goto(claim)
    amount = page.get_by_label("Montant reçu")
    due = amount.input_value()
    amount.fill("12,345")
    submit(page, "Enregistrer le versement")
    expect(page.locator("main")).to_contain_text("deux décimales")
    check_axe(page)
    page.get_by_label("Montant reçu").fill(due)
    submit(page, "Enregistrer le versement")
    expect(page.locator(".lead .badge")).to_have_text("payé")


def reconcile(page: Page) -> None:
    """The funders' accounts, the years, the transfers."""
    for address in ("rapprochement", "exercices", "transferts", "regles"):
        page.goto(f"{PLACE}/budget/{address}/")
        check_axe(page)


def commit(page: Page) -> None:
    """A quote is entered; it waits for another person."""
    page.goto(f"{PLACE}/budget/engagements/nouveau/")
    check_axe(page)
    page.get_by_label("Ligne budgétaire").select_option(index=1)
    page.get_by_label("Objet").fill("Étude, lot 2")
    page.get_by_label("Fournisseur").fill("Cabinet du parcours")
    page.get_by_label("Montant", exact=False).first.fill("1e5")
    submit(page, "Enregistrer l’engagement")
    expect(page.locator("main")).to_contain_text("illisible")
    page.get_by_label("Montant", exact=False).first.fill("12 000,50 €")
    submit(page, "Enregistrer l’engagement")
    expect(page.locator("main")).to_contain_text("une autre personne doit")
    check_axe(page)
    page.goto(f"{PLACE}/budget/engagements/")
    check_axe(page)


def read(page: Page, folder: Path) -> None:
    """The funder downloads the pack; the zip verifies itself."""
    page.goto(f"{PLACE}/financeur/appels/")
    check_axe(page)
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("ZIP")).first.click()
    file = folder / "dossier.zip"
    download.value.save_as(file)
    with zipfile.ZipFile(file) as archive:
        lines = archive.read("MANIFESTE.sha256").decode().splitlines()
        assert len(lines) == 6
        for line in lines:
            digest, name = line.split("  ", 1)
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest
