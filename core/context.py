"""What every layer may want to know of the running request without being handed it.

Only the door and the reference of the request: never the user, which services receive as ``actor``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from core.enums import Door

_door: ContextVar[Door] = ContextVar("door", default=Door.COMMAND)
_reference: ContextVar[str] = ContextVar("reference", default="")


def current_door() -> Door:
    """Door through which the current call came in."""
    return _door.get()


def current_reference() -> str:
    """Reference of the current request or job, printed on error pages and in every log line."""
    return _reference.get()


@contextmanager
def entered_by(door: Door, reference: str) -> Iterator[None]:
    """Mark the calls made inside as coming through ``door`` under ``reference``."""
    door_token = _door.set(door)
    reference_token = _reference.set(reference)
    try:
        yield
    finally:
        _door.reset(door_token)
        _reference.reset(reference_token)
