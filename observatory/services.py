"""Writes about releases: prepare, compute again, publish. A published release never changes."""

from datetime import date, datetime

from django.core.cache import cache
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, jobs
from core.errors import BusinessError
from core.formats import format_date
from core.models import Job
from observatory.enums import ReleaseStatus
from observatory.models import Release
from observatory.selectors import latest_cache_key
from programme.models import Programme


@transaction.atomic
def prepare_release(
    *, programme: Programme, reference_date: date, actor: User | None, title: str = "", notes: str = ""
) -> Release:
    """Open a release on a date and ask a worker to compute it.

    A release of the same date still being prepared is computed again instead of being doubled, under the
    title and notes now given, if any. Raises ``BusinessError`` for a date to come, or before the programme
    began. Side effects: one job.
    """
    if reference_date > timezone.localdate():
        raise BusinessError(
            _("La date de référence ne peut pas être dans l’avenir."), field="reference_date", code="future"
        )
    if reference_date < programme.starts_on:
        raise BusinessError(
            _("La date de référence précède le début du programme (%(day)s).")
            % {"day": format_date(programme.starts_on)},
            field="reference_date",
            code="too_early",
        )
    # the programme's row is the lock: two clicks at once open one release
    Programme.objects.select_for_update().get(pk=programme.pk)
    rows = Release.objects.for_programme(programme)
    release: Release | None = (
        rows.exclude(status=ReleaseStatus.PUBLISHED).filter(reference_date=reference_date).first()
    )
    if release is None:
        number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
        release = Release(
            programme=programme,
            number=number,
            title=title.strip() or _("Millésime au %(day)s") % {"day": format_date(reference_date)},
            notes=notes.strip(),
            reference_date=reference_date,
            prepared_by=actor,
        )
        release.full_clean()
        release.save()
        audit.record(actor=actor, verb="release.prepared", obj=release, programme_id=programme.pk)
    else:
        release.title, release.notes = title.strip() or release.title, notes.strip() or release.notes
        release.full_clean()
        release.save(update_fields=["title", "notes"])
    _ask(release, actor)
    return release


@transaction.atomic
def recompute_release(*, release: Release, actor: User | None) -> Release:
    """Compute a release again, with the present consents and the releases published since.

    Raises ``BusinessError`` once it is published. Side effects: one job.
    """
    release = Release.objects.select_for_update().get(pk=release.pk)
    if release.is_published:
        raise BusinessError(_("Ce millésime est publié\u00a0: il ne change plus."), code="published")
    _ask(release, actor)
    return release


def _ask(release: Release, actor: User | None) -> None:
    """Queue the computation, once as long as it waits or runs."""
    if release.job_id and Job.objects.filter(pk=release.job_id, finished_at__isnull=True).exists():
        return
    job = jobs.enqueue(
        "observatory.compute_release",
        label=_("Calcul du millésime « %(title)s »") % {"title": release.title},
        programme_id=release.programme_id,
        actor=actor,
        release_id=str(release.pk),
    )
    release.job_id = job.pk
    release.status = ReleaseStatus.PREPARING
    release.save(update_fields=["job_id", "status"])


@transaction.atomic
def publish_release(*, release: Release, actor: User | None, at: datetime | None = None) -> Release:
    """Make a release public, for ever; publishing it twice changes nothing. ``at`` defaults to now.

    Raises ``BusinessError`` when it is not computed, when its attack failed, or when another release
    was published since: the attack must then be played again with it.
    """
    Programme.objects.select_for_update().get(pk=release.programme_id)
    release = Release.objects.select_for_update().get(pk=release.pk)
    if release.is_published:
        return release
    if release.status == ReleaseStatus.REFUSED:
        raise BusinessError(
            _("L’audit a retrouvé des chiffres masqués\u00a0: ce millésime n’est pas publiable."),
            code="refused_audit",
        )
    if not release.can_be_published:
        raise BusinessError(_("Le calcul de ce millésime n’est pas terminé."), code="not_ready")
    rows = Release.objects.for_programme(release.programme).published()
    if sorted(rows.values_list("number", flat=True)) != sorted(release.audit.get("releases", [])):
        raise BusinessError(
            _("Un autre millésime a été publié depuis le calcul\u00a0: relancez le calcul, puis publiez."),
            code="stale",
        )
    if rows.filter(reference_date__gt=release.reference_date).exists():
        raise BusinessError(
            _(
                "Un millésime plus récent est déjà publié\u00a0: une correction prend une date au "
                "moins égale."
            ),
            code="too_old",
        )
    now = at or timezone.now()
    changed = Release.objects.filter(pk=release.pk, status=ReleaseStatus.READY).update(
        status=ReleaseStatus.PUBLISHED, published_by=actor, published_at=now
    )
    if changed:
        audit.record(actor=actor, verb="release.published", obj=release, programme_id=release.programme_id)
        programme_id = release.programme_id
        transaction.on_commit(lambda: cache.delete(latest_cache_key(programme_id)))
    release.refresh_from_db()
    return release
