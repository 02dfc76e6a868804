"""The main job, from an empty programme to the funder's verified report, in a browser."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.companies.samples import make_siren, make_siret
from tests.e2e.conftest import check_axe
from tests.e2e.gestures import enter, submit, wait_for_job
from tests.e2e.programme import OPEN, SLUG
from tests.installation import Installation, served, wait_for

pytestmark = pytest.mark.e2e

COMPANY = "Tissages du parcours"
SIRET = make_siret(make_siren(41))
HAND_SIRET = make_siret(make_siren(42))
MANAGER = "ines.delattre@parcours.example"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PLACE = f"/{SLUG}"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Reference data and one blank programme, served by the real processes."""
    with served(tmp_path_factory.mktemp("parcours"), setup=OPEN) as place:
        yield place


def test_the_main_job(visit: Any, installation: Installation, tmp_path: Path) -> None:
    check_public_facts(visit())
    officer = visit()
    enter(officer, "officer")
    import_companies(officer, tmp_path)
    add_by_hand(officer)
    link = invite_manager(officer)
    manager = visit(width=390)
    answer_in_two_sittings(manager, officer, link)
    build_plan(manager)
    train_two_employees(officer)
    director = visit()
    enter(director, "director")
    activate_plan(director)
    spend(officer, director, tmp_path)
    installation.shell("from tests.e2e.programme import answer_for_others; answer_for_others()")
    publish_release(director, visit())
    document = report(director)
    check_funder(visit(), visit(), document, tmp_path)


def check_public_facts(page: Page) -> None:
    """Step 1: the official programme shows its public facts and nothing else."""
    page.goto("/edec-ia-hauts-de-france/")
    body = page.locator("body")
    expect(body).to_contain_text(re.compile(r"1\s046\s100"))
    for axis in ("Étude", "Accompagnement", "Formation", "Capitalisation"):
        expect(body).to_contain_text(axis)
    check_axe(page)


def import_companies(page: Page, folder: Path) -> None:
    """Step 2: a dry run says what will happen to each row, then the import runs."""
    table = folder / "entreprises.csv"
    wrong = SIRET[:-1] + str((int(SIRET[-1]) + 1) % 10)
    rows = [
        "siret;nom;code_postal;commune;code_naf;effectif",
        f"{SIRET};{COMPANY};59500;Douai;13.20Z;12",
        f"{wrong};Numéro faux;59500;Douai;13.20Z;12",
        f"{make_siret(make_siren(43))};Hors région;75011;Paris;69.20Z;11",
    ]
    table.write_text("\n".join(rows), encoding="utf-8")
    page.goto(f"{PLACE}/entreprises/imports/")
    check_axe(page)
    page.locator("input[type=file]").set_input_files(table)
    submit(page, "Vérifier le fichier")
    wait_for_job(page, until="Importer 2 entreprises")
    page.get_by_role("link", name=re.compile("refusée", re.I)).first.click()
    expect(page.locator("main")).to_contain_text("Ligne 3")
    check_axe(page)
    submit(page, "Confirmer l’import")
    wait_for_job(page, until="Import terminé")
    page.goto(f"{PLACE}/entreprises/?q=tissages")
    expect(page.locator("tbody tr")).to_have_count(1)
    check_axe(page)


def add_by_hand(page: Page) -> None:
    """Step 2, continued: one by hand; a wrong SIRET is refused and what was typed is kept."""
    page.goto(f"{PLACE}/entreprises/ajouter/")
    page.get_by_label("SIRET").fill("000 00 12")
    page.get_by_label("Raison sociale").fill("Menuiserie saisie à la main")
    page.get_by_label("Code postal").fill("59200")
    page.get_by_label("Commune").fill("Tourcoing")
    submit(page, "Ajouter l’entreprise")
    expect(page.locator(".form-errors")).to_be_visible()
    expect(page.get_by_label("Raison sociale")).to_have_value("Menuiserie saisie à la main")
    check_axe(page)
    page.get_by_label("SIRET").fill(HAND_SIRET)
    submit(page, "Ajouter l’entreprise")
    expect(page.locator("h1")).to_contain_text("Menuiserie saisie à la main")


