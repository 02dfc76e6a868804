"""Following a plan in a browser: company and staff, by mouse, by keyboard, on a telephone, without script."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import check_axe
from tests.e2e.gestures import enter
from tests.installation import Installation

pytestmark = pytest.mark.e2e
PLACE = "/demonstration"


def column(page: Page, code: str) -> Any:
    return page.locator(f'[data-column="{code}"]')


def card(page: Page, code: str) -> Any:
    """The first card of a column."""
    return column(page, code).locator("[data-card]").first


def fits(page: Page) -> None:
    """Nothing sticks out of the window."""
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over == 0, page.url


def test_a_plan_is_followed(visit: Any, browser: Browser, installation: Installation) -> None:
    company = visit()
    enter(company, "company")
    plan = open_plan(company)
    drag(company, plan)
    move_by_keyboard(company)
    ask_why(company)
    discuss(company, plan)
    read_gains(company, plan)
    choose_what_to_receive(company)
    without_script(browser, installation, company, plan)
    narrow(visit(width=390), plan)
    drag_by_finger(browser, installation, company, plan)
    advise(visit(), plan)


def open_plan(page: Page) -> str:
    """The list says who does what, and when the next diagnostic is planned."""
    page.goto(f"{PLACE}/espace/plan/")
    check_axe(page)
    fits(page)
    day = (timezone.localdate() + timedelta(days=120)).isoformat()
    page.get_by_label("Prochain diagnostic prévu le").fill(day)
    page.get_by_role("button", name="Enregistrer la date").click()
    expect(page.locator("main")).to_contain_text("C’est noté")
    return page.url


def drag(page: Page, plan: str) -> None:
    """With the mouse: from « retenue » to « en cours », and it stays there."""
    page.goto(f"{plan}tableau/")
    check_axe(page)
    fits(page)
    moved = card(page, "kept")
    title = moved.get_attribute("data-title")
    moved.locator("h3").drag_to(column(page, "ongoing").locator("h2"), source_position={"x": 2, "y": 2})
    expect(column(page, "ongoing")).to_contain_text(title)
    expect(page.locator("#board .messages")).to_contain_text("est maintenant en cours")
    page.reload()
    expect(column(page, "ongoing")).to_contain_text(title)


def move_by_keyboard(page: Page) -> None:
    """With the keyboard alone: lift, two columns to the right, drop; the focus stays on the card."""
    moved = card(page, "ongoing")
    identifier = moved.get_attribute("data-card")
    moved.locator("[data-handle]").focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-board-status]")).to_contain_text("saisie")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    expect(page.locator("[data-board-status]")).to_contain_text("abandonné")
    for key in ("Space", "ArrowRight", "ArrowRight", "Space"):
        page.keyboard.press(key)
    expect(column(page, "done").locator(f'[data-card="{identifier}"]')).to_be_visible()
    expect(page.locator(f'[data-card="{identifier}"] [data-handle]')).to_be_focused()


def ask_why(page: Page) -> None:
    """A blocked action says why: the drop opens the card's own form."""
    moved = card(page, "done")
    identifier = moved.get_attribute("data-card")
    moved.locator("[data-handle]").focus()
    for key in ("Space", "ArrowLeft", "Space"):
        page.keyboard.press(key)
    reason = moved.get_by_label("Motif", exact=False)
    expect(reason).to_be_focused()
    reason.fill("Le prestataire est absent.")
    page.keyboard.press("Enter")
    blocked = column(page, "blocked").locator(f'[data-card="{identifier}"]')
    expect(blocked).to_contain_text("Le prestataire est absent.")
    check_axe(page)


def discuss(page: Page, plan: str) -> None:
    """A remark and a file are kept with their author and day."""
    page.goto(plan)
    page.locator("section[aria-labelledby=en-cours] tbody a").first.click()
    page.get_by_label("Votre commentaire").fill("Le devis est signé.")
    page.get_by_role("button", name="Envoyer le commentaire").click()
    expect(page.locator(".timeline")).to_contain_text("Le devis est signé.")
    pdf = {"name": "devis.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF\n"}
    page.locator("input[type=file]").set_input_files(pdf)
    page.get_by_role("button", name="Ajouter le fichier").click()
    expect(page.get_by_role("link", name="devis.pdf")).to_be_visible()
    check_axe(page)
    fits(page)


def read_gains(page: Page, plan: str) -> None:
    """The second diagnostic sets each gain beside the actions that aimed at it."""
    page.goto(f"{plan}evolution/")
    expect(page.locator("tbody tr").first).to_contain_text("En progrès")
    expect(page.locator("tbody")).to_contain_text("faite")
    check_axe(page)


