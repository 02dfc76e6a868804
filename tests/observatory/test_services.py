from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine

from accounts.models import User
from companies.models import CompanyGroup, Participation
from core.errors import BusinessError
from core.models import AuditEvent, Job
from observatory import selectors, services
from observatory.enums import CellStatus, ReleaseStatus
from observatory.models import PublishedNeverChanges, Release, ReleaseCell, ReleaseTable
from programme.models import Programme
from tests.observatory.factories import (
    REFERENCE,
    SUBMITTED,
    add_companies,
    add_diagnostics,
    make_group,
    make_version,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> object:
    with time_machine.travel("2026-04-02", tick=False):
        yield


@pytest.fixture
def computed(programme: Programme, officer: User, run_jobs: Callable[[], int]) -> Callable[..., Release]:
    """Prepare and compute a release."""

    def compute(day: date = REFERENCE) -> Release:
        release = services.prepare_release(programme=programme, reference_date=day, actor=officer)
        assert run_jobs() == 1
        job = Job.objects.get(pk=Release.objects.get(pk=release.pk).job_id)
        assert job.error == ""
        return Release.objects.get(pk=release.pk)

    return compute


def true_count(release: Release, key: str) -> int | None:
    cells = ReleaseCell.objects.filter(table__release=release, key=key, table__measure="count")
    (count,) = set(cells.values_list("count", flat=True))
    return count


def test_a_release_counts_what_was_submitted_with_consent(
    programme: Programme, computed: Callable[..., Release]
) -> None:
    version = make_version()
    base = [{}] * 12
    left_out = [{"consent": False}, {"submitted": False}]
    add_companies(programme, version, [*base, *left_out])
    add_companies(programme, version, [{}], first=50, when=SUBMITTED + timedelta(days=60))
    release = computed()
    assert release.status == ReleaseStatus.READY
    assert release.companies == 12
    assert release.version == version
    assert release.audit["outcome"] == "passed"
    assert release.audit["releases"] == []


def test_a_group_counts_once(programme: Programme, computed: Callable[..., Release]) -> None:
    """Eight companies of which five are linked make four groups: nothing may be shown."""
    version = make_version()
    group: CompanyGroup = make_group(programme, "Groupe fictif")
    same = {"section": "C", "a10": "BE", "size": "0-9", "level": "bas"}
    add_companies(programme, version, [{**same, "group": group}] * 5 + [same] * 3)
    add_companies(programme, version, [{"section": "M", "a10": "MN"}] * 9, first=100)
    release = computed()
    assert release.companies == 13
    assert true_count(release, "sector=BE") is None


def test_establishments_of_one_company_count_once(
    programme: Programme, computed: Callable[..., Release]
) -> None:
    version = make_version()
    first = add_companies(programme, version, [{}] * 10)
    company = first[0].establishment.company
    add_companies(programme, version, [{"company": company}] * 4, first=100)
    assert computed().companies == 10


def test_only_the_last_diagnostic_of_a_company_counts(
    programme: Programme, computed: Callable[..., Release]
) -> None:
    version = make_version()
    companies = add_companies(programme, version, [{"level": "bas", "score": 100}] * 9)
    again = [{"level": "haut", "score": 900}] * 9
    add_diagnostics(version, companies, again, when=SUBMITTED + timedelta(days=3))
    release = computed()
    assert release.companies == 9
    assert true_count(release, "level=haut") == 9
    assert true_count(release, "level=bas") is None
    scores = ReleaseCell.objects.get(table__release=release, table__code="scores", row="overall")
    assert scores.value_tenths == 900


def test_another_programme_is_never_counted(
    programme: Programme, other_programme: Programme, computed: Callable[..., Release]
) -> None:
    version = make_version()
    add_companies(programme, version, [{}] * 7)
    add_companies(other_programme, version, [{}] * 20, first=100)
    assert computed().companies == 7


def test_nothing_submitted_is_said_plainly(
    programme: Programme, officer: User, run_jobs: Callable[[], int]
) -> None:
    release = services.prepare_release(programme=programme, reference_date=REFERENCE, actor=officer)
    run_jobs()
    job = Job.objects.get(pk=release.job_id)
    assert (job.status, job.error) == ("abandoned", "Aucun diagnostic n’était remis à cette date.")


def test_preparing_twice_opens_one_release(programme: Programme, officer: User) -> None:
    first = services.prepare_release(programme=programme, reference_date=REFERENCE, actor=officer)
    second = services.prepare_release(programme=programme, reference_date=REFERENCE, actor=officer)
    assert first == second
    assert Job.objects.count() == 1


def test_the_words_typed_when_preparing_again_are_kept(programme: Programme, officer: User) -> None:
    asked = {"programme": programme, "reference_date": REFERENCE, "actor": officer}
    services.prepare_release(**asked, notes="Premier essai.")
    services.prepare_release(**asked, title="Printemps", notes="Relu.")
    release = services.prepare_release(**asked)
    release.refresh_from_db()
    assert (release.title, release.notes) == ("Printemps", "Relu.")


@pytest.mark.parametrize(("day", "code"), [(date(2026, 4, 3), "future"), (date(2025, 6, 30), "too_early")])
def test_impossible_dates_are_refused(programme: Programme, officer: User, day: date, code: str) -> None:
    with pytest.raises(BusinessError) as error:
        services.prepare_release(programme=programme, reference_date=day, actor=officer)
    assert (error.value.code, error.value.field) == (code, "reference_date")
    assert not Release.objects.exists()


def test_publishing_is_for_ever(
    programme: Programme, officer: User, computed: Callable[..., Release]
) -> None:
    add_companies(programme, make_version(), [{}] * 30)
    release = services.publish_release(release=computed(), actor=officer)
    assert (release.status, release.published_by) == (ReleaseStatus.PUBLISHED, officer)
    assert services.publish_release(release=release, actor=officer) == release
    assert AuditEvent.objects.filter(verb="release.published").count() == 1
    table = release.tables.first()
    cell = ReleaseCell.objects.filter(table=table).first()
    assert table is not None
    assert cell is not None
    for change in (
        release.save,
        release.delete,
        table.save,
        cell.save,
        lambda: Release.objects.update(title="autre"),
        lambda: ReleaseTable.objects.filter(pk=table.pk).update(title="autre"),
        lambda: ReleaseCell.objects.filter(pk=cell.pk).update(count=7),
        lambda: ReleaseCell.objects.all().delete(),
    ):
        with pytest.raises(PublishedNeverChanges):
            change()
    with pytest.raises(BusinessError, match="ne change plus"):
        services.recompute_release(release=release, actor=officer)


def test_a_failed_audit_forbids_publication(
    programme: Programme, officer: User, computed: Callable[..., Release]
) -> None:
    add_companies(programme, make_version(), [{}] * 30)
    release = computed()
    Release.objects.filter(pk=release.pk).update(status=ReleaseStatus.REFUSED)
    with pytest.raises(BusinessError) as error:
        services.publish_release(release=release, actor=officer)
    assert error.value.code == "refused_audit"
    assert selectors.published_release(programme) is None


def test_a_release_being_prepared_is_not_published(programme: Programme, officer: User) -> None:
    release = services.prepare_release(programme=programme, reference_date=REFERENCE, actor=officer)
    with pytest.raises(BusinessError) as error:
        services.publish_release(release=release, actor=officer)
    assert error.value.code == "not_ready"


def test_a_release_computed_before_another_was_published_is_computed_again(
    programme: Programme, officer: User, computed: Callable[..., Release], run_jobs: Callable[[], int]
) -> None:
    add_companies(programme, make_version(), [{}] * 30)
    first, second = computed(date(2026, 3, 15)), computed(REFERENCE)
    services.publish_release(release=first, actor=officer)
    with pytest.raises(BusinessError) as error:
        services.publish_release(release=second, actor=officer)
    assert error.value.code == "stale"
    services.recompute_release(release=second, actor=officer)
    run_jobs()
    assert services.publish_release(release=second, actor=officer).is_published


def test_between_releases_counts_move_by_five_or_not_at_all(
    programme: Programme, officer: User, computed: Callable[..., Release]
) -> None:
    version = make_version()
    companies = add_companies(programme, version, [{}] * 40)
    first = services.publish_release(release=computed(date(2026, 3, 15)), actor=officer)
    Participation.objects.filter(pk__in=[one.pk for one in companies[:2]]).update(observatory_consent=False)
    add_companies(programme, version, [{}] * 9, first=200, when=SUBMITTED + timedelta(days=20), seed=3)
    second = services.publish_release(release=computed(), actor=officer)
    before = dict(
        ReleaseCell.objects.filter(table__release=first, count__isnull=False).values_list("key", "count")
    )
    after = ReleaseCell.objects.filter(table__release=second, count__isnull=False, table__measure="count")
    moved = {key: count - before[key] for key, count in after.values_list("key", "count") if key in before}
    assert moved
    assert all(change == 0 or abs(change) >= 5 for change in moved.values())
    assert moved[""] == 7
    assert second.audit["releases"] == [first.number]
    assert ReleaseCell.objects.filter(table__release=second, repeated=True).exists()


def test_withheld_cells_hold_nothing(programme: Programme, computed: Callable[..., Release]) -> None:
    add_companies(programme, make_version(), [{}] * 25)
    release = computed()
    cells = ReleaseCell.objects.filter(table__release=release)
    assert {status for (status,) in cells.values_list("status").distinct()} >= {
        CellStatus.PUBLISHED,
        CellStatus.PRIMARY,
    }
    assert not cells.exclude(status=CellStatus.PUBLISHED).exclude(count=None, value_tenths=None).exists()
    assert not cells.filter(count__lt=5).exists()
