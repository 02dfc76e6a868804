"""What a territory pack says of the programme: its axes and its targets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from core.i18n import gettext_lazy
from core.packs import PackChange, Reader, differences
from core.registries import PackSection, indicators, pack_sections
from programme.models import Axis, Programme, Target
from programme.services.programmes import set_axes, set_targets

MAX_SMALL, MAX_WHOLE = 32_767, 2_147_483_647
EUROS = "euros"


@dataclass(frozen=True)
class AxisFacts:
    """An axis as a pack tells it."""

    number: int
    name: str
    purpose: str


def _export_axes(programme: Programme) -> list[dict[str, Any]]:
    return [
        {"number": axis.number, "name": axis.name, "purpose": axis.purpose} for axis in programme.axes.all()
    ]


def _read_axes(reader: Reader) -> list[AxisFacts]:
    axes = []
    for item in reader.items(unique="number"):
        item.only("number", "name", "purpose")
        axes.append(
            AxisFacts(
                number=item.number("number", low=1, high=MAX_SMALL),
                name=item.text("name", limit=80),
                purpose=item.text("purpose", limit=10_000, required=False),
            )
        )
    return axes


def _compare_axes(programme: Programme, axes: list[AxisFacts]) -> list[PackChange]:
    known: Mapping[int, Axis] = {axis.number: axis for axis in programme.axes.all()}
    changes = []
    for axis in axes:
        label = _("Volet %(number)s – %(name)s") % {"number": axis.number, "name": axis.name}
        before = known.get(axis.number)
        if before is None:
            changes.append(PackChange(label, added=True))
            continue
        details = differences(
            {_("nom"): before.name, _("objet"): before.purpose},
            {_("nom"): axis.name, _("objet"): axis.purpose},
        )
        if details:
            changes.append(PackChange(label, added=False, details=details))
    return changes


def _apply_axes(programme: Programme, axes: list[AxisFacts], actor: User | None) -> None:
    set_axes(
        actor=actor,
        programme=programme,
        axes={axis.number: (axis.name, axis.purpose) for axis in axes},
    )


def _is_amount(code: str) -> bool:
    """Whether an indicator counts money: a pack carries no amount."""
    return code in indicators and str(indicators.get(code).unit) == EUROS


def _export_targets(programme: Programme) -> list[dict[str, Any]]:
    return [
        {"indicator": target.indicator, "value": target.value, "source": target.source}
        for target in programme.targets.all()
        if not _is_amount(target.indicator)
    ]


def _read_targets(reader: Reader) -> list[Target]:
    targets = []
    for item in reader.items(unique="indicator"):
        item.only("indicator", "value", "source")
        target = Target(
            indicator=item.text("indicator", limit=60),
            value=item.number("value", low=0, high=MAX_WHOLE),
            source=item.text("source", limit=200, required=False),
        )
        if _is_amount(target.indicator):
            item.at("indicator").refuse(_("un lot de territoire ne porte aucun montant"))
        targets.append(target)
    return targets


def _compare_targets(programme: Programme, targets: list[Target]) -> list[PackChange]:
    known = {target.indicator: target for target in programme.targets.all()}
    changes = []
    for target in targets:
        before = known.get(target.indicator)
        label = str(indicators.get(target.indicator).label) if target.indicator in indicators else ""
        label = _("Objectif %(label)s") % {"label": label or target.indicator}
        if before is None:
            changes.append(PackChange(label, added=True))
            continue
        details = differences(
            {_("cible"): before.value, _("source"): before.source},
            {_("cible"): target.value, _("source"): target.source},
        )
        if details:
            changes.append(PackChange(label, added=False, details=details))
    return changes


def _apply_targets(programme: Programme, targets: list[Target], actor: User | None) -> None:
    for target in targets:
        set_targets(
            actor=actor,
            programme=programme,
            values={target.indicator: target.value},
            source=target.source,
        )


pack_sections.register(
    "axes",
    PackSection(
        label=gettext_lazy("Volets"),
        rank=10,
        export=_export_axes,
        read=_read_axes,
        compare=_compare_axes,
        apply=_apply_axes,
    ),
)
pack_sections.register(
    "targets",
    PackSection(
        label=gettext_lazy("Objectifs"),
        rank=20,
        export=_export_targets,
        read=_read_targets,
        compare=_compare_targets,
        apply=_apply_targets,
    ),
)
