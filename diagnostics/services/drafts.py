"""Writing a questionnaire in the browser: a draft is saved at each gesture, published once."""

import json
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.errors import BusinessError
from diagnostics.definition import DefinitionError, parse_definition
from diagnostics.editing import Document, blank_document, slug
from diagnostics.models import Questionnaire, QuestionnaireVersion
from diagnostics.services.questionnaires import (
    MAX_DOCUMENT_BYTES,
    document_hash,
    publish_version,
)
from programme.models import Programme

_CODE_LENGTH = 40


@transaction.atomic
def create_questionnaire(*, actor: User | None, programme: Programme, title: str) -> QuestionnaireVersion:
    """A first draft of a new questionnaire of the programme, already valid.

    Creating it twice in a row gives the same untouched draft.
    """
    code = slug(title, taken=set(), fallback="questionnaire")
    document = blank_document(code, title)
    same = _untouched(programme, code, document)
    if same is not None:
        return same
    document["code"] = _free_code(code)
    return _new_questionnaire(actor, programme, document)


@transaction.atomic
def copy_questionnaire(
    *, actor: User | None, programme: Programme, questionnaire: Questionnaire
) -> QuestionnaireVersion:
    """A draft of the programme's own, made from the latest version of any questionnaire it may read.

    The codes of questions are kept: answers stay comparable. Copying twice gives the same untouched copy.
    """
    source = _latest(questionnaire)
    if source is None:
        raise BusinessError(_("Ce questionnaire n’a pas encore de version à copier."), code="nothing-to-copy")
    base = f"{questionnaire.code[: _CODE_LENGTH - 12]}-{programme.slug}"[:_CODE_LENGTH].strip("-")
    title = str(_plain(source.definition.get("title")))[:190]
    document = {
        **source.definition,
        "code": base,
        "version": 1,
        "title": _("%(title)s (copie)") % {"title": title},
    }
    same = _untouched(programme, base, document)
    if same is not None:
        return same
    document["code"] = _free_code(base)
    return _new_questionnaire(actor, programme, document, origin=questionnaire)


@transaction.atomic
def import_draft(*, actor: User | None, programme: Programme, document: Any) -> QuestionnaireVersion:
    """A checked file as a draft: a new questionnaire, or the next version of the programme's own.

    Raises ``DefinitionError`` with every problem; ``BusinessError`` when the code belongs to another
    programme or a different draft is already open.
    """
    definition = parse_definition(document)
    questionnaire = Questionnaire.objects.select_for_update().filter(code=definition.code).first()
    if questionnaire is None:
        return _new_questionnaire(actor, programme, {**document, "version": 1})
    if questionnaire.programme_id != programme.pk:
        raise BusinessError(
            _("Le code «\u00a0%(code)s\u00a0» est déjà pris\u00a0: changez-le dans le fichier.")
            % {"code": definition.code},
            code="code-taken",
        )
    draft = questionnaire.versions.filter(published_at__isnull=True).first()
    if draft is None:
        return _new_version(actor, questionnaire, document)
    if document_hash({**document, "version": draft.number}) != draft.sha256:
        raise BusinessError(
            _("Un brouillon de ce questionnaire est déjà ouvert\u00a0: publiez-le ou supprimez-le d’abord."),
            code="draft-open",
        )
    return draft


@transaction.atomic
def start_draft(*, actor: User | None, questionnaire: Questionnaire) -> QuestionnaireVersion:
    """The draft of the next version, begun as a copy of the latest; the one that is open, if any."""
    questionnaire = Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
    draft = questionnaire.versions.filter(published_at__isnull=True).first()
    if draft is not None:
        return draft
    source = _latest(questionnaire)
    if source is None:
        raise BusinessError(_("Ce questionnaire n’a pas encore de version à copier."), code="nothing-to-copy")
    return _new_version(actor, questionnaire, source.definition)


@transaction.atomic
def save_draft(
    *, actor: User | None, version: QuestionnaireVersion, document: Document, expected: str = ""
) -> QuestionnaireVersion:
    """Keep a draft, valid or not. ``expected`` is the hash of what its author saw.

    Raises ``BusinessError`` once it is published, when somebody else saved it meanwhile, or when it grew
    beyond what a questionnaire may weigh. Saving the same again writes nothing.
    """
    row = QuestionnaireVersion.objects.select_for_update().get(pk=version.pk)
    if not row.is_draft:
        raise BusinessError(
            _("Cette version est publiée et ne change plus\u00a0: préparez la version suivante."),
            code="published",
        )
    document = {**document, "version": row.number}
    sha256 = document_hash(document)
    if sha256 == row.sha256:
        return row
    if expected and expected != row.sha256:
        raise BusinessError(
            _(
                "Ce brouillon a été modifié entre-temps, dans un autre onglet ou par quelqu’un d’autre. "
                "Votre saisie est encore ci-dessous\u00a0: copiez-la, puis rechargez la page."
            ),
            code="changed-meanwhile",
        )
    if len(json.dumps(document, ensure_ascii=False).encode()) > MAX_DOCUMENT_BYTES:
        raise BusinessError(_("Ce questionnaire est devenu trop gros (2 Mo au plus)."), code="too-large")
    row.definition, row.sha256, row.edited_at = document, sha256, timezone.now()
    row.save(update_fields=["definition", "sha256", "edited_at"])
    audit.record(
        actor=actor,
        verb="questionnaire.edited",
        obj=row,
        programme_id=row.questionnaire.programme_id,
        changes={"sha256": sha256},
    )
    return row


