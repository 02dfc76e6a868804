"""A person sees what is held about her and asks to be erased; the direction settles it, in a browser."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import check_axe
from tests.e2e.gestures import enter

pytestmark = pytest.mark.e2e
PLACE = "/demonstration"
PEOPLE = f"{PLACE}/parametres/donnees-personnelles/"


def test_a_request_from_the_person_to_the_receipt(visit: Any) -> None:
    person = visit(width=390)
    enter(person, "company")
    person.goto(f"{PLACE}/mes-donnees/")
    expect(person.locator("main")).to_contain_text("Compte de connexion")
    check_axe(person)
    person.get_by_role("button", name="Demander l’effacement").click()
    expect(person.locator("main")).to_contain_text("est en cours")

    director = visit()
    enter(director, "director")
    expect(director.locator("main")).to_contain_text(re.compile("demandent? l’effacement"))
    director.goto(PEOPLE)
    check_axe(director)
    requests = director.get_by_role("button", name="Examiner")
    waiting = requests.count()
    assert waiting >= 1
    requests.last.click()
    email = director.locator("h1").inner_text()
    expect(director.locator("main")).to_contain_text("Rôle dans le programme")
    check_axe(director)
    director.get_by_role("button", name="Préparer l’effacement").click()
    expect(director.locator("main")).to_contain_text("Rien n’est encore effacé")
    check_axe(director)
    director.get_by_role("button", name="Effacer définitivement").click()
    expect(director.locator("h1")).to_contain_text("Reçu d’effacement")
    expect(director.locator("main")).not_to_contain_text(email)
    check_axe(director)
    director.goto(PEOPLE)
    expect(director.get_by_role("button", name="Examiner")).to_have_count(waiting - 1)
    director.get_by_label("Adresse e-mail de la personne").fill(email)
    director.get_by_role("button", name="Chercher", exact=True).click()
    expect(director.locator("main")).to_contain_text("Rien n’est détenu à cette adresse")
    check_axe(director)


def test_the_direction_reviews_what_is_kept(visit: Any) -> None:
    director = visit(width=390)
    enter(director, "director")
    director.goto(f"{PLACE}/parametres/conservation/")
    expect(director.locator("main")).to_contain_text("Contacts inactifs")
    check_axe(director)
    director.get_by_role("button", name="Faire le point maintenant").click()
    expect(director.locator("main")).to_contain_text("terminé", timeout=60_000)
    director.get_by_role("link", name="Voir la conservation").click()
    expect(director.locator("h1")).to_contain_text("Conservation des données")
