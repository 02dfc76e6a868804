"""What people do in every journey: enter, press, wait for a piece of work."""

from playwright.sync_api import Page, expect


def enter(page: Page, role: str) -> None:
    """Enter in one click, as the demonstration offers."""
    page.goto("/")
    page.locator(f'form[action$="/{role}/"] button').click()
    expect(page.locator("h1")).to_be_visible()


def submit(page: Page, label: str) -> None:
    """Press a button by its words."""
    page.get_by_role("button", name=label, exact=False).first.click()


def wait_for_job(page: Page, *, until: str) -> None:
    """Follow a piece of work to its end; the page moves by itself."""
    expect(page.locator("main")).to_contain_text(until, timeout=90_000)
