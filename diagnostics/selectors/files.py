"""Files attached to answers."""

from collections import defaultdict
from dataclasses import dataclass

from core.errors import NotVisible
from core.formats import format_date
from diagnostics.models import AnswerFile, Diagnostic
from diagnostics.selectors.filling import seat_at
from diagnostics.selectors.questionnaires import definition_of
from diagnostics.wording import size_words
from programme.links import programme_url


@dataclass(frozen=True)
class FileView:
    """A file as pages show it; ``by`` names who attached it."""

    pk: int
    name: str
    size: str
    day: str
    by: str
    url: str


def files_of(diagnostic: Diagnostic, respondent_id: int) -> dict[str, tuple[FileView, ...]]:
    """The files of a respondent, by question (one query)."""
    found: dict[str, list[FileView]] = defaultdict(list)
    rows = AnswerFile.objects.filter(respondent_id=respondent_id).select_related("file", "added_by")
    for row in rows:
        found[row.question_code].append(_view(diagnostic, row))
    return {code: tuple(views) for code, views in found.items()}


def _view(diagnostic: Diagnostic, row: AnswerFile) -> FileView:
    return FileView(
        pk=row.pk,
        name=row.file.name,
        size=size_words(row.file.size),
        day=format_date(row.added_at.date()),
        by=row.added_by.full_name if row.added_by else "",
        url=programme_url(diagnostic.programme, "diagnostics:space_file", pk=diagnostic.pk, file=row.pk),
    )


def answer_file(diagnostic: Diagnostic, file_pk: int) -> AnswerFile:
    """A file that may be read from the caller's seat. Raises ``NotVisible``.

    Whoever leads reads those of every respondent once the points of view are put together.
    """
    seat = seat_at(diagnostic)
    rows = AnswerFile.objects.select_related("file").filter(
        pk=file_pk, respondent__diagnostic_id=diagnostic.pk
    )
    mine = seat.respondent_id
    found: AnswerFile | None = rows.first()
    if found is None or (found.respondent_id != mine and not (seat.leads and seat.may_fill)):
        raise NotVisible
    section = definition_of(diagnostic.version).dimension_of.get(found.question_code)
    if not seat.leads and (section is None or not seat.opens(section.code)):
        raise NotVisible
    return found
