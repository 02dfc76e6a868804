"""Imports of companies: a file is read and judged whole, shown, then applied in short resumable chunks."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import timedelta
from itertools import islice
from pathlib import PurePath
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies.drafts import (
    CompanyDraft,
    ContactDraft,
    EstablishmentDraft,
    Issue,
    IssueCode,
    ParticipationDraft,
    RowVerdict,
)
from companies.enums import EventKind, ImportStatus, RowOutcome, Stage
from companies.faults import FileFaultCode, FileFaultError
from companies.import_parsing import RegisterFile, Table, parse_file
from companies.import_rows import read_table
from companies.models import ImportBatch, ImportRow, Participation
from companies.register import Surroundings, read_answer
from companies.selectors import find_participation
from companies.selectors.imports import changes_of, row_context, same_contact
from companies.services.contacts import ContactFacts, add_contact, update_contact
from companies.services.participations import (
    assign_advisor,
    change_identity,
    enter,
    move_stage,
)
from companies.services.timeline import record_event
from companies.wording import describe_fault, describe_issue, withheld_name
from core import audit, jobs
from core.errors import BusinessError
from core.files import store_bytes
from programme.enums import STAFF
from programme.models import Programme
from programme.selectors import role_holders

Progress = Callable[[int, str], None]
STAGE_CHUNK = 500
APPLY_CHUNK = 100
_SAME_CLICK = timedelta(minutes=2)


def _silent(percent: int, step: str) -> None:
    """Nobody watches."""


@transaction.atomic
def receive_file(*, actor: User | None, programme: Programme, name: str, content: bytes) -> ImportBatch:
    """Keep a file to import; nothing of it is read yet.

    The same file from the same person within two minutes is one click, hence one import. Raises
    ``BusinessError`` for an empty file or one above ``IMPORT_MAX_BYTES``.
    """
    limit = settings.IMPORT_MAX_BYTES
    if len(content) > limit:
        raise BusinessError(too_large_message(), field="file", code="file-size")
    if not content:
        raise BusinessError(describe_fault(FileFaultError(FileFaultCode.EMPTY)), field="file", code="empty")
    digest = hashlib.sha256(content).hexdigest()
    twin = (
        ImportBatch.objects.for_programme(programme)
        .filter(actor=actor, file__sha256=digest, created_at__gte=timezone.now() - _SAME_CLICK)
        .exclude(status=ImportStatus.APPLIED)
        .first()
    )
    if actor is not None and twin is not None:
        return cast("ImportBatch", twin)
    name = PurePath(name.replace("\\", "/")).name[-200:] or "import"
    stored = store_bytes(
        content,
        name=name,
        content_type="application/octet-stream",
        programme_id=programme.pk,
        actor=actor,
    )
    batch = ImportBatch.objects.create(programme=programme, file=stored, filename=name, actor=actor)
    audit.record(actor=actor, verb="import.received", obj=batch, programme_id=programme.pk)
    return batch


def too_large_message() -> str:
    """What is told of a file above the limit."""
    megabytes = settings.IMPORT_MAX_BYTES // 1024**2
    return describe_fault(FileFaultError(FileFaultCode.TOO_LARGE, detail=str(megabytes)))


@transaction.atomic
def start_reading(*, actor: User | None, batch: ImportBatch) -> None:
    """Have a job read and judge the file (dry run)."""
    job = jobs.enqueue(
        "companies.read_import",
        key=f"company-import-{batch.pk}-read",
        label=_("Vérification de « %(name)s »") % {"name": batch.filename},
        programme_id=batch.programme_id,
        actor=actor,
        batch_id=batch.pk,
    )
    ImportBatch.objects.filter(pk=batch.pk).update(job_id=job.pk)
    batch.job_id = job.pk


def stage_batch(*, batch: ImportBatch, progress: Progress = _silent) -> None:
    """Read the file and stage what each row would do. Nothing is imported; running again starts afresh.

    Side effects: rows of the batch; its status becomes ``checked``, or ``failed`` with the reason.
    """
    if batch.status in (ImportStatus.APPLYING, ImportStatus.APPLIED):
        return
    progress(1, _("Lecture du fichier"))
    batch.rows.all().delete()
    try:
        verdicts, total, facts = _read(batch)
        done = 0
        for chunk in _chunks(verdicts, STAGE_CHUNK):
            _stage_chunk(batch, chunk)
            done += len(chunk)
            progress(5 + 90 * done // max(total, 1), _("%(n)s lignes vérifiées") % {"n": done})
    except FileFaultError as fault:
        batch.rows.all().delete()
        batch.status, batch.problem = ImportStatus.FAILED, describe_fault(fault)
        batch.save(update_fields=["status", "problem"])
        return
    batch.status, batch.problem = ImportStatus.CHECKED, ""
    batch.counts = {**facts, **_outcomes(batch)}
    batch.save(update_fields=["status", "problem", "counts"])


def _read(batch: ImportBatch) -> tuple[Iterable[RowVerdict], int, dict[str, Any]]:
    """The verdicts of a file, how many they are, and what else is to be told of it."""
    if batch.file is None:
        raise FileFaultError(FileFaultCode.EMPTY)
    with batch.file.content.open("rb") as stream:
        parsed: Table | RegisterFile = parse_file(stream.read())
    context = row_context(batch.programme)
    if isinstance(parsed, Table):
        told: dict[str, Any] = {"ignored": list(parsed.ignored), "sheet": parsed.sheet}
        return read_table(parsed, context), len(parsed.rows), told
    around = Surroundings(context.gazetteer, context.naf_codes, context.allow_reserved)
    answer = read_answer(parsed.payload, around)
    told = {
        "register": True,
        "search": answer.search_terms,
        "listed": len(answer.verdicts),
        "total": answer.total_results,
    }
    return _without_repeats(answer.verdicts), len(answer.verdicts), told


def _without_repeats(verdicts: Iterable[RowVerdict]) -> Iterator[RowVerdict]:
    first_rows: dict[str, int] = {}
    for verdict in verdicts:
        if verdict.draft is None:
            yield verdict
            continue
        siret = verdict.draft.establishment.siret
        first = first_rows.setdefault(siret, verdict.row)
        if first == verdict.row:
            yield verdict
        else:
            issue = Issue(IssueCode.DUPLICATE_IN_FILE, value=siret, detail=str(first))
            yield RowVerdict(verdict.row, verdict.label, None, (issue,))


def _chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _stage_chunk(batch: ImportBatch, verdicts: list[RowVerdict]) -> None:
    sirets = [verdict.draft.establishment.siret for verdict in verdicts if verdict.draft]
    known = {
        participation.establishment.siret: participation
        for participation in Participation.objects.for_programme(batch.programme)
        .filter(establishment__siret__in=sirets)
        .select_related("establishment__company", "advisor")
        .prefetch_related("contacts")
    }
    ImportRow.objects.bulk_create(_row(batch, verdict, known) for verdict in verdicts)


def _row(batch: ImportBatch, verdict: RowVerdict, known: Mapping[str, Participation]) -> ImportRow:
    row = ImportRow(
        batch=batch,
        number=verdict.row,
        label=verdict.label,
        problems=[_told(issue) for issue in verdict.refusals],
        warnings=[_told(issue) for issue in verdict.warnings],
    )
    if verdict.draft is None:
        row.outcome = RowOutcome.REFUSED
        return row
    draft = named(verdict.draft)
    row.data = asdict(draft)
    row.label = verdict.label or draft.company.name
    existing = known.get(draft.establishment.siret)
    if existing is None:
        row.outcome = RowOutcome.CREATED
    else:
        row.changes = changes_of(existing, draft)
        row.outcome = RowOutcome.UPDATED if row.changes else RowOutcome.UNCHANGED
    return row


def named(draft: ParticipationDraft) -> ParticipationDraft:
    """The draft with a name to show when the register withholds it."""
    if draft.company.name:
        return draft
    company = CompanyDraft(**{**asdict(draft.company), "name": withheld_name(draft.company.siren)})
    return ParticipationDraft(**{**_shallow(draft), "company": company})


def _shallow(draft: ParticipationDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in ParticipationDraft.__slots__}


def _told(issue: Issue) -> dict[str, str]:
    return {"code": issue.code.value, "column": issue.column, "text": describe_issue(issue)}


def _outcomes(batch: ImportBatch) -> dict[str, int]:
    found = dict(batch.rows.values_list("outcome").annotate(n=Count("pk")).order_by())
    warned = batch.rows.exclude(outcome=RowOutcome.REFUSED).exclude(warnings=[]).count()
    return {**{outcome.value: found.get(outcome.value, 0) for outcome in RowOutcome}, "warned": warned}


@transaction.atomic
def confirm_batch(*, actor: User | None, batch: ImportBatch) -> UUID | None:
    """Have a job apply a checked import; the job's id. Clicking again gives the same job.

    Raises ``BusinessError`` when the file was not read, or could not be.
    """
    if batch.status in (ImportStatus.APPLYING, ImportStatus.APPLIED):
        return batch.job_id
    if batch.status != ImportStatus.CHECKED:
        raise BusinessError(_("Ce fichier n’a pas été vérifié : rien à importer."), code="not-checked")
    job = jobs.enqueue(
        "companies.apply_import",
        key=f"company-import-{batch.pk}-apply",
        label=_("Import de « %(name)s »") % {"name": batch.filename},
        programme_id=batch.programme_id,
        actor=actor,
        batch_id=batch.pk,
    )
    ImportBatch.objects.filter(pk=batch.pk, status=ImportStatus.CHECKED).update(
        status=ImportStatus.APPLYING, job_id=job.pk
    )
    batch.status, batch.job_id = ImportStatus.APPLYING, job.pk
    audit.record(
        actor=actor,
        verb="import.confirmed",
        obj=batch,
        programme_id=batch.programme_id,
        changes=batch.counts,
    )
    return job.pk


def apply_batch(*, actor: User | None, batch: ImportBatch, progress: Progress = _silent) -> None:
    """Apply the rows not applied yet, chunk by chunk; stopped half-way, it goes on where it was.

    Each chunk is one transaction: a row is written and marked together, so none is applied twice.
    """
    if batch.status not in (ImportStatus.CHECKED, ImportStatus.APPLYING):
        return
    total = batch.rows.filter(outcome__in=_TO_APPLY).count()
    advisors = {user.email: user for user in role_holders(batch.programme, *STAFF)}
    while True:
        with transaction.atomic():
            waiting = batch.rows.filter(applied=False, outcome__in=_TO_APPLY).order_by("number")
            chunk = list(waiting[:APPLY_CHUNK])
            for row in chunk:
                _apply_row(actor, batch, row, advisors)
            ImportRow.objects.filter(pk__in=[row.pk for row in chunk]).update(applied=True)
        if not chunk:
            break
        done = batch.rows.filter(applied=True).count()
        progress(100 * done // max(total, 1), _("%(n)s sur %(total)s") % {"n": done, "total": total})
    batch.status, batch.applied_at = ImportStatus.APPLIED, timezone.now()
    batch.save(update_fields=["status", "applied_at"])
    audit.record(actor=actor, verb="import.applied", obj=batch, programme_id=batch.programme_id)


_TO_APPLY = (RowOutcome.CREATED, RowOutcome.UPDATED)


def _apply_row(actor: User | None, batch: ImportBatch, row: ImportRow, advisors: Mapping[str, User]) -> None:
    draft = draft_from(row.as_dict())
    warning = " ".join(warning["text"] for warning in row.warnings if warning["code"] in _LASTING)
    participation = find_participation(batch.programme, draft.establishment.siret)
    if participation is None:
        participation = enter(actor=actor, programme=batch.programme, draft=draft, warning=warning)
    else:
        change_identity(actor=actor, participation=participation, draft=draft, warning=warning)
        if draft.stage and draft.stage != participation.stage:
            move_stage(actor=actor, participation=participation, stage=Stage(draft.stage))
    if draft.advisor_email in advisors:
        assign_advisor(actor=actor, participation=participation, advisor=advisors[draft.advisor_email])
    for contact in draft.contacts:
        _write_contact(actor, participation, contact)
    record_event(
        participation=participation,
        kind=EventKind.IMPORT,
        title=_("Fichier « %(name)s »") % {"name": batch.filename},
        actor=actor,
    )


# Warnings that stay on the company's page after the import: those somebody should act on.
_LASTING = frozenset(
    {
        IssueCode.OUTSIDE_TERRITORY,
        IssueCode.COMMUNE_UNKNOWN,
        IssueCode.COMPANY_CLOSED,
        IssueCode.ESTABLISHMENT_CLOSED,
        IssueCode.SEVERAL_ESTABLISHMENTS,
    }
)


def _write_contact(actor: User | None, participation: Participation, draft: ContactDraft) -> None:
    existing = same_contact(participation.contacts.all(), draft)
    facts = ContactFacts(
        last_name=draft.last_name,
        first_name=draft.first_name or (existing.first_name if existing else ""),
        job_title=draft.position or (existing.job_title if existing else ""),
        email=draft.email or (existing.email if existing else ""),
        phone=draft.phone or (existing.phone if existing else ""),
    )
    if existing is None:
        add_contact(actor=actor, participation=participation, facts=facts)
    else:
        update_contact(actor=actor, contact=existing, facts=facts)


def draft_from(data: Mapping[str, Any]) -> ParticipationDraft:
    """The draft that a staged row holds."""
    return ParticipationDraft(
        **{
            **data,
            "company": CompanyDraft(**data["company"]),
            "establishment": EstablishmentDraft(**data["establishment"]),
            "contacts": tuple(ContactDraft(**contact) for contact in data["contacts"]),
        }
    )
