"""What the tests of authors share: addresses, forms sent as a browser sends them."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from diagnostics.models import QuestionnaireVersion

BASE = "/essai/questionnaires/"


def url(version: QuestionnaireVersion, rest: str = "") -> str:
    return f"{BASE}versions/{version.pk}/{rest}"


def text(response: Any) -> str:
    return response.content.decode()


def gesture(client: Client, version: QuestionnaireVersion, what: str, **more: str) -> Any:
    version.refresh_from_db()
    return client.post(url(version, "geste/"), {"geste": what, "lu": version.sha256, **more})


def sent(page: str) -> dict[str, Any]:
    """What a browser would send from the main form of a page, as it stands."""
    form = page.partition("data-warn-unsaved>")[2].partition("</form>")[0]
    data: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r'name="([^"]+)"', tag)
        kind = re.search(r'type="([^"]+)"', tag)
        if (
            not name
            or (kind and kind[1] in ("checkbox", "radio") and "checked" not in tag)
            or "disabled" in tag
        ):
            continue
        value = re.search(r'value="([^"]*)"', tag)
        data[name[1]] = value[1] if value else ("on" if kind and kind[1] == "checkbox" else "")
    for name_of, inside in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S):
        data[name_of] = inside.strip("\n")
    for name_of, inside in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)"[^>]*selected', inside)
        data[name_of] = chosen[1] if chosen else ""
    return data


def save(client: Client, version: QuestionnaireVersion, rest: str, **changes: Any) -> Any:
    """Open a page of the editor, change some fields, and send it."""
    page = text(client.get(url(version, rest)))
    return client.post(url(version, rest), {**sent(page), **changes}, follow=True)
