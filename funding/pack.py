"""What a territory pack says of money: how the budget is built and justified, never an amount."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import BusinessError
from core.i18n import gettext_lazy
from core.packs import PackChange, Reader, differences
from core.registries import PackSection, pack_sections
from funding.enums import EvidenceKind, EvidenceStep, Nature
from funding.models import BudgetLine, EvidenceRule, FundingRules
from funding.rules import alert_thresholds
from funding.services import set_evidence_rules, set_rules
from funding.services.structure import LineFacts, save_lines
from funding.steering import Thresholds
from programme.models import Programme

MAX_SMALL = 32_767
Need = tuple[Nature, EvidenceKind, EvidenceStep]


@dataclass(frozen=True)
class BudgetStructure:
    """Lines, what each nature of expense needs as evidence, and the rules decided.

    ``alerts``: from when a line is watched; none in a pack made before packs carried it.
    """

    lines: tuple[LineFacts, ...]
    needs: frozenset[Need]
    second_person: bool
    fungibility_percent: int
    alerts: Thresholds | None


def _lines(programme: Programme) -> dict[str, LineFacts]:
    rows = BudgetLine.objects.for_programme(programme).select_related("axis")
    return {
        line.code: LineFacts(line.code, line.axis.number, Nature(line.nature), line.label) for line in rows
    }


def _needs(programme: Programme) -> frozenset[Need]:
    rows = EvidenceRule.objects.filter(programme=programme).values_list("nature", "kind", "step")
    return frozenset((Nature(nature), EvidenceKind(kind), EvidenceStep(step)) for nature, kind, step in rows)


def _rules(programme: Programme) -> FundingRules:
    return FundingRules.objects.filter(programme=programme).first() or FundingRules(programme=programme)


def _export(programme: Programme) -> dict[str, Any]:
    rules = _rules(programme)
    return {
        "lines": [
            {"code": line.code, "axis": line.axis, "nature": line.nature.value, "label": line.label}
            for _code, line in sorted(_lines(programme).items())
        ],
        "evidence": [
            {"nature": nature.value, "kind": kind.value, "step": step.value}
            for nature, kind, step in sorted(_needs(programme))
        ],
        "second_person": rules.second_person,
        "fungibility_percent": rules.fungibility_percent,
        "alerts": asdict(alert_thresholds(programme)),
    }


def _alerts(reader: Reader) -> Thresholds | None:
    """Thresholds of the alerts; a pack that does not name them leaves them as they are."""
    if not isinstance(reader.value, Mapping) or "alerts" not in reader.value:
        return None
    place, names = reader.at("alerts"), tuple(asdict(Thresholds()))
    place.only(*names)
    return Thresholds(**{name: place.number(name, low=0, high=100) for name in names})


def _read(reader: Reader) -> BudgetStructure:
    reader.only("lines", "evidence", "second_person", "fungibility_percent", "alerts")
    natures = [nature.value for nature in Nature]
    lines = []
    for item in reader.at("lines").items(unique="code"):
        item.only("code", "axis", "nature", "label")
        lines.append(
            LineFacts(
                code=item.text("code", limit=20),
                axis=item.number("axis", low=1, high=MAX_SMALL),
                nature=Nature(item.choice("nature", natures)),
                label=item.text("label", limit=160),
            )
        )
    needs = set()
    for item in reader.at("evidence").items():
        item.only("nature", "kind", "step")
        needs.add(
            (
                Nature(item.choice("nature", natures)),
                EvidenceKind(item.choice("kind", [kind.value for kind in EvidenceKind])),
                EvidenceStep(item.choice("step", [step.value for step in EvidenceStep])),
            )
        )
    return BudgetStructure(
        lines=tuple(lines),
        needs=frozenset(needs),
        second_person=reader.truth("second_person"),
        fungibility_percent=reader.number("fungibility_percent", low=0, high=100),
        alerts=_alerts(reader),
    )


def _compare(programme: Programme, structure: BudgetStructure) -> list[PackChange]:
    known, changes = _lines(programme), []
    for line in structure.lines:
        label = _("Ligne %(code)s – %(label)s") % {"code": line.code, "label": line.label}
        before = known.get(line.code)
        details = differences(_words(before), _words(line)) if before is not None else ()
        if before is None or details:
            changes.append(PackChange(label, added=before is None, details=details))
    needs = _needs(programme)
    if needs != structure.needs:
        details = tuple(
            f"{sign} {nature.label}, {kind.label}, {step.label}"
            for sign, those in (("+", structure.needs - needs), ("−", needs - structure.needs))
            for nature, kind, step in sorted(those)
        )
        changes.append(PackChange(_("Pièces demandées"), added=not needs, details=details))
    rules, alerts = _rules(programme), alert_thresholds(programme)
    decided = differences(_decided(rules, alerts), _decided(structure, structure.alerts or alerts))
    if decided:
        changes.append(PackChange(_("Règles du budget"), added=False, details=decided))
    return changes


def _decided(rules: FundingRules | BudgetStructure, alerts: Thresholds) -> dict[str, Any]:
    return {
        _("seconde personne"): rules.second_person,
        _("fongibilité (%)"): rules.fungibility_percent,
        _("alerte de consommation (%)"): alerts.near_percent,
        _("début de l’alerte de retard (%)"): alerts.early_percent,
        _("alerte de retard (%)"): alerts.behind_percent,
    }


def _words(line: LineFacts) -> dict[str, Any]:
    return {_("volet"): line.axis, _("nature"): line.nature.label, _("libellé"): line.label}


def _apply(programme: Programme, structure: BudgetStructure, actor: User | None) -> None:
    axes = set(programme.axes.values_list("number", flat=True))
    for rank, line in enumerate(structure.lines):
        if line.axis not in axes:
            raise BusinessError(
                _("sections.budget.lines[%(rank)s].axis\u00a0: le volet %(axis)s n’existe pas")
                % {"rank": rank, "axis": line.axis},
                code="unknown-axis",
            )
    save_lines(actor=actor, programme=programme, lines=structure.lines)
    set_evidence_rules(actor=actor, programme=programme, needs=structure.needs)
    rules, alerts = _rules(programme), alert_thresholds(programme)
    decided = (structure.second_person, structure.fungibility_percent, structure.alerts or alerts)
    if decided != (rules.second_person, rules.fungibility_percent, alerts):
        set_rules(
            actor=actor,
            programme=programme,
            second_person=structure.second_person,
            fungibility_percent=structure.fungibility_percent,
            alerts=structure.alerts,
        )


pack_sections.register(
    "budget",
    PackSection(
        label=gettext_lazy("Structure du budget, sans montants"),
        rank=50,
        export=_export,
        read=_read,
        compare=_compare,
        apply=_apply,
    ),
)
