"""An author adapts the questionnaire, tries it, measures what it would change, and publishes it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import check_axe
from tests.e2e.gestures import enter, submit

pytestmark = pytest.mark.e2e

QUESTION = "Un budget est-il réservé à l’IA ?"


def test_an_author_adapts_tries_measures_and_publishes(visit: Any) -> None:
    page = visit()
    enter(page, "officer")
    adapt(page)
    add_a_question(page)
    reorder_with_the_keyboard(page)
    put_it_under_condition(page)
    preview(page)
    read_differences_and_effect(page)
    take_away_as_a_spreadsheet(page)
    publish(page)
    look_on_a_phone(visit(width=390), page.url)


def adapt(page: Page) -> None:
    """The shared questionnaire is copied, never changed."""
    page.get_by_role("link", name="Questionnaires").first.click()
    check_axe(page)
    page.locator("main tbody tr", has_text="partagé").get_by_role("link").first.click()
    check_axe(page)
    submit(page, "Adapter à ce programme")
    expect(page.locator("main")).to_contain_text("brouillon")
    check_axe(page)


def add_a_question(page: Page) -> None:
    """A question is added to the first section, then given its weight and its choices."""
    section = page.locator("section[id^=section-]").first
    section.locator("summary").click()
    section.get_by_label("Question", exact=True).fill(QUESTION)
    section.get_by_label("Genre").select_option("single")
    section.get_by_role("button", name="Ajouter la question").click()
    page.get_by_role("link", name=QUESTION).click()
    check_axe(page)
    page.get_by_label("Poids", exact=True).first.fill("2,5")
    page.locator("[name=choices-2-label]").fill("Je ne sais pas")
    page.locator("[name=choices-2-counts]").uncheck()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator("main")).to_contain_text("poids 2,5")


def reorder_with_the_keyboard(page: Page) -> None:
    """The button keeps the focus from one move to the next: no mouse is needed."""
    page.get_by_role("button", name=f"Monter – {QUESTION}").focus()
    for _move in range(2):
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("geste=monter"))
        expect(page.get_by_role("button", name=f"Monter – {QUESTION}")).to_be_focused()
    items = page.locator("section[id^=section-]").first.locator("ol > li")
    expect(items.last).not_to_contain_text(QUESTION)


def put_it_under_condition(page: Page) -> None:
    """A condition is built by choosing a question, then among its answers."""
    page.get_by_role("link", name=QUESTION).click()
    page.get_by_role("link", name="Modifier la condition").click()
    submit(page, "Ajouter une condition")
    check_axe(page)
    subject = page.get_by_label("Question", exact=True)
    subject.select_option(index=1)
    submit(page, "Montrer les réponses possibles")
    page.locator("main input[type=checkbox]").last.check()
    submit(page, "Enregistrer la condition")
    expect(page.locator("main")).to_contain_text("Condition enregistrée")
    check_axe(page)


def preview(page: Page) -> None:
    """The question appears in the preview when the answer that opens it is given."""
    page.get_by_role("link", name=re.compile(r"^version \d+$")).click()
    page.get_by_role("link", name="Aperçu", exact=True).click()
    expect(page.locator("main")).to_contain_text("Vos essais ne sont enregistrés nulle part")
    expect(page.get_by_role("group", name=QUESTION)).to_have_count(0)
    opened = page.locator(".question").first
    opened.locator("label.choice:not(.minor)").last.click()
    expect(page.get_by_role("group", name=QUESTION)).to_be_visible()
    check_axe(page)
    page.get_by_role("link", name="Voir le résultat de ces essais").click()
    expect(page.locator("h1")).to_contain_text("Résultat de l’aperçu")
    check_axe(page)


def read_differences_and_effect(page: Page) -> None:
    """What changes, in words; then what it would change on the companies that answered."""
    page.get_by_role("link", name=re.compile(r"^version \d+$")).click()
    page.get_by_role("link", name="Ce qu’elle change").click()
    expect(page.locator("main")).to_contain_text(QUESTION)
    expect(page.locator("main")).to_contain_text("plus comparable")
    check_axe(page)
    page.get_by_role("link", name=re.compile(r"^version \d+$")).click()
    page.get_by_role("link", name="Effet", exact=True).click()
    submit(page, "Mesurer l’effet")
    expect(page.locator("main")).to_contain_text(re.compile(r"changerai(t|ent) de niveau"))
    check_axe(page)


def take_away_as_a_spreadsheet(page: Page) -> None:
    """What an XLSForm leaves out is told before the download."""
    page.get_by_role("link", name=re.compile(r"^version \d+$")).click()
    page.get_by_role("link", name="Tableur (XLSForm)").click()
    expect(page.locator("main")).to_contain_text("Ce qui n’est pas repris")
    check_axe(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger le classeur").click()
    assert download.value.suggested_filename.endswith("-v1.xlsx")


def publish(page: Page) -> None:
    """Publishing says what it does first; then the version is frozen."""
    page.get_by_role("link", name=re.compile(r"^version \d+$")).click()
    page.get_by_role("link", name="Publier…").click()
    expect(page.locator("main")).to_contain_text("Une version publiée ne change plus")
    check_axe(page)
    page.locator("main").get_by_role("button", name="Publier", exact=True).click()
    expect(page.locator("main")).to_contain_text("est publiée")


def look_on_a_phone(page: Page, url: str) -> None:
    """Nothing sticks out of a narrow screen."""
    enter(page, "officer")
    page.goto(url)
    page.get_by_role("link", name="Version 1", exact=True).first.click()
    check_axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
