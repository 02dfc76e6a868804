"""Imports of companies: a file is read and judged whole, shown, then applied in short resumable chunks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any
from uuid import UUID

from django.conf import settings
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
from companies.enums import EventKind, Stage
from companies.faults import FileFaultCode, FileFaultError
from companies.import_parsing import RegisterFile, Table, parse_file
from companies.import_rows import read_table
from companies.models import CompanyMerge, ImportBatch, ImportRow, Participation
from companies.register import Surroundings, read_answer
from companies.selectors import find_participation
from companies.selectors.duplicates import DuplicateFinder
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
from core import staged_imports
from core.enums import RowOutcome
from core.errors import BusinessError
from core.staged_imports import STAGE_CHUNK, Progress, StagedImport, silent
from programme.enums import STAFF
from programme.models import Programme
from programme.selectors import role_holders

COMPANIES = StagedImport(
    batches=ImportBatch,
    key="company-import",
    verb="import",
    read_job="companies.read_import",
    apply_job="companies.apply_import",
    apply_chunk=100,
)


def receive_file(*, actor: User | None, programme: Programme, name: str, content: bytes) -> ImportBatch:
    """Keep a file to import; nothing of it is read yet.

    The same file from the same person within two minutes is one click, hence one import. Raises
    ``BusinessError`` for an empty file or one above ``IMPORT_MAX_BYTES``.
    """
    if len(content) > settings.IMPORT_MAX_BYTES:
        raise BusinessError(too_large_message(), field="file", code="file-size")
    if not content:
        raise BusinessError(describe_fault(FileFaultError(FileFaultCode.EMPTY)), field="file", code="empty")
    batch: ImportBatch = staged_imports.receive(
        COMPANIES, actor=actor, programme_id=programme.pk, name=name, content=content
    )
    return batch


def too_large_message() -> str:
    """What is told of a file above the limit."""
    megabytes = settings.IMPORT_MAX_BYTES // 1024**2
    return describe_fault(FileFaultError(FileFaultCode.TOO_LARGE, detail=str(megabytes)))


def start_reading(*, actor: User | None, batch: ImportBatch) -> None:
    """Have a job read and judge the file (dry run)."""
    staged_imports.start_reading(COMPANIES, actor=actor, batch=batch)


def stage_batch(*, batch: ImportBatch, progress: Progress = silent) -> None:
    """Read the file and stage what each row would do. Nothing is imported; running again starts afresh.

    Side effects: rows of the batch; its status becomes ``checked``, or ``failed`` with the reason.
    """
    if not staged_imports.begin_staging(batch, progress):
        return
    finder = DuplicateFinder(batch.programme)
    try:
        verdicts, total, facts = _read(batch)
        staged_imports.stage(
            _chunks(verdicts, STAGE_CHUNK), total, lambda chunk: _stage_chunk(batch, chunk, finder), progress
        )
    except FileFaultError as fault:
        staged_imports.fail_staging(batch, describe_fault(fault))
        return
    staged_imports.end_staging(batch, facts)


def _read(batch: ImportBatch) -> tuple[Iterable[RowVerdict], int, dict[str, Any]]:
    """The verdicts of a file, how many they are, and what else is to be told of it."""
    if batch.file is None:
        raise FileFaultError(FileFaultCode.EMPTY)
    with batch.file.content.open("rb") as stream:
        parsed: Table | RegisterFile = parse_file(stream.read(), max_bytes=settings.IMPORT_MAX_BYTES)
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


def _stage_chunk(batch: ImportBatch, verdicts: list[RowVerdict], finder: DuplicateFinder) -> None:
    drafts = [verdict.draft for verdict in verdicts if verdict.draft]
    sirets = [draft.establishment.siret for draft in drafts]
    known = {
        participation.establishment.siret: participation
        for participation in Participation.objects.for_programme(batch.programme)
        .filter(establishment__siret__in=sirets)
        .select_related("establishment__company", "advisor")
        .prefetch_related("contacts")
    }
    merges = CompanyMerge.objects.for_programme(batch.programme).filter(siret__in=sirets)
    gone = dict(merges.order_by("at").values_list("siret", "kept__name"))
    finder.prepare(drafts)
    ImportRow.objects.bulk_create(_row(batch, verdict, known, gone, finder) for verdict in verdicts)


def _row(
    batch: ImportBatch,
    verdict: RowVerdict,
    known: Mapping[str, Participation],
    gone: Mapping[str, str],
    finder: DuplicateFinder,
) -> ImportRow:
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
    siret = draft.establishment.siret
    existing = known.get(siret)
    if existing is not None:
        row.changes = changes_of(existing, draft)
        row.outcome = RowOutcome.UPDATED if row.changes else RowOutcome.UNCHANGED
    elif siret in gone:
        row.outcome = RowOutcome.UNCHANGED
        row.warnings.append(_told(Issue(IssueCode.MERGED_AWAY, value=gone[siret])))
    else:
        row.outcome = RowOutcome.CREATED
        if (issue := finder.issue(draft)) is not None:
            row.warnings.append(_told(issue))
        finder.remember(draft)
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


def confirm_batch(*, actor: User | None, batch: ImportBatch) -> UUID | None:
    """Have a job apply a checked import; the job's id. Clicking again gives the same job.

    Raises ``BusinessError`` when the file was not read, or could not be.
    """
    return staged_imports.confirm(COMPANIES, actor=actor, batch=batch)


def apply_batch(*, actor: User | None, batch: ImportBatch, progress: Progress = silent) -> None:
    """Apply the rows not applied yet, chunk by chunk; stopped half-way, it goes on where it was."""
    advisors = {user.email: user for user in role_holders(batch.programme, *STAFF)}

    def write(rows: list[ImportRow]) -> None:
        for row in rows:
            _apply_row(actor, batch, row, advisors)
        ImportRow.objects.filter(pk__in=[row.pk for row in rows]).update(applied=True)

    staged_imports.apply(COMPANIES, batch, write, actor=actor, recount=lambda _fresh: {}, progress=progress)


def _apply_row(actor: User | None, batch: ImportBatch, row: ImportRow, advisors: Mapping[str, User]) -> None:
    draft = draft_from(row.as_dict())
    warning = " ".join(warning["text"] for warning in row.warnings if warning["code"] in _LASTING)
    participation = find_participation(batch.programme, draft.establishment.siret)
    if participation is None:
        participation = enter(actor=actor, programme=batch.programme, draft=draft, warning=warning)
    elif participation.establishment.siret != draft.establishment.siret:
        # Merged since the file was checked: the record that was kept is not this establishment's.
        return
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
        title=_("Fichier «\u00a0%(name)s\u00a0»") % {"name": batch.filename},
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
        role=existing.role if existing else "",
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