def invite_manager(page: Page) -> str:
    """Step 3: a contact, a diagnostic, an invitation; the personal link is read on « E-mails envoyés »."""
    page.goto(f"{PLACE}/entreprises/?q=tissages")
    page.get_by_role("link", name=COMPANY).click()
    check_axe(page)
    page.get_by_role("link", name="Ajouter un contact").first.click()
    page.get_by_label("Prénom").fill("Inès")
    page.get_by_label("Nom", exact=False).nth(1).fill("Delattre")
    page.get_by_label("Adresse e-mail").fill(MANAGER)
    submit(page, "Ajouter le contact")
    page.get_by_role("link", name="Ouvrir un diagnostic").first.click()
    check_axe(page)
    submit(page, "Ouvrir le diagnostic")
    check_axe(page)
    submit(page, "Envoyer l’invitation")
    return personal_link(page)


def personal_link(page: Page) -> str:
    """The newest personal link among the e-mails sent."""

    def newest() -> str:
        page.goto(f"{PLACE}/emails/?destinataire={MANAGER}")
        mails = page.locator("tbody a")
        if mails.count() == 0:
            return ""
        mails.first.click()
        body = page.locator("main").inner_text()
        found = re.search(r"/comptes/lien/[\w-]+/", body)
        return found[0] if found else ""

    return str(wait_for(newest, seconds=60, what="the invitation is sent"))


def open_link(page: Page, link: str) -> None:
    """A link opens a page; the click there spends it."""
    page.goto(link)
    check_axe(page)
    submit(page, "Continuer")


def answer_section(page: Page, *, click_first: bool) -> None:
    """Answer every question shown on a page, each saved by itself."""
    done: set[str] = set()
    while True:
        cards = page.locator(".card.question:visible")
        names = [card.get_attribute("id") or "" for card in cards.all()]
        todo = next((name for name in names if name and name not in done), None)
        if todo is None:
            return
        done.add(todo)
        answer(page, todo, last=not click_first)


def answer(page: Page, name: str, *, last: bool) -> None:
    """Answer one question and wait for « Enregistré »."""
    card = page.locator(f"#{name}")
    groups: dict[str, int] = {}
    for field in card.locator("fieldset input[type=radio]").all():
        groups[field.get_attribute("name") or ""] = groups.get(field.get_attribute("name") or "", 0) + 1
    if groups:
        for group, size in groups.items():
            rank = size // 2 if last else min(1, size - 1)
            card.locator(f"fieldset input[name='{group}']").nth(rank).check(force=True)
    elif card.locator("fieldset .choices input[type=checkbox]").count():
        card.locator("fieldset .choices input[type=checkbox]").first.check(force=True)
    elif card.locator("fieldset textarea").count():
        card.locator("fieldset textarea").first.fill("Nous avons essayé un outil de rédaction.")
    elif card.locator("fieldset input[type=date]").count():
        card.locator("fieldset input[type=date]").fill("2026-01-15")
    elif card.locator("fieldset input[type=text]").count():
        card.locator("fieldset input[type=text]").first.fill("12")
    card.locator("legend").click()
    page.keyboard.press("Tab")
    expect(card.locator("[data-save-status]")).to_contain_text("nregistré")


def answer_in_two_sittings(page: Page, officer: Page, link: str) -> None:
    """Step 4: two sittings on a telephone, a review, a submission, a result."""
    open_link(page, link)
    page.get_by_role("link", name=re.compile("Commencer|Reprendre")).first.click()
    check_axe(page)
    answer_section(page, click_first=True)
    go_on(page)
    answered = page.url
    page.context.clear_cookies()
    page.goto(answered)
    expect(page).to_have_url(re.compile("login"))
    page.goto(link)
    submit(page, "Recevoir un nouveau lien")
    fresh = str(wait_for(lambda: _another(officer, link), seconds=60, what="a fresh link"))
    open_link(page, fresh)
    page.get_by_role("link", name="Reprendre").first.click()
    for _section in range(12):
        answer_section(page, click_first=False)
        go_on(page)
        if "relecture" in page.url:
            break
    check_axe(page)
    submit(page, "Remettre le diagnostic")
    expect(page).to_have_url(re.compile("resultat"), timeout=30_000)
    body = page.locator("main")
    expect(body.locator("svg:has(title)").locator("visible=true").first).to_be_visible()
    expect(body).to_contain_text(re.compile(r"sur\s100"))
    check_axe(page)


