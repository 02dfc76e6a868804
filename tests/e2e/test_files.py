"""A company answers by files: sent at once with script, with the section without, refused in words."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import check_axe
from tests.e2e.test_main_job import enter, submit
from tests.installation import Installation

pytestmark = pytest.mark.e2e
PLACE = "/demonstration"
QUESTIONNAIRE = """
code: pieces
title: Pièces à joindre
minutes: 5
dimensions:
  - code: pieces
    title: Vos pièces
    questions:
      - {code: charte, kind: file, text: "Joignez votre charte."}
      - {code: plan, kind: file, text: "Et votre plan ?", most_files: 1}
      - {code: date, kind: date, text: "De quand date-t-elle ?", show_if: {question: charte, answered: true}}
"""


def pdf(name: str) -> dict[str, Any]:
    content = f"%PDF-1.7\n{name}\n%%EOF\n".encode()
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def test_a_company_answers_by_files(
    visit: Any, browser: Browser, installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "pieces.yaml"
    file.write_text(QUESTIONNAIRE, "utf-8")
    installation.manage("import_questionnaire", str(file))
    open_it(visit())
    company = visit(width=390)
    enter(company, "company")
    section = answer_with_script(company)
    answer_without_script(browser, installation, company, section)
    hand_in(company, section)


def open_it(page: Page) -> None:
    """The officer opens it for the company of the demonstration."""
    enter(page, "officer")
    page.goto(f"{PLACE}/diagnostics/ouvrir/1/")
    page.get_by_label("Questionnaire").select_option(label="Pièces à joindre")
    submit(page, "Ouvrir le diagnostic")


def answer_with_script(page: Page) -> str:
    """Files are sent as they are chosen; what they open appears; one that is refused says why."""
    page.goto(f"{PLACE}/espace/diagnostics/")
    page.get_by_role("link", name="Commencer").last.click()
    if "parties" not in page.url:
        page.locator("main a.primary").first.click()
    check_axe(page)
    page.locator("#champ-charte").set_input_files([pdf("charte.pdf"), pdf("annexe.pdf")])
    asked = page.locator("#question-charte")
    expect(asked.get_by_role("link", name="annexe.pdf")).to_be_visible()
    expect(asked.locator("[data-save-status]")).to_contain_text("Enregistré")
    expect(page.locator("#question-date")).to_be_visible()
    wrong = {"name": "virus.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"}
    page.locator("#champ-plan").set_input_files(wrong)
    expect(page.locator("#question-plan [data-save-status]")).to_contain_text("n’est pas d’un type accepté")
    check_axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return page.url


def answer_without_script(browser: Browser, installation: Installation, signed: Page, section: str) -> None:
    """The file goes with the section, and a file is taken away on its own page."""
    context = browser.new_context(
        base_url=installation.url,
        java_script_enabled=False,
        storage_state=signed.context.storage_state(),
    )
    page = context.new_page()
    page.goto(section)
    page.locator("#champ-plan").set_input_files(pdf("plan.pdf"))
    page.locator("#champ-date").fill("2026-01-05")
    page.get_by_role("button", name="Continuer").click()
    page.goto(section)
    expect(page.get_by_role("link", name="plan.pdf")).to_be_visible()
    page.locator("#question-charte").get_by_role("button", name="Voir ou retirer les fichiers").click()
    page.get_by_role("button", name="Retirer : annexe.pdf").click()
    expect(page.get_by_role("link", name="annexe.pdf")).to_have_count(0)
    context.close()


def hand_in(page: Page, section: str) -> None:
    """The files are all there is to answer: the diagnostic is handed in and gives no score."""
    page.goto(section)
    expect(page.get_by_role("link", name="annexe.pdf")).to_have_count(0)
    page.get_by_role("link", name="Relire et remettre").click()
    check_axe(page)
    submit(page, "Remettre le diagnostic")
    expect(page.locator("main")).to_contain_text("Ce questionnaire ne donne pas de note")
    check_axe(page)
