"""Files attached to answers: checked by their content, limited in number, written down."""

import hashlib
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core import audit, files
from core.errors import BusinessError
from diagnostics.definition import Kind, Question
from diagnostics.definition.limits import MAX_FILES
from diagnostics.models import AnswerFile, Diagnostic, Respondent
from diagnostics.selectors.filling import kept_answers, seat_at
from diagnostics.selectors.questionnaires import definition_of
from diagnostics.services.answers import Entry, check_open, save_answers
from diagnostics.statements import lock_status


@transaction.atomic
def attach_file(
    *, actor: User | None, diagnostic: Diagnostic, question_code: str, upload: Any, by_staff: bool = False
) -> AnswerFile:
    """Attach a file to an answer, from the caller's seat. The same file twice is kept once.

    To a question that asks for files, it is the answer: it is saved as such. Raises ``BusinessError`` when
    the file is refused (type, size, content), when there are too many, for a question that is not the
    caller's, or once answers are closed. Side effects: a stored file, the answer it is, audit.
    """
    definition, seat = definition_of(diagnostic.version), seat_at(diagnostic)
    dimension = definition.dimension_of.get(question_code)
    if dimension is None or not seat.opens(dimension.code):
        raise BusinessError(_("Cette question ne vous est pas confiée."), code="not-yours")
    check_open(seat, *lock_status(diagnostic.pk)[:2])
    present = AnswerFile.objects.filter(respondent_id=seat.respondent_id, question_code=question_code)
    files.check_upload(upload)
    digest = _digest(upload)
    same = present.filter(file__sha256=digest).first()
    if same is not None:
        return same
    question = definition.questions[question_code]
    _check_room(question, present.count())
    stored = files.store_upload(upload, programme_id=diagnostic.programme_id, actor=actor)
    row = AnswerFile.objects.create(
        respondent_id=seat.respondent_id,
        question_code=question_code,
        file=stored,
        by_staff=by_staff,
        added_by=actor,
        added_at=timezone.now(),
    )
    Respondent.objects.filter(pk=seat.respondent_id).update(files_count=F("files_count") + 1)
    audit.record(
        actor=actor,
        verb="diagnostic.file_attached",
        obj=diagnostic,
        programme_id=diagnostic.programme_id,
        changes={"question": question_code, "file": stored.name},
    )
    _save_as_answer(actor, diagnostic, question, by_staff=by_staff)
    return row


def _check_room(question: Question, present: int) -> None:
    most = question.most_files or MAX_FILES
    if present >= most:
        words = ngettext(
            "Cette réponse porte déjà un fichier\u00a0: retirez-le avant d’en joindre un autre.",
            "Cette réponse porte déjà %(most)s fichiers\u00a0: retirez-en un avant d’en joindre un autre.",
            most,
        )
        raise BusinessError(words % {"most": most}, field="file", code="too-many")


def _save_as_answer(
    actor: User | None, diagnostic: Diagnostic, question: Question, *, by_staff: bool
) -> None:
    """Where files are the answer, keep it with its history and the progress; the comment stays."""
    if question.kind is not Kind.FILE:
        return
    kept = kept_answers(seat_at(diagnostic).respondent_id).get(question.code)
    entry = Entry(None, comment=kept.comment if kept else "")
    save_answers(actor=actor, diagnostic=diagnostic, entries={question.code: entry}, by_staff=by_staff)


@transaction.atomic
def remove_file(
    *, actor: User | None, diagnostic: Diagnostic, row: AnswerFile, by_staff: bool = False
) -> bool:
    """Take a file away from an answer; false when it was gone already.

    Raises ``BusinessError`` once answers are closed. Side effects: the stored file, audit.
    """
    seat = seat_at(diagnostic)
    check_open(seat, *lock_status(diagnostic.pk)[:2])
    if row.respondent_id != seat.respondent_id:
        raise BusinessError(_("Ce fichier est joint à la réponse d’une autre personne."), code="not-yours")
    deleted, _by_model = AnswerFile.objects.filter(pk=row.pk).delete()
    if not deleted:
        return False
    Respondent.objects.filter(pk=seat.respondent_id).update(files_count=F("files_count") - 1)
    stored = row.file
    transaction.on_commit(lambda: stored.content.delete(save=False))
    stored.delete()
    audit.record(
        actor=actor,
        verb="diagnostic.file_removed",
        obj=diagnostic,
        programme_id=diagnostic.programme_id,
        changes={"question": row.question_code, "file": stored.name},
    )
    question = definition_of(diagnostic.version).questions[row.question_code]
    _save_as_answer(actor, diagnostic, question, by_staff=by_staff)
    return True


def copy_files(*, actor: User | None, diagnostic: Diagnostic, code: str, from_id: int, to_id: int) -> None:
    """Give a respondent the files another one attached to a question, in place of hers.

    Retaining an answer made of files retains them: each keeps its own, so that neither can take away what
    the other shows. Side effects: stored files; nothing when they are the same already.
    """
    wanted = list(AnswerFile.objects.filter(respondent_id=from_id, question_code=code).select_related("file"))
    former = list(AnswerFile.objects.filter(respondent_id=to_id, question_code=code).select_related("file"))
    if [row.file.sha256 for row in former] == [row.file.sha256 for row in wanted]:
        return
    for row in former:
        row.delete()
        files.discard(row.file)
    for row in wanted:
        with row.file.content.open("rb") as source:
            stored = files.store_stream(
                source.file,
                name=row.file.name,
                content_type=row.file.content_type,
                programme_id=diagnostic.programme_id,
                actor=actor,
            )
        AnswerFile.objects.create(
            respondent_id=to_id,
            question_code=code,
            file=stored,
            by_staff=row.by_staff,
            added_by=row.added_by,
            added_at=row.added_at,
        )
    moved = len(wanted) - len(former)
    Respondent.objects.filter(pk=to_id).update(files_count=F("files_count") + moved)


def _digest(upload: Any) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()
