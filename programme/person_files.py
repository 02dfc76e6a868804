"""A person's data as a file to take away: JSON for another application, a page for her own eyes.

The page is one self-contained HTML file: it opens anywhere, can be listened to, and prints. It is made on
the spot and kept nowhere, where a document would be frozen, listed for the office and kept for years:
asking what is held must not make one more copy of it.
"""

import json
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import timezone

from programme import selectors
from programme.models import Programme


@dataclass(frozen=True)
class PersonFile:
    """A file ready to be sent or written."""

    name: str
    content_type: str
    text: str
    records: int


def _stylesheet() -> str:
    """The style of the page as an address that holds it: nothing is fetched when the file is opened."""
    style = (Path(settings.BASE_DIR) / "static" / "css" / "person_file.css").read_bytes()
    return f"data:text/css;base64,{b64encode(style).decode()}"


def person_file(email: str, programme: Programme | None, *, readable: bool) -> PersonFile:
    """Everything held about a person: a page to read when ``readable``, JSON otherwise."""
    found = selectors.held_data(email, programme)
    count = sum(len(held.records) for held in found)
    if readable:
        context = {
            "stylesheet": _stylesheet(),
            "email": email.strip().lower(),
            "programme_name": programme.name if programme else "",
            "made_at": timezone.localtime(),
            "found": found,
        }
        page = render_to_string("programme/person_file.html", context)
        return PersonFile("donnees-personnelles.html", "text/html; charset=utf-8", page, count)
    data = selectors.person_export(email, programme, found)
    text = json.dumps(data, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder) + "\n"
    return PersonFile("donnees-personnelles.json", "application/json; charset=utf-8", text, count)
