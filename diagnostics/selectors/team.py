"""Who answers a diagnostic: what each was asked, how far along she is, who did what."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from core.errors import NotVisible
from diagnostics.definition import Definition
from diagnostics.enums import FillingMode
from diagnostics.models import Answer, Contributor, Diagnostic, Respondent
from diagnostics.seats import Seat, SeatKind
from diagnostics.selectors.filling import seat_at
from diagnostics.selectors.pages import State, answered_words, state_of


@dataclass(frozen=True)
class ContributorRow:
    """A colleague and her sections."""

    pk: int
    name: str
    email: str
    first_name: str
    last_name: str
    sections: tuple[str, ...]
    section_codes: tuple[str, ...]
    invited_at: datetime
    finished_at: datetime | None
    progress: str


@dataclass(frozen=True)
class ViewRow:
    """A respondent who answers alone; nothing of what she answers."""

    pk: int
    name: str
    email: str
    first_name: str
    last_name: str
    point_of_view: str
    progress: str
    percent: int
    invited_at: datetime | None
    last_seen_at: datetime | None
    finished_at: datetime | None
    has_answered: bool


@dataclass(frozen=True)
class AuthorRow:
    """What one person answered in one section of the company's answers."""

    section: str
    author: str
    count: int
    for_company: bool
    last_at: datetime


@dataclass(frozen=True)
class TeamPage:
    """The whole page."""

    contributors: tuple[ContributorRow, ...]
    views: tuple[ViewRow, ...]
    authors: tuple[AuthorRow, ...]
    mode: FillingMode
    mode_label: str
    may_share: bool
    may_separate: bool
    waiting: tuple[str, ...]


def team_page(diagnostic: Diagnostic, state: State | None = None) -> TeamPage:
    """Who answers (four queries, whatever the number of people, questions and answers).

    Pass ``state`` when the company's own answers are already read.
    """
    state = state or state_of(diagnostic)
    mode = FillingMode(diagnostic.mode)
    views = tuple(_view(row) for row in _views(diagnostic))
    return TeamPage(
        contributors=tuple(
            _contributor(state, row)
            for row in Contributor.objects.filter(diagnostic=diagnostic).select_related("user")
        ),
        views=views,
        authors=_authors(state.definition, diagnostic),
        mode=mode,
        mode_label=str(mode.label),
        may_share=mode is FillingMode.SHARED,
        may_separate=mode is not FillingMode.RECONCILING,
        waiting=tuple(f"{row.point_of_view} ({row.name})" for row in views if row.finished_at is None),
    )


def contributor_of(diagnostic: Diagnostic, pk: int) -> Contributor:
    """One colleague of a diagnostic. Raises ``NotVisible``."""
    found = Contributor.objects.filter(diagnostic_id=diagnostic.pk, pk=pk).first()
    if found is None:
        raise NotVisible
    found.diagnostic = diagnostic
    return found


def view_of(diagnostic: Diagnostic, pk: int) -> Respondent:
    """One respondent apart. Raises ``NotVisible``."""
    found = Respondent.objects.filter(diagnostic_id=diagnostic.pk, is_main=False, pk=pk).first()
    if found is None:
        raise NotVisible
    found.diagnostic = diagnostic
    return found


def seat_words(diagnostic: Diagnostic) -> str:
    """What the caller is asked, for the top of her pages; nothing for whoever answers everything."""
    seat: Seat = seat_at(diagnostic)
    if seat.kind is SeatKind.PART:
        return _("Ces parties vous sont confiées. Chaque réponse garde votre nom.")
    if seat.kind is SeatKind.ALONE:
        return _(
            "Vous répondez de votre point de vue. Les autres répondants ne voient pas vos réponses, "
            "et vous ne voyez pas les leurs, avant la mise en commun."
        )
    return ""


def _views(diagnostic: Diagnostic) -> list[Respondent]:
    rows = Respondent.objects.filter(diagnostic=diagnostic, is_main=False)
    return list(rows.select_related("user", "contact").order_by("pk"))


def _view(row: Respondent) -> ViewRow:
    total = row.visible_count
    return ViewRow(
        pk=row.pk,
        name=row.name,
        email=row.user.email if row.user else "",
        first_name=row.user.first_name if row.user else "",
        last_name=row.user.last_name if row.user else "",
        point_of_view=row.point_of_view,
        progress=answered_words(row.answered_count, total),
        percent=100 * row.answered_count // total if total else 0,
        invited_at=row.invited_at,
        last_seen_at=row.last_seen_at,
        finished_at=row.finished_at,
        has_answered=row.last_seen_at is not None,
    )


def _contributor(state: State, row: Contributor) -> ContributorRow:
    titles = state.definition.dimension_by_code
    mine = state.progress.within(row.sections)
    return ContributorRow(
        pk=row.pk,
        name=row.name,
        email=row.user.email,
        first_name=row.user.first_name,
        last_name=row.user.last_name or row.name,
        sections=tuple(titles[code].title for code in row.sections if code in titles),
        section_codes=tuple(row.sections),
        invited_at=row.invited_at,
        finished_at=row.finished_at,
        progress=answered_words(mine.answered, mine.total),
    )


def _authors(definition: Definition, diagnostic: Diagnostic) -> tuple[AuthorRow, ...]:
    rows = Answer.objects.filter(diagnostic=diagnostic, respondent__is_main=True).select_related("saved_by")
    found: dict[tuple[str, str, bool], list[datetime]] = defaultdict(list)
    for row in rows.defer("value", "comment"):
        dimension = definition.dimension_of.get(row.question_code)
        if dimension is not None:
            author = row.saved_by.full_name if row.saved_by else _("Le programme")
            found[dimension.code, author, row.by_staff].append(row.saved_at)
    order = [each.code for each in definition.dimensions]
    return tuple(
        AuthorRow(definition.dimension_by_code[code].title, author, len(times), for_company, max(times))
        for (code, author, for_company), times in sorted(
            found.items(), key=lambda item: (order.index(item[0][0]), item[0][1])
        )
    )
