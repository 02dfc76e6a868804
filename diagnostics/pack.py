"""What a territory pack says of diagnostics: questionnaires in force, with the measures they propose."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from core.i18n import gettext_lazy
from core.packs import PackChange, Reader
from core.registries import PackSection, pack_sections
from diagnostics.definition import Definition, DefinitionError, parse_definition
from diagnostics.models import QuestionnaireVersion
from diagnostics.selectors import latest_version, questionnaires_for
from diagnostics.services import import_questionnaire, publish_version
from diagnostics.services.questionnaires import document_hash
from diagnostics.wording import problem_lines
from programme.models import Programme


@dataclass(frozen=True)
class PackedQuestionnaire:
    """A questionnaire of a pack: its document, and whether every programme shares it."""

    document: Any
    definition: Definition | None
    is_shared: bool


def _export(programme: Programme) -> list[dict[str, Any]]:
    packed = []
    for questionnaire in questionnaires_for(programme).order_by("code"):
        version = latest_version(questionnaire)
        if version is not None:
            packed.append({"shared": questionnaire.programme_id is None, "definition": version.definition})
    return packed


def _read(reader: Reader) -> list[PackedQuestionnaire]:
    read = []
    for item in reader.items():
        item.only("shared", "definition")
        place = item.at("definition")
        definition = None
        try:
            definition = parse_definition(place.value)
        except DefinitionError as error:
            for line in problem_lines(error.problems):
                place.refuse(line)
        read.append(PackedQuestionnaire(place.value, definition, item.truth("shared")))
    return read


def _known(packed: PackedQuestionnaire) -> QuestionnaireVersion | None:
    """The version that already has these words; the same number with other words is not it."""
    assert packed.definition is not None  # noqa: S101 -- a faulty pack is refused before
    return QuestionnaireVersion.objects.filter(
        questionnaire__code=packed.definition.code,
        sha256=document_hash(packed.document),
        published_at__isnull=False,
    ).first()


def _compare(programme: Programme, packed: list[PackedQuestionnaire]) -> list[PackChange]:
    usable = {each.code: each for each in questionnaires_for(programme)}
    changes = []
    for each in packed:
        if _known(each) is not None:
            continue
        assert each.definition is not None  # noqa: S101 -- same
        label = _("Questionnaire «\u00a0%(title)s\u00a0»") % {"title": each.definition.title}
        before = usable.get(each.definition.code)
        version = latest_version(before) if before is not None else None
        details: tuple[str, ...] = ()
        if version is not None:
            details = (
                _("version %(before)s → version %(after)s")
                % {"before": version.number, "after": each.definition.version},
            )
        changes.append(PackChange(label, added=version is None, details=details))
    return changes


def _apply(programme: Programme, packed: list[PackedQuestionnaire], actor: User | None) -> None:
    for each in packed:
        if _known(each) is None:
            version = import_questionnaire(
                actor=actor, document=each.document, programme=None if each.is_shared else programme
            )
            publish_version(actor=actor, version=version)


pack_sections.register(
    "questionnaires",
    PackSection(
        label=gettext_lazy("Questionnaires et préconisations"),
        rank=30,
        export=_export,
        read=_read,
        compare=_compare,
        apply=_apply,
    ),
)
