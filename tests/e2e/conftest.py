"""A real browser on a real installation."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.installation import Installation, served

CHROMIUM = os.environ.get("EDEC_CHROMIUM") or "/usr/bin/chromium"
# How long a page may take to come, or to say what is awaited of it, on a machine that does other things too.
PATIENCE_MS = 20_000
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A rule is listed with its impact and the first offending elements, to be read in the failure.
AXE_RUN = """async () => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const outcome = await axe.run(document, {runOnly: tags});
  const told = nodes => nodes.slice(0, 3).map(n => n.html).join(' | ');
  return outcome.violations.map(v => `${v.id} (${v.impact}): ${told(v.nodes)}`);
}"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A small demonstration served by the real processes."""
    with served(tmp_path_factory.mktemp("installation"), companies=24) as place:
        yield place


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium of the system."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


def check_axe(page: Page) -> None:
    """No accessibility violation on the page as it stands, in light and in dark."""
    source = Path(AXE_FILE_PATH).read_text(encoding="utf-8")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        # Colours settle over a frame or two.
        page.evaluate("() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
        page.evaluate(source)
        violations: list[str] = page.evaluate(AXE_RUN)
        assert violations == [], f"{page.url} ({scheme}): {violations}"
    page.emulate_media(color_scheme="light")


@pytest.fixture
def visit(browser: Browser, installation: Installation) -> Iterator[Any]:
    """Open a signed-out browser window: ``page = visit()``; errors of the console fail the test."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def open_window(*, width: int = 1280) -> Page:
        context = browser.new_context(
            base_url=installation.url,
            viewport={"width": width, "height": 900},
            locale="fr-FR",
            reduced_motion="reduce",
        )
        contexts.append(context)
        page: Page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda line: (
                complaints.append(line.text)
                if line.type == "error" and "status of 4" not in line.text
                else None
            ),
        )
        return page

    yield open_window
    for number, context in enumerate(contexts):
        # What each person saw last, for whoever reads a failure.
        context.pages[0].screenshot(path=installation.logs / f"fenetre-{number}.png", full_page=True)
        context.close()
    assert complaints == []
