"""Three people answer one diagnostic alone, one of them on a small phone; then one result."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import check_axe
from tests.e2e.gestures import enter
from tests.e2e.programme import SLUG
from tests.installation import Installation, served, wait_for

pytestmark = pytest.mark.e2e

PLACE = f"/{SLUG}"
OPEN_ONE = """
from companies import services as companies
from companies.services import ContactFacts
from diagnostics import services as diagnostics
from diagnostics.models import Questionnaire
from programme.models import Programme
from tests.companies.samples import make_siren, make_siret
from tests.e2e.programme import open_programme
from tests.diagnostics.documents import dimension, document, plain, scale, single

open_programme()
programme = Programme.objects.get(slug="{slug}")
short = document(
    dimension("usages", single("usage"), scale("ambition"), plain("pourquoi", "long_text", required=False)),
    dimension("donnees", single("donnees"), single("regles")),
)
version = diagnostics.publish_version(
    actor=None, version=diagnostics.import_questionnaire(actor=None, document=short)
)
company = companies.create_participation(
    actor=None, programme=programme, siret=make_siret(make_siren(61)), name="Filatures à trois voix"
)
contact = companies.add_contact(
    actor=None, participation=company,
    facts=ContactFacts(first_name="Inès", last_name="Delattre", email="ines@voix.example"),
)
opened = diagnostics.open_diagnostic(
    actor=None, participation=company, questionnaire=version.questionnaire, contact=contact
)
diagnostics.invite_respondent(actor=None, diagnostic=opened, contact=contact)
print(opened.pk)
"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A blank programme with one open diagnostic, served by the real processes."""
    with served(tmp_path_factory.mktemp("repondants"), setup=OPEN_ONE.format(slug=SLUG)) as place:
        yield place


def enter_by_link(page: Page, officer: Page, email: str) -> None:
    """Open the newest personal link sent to an address."""

    def newest() -> str:
        officer.goto(f"{PLACE}/emails/?destinataire={email}")
        mails = officer.locator("tbody a")
        if mails.count() == 0:
            return ""
        mails.first.click()
        found = re.search(r"/comptes/lien/[\w-]+/", officer.locator("main").inner_text())
        return found[0] if found else ""

    page.goto(str(wait_for(newest, seconds=60, what=f"the link of {email}")))
    page.get_by_role("button", name="Continuer").first.click()


def invite(page: Page, url: str, name: str, email: str, view: str) -> None:
    """The manager asks somebody for her point of view."""
    page.goto(f"{url}equipe/")
    page.get_by_text("Inviter un point de vue").click()
    form = page.locator("form[action$='/equipe/avis/']").last
    form.get_by_label("Nom", exact=False).nth(1).fill(name)
    form.get_by_label("Adresse e-mail").fill(email)
    form.get_by_label("Point de vue").fill(view)
    form.get_by_role("button", name="Envoyer son lien").click()
    expect(page.locator("main")).to_contain_text(view)


def answer(page: Page, url: str, **values: str) -> None:
    """Answer the two sections, each answer saved by itself, and say that one is done."""
    page.goto(url)
    page.get_by_role("link", name=re.compile("Commencer|Reprendre|Relire")).first.click()
    for code, value in values.items():
        card = page.locator(f"#question-{code}")
        if card.count() == 0:
            page.get_by_role("button", name="Continuer").first.click()
        card.locator(f"input[name='q-{code}'][value='{value}']").check(force=True)
        expect(card.locator("[data-save-status]")).to_contain_text("nregistré")
    check_axe(page)
    page.get_by_role("button", name="Continuer").first.click()
    expect(page).to_have_url(re.compile("relecture"))
    check_axe(page)
    page.get_by_role("button", name="J’ai terminé").click()
    expect(page.locator("main")).to_contain_text("votre part est terminée")


def test_three_points_of_view_make_one_result(visit: Any, installation: Installation) -> None:
    officer, ines, leo, mia = visit(), visit(), visit(width=320), visit()
    enter(officer, "officer")
    url = f"{PLACE}/espace/diagnostics/{int(installation.said.splitlines()[-1])}/"
    enter_by_link(ines, officer, "ines@voix.example")
    invite(ines, url, "Martin", "leo@voix.example", "Atelier")
    invite(ines, url, "Petit", "mia@voix.example", "Informatique")
    check_axe(ines)
    enter_by_link(leo, officer, "leo@voix.example")
    enter_by_link(mia, officer, "mia@voix.example")
    answer(leo, url, usage="non", ambition="2", donnees="peu", regles="non")
    assert leo.evaluate("document.documentElement.scrollWidth") <= 320
    answer(mia, url, usage="oui", ambition="2", donnees="peu", regles="oui")
    expect(mia.locator("main")).not_to_contain_text("Martin")
    answer(ines, url, usage="oui", ambition="4", donnees="peu", regles="oui")
    reconcile(ines, url)
    read_result(ines)
    leo.goto(f"{url}resultat/")
    expect(leo.locator("h1")).to_contain_text(re.compile("introuvable|n’existe pas", re.I))


def reconcile(page: Page, url: str) -> None:
    """The manager closes individual answers, settles the differences by keyboard, and hands in."""
    page.goto(f"{url}equipe/")
    page.get_by_role("link", name="Clore et mettre en commun").click()
    check_axe(page)
    page.get_by_role("button", name="Clore et comparer").click()
    expect(page.locator("main")).to_contain_text("3 questions sur 4")
    check_axe(page)
    for code in ("usage", "ambition", "regles"):
        choice = page.locator(f"input[name='r-{code}']").first
        choice.focus()
        page.keyboard.press("Space")
        expect(choice).to_be_checked()
    page.get_by_role("button", name="Enregistrer les réponses retenues").click()
    expect(page.locator("main")).to_contain_text("Toutes sont tranchées")
    page.get_by_role("link", name="Relire et remettre").first.click()
    page.get_by_role("button", name="Remettre le diagnostic").click()
    expect(page).to_have_url(re.compile("resultat"), timeout=30_000)


def read_result(page: Page) -> None:
    """The result shows where they differ, on the page and in the PDF."""
    main = page.locator("main")
    expect(main).to_contain_text("Là où les points de vue diffèrent")
    expect(main).to_contain_text("Direction, Atelier, Informatique")
    check_axe(page)
    page.get_by_role("button", name="Télécharger en PDF").click()
    link = page.get_by_role("link", name=re.compile("PDF"))

    def arrived() -> bool:
        if link.count() == 0:
            page.wait_for_timeout(700)
            opened = page.get_by_role("link", name=re.compile("Ouvrir le document"))
            if opened.count():
                opened.first.click()
        return bool(link.count() > 0)

    wait_for(arrived, seconds=90, what="the PDF arrives")
    with page.expect_download() as download:
        link.first.click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
