"""Files sent from a questionnaire's page: at once by script, or with the section when it is left."""

from core.errors import BusinessError
from diagnostics import services
from diagnostics.models import Diagnostic
from programme.access import ProgrammeRequest

REFUSED_FILE = frozenset({"file-type", "file-empty", "file-size", "file-content", "too-many"})
"""What is wrong with one file, to be said beside its question."""


def attach_sent(request: ProgrammeRequest, diagnostic: Diagnostic, code: str) -> str:
    """Attach the files a page sent for a question; why one was refused, or nothing.

    Those sent before it are kept. Raises ``BusinessError`` when answers may not be given at all.
    """
    for upload in request.FILES.getlist(f"f-{code}"):
        try:
            services.attach_file(
                actor=request.access.user,
                diagnostic=diagnostic,
                question_code=code,
                upload=upload,
                by_staff=request.access.is_staff,
            )
        except BusinessError as error:
            if error.code not in REFUSED_FILE:
                raise
            return error.message
    return ""