@transaction.atomic
def publish_draft(
    *, actor: User | None, version: QuestionnaireVersion, expected: str = ""
) -> QuestionnaireVersion:
    """Publish a draft as its author read it. Publishing twice is harmless.

    Raises ``BusinessError`` when somebody changed it meanwhile or when it is not valid. Side effect: new
    diagnostics use it; diagnostics already open keep their own version.
    """
    row = QuestionnaireVersion.objects.select_for_update().get(pk=version.pk)
    if row.is_draft and expected and expected != row.sha256:
        raise BusinessError(
            _("Ce brouillon a été modifié depuis que vous avez ouvert cette page\u00a0: relisez-la."),
            code="changed-meanwhile",
        )
    try:
        return publish_version(actor=actor, version=row)
    except DefinitionError as error:
        raise BusinessError(
            _("Ce brouillon n’est pas valable\u00a0: corrigez ce qui est signalé, puis publiez."),
            code="not-valid",
        ) from error


@transaction.atomic
def discard_draft(*, actor: User | None, version: QuestionnaireVersion) -> None:
    """Delete a draft, and its questionnaire when it never had another version. Twice is harmless."""
    row = QuestionnaireVersion.objects.select_for_update().filter(pk=version.pk).first()
    if row is None:
        return
    if not row.is_draft:
        raise BusinessError(_("Une version publiée ne se supprime pas."), code="published")
    questionnaire = row.questionnaire
    audit.record(
        actor=actor, verb="questionnaire.draft_discarded", obj=row, programme_id=questionnaire.programme_id
    )
    row.delete()
    if not questionnaire.versions.exists() and not questionnaire.diagnostics.exists():
        questionnaire.delete()


def _latest(questionnaire: Questionnaire) -> QuestionnaireVersion | None:
    published = questionnaire.versions.filter(published_at__isnull=False)
    return published.order_by("-number").first() or questionnaire.versions.order_by("-number").first()


def _plain(title: object) -> object:
    return next(iter(title.values()), "") if isinstance(title, dict) else title


def _free_code(code: str) -> str:
    """A code no other questionnaire has."""
    base = code[:_CODE_LENGTH].strip("-")
    taken = set(
        Questionnaire.objects.filter(code__startswith=base[: _CODE_LENGTH - 4]).values_list("code", flat=True)
    )
    free, rank = base, 2
    while free in taken:
        free, rank = f"{base[: _CODE_LENGTH - 4]}-{rank}", rank + 1
    return free


def _untouched(programme: Programme, code: str, document: Document) -> QuestionnaireVersion | None:
    """A draft of the programme made by the same gesture and never changed since."""
    rows = QuestionnaireVersion.objects.filter(
        questionnaire__programme=programme,
        questionnaire__code__startswith=code[: _CODE_LENGTH - 4],
        published_at__isnull=True,
        edited_at__isnull=True,
    )
    for row in rows.select_related("questionnaire"):
        if row.sha256 == document_hash({**document, "code": row.questionnaire.code}):
            return row
    return None


def _new_questionnaire(
    actor: User | None, programme: Programme, document: Document, origin: Questionnaire | None = None
) -> QuestionnaireVersion:
    title = str(_plain(document.get("title")))[:200]
    questionnaire = Questionnaire(programme=programme, code=document["code"], title=title, origin=origin)
    questionnaire.full_clean()
    questionnaire.save()
    return _new_version(actor, questionnaire, document)


def _new_version(
    actor: User | None, questionnaire: Questionnaire, document: Document
) -> QuestionnaireVersion:
    last = questionnaire.versions.order_by("-number").values_list("number", flat=True).first() or 0
    document = {**document, "version": last + 1}
    version = QuestionnaireVersion(
        questionnaire=questionnaire, number=last + 1, definition=document, sha256=document_hash(document)
    )
    version.full_clean()
    version.save()
    audit.record(
        actor=actor, verb="questionnaire.drafted", obj=version, programme_id=questionnaire.programme_id
    )
    return version
