"""Logging helpers: every line carries the reference that the person saw."""

import logging

from core.context import current_reference


class RequestFilter(logging.Filter):
    """Adds ``request_id`` to each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Annotate and keep every record."""
        record.request_id = current_reference()
        return True
