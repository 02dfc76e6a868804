"""What merging two records would do, before anything is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Field, Model, QuerySet
from django.utils.translation import gettext as _

from companies.enums import Stage
from companies.identifiers import format_siret
from companies.models import Participation
from companies.selectors.identity import identity_of
from companies.wording import identity_label, shown_fact
from documents.models import Document

_ORDER = list(Stage)
Relation = tuple[type[Model], "Field[Any, Any]"]


@dataclass(frozen=True)
class Compared:
    """One fact of both records."""

    label: str
    kept: str
    merged: str

    @property
    def differs(self) -> bool:
        """Whether something is to be looked at."""
        return self.kept != self.merged


@dataclass(frozen=True)
class Moved:
    """How many rows of one kind follow."""

    label: str
    count: int


@dataclass(frozen=True)
class MergePreview:
    """What will be kept, what will follow, from which record to which."""

    kept: Participation
    merged: Participation
    facts: tuple[Compared, ...]
    moved: tuple[Moved, ...]


def relations_to(model: type[Model]) -> Iterator[Relation]:
    """Every column of every table that points to a model, hidden ones too, in a stable order."""
    found: list[Relation] = [
        (cast("type[Model]", relation.related_model), cast("Any", relation).field)
        for relation in model._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)
    ]
    yield from sorted(found, key=lambda pair: (pair[0]._meta.label, pair[1].name))


def rows_of(relation: Relation, row: Model) -> Any:
    """Rows that point to one row by one column."""
    model, field = relation
    return every_row(model).filter(**{field.name: row})


def every_row(model: type[Model]) -> Any:
    """Rows of a table, whatever its managers leave out."""
    return QuerySet(model=model)


def documents_of(participation: Participation) -> Any:
    """Documents made for a company: they name it without a foreign key."""
    return Document.objects.filter(
        programme_id=participation.programme_id,
        subject_type="participation",
        subject_id=str(participation.pk),
    )


def preview(kept: Participation, merged: Participation) -> MergePreview:
    """Both records side by side, and how many rows of each kind would follow."""
    return MergePreview(kept, merged, tuple(_facts(kept, merged)), tuple(_moved(merged)))


def _facts(kept: Participation, merged: Participation) -> Iterator[Compared]:
    ours, theirs = identity_of(kept), identity_of(merged)
    yield Compared(
        _("SIRET"), format_siret(kept.establishment.siret), format_siret(merged.establishment.siret)
    )
    for key in ("name", "trade_name", "address", "postal_code", "city", "activity_code", "workforce_band"):
        yield Compared(
            identity_label(key), shown_fact(key, getattr(ours, key)), shown_fact(key, getattr(theirs, key))
        )
    yield Compared(_("Étape"), str(Stage(kept.stage).label), str(Stage(merged.stage).label))
    yield Compared(_("Conseiller"), _name(kept.advisor), _name(merged.advisor))
    yield Compared(_("Groupe"), str(kept.group or ""), str(merged.group or ""))
    yield Compared(_("Prochaine étape"), kept.next_step, merged.next_step)


def _name(user: Any) -> str:
    return user.full_name if user else ""


def _moved(merged: Participation) -> Iterator[Moved]:
    for relation in relations_to(Participation):
        if count := rows_of(relation, merged).count():
            yield Moved(relation_label(relation[0]), count)
    if count := documents_of(merged).count():
        yield Moved(_("documents"), count)


def relation_label(model: type[Model]) -> str:
    """What the rows of a table are for a person."""
    return {
        "companies.Contact": _("contacts"),
        "companies.Membership": _("accès"),
        "companies.TimelineEvent": _("lignes d’historique"),
        "companies.StageChange": _("changements d’étape"),
        "companies.Meeting": _("rendez-vous"),
        "companies.HandedItem": _("passages de relais"),
        "companies.BulkItem": _("actions groupées"),
        "companies.CompanyMerge": _("fusions antérieures"),
        "diagnostics.Diagnostic": _("diagnostics"),
        "diagnostics.ActionPlan": _("plans d’actions"),
        "diagnostics.CompanyPause": _("pauses des rappels"),
        "trainings.Enrolment": _("inscriptions en formation"),
    }.get(model._meta.label, str(model._meta.verbose_name_plural))
