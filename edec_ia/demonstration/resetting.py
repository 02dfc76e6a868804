"""Removes a demonstration."""
from programme.models import Programme


def remove(programme: Programme) -> None:
    """Later."""