def go_on(page: Page) -> None:
    """To the next part, and there: a press on the page that leaves would skip a part."""
    before = page.url
    submit(page, "Continuer")
    expect(page).not_to_have_url(before, timeout=30_000)


def _another(officer: Page, link: str) -> str:
    newest = personal_link(officer)
    return newest if newest != link else ""


def build_plan(page: Page) -> None:
    """Step 5: two measures are kept; one has an owner, a date and a state."""
    submit(page, "plan d’actions")
    check_axe(page)
    boxes = page.locator("input[name=mesure]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    submit(page, "Retenir les préconisations cochées")
    expect(page.locator("main")).to_contain_text("2 actions retenues")
    page.locator("section[aria-labelledby=en-cours] a").first.click()
    page.get_by_label("Responsable").fill("Inès Delattre")
    page.get_by_label("Échéance").fill((timezone.localdate() + timedelta(days=60)).isoformat())
    page.get_by_label("État").select_option("ongoing")
    check_axe(page)
    submit(page, "Enregistrer l’action")
    expect(page.locator("section[aria-labelledby=en-cours]")).to_contain_text("Inès Delattre")


def train_two_employees(page: Page) -> None:
    """Step 6: a session of two half-days, two people of the company, their attendance."""
    page.goto(f"{PLACE}/formations/planifier/")
    page.get_by_label("Formation", exact=False).first.select_option(index=1)
    page.get_by_label("Organisme de formation").select_option(index=1)
    page.get_by_label("Lieu").fill("12 rue de l’Essai, 59500 Douai")
    day = (timezone.localdate() - timedelta(days=1)).isoformat()
    dates = page.locator("input[type=date]")
    for index in range(dates.count()):
        dates.nth(index).fill(day if index < 2 else "")
    check_axe(page)
    submit(page, "Planifier la session")
    session = page.url
    for first_name in ("Lou", "Marc"):
        page.goto(session)
        page.get_by_role("link", name="Inscrire des personnes").first.click()
        page.locator("#q").fill("tissages")
        submit(page, "Chercher")
        page.get_by_role("link", name=COMPANY).first.click()
        page.get_by_label("Prénom").fill(first_name)
        page.get_by_label("Nom", exact=False).nth(1).fill("Parcours")
        page.get_by_label("Adresse e-mail").fill(f"{first_name.lower()}@parcours.example")
        submit(page, "Inscrire")
        expect(page.locator("main")).to_contain_text(f"{first_name} Parcours")
    page.goto(session)
    cells = page.locator("form[action*=presence] input[type=checkbox]")
    expect(cells).to_have_count(4)
    for index in range(3):
        cells.nth(index).check()
    check_axe(page)
    submit(page, "Enregistrer la présence")
    expect(page.locator("form[action*=presence] input:checked")).to_have_count(3)


def activate_plan(page: Page) -> None:
    """Step 7: two lines by axis and nature, the matrix at zero residue, activation."""
    page.goto(f"{PLACE}/budget/plans/")
    submit(page, "Préparer le plan")
    for index, amount in enumerate(("600 000,01", "446 099,99")):
        page.locator("input[name$='-label']").nth(index).fill(f"Ligne {index + 1}")
        page.locator("input[data-planned]").nth(index).fill(amount)
    submit(page, "Répartir tout au prorata")
    check_axe(page)
    expect(page.locator("#verdict")).to_have_text("Équilibré")
    submit(page, "Enregistrer et mettre en vigueur")
    check_axe(page)
    submit(page, "Mettre le plan en vigueur")
    page.goto(f"{PLACE}/budget/")
    expect(page.locator("main")).to_contain_text(re.compile(r"1\s046\s100"))
    check_axe(page)


def spend(officer: Page, director: Page, folder: Path) -> None:
    """Step 7, continued: an expense with its evidence, validated by a second person, shared to the cent."""
    invoice = folder / "facture.pdf"
    invoice.write_bytes(PDF)
    officer.goto(f"{PLACE}/budget/depenses/nouvelle/")
    officer.get_by_label("Ligne budgétaire").select_option(index=1)
    officer.get_by_label("Objet").fill("Diagnostic d’une entreprise")
    officer.get_by_label("Fournisseur").fill("Cabinet du parcours")
    officer.get_by_label("Date de la dépense").fill(timezone.localdate().isoformat())
    officer.get_by_label("Montant", exact=False).first.fill("12,345")
    officer.locator("input[type=file]").set_input_files(invoice)
    submit(officer, "Enregistrer et soumettre")
    expect(officer.locator("main")).to_contain_text("deux décimales")
    check_axe(officer)
    officer.get_by_label("Montant", exact=False).first.fill("1 234,57 €")
    officer.locator("input[type=file]").set_input_files(invoice)
    submit(officer, "Enregistrer et soumettre")
    expect(officer.locator("main")).to_contain_text("soumise")
    expect(officer.get_by_role("button", name="Valider la dépense")).to_have_count(0)
    director.goto(officer.url)
    check_axe(director)
    submit(director, "Valider la dépense")
    main = director.locator("main")
    expect(main).to_contain_text(re.compile(r"598,73"))
    expect(main).to_contain_text(re.compile(r"635,84"))
    check_axe(director)


def publish_release(director: Page, public: Page) -> None:
    """Step 8: a release is computed, audited, read, published; the public reads it, secrecy applied."""
    director.goto(f"{PLACE}/millesimes/preparer/")
    check_axe(director)
    director.locator("main form button[type=submit]").first.click()
    wait_for(lambda: _release_is_ready(director), seconds=180, what="the release is computed")
    check_axe(director)
    director.get_by_role("link", name=re.compile("Publier")).first.click()
    submit(director, "Publier")
    public.goto(f"{PLACE}/observatoire/")
    expect(public.locator("main")).to_contain_text("12")
    check_axe(public)


def _release_is_ready(page: Page) -> bool:
    page.goto(f"{PLACE}/millesimes/")
    page.locator("tbody a").first.click()
    return page.get_by_role("link", name=re.compile("Publier")).count() > 0


def report(page: Page) -> str:
    """Step 9: the progress report is asked for, its progress shown, its PDF and workbook arrive."""
    page.goto(f"{PLACE}/rapports/demander/")
    check_axe(page)
    submit(page, "Établir le rapport")
    link = page.get_by_role("link", name=re.compile("PDF"))
    wait_for(lambda: _arrived(page, link), seconds=120, what="the report arrives")
    check_axe(page)
    return page.url


def _arrived(page: Page, link: Any) -> bool:
    if link.count() == 0:
        page.wait_for_timeout(700)
        opened = page.get_by_role("link", name=re.compile("Ouvrir le document"))
        if opened.count():
            opened.first.click()
    return bool(link.count() > 0)


def check_funder(page: Page, public: Page, document: str, folder: Path) -> None:
    """Step 10: the funder reads, downloads the PDF; its hash is verified in public."""
    enter(page, "funder")
    expect(page.locator("main")).not_to_contain_text(COMPANY)
    check_axe(page)
    page.goto(f"{PLACE}/financeur/budget/")
    expect(page.locator("main")).to_contain_text(re.compile(r"598,73"))
    check_axe(page)
    page.goto(f"{PLACE}/financeur/rapports/")
    check_axe(page)
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("PDF")).first.click()
    file = folder / "rapport.pdf"
    download.value.save_as(file)
    assert file.read_bytes().startswith(b"%PDF")
    page.goto(document)
    code = re.search(r"\b[2-9A-HJ-NP-Z]{10}\b", page.locator("main").inner_text())
    assert code is not None
    public.goto(f"/verifier/{code[0]}/")
    check_axe(public)
    public.locator("input[type=file]").set_input_files(file)
    public.locator("form:has(input[type=file]) button").click()
    expect(public.locator("main")).to_contain_text("Ce fichier est l’original")
