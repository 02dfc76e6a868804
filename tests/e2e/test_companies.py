"""An officer's day with companies: the register, a typing error, a double, a meeting, an act on a list."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.companies.register_stub import FOUND_SIRET, StubRegister, serving
from tests.companies.samples import make_siren, make_siret
from tests.e2e.conftest import check_axe
from tests.e2e.gestures import enter, submit
from tests.e2e.programme import OPEN, SLUG
from tests.installation import Installation, served

pytestmark = pytest.mark.e2e
PLACE = f"/{SLUG}/entreprises"
FOUND_NAME = "FONDERIE DU REPERTOIRE"


@pytest.fixture(scope="module")
def register() -> Iterator[StubRegister]:
    """A public register on loopback."""
    with serving(StubRegister()) as stub:
        yield stub


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, register: StubRegister) -> Iterator[Installation]:
    """One blank programme, served by the real processes, that asks the stub."""
    with served(
        tmp_path_factory.mktemp("entreprises"),
        setup=OPEN,
        environment={"REGISTER_URL": register.url, "NO_PROXY": "127.0.0.1"},
    ) as place:
        yield place


def test_a_day_with_companies(visit: Any, installation: Installation, register: StubRegister) -> None:
    page = visit()
    enter(page, "officer")
    add_from_the_register(page)
    find_despite_a_typing_error(page)
    add_a_double(page, register)
    merge_it(page)
    meet(page)
    act_on_the_list(page)
    look_on_a_phone(visit(width=390))


def add_from_the_register(page: Page) -> None:
    """Typed on the left, found on the right, filled at one click."""
    page.goto(f"{PLACE}/ajouter/")
    page.get_by_label("Nom, SIREN ou SIRET").fill("fonderie")
    found = page.locator("#repertoire").get_by_role("link", name=FOUND_NAME)
    expect(found).to_be_visible()
    check_axe(page)
    found.click()
    expect(page.get_by_label("Raison sociale")).to_have_value(FOUND_NAME)
    expect(page.get_by_label("Code postal")).to_have_value("59500")
    submit(page, "Ajouter l’entreprise")
    expect(page.locator("h1")).to_contain_text(FOUND_NAME)
    check_axe(page)


def find_despite_a_typing_error(page: Page) -> None:
    """« fondrie » is not written anywhere: what resembles it is shown, and said to be so."""
    page.goto(f"{PLACE}/")
    page.get_by_label("Nom, SIREN, SIRET, commune ou contact").fill("fondrie repertoir")
    expect(page.locator("#results")).to_contain_text("s’en approche le plus")
    expect(page.locator("#results tbody tr")).to_have_count(1)
    check_axe(page)


def add_a_double(page: Page, register: StubRegister) -> None:
    """The register is down: typing goes on. The likeness is told while typing, then asked about once."""
    register.mode = "broken"
    page.goto(f"{PLACE}/ajouter/?recherche=inconnue")
    expect(page.locator("#repertoire")).to_contain_text("ne répond pas")
    page.get_by_label("SIRET de l’établissement").fill(make_siret(make_siren(88)))
    page.get_by_label("Raison sociale").fill("Fonderie du répertoir")
    page.get_by_label("Code postal").fill("59500")
    page.get_by_label("Commune").fill("Douai")
    expect(page.locator("#doublons")).to_contain_text(FOUND_NAME)
    check_axe(page)
    submit(page, "Ajouter l’entreprise")
    page.get_by_label("C’est une autre entreprise").check()
    submit(page, "Ajouter l’entreprise")
    expect(page.locator("h1")).to_contain_text("Fonderie du répertoir")
    expect(page.locator("main")).to_contain_text("à compléter")


def merge_it(page: Page) -> None:
    """It was a double after all: the list of likely ones knew it."""
    page.goto(f"{PLACE}/doublons/")
    expect(page.locator("tbody tr")).to_contain_text("Fonderie du répertoir")
    check_axe(page)
    page.get_by_role("link", name="Comparer").click()
    expect(page.locator("h1")).to_have_text("Fusionner deux fiches")
    page.goto(f"{PLACE}/?q={FOUND_SIRET}")
    page.get_by_role("link", name=FOUND_NAME).click()
    page.get_by_text("Modifier", exact=True).first.click()
    page.get_by_role("link", name="Fusionner avec une autre fiche").click()
    page.get_by_role("link", name="Fonderie du répertoir").click()
    expect(page.locator("main")).to_contain_text("ne peut pas être annulée")
    check_axe(page)
    page.get_by_label("Motif").fill("Saisie deux fois")
    submit(page, "Fusionner les deux fiches")
    expect(page.locator("main")).to_contain_text("Fusion avec « Fonderie du répertoir »")
    page.goto(f"{PLACE}/?q=fonderie")
    expect(page.locator("tbody tr")).to_have_count(1)


def meet(page: Page) -> None:
    """A meeting that took place yesterday, and what was said."""
    page.get_by_role("link", name=FOUND_NAME).click()
    page.get_by_role("link", name="Prévoir un rendez-vous").click()
    yesterday = timezone.localtime() - timedelta(days=1)
    page.get_by_label("Le", exact=False).and_(page.locator("[type=datetime-local]")).fill(
        f"{yesterday:%Y-%m-%d}T10:00"
    )
    page.get_by_label("Lieu").fill("Atelier principal")
    check_axe(page)
    submit(page, "Prévoir le rendez-vous")
    expect(page.locator("main")).to_contain_text("Atelier principal")
    check_axe(page)
    page.get_by_role("link", name="Écrire le compte rendu").click()
    page.get_by_label("Compte rendu").fill("Résultat lu ensemble.")
    check_axe(page)
    submit(page, "Enregistrer le compte rendu")
    expect(page.locator("main")).to_contain_text("Résultat lu ensemble.")
    with page.expect_download() as download:
        page.get_by_role("link", name="Mettre dans l’agenda").click()
    assert download.value.suggested_filename == "invitation.ics"


def act_on_the_list(page: Page) -> None:
    """Chosen, counted, confirmed, done."""
    page.goto(f"{PLACE}/?q=fonderie")
    page.get_by_role("link", name="Agir sur la liste").click()
    check_axe(page)
    page.get_by_label("Changer d’étape").check()
    page.get_by_label("Nouvelle étape").select_option("engaged")
    page.get_by_label("Motif du changement d’étape").fill("Convention signée")
    submit(page, "Continuer")
    expect(page.locator("h1")).to_contain_text("Passer à l’étape « engagée »")
    check_axe(page)
    submit(page, "Confirmer pour 1 entreprise")
    expect(page.locator("main")).to_contain_text(re.compile("Faite.*1"))
    page.get_by_role("link", name=FOUND_NAME).click()
    expect(page.locator("main")).to_contain_text("Convention signée")


def look_on_a_phone(page: Page) -> None:
    """The page of a company, its log and the replacements hold on a narrow screen."""
    enter(page, "officer")
    page.goto(f"{PLACE}/?q=fonderie")
    page.get_by_role("link", name=FOUND_NAME).click()
    check_axe(page)
    page.locator("#historique").get_by_role("link", name="Rendez-vous", exact=True).click()
    expect(page.locator("#historique-lignes")).to_contain_text("compte rendu")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for address in (
        f"/{SLUG}/journal/",
        f"/{SLUG}/remplacements/",
        f"{PLACE}/groupes/",
        f"{PLACE}/doublons/",
    ):
        page.goto(address)
        check_axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
