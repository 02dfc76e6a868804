"""One button, and what several forms send."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from accounts.models import User

TOKEN = "0b9f7a52-7f0c-4f9b-8a53-1f3c9a4f0001"
PERSON = {"first_name": "Ada", "last_name": "Exemple", "email": "ada@tissages.example"}


@dataclass(frozen=True)
class Button:
    """One request; ``data`` is made anew for each press, as files are read once.

    ``by`` presses it, instead of the director.
    """

    path: str
    data: Callable[[], dict[str, Any]] = field(default=dict)
    done: int = 302
    by: User | None = None
