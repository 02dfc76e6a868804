"""Jobs of the observatory."""

from typing import Any

from django.utils.translation import gettext as _

from core.jobs import RunningJob, handler
from observatory.models import Release
from programme.links import programme_url


@handler("observatory.compute_release")
def compute_release(job: RunningJob, *, release_id: str) -> dict[str, Any] | None:
    """Compute a release; a release published or gone in the meantime is left alone."""
    # the engine and the solver are loaded here only, not in web processes
    from observatory import computing

    release = Release.objects.select_related("programme").filter(pk=release_id).first()
    if release is None or release.is_published:
        return None
    computing.compute_release(release_id, job.progress)
    return {
        "url": programme_url(release.programme, "observatory:release_detail", pk=release.pk),
        "label": str(_("Relire le millésime")),
    }