def choose_what_to_receive(page: Page) -> None:
    """Choices are kept; the calendar's address works without a session and dies when closed."""
    page.goto(f"{PLACE}/preferences/")
    check_axe(page)
    page.get_by_label("Documents prêts").uncheck()
    page.get_by_role("button", name="Enregistrer mes choix").click()
    expect(page.get_by_label("Documents prêts")).not_to_be_checked()
    page.get_by_role("button", name="Ouvrir une adresse de calendrier").click()
    address = page.get_by_label("Adresse de votre calendrier").input_value()
    check_axe(page)
    calendar = page.request.get(address)
    assert calendar.status == 200
    assert "BEGIN:VEVENT" in calendar.text()
    page.get_by_role("button", name="Fermer cette adresse").click()
    expect(page.locator("main")).to_contain_text("ne répond plus")
    assert page.request.get(address).status == 404
    page.goto(f"{PLACE}/espace/emails/")
    expect(page.locator("#results tbody tr").first).to_be_visible()
    check_axe(page)


def without_script(browser: Browser, installation: Installation, signed: Page, plan: str) -> None:
    """The board works through its forms when scripts are off."""
    context = browser.new_context(
        base_url=installation.url,
        java_script_enabled=False,
        storage_state=signed.context.storage_state(),
    )
    page = context.new_page()
    page.goto(f"{plan}tableau/")
    expect(page.locator("[data-handle]").first).to_be_hidden()
    moved = card(page, "proposed")
    title = moved.get_attribute("data-title")
    moved.locator("summary").click()
    moved.locator("select").select_option("done")
    moved.get_by_role("button", name="Enregistrer").click()
    expect(column(page, "done")).to_contain_text(title)
    context.close()


def narrow(page: Page, plan: str) -> None:
    """On a telephone, columns stand below each other and a card is moved from its own menu."""
    enter(page, "company")
    page.goto(f"{plan}tableau/")
    fits(page)
    check_axe(page)
    moved = card(page, "done")
    identifier = moved.get_attribute("data-card")
    moved.locator("summary").click()
    moved.locator("select").select_option("ongoing")
    moved.get_by_role("button", name="Enregistrer").click()
    expect(column(page, "ongoing").locator(f'[data-card="{identifier}"]')).to_be_visible()
    for address in (plan, f"{plan}evolution/", f"{PLACE}/preferences/", f"{PLACE}/espace/emails/"):
        page.goto(address)
        fits(page)


def drag_by_finger(browser: Browser, installation: Installation, signed: Page, plan: str) -> None:
    """On a telephone a card is dragged by its handle; a tap on it opens the card's form instead."""
    context = browser.new_context(
        base_url=installation.url,
        viewport={"width": 390, "height": 900},
        has_touch=True,
        storage_state=signed.context.storage_state(),
    )
    page = context.new_page()
    page.goto(f"{plan}tableau/")
    moved = card(page, "ongoing")
    title = moved.get_attribute("data-title")
    finger = context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    moved.locator("[data-handle]").tap()
    expect(moved.locator("form")).to_be_visible()
    page.reload()
    moved.locator("[data-handle]").scroll_into_view_if_needed()
    box = moved.locator("[data-handle]").bounding_box()
    touch("touchStart", (box["x"] + 8, box["y"] + 8))
    # At the window's edge the page scrolls under the finger, up to the column above.
    touch("touchMove", (box["x"] + 12, 40))
    expect(page.locator("[data-board-status]")).to_contain_text("saisie")
    above = "() => document.querySelector('[data-column=kept] h2').getBoundingClientRect().top > 120"
    page.wait_for_function(above)
    touch("touchMove", (box["x"] + 12, 450))
    target = column(page, "kept").locator("h2").bounding_box()
    touch("touchMove", (target["x"] + 20, target["y"] + 10))
    expect(column(page, "kept")).to_have_class(re.compile("target"))
    touch("touchEnd")
    expect(column(page, "kept")).to_contain_text(title)
    expect(page.locator("#board .messages")).to_be_visible()
    context.close()


def advise(page: Page, plan: str) -> None:
    """The advisor sees every company's actions, those overdue, and what will be written to whom."""
    enter(page, "officer")
    page.goto(f"{PLACE}/plans/")
    check_axe(page)
    fits(page)
    page.get_by_role("link", name=re.compile("en retard")).first.click()
    expect(page).to_have_url(re.compile("retard=oui"))
    page.goto(f"{PLACE}/emails/a-venir/")
    expect(page.locator("h1")).to_have_text("E-mails à venir")
    expect(page.locator("[role=status]").last).to_contain_text("en 30 jours")
    check_axe(page)
    fits(page)
    page.goto(plan)
    page.get_by_text("Mettre en pause").first.click()
    page.get_by_label("Motif de la pause").fill("Fermeture annuelle")
    page.get_by_role("button", name="Mettre en pause").click()
    expect(page.locator("main")).to_contain_text("en pause")
    page.get_by_role("button", name="Reprendre les rappels").click()
    page.locator(".head .menu-pop summary").first.click()
    page.get_by_role("button", name="PDF").click()
    expect(page.locator("main")).to_contain_text(re.compile("Télécharger|PDF"), timeout=60_000)
