"""The territory pack: what one region decided, in one readable file that another may take up."""

import json
from dataclasses import dataclass
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.errors import BusinessError
from core.packs import PackChange, PackProblem, Reader, Words
from core.registries import PackSection, pack_sections
from programme.models import Programme

FORMAT, VERSION = "edec-ia.pack", 1
MAX_BYTES = 20_000_000


@dataclass(frozen=True)
class SectionChanges:
    """What a section of a pack would change."""

    label: str
    changes: tuple[PackChange, ...]


def _sections() -> list[tuple[str, PackSection]]:
    return sorted(pack_sections.items(), key=lambda entry: entry[1].rank)


def export_pack(*, programme: Programme) -> str:
    """The pack of a programme as JSON text: the same programme always gives the same bytes."""
    pack = {
        "format": FORMAT,
        "version": VERSION,
        "sections": {code: section.export(programme) for code, section in _sections()},
    }
    return json.dumps(pack, ensure_ascii=False, indent=2) + "\n"


class PackRefused(BusinessError):  # noqa: N818 -- it reads as an answer
    """A pack is malformed; ``problems`` tells every defect with its place."""

    def __init__(self, problems: list[PackProblem]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"{problem.path}\u00a0: {problem.reason}" for problem in problems)
        super().__init__(
            _("Ce lot de territoire est refusé, rien n’a changé\u00a0:\n%(lines)s") % {"lines": lines},
            code="pack-refused",
        )


def _words() -> Words:
    return Words(
        text=_("un texte est attendu"),
        too_long=_("texte trop long"),
        number=_("un nombre entier est attendu"),
        out_of_range=_("nombre hors des bornes"),
        choice=_("valeur inconnue"),
        code=_("un identifiant est attendu (lettres, chiffres, tirets)"),
        truth=_("vrai ou faux est attendu"),
        items=_("une liste est attendue"),
        block=_("un bloc de clés est attendu"),
        missing=_("clé absente"),
        unknown=_("clé inconnue de cette version"),
        twice=_("utilisé deux fois"),
    )


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def read_pack(text: str) -> dict[str, Any]:
    """The checked values of a pack, by section. Raises ``PackRefused`` with every defect."""
    if len(text) > MAX_BYTES:
        raise PackRefused([PackProblem("–", _("fichier trop gros (20 Mo au plus)"))])
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise PackRefused(
            [PackProblem("–", _("JSON illisible\u00a0: %(error)s") % {"error": error})]
        ) from None
    reader = Reader(document, words=_words())
    reader.only("format", "version", "sections")
    reader.choice("format", [FORMAT])
    if reader.number("version", low=1, high=10_000) != VERSION:
        reader.at("version").refuse(_("version inconnue\u00a0: mettez l’application à jour"))
    sections = reader.at("sections")
    sections.only(*pack_sections)
    values: dict[str, Any] = {}
    for code, section in _sections():
        # A pack may say only part: what it does not name stays as it is.
        if isinstance(sections.value, dict) and code in sections.value:
            values[code] = section.read(sections.at(code))
    if reader.problems:
        raise PackRefused(reader.problems)
    return values


def compare_pack(*, programme: Programme, text: str) -> list[SectionChanges]:
    """What applying a pack would change, found by applying it and undoing it.

    Raises ``BusinessError`` for all that would refuse it.
    """
    with transaction.atomic():
        changes = _apply(programme, text, actor=None)
        transaction.set_rollback(True)
    return changes


@transaction.atomic
def apply_pack(*, actor: User | None, programme: Programme, text: str) -> list[SectionChanges]:
    """Apply a pack: add what is missing, bring the rest to what it says, remove nothing.

    All or nothing; the second time there is nothing to change. Raises ``BusinessError`` for a malformed
    pack or a change that a rule refuses. Side effects: settings of every section, audit events.
    """
    changes = _apply(programme, text, actor)
    count = sum(len(each.changes) for each in changes)
    if count:
        audit.record(
            actor=actor,
            verb="pack.applied",
            obj=programme,
            programme_id=programme.pk,
            changes={"count": count},
        )
    return changes


def _apply(programme: Programme, text: str, actor: User | None) -> list[SectionChanges]:
    values = read_pack(text)
    told = []
    for code, section in _sections():
        if code not in values:
            continue
        told.append(SectionChanges(str(section.label), tuple(section.compare(programme, values[code]))))
        try:
            section.apply(programme, values[code], actor)
        except ValidationError as error:
            raise PackRefused(
                [PackProblem(f"sections.{code}", message) for message in error.messages]
            ) from error
    return told
