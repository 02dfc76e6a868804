"""One error type for business rules, so that every door can tell the person what to do."""


class BusinessError(Exception):
    """A rule of the programme refuses the request; nothing was written.

    ``message`` is French, addressed to the person: what happened, what to do.
    ``field`` names the form field it belongs to, if any; ``code`` is stable for the API and tests.
    """

    def __init__(self, message: str, *, field: str | None = None, code: str = "refused") -> None:
        super().__init__(str(message))
        self.message = str(message)
        self.field = field
        self.code = code


class NotVisible(Exception):  # noqa: N818 -- it reads as a state, like Http404
    """The object does not exist for this caller; doors answer 404 so that nothing is revealed."""
