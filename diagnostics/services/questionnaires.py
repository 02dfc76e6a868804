"""Writes about questionnaires: a version is checked whole, published once, and never changes."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies.faults import FileFaultCode, FileFaultError
from companies.import_xlsx import read_workbook
from companies.wording import describe_fault
from core import audit
from core.errors import BusinessError
from core.exports import Sheet, xlsx_bytes
from diagnostics.author_wording import loss_lines
from diagnostics.definition import in_reading_order, parse_definition
from diagnostics.models import Questionnaire, QuestionnaireVersion
from diagnostics.xlsform import Loss, read_xlsform, write_xlsform
from programme.models import Programme

SHIPPED = Path(__file__).resolve().parent.parent / "content" / "maturite-ia.yaml"
MAX_DOCUMENT_BYTES = 2_000_000
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
MAX_ROWS, MAX_COLUMNS = 5_000, 100
SCHEMA_NAME = "questionnaire.schema.json"


def read_document(text: str) -> Any:
    """The document of a YAML text. Raises ``BusinessError`` when it is no YAML, or far too large."""
    if len(text) > MAX_DOCUMENT_BYTES:
        raise BusinessError(
            _("Ce fichier est trop gros pour un questionnaire (2 Mo au plus)."), code="too-large"
        )
    try:
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 -- a SafeLoader, without aliases
    except yaml.YAMLError as error:
        raise BusinessError(
            _("Ce fichier n’est pas du YAML lisible\u00a0: %(error)s") % {"error": error}, code="not-yaml"
        ) from error


class _PlainLoader(yaml.SafeLoader):
    """Refuses aliases: a few nested ones unfold into gigabytes."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """One node, never an alias; dates stay texts."""
        if self.check_event(yaml.AliasEvent):  # type: ignore[no-untyped-call]
            raise yaml.YAMLError(_("les renvois («\u00a0*\u00a0») ne sont pas admis"))
        return super().compose_node(parent, index)  # type: ignore[no-any-return, no-untyped-call]


class _PlainDumper(yaml.SafeDumper):
    """Quotes the line ends that only Unicode knows, which a reader would take for ordinary ones."""


def _written_text(dumper: _PlainDumper, text: str) -> yaml.ScalarNode:
    style = '"' if _LINE_ENDS.intersection(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_LINE_ENDS = frozenset("\r\x85\u2028\u2029")
_PlainDumper.add_representer(str, _written_text)
_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_file(name: str, content: bytes) -> Any:
    """The document of a file: YAML, or an XLSForm when its name ends in ``.xlsx``.

    Raises ``BusinessError`` when it cannot be read, ``XlsFormError`` with all that cannot be represented.
    """
    if len(content) > MAX_DOCUMENT_BYTES:
        raise BusinessError(
            _("Ce fichier est trop gros pour un questionnaire (2 Mo au plus)."), code="too-large"
        )
    if name.lower().endswith((".xlsx", ".xls")):
        try:
            if content.startswith(OLD_EXCEL):
                raise FileFaultError(FileFaultCode.OLD_EXCEL)
            return read_xlsform(read_workbook(content, max_rows=MAX_ROWS, max_columns=MAX_COLUMNS))
        except FileFaultError as error:
            raise BusinessError(describe_fault(error), code="not-a-workbook") from error
    try:
        return read_document(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BusinessError(_("Ce fichier n’est pas un texte en UTF-8."), code="not-text") from error


def write_document(document: Any) -> str:
    """The YAML text of a document, in the order of the documented format; reading it gives it back."""
    head = f"# yaml-language-server: $schema={SCHEMA_NAME}\n"
    ordered = in_reading_order(document)
    return head + yaml.dump(ordered, Dumper=_PlainDumper, allow_unicode=True, sort_keys=False, width=110)


def write_workbook(document: Any, *, created: datetime | None = None) -> tuple[bytes, tuple[Loss, ...]]:
    """The XLSForm workbook of a document, and what it leaves out: also its last sheet.

    ``created`` dates the workbook, so that the same version gives the same bytes. Raises
    ``DefinitionError`` when the document is not a valid questionnaire.
    """
    form = write_xlsform(document)
    sheets = [Sheet(each.name, each.columns, each.rows) for each in form.sheets]
    if form.losses:
        columns = (_("Élément"), _("Ce que l’XLSForm ne dit pas"))
        sheets.append(Sheet(_("non repris"), columns, loss_lines(form.losses)))
    return xlsx_bytes(sheets, created=created), form.losses


def check_document(document: Any) -> None:
    """Say whether a document is a valid questionnaire: raises ``DefinitionError`` with every problem."""
    parse_definition(document)


@transaction.atomic
def import_questionnaire(
    *, actor: User | None, document: Any, programme: Programme | None = None
) -> QuestionnaireVersion:
    """Keep a document as a version of its questionnaire, not yet published.

    The same document gives the same version again. Raises ``DefinitionError`` with every problem,
    ``BusinessError`` when the number is taken by another text or the code by another programme.
    """
    definition = parse_definition(document)
    sha256 = document_hash(document)
    questionnaire, _created = Questionnaire.objects.get_or_create(
        code=definition.code, defaults={"title": definition.title, "programme": programme}
    )
    if questionnaire.programme_id != (programme.pk if programme else None):
        raise BusinessError(
            _("Le code «\u00a0%(code)s\u00a0» est déjà pris par un autre questionnaire.")
            % {"code": definition.code},
            code="code-taken",
        )
    version = questionnaire.versions.filter(number=definition.version).first()
    if version is not None and version.sha256 == sha256:
        return version
    if version is not None and version.published_at is not None:
        raise BusinessError(
            _(
                "La version %(number)s est publiée et ne change plus\u00a0: donnez un numéro "
                "suivant à la vôtre."
            )
            % {"number": definition.version},
            code="version-published",
        )
    version = version or QuestionnaireVersion(questionnaire=questionnaire, number=definition.version)
    version.definition, version.sha256 = document, sha256
    version.full_clean()
    version.save()
    audit.record(
        actor=actor,
        verb="questionnaire.imported",
        obj=version,
        programme_id=questionnaire.programme_id,
        changes={"sha256": sha256},
    )
    return version


@transaction.atomic
def publish_version(*, actor: User | None, version: QuestionnaireVersion) -> QuestionnaireVersion:
    """Publish a version: new diagnostics use it, and it never changes again. Publishing twice is harmless.

    Raises ``DefinitionError`` when its text is no longer a valid questionnaire. Side effect: the
    questionnaire takes its title.
    """
    version = (
        QuestionnaireVersion.objects.select_for_update().select_related("questionnaire").get(pk=version.pk)
    )
    if version.published_at is not None:
        return version
    definition = parse_definition(version.definition)
    version.published_at = timezone.now()
    version.published_by = actor
    version.save()
    Questionnaire.objects.filter(pk=version.questionnaire_id).update(title=definition.title)
    audit.record(
        actor=actor,
        verb="questionnaire.published",
        obj=version,
        programme_id=version.questionnaire.programme_id,
    )
    return version


@transaction.atomic
def install_shipped_questionnaire(*, actor: User | None = None) -> QuestionnaireVersion:
    """Install and publish the questionnaire this application ships, shared by every programme.

    Running it again changes nothing; a new release of the application adds its new version.
    """
    document = read_document(SHIPPED.read_text(encoding="utf-8"))
    return publish_version(actor=actor, version=import_questionnaire(actor=actor, document=document))


def document_hash(document: Any) -> str:
    """The hash of a document, whatever the order of its keys was in the file."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
