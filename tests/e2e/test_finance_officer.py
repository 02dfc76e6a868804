"""A finance officer's year end: the accountant's file, the compte rendu financier, a certificate of aid."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.e2e.conftest import check_axe
from tests.e2e.gestures import enter, submit, wait_for_job
from tests.e2e.programme import SLUG
from tests.e2e.test_main_job import PDF
from tests.installation import Installation, served, wait_for

pytestmark = pytest.mark.e2e
PLACE = f"/{SLUG}"
LAST_YEAR = timezone.localdate().year - 1


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A plan in force and twelve companies, served by the real processes."""
    with served(
        tmp_path_factory.mktemp("comptes"), setup="from tests.e2e.books import open_books; open_books()"
    ) as place:
        yield place


def test_the_year_end(visit: Any, tmp_path: Path) -> None:
    officer, director = visit(), visit()
    enter(officer, "officer")
    enter(director, "director")
    expense = import_file(officer, tmp_path)
    validate(officer, director, expense, tmp_path)
    report = fill_report(officer)
    finalise(director, report)
    grant_aid(director, officer)


def import_file(page: Page, folder: Path) -> str:
    """A dry run tells each row; one is entered as a draft, the other says why not."""
    table = folder / "compta.csv"
    rows = [
        "Ligne;Objet;Fournisseur;N° facture;Date;Montant HT;TVA",
        f"Étude d’impact;Acompte de l’étude;Cabinet du parcours;F-12;15/03/{LAST_YEAR};12 345,67;2 469,13",
        f"Voyages;Train;Transporteur;F-13;15/03/{LAST_YEAR};100;",
    ]
    table.write_text("\n".join(rows), encoding="utf-8")
    page.goto(f"{PLACE}/budget/depenses/imports/")
    check_axe(page)
    page.locator("input[type=file]").set_input_files(table)
    submit(page, "Vérifier le fichier")
    wait_for_job(page, until="Saisir 1 dépense")
    expect(page.locator("main")).to_contain_text("ni le code ni le libellé")
    check_axe(page)
    submit(page, "Confirmer l’import")
    wait_for_job(page, until="Import terminé")
    page.get_by_role("link", name=re.compile("D00001")).click()
    expect(page.locator("main")).to_contain_text(re.compile(r"12\s345,67"))
    return page.url


def validate(officer: Page, director: Page, expense: str, folder: Path) -> None:
    """The evidence is added, a second person validates: the share of each funder is fixed."""
    invoice = folder / "facture.pdf"
    invoice.write_bytes(PDF)
    officer.locator("#pieces input[type=file]").set_input_files(invoice)
    submit(officer, "Ajouter la pièce")
    submit(officer, "Soumettre la dépense")
    director.goto(expense)
    submit(director, "Valider la dépense")
    expect(director.locator("main")).to_contain_text("Qui paie")


def fill_report(page: Page) -> str:
    """The report of the year: it does not balance at first, then it does."""
    page.goto(f"{PLACE}/budget/comptes-rendus/")
    check_axe(page)
    page.get_by_label("Période").select_option(str(LAST_YEAR))
    submit(page, "Ouvrir le compte rendu")
    main = page.locator("main")
    expect(main).to_contain_text(re.compile(r"12\s345,67"))
    page.locator("input[name=indirect-fixed-actual]").fill("1 000,10")
    page.locator("#text-signatory").fill("Ada Exemple, présidente")
    submit(page, "Enregistrer")
    expect(main).to_contain_text(re.compile(r"il manque 1\s000,10"))
    expect(page.get_by_role("link", name="Rendre définitif")).to_have_count(0)
    check_axe(page)
    submit(page, "Enregistrer et équilibrer")
    expect(main).not_to_contain_text("il manque")
    return page.url


def finalise(page: Page, report: str) -> None:
    """The director freezes it; its PDF and workbook arrive."""
    page.goto(report)
    page.get_by_role("link", name="Rendre définitif").click()
    check_axe(page)
    submit(page, "Rendre définitif")
    expect(page.locator("main")).to_contain_text("Définitif depuis")
    page.get_by_role("link", name="Ouvrir le document").click()
    wait_for(lambda: _arrived(page), seconds=90, what="the report arrives")
    expect(page.get_by_role("link", name=re.compile("XLSX|Données|Tableur")).first).to_be_visible()


def _arrived(page: Page) -> bool:
    page.wait_for_timeout(500)
    return page.get_by_role("link", name=re.compile("PDF")).count() > 0


def grant_aid(director: Page, officer: Page) -> None:
    """A diagnostic's cost is set, its aid is written in the company's ledger, the certificate arrives."""
    director.goto(f"{PLACE}/budget/aides/conditions/")
    director.get_by_label("Coût d’un diagnostic").fill("2 400,00")
    director.get_by_label("Prix payé par l’entreprise pour un diagnostic").fill("400")
    director.get_by_label("Coût d’une demi-journée").fill("0")
    check_axe(director)
    submit(director, "Enregistrer les conditions")
    expect(director.locator("main")).to_contain_text("12 aides à inscrire")
    check_axe(director)
    officer.goto(f"{PLACE}/entreprises/?q=atelier+voisin+3")
    officer.locator("tbody").get_by_role("link", name="Atelier voisin 3").click()
    officer.get_by_role("link", name="Ouvrir le registre des aides").click()
    check_axe(officer)
    officer.locator("a[href*='sujet=']").first.click()
    expect(officer.locator("main")).to_contain_text("doit les déclarer")
    check_axe(officer)
    submit(officer, "Inscrire l’aide")
    expect(officer.locator("main")).to_contain_text(re.compile(r"2\s000,00"))
    submit(officer, "Attestation")
    wait_for(lambda: _arrived(officer), seconds=60, what="the certificate arrives")
