"""A territory pack: what one programme decided goes to another, whole, once, or not at all."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import BusinessError
from core.models import AuditEvent
from core.registries import pack_sections
from diagnostics.models import Questionnaire
from diagnostics.services import import_questionnaire, publish_version
from funding.enums import EvidenceKind, EvidenceStep, Nature
from funding.models import BudgetLine
from funding.rules import alert_thresholds
from funding.services import set_evidence_rules, set_rules
from funding.steering import Thresholds
from programme.models import Axis, Programme, Target
from programme.services import set_targets
from programme.services.packs import PackRefused, apply_pack, compare_pack, export_pack
from tests.companies.samples import make_siren, make_siret
from tests.diagnostics.documents import full_document
from tests.funding.factories import make_plan
from trainings.models import Course
from trainings.services import install_catalogue

pytestmark = pytest.mark.django_db


@pytest.fixture
def furnished(programme: Programme) -> Programme:
    """A programme that has decided everything a pack carries."""
    publish_version(actor=None, version=import_questionnaire(actor=None, document=full_document()))
    install_catalogue(programme=programme)
    make_plan(programme)
    set_evidence_rules(
        actor=None,
        programme=programme,
        needs={(Nature.FEES, EvidenceKind.INVOICE, EvidenceStep.VALIDATION)},
    )
    alerts = Thresholds(near_percent=70, early_percent=30, behind_percent=40)
    set_rules(actor=None, programme=programme, second_person=True, fungibility_percent=15, alerts=alerts)
    values = {"companies.engaged": 40, "euros_charged_1": 5000}
    set_targets(actor=None, programme=programme, values=values, source="COPIL")
    return programme


def bare(programme: Programme) -> None:
    """Take away what the fixture gives every programme, as in a region that has just begun."""
    programme.axes.all().delete()
    programme.targets.all().delete()


def changes(told: list[Any]) -> list[str]:
    return [change.what for section in told for change in section.changes]


def test_a_pack_goes_from_one_region_to_another_and_back(
    furnished: Programme, other_programme: Programme
) -> None:
    bare(other_programme)
    pack = export_pack(programme=furnished)
    told = changes(apply_pack(actor=None, programme=other_programme, text=pack))
    assert len(told) > 10
    assert export_pack(programme=other_programme) == pack
    assert changes(apply_pack(actor=None, programme=other_programme, text=pack)) == []
    assert changes(apply_pack(actor=None, programme=furnished, text=pack)) == []
    assert alert_thresholds(other_programme) == Thresholds(70, 30, 40)
    assert AuditEvent.objects.filter(verb="pack.applied").count() == 1


def test_a_pack_that_says_nothing_of_alerts_leaves_them(
    furnished: Programme, other_programme: Programme
) -> None:
    bare(other_programme)
    pack = json.loads(export_pack(programme=furnished))
    assert pack["sections"]["budget"]["alerts"] == {
        "near_percent": 70,
        "early_percent": 30,
        "behind_percent": 40,
    }
    told = compare_pack(programme=other_programme, text=json.dumps(pack))
    details = [line for section in told for change in section.changes for line in change.details]
    assert any("alerte de consommation (%)" in line and "80" in line and "70" in line for line in details)
    del pack["sections"]["budget"]["alerts"]
    apply_pack(actor=None, programme=other_programme, text=json.dumps(pack))
    assert alert_thresholds(other_programme) == Thresholds()
    pack["sections"]["budget"]["alerts"] = {"near_percent": 101, "early_percent": 30}
    with pytest.raises(BusinessError) as refused, transaction.atomic():
        apply_pack(actor=None, programme=other_programme, text=json.dumps(pack))
    assert "sections.budget.alerts.near_percent" in str(refused.value)
    assert "sections.budget.alerts.behind_percent" in str(refused.value)


def test_a_pack_carries_no_person_no_company_no_amount(furnished: Programme, officer: Any) -> None:
    from companies import services as companies

    participation = companies.create_participation(
        actor=officer, programme=furnished, siret=make_siret(make_siren(7)), name="Filature très secrète"
    )
    facts = companies.ContactFacts(last_name="Introuvable", first_name="Ada", email="ada@secrete.example")
    companies.add_contact(actor=officer, participation=participation, facts=facts)
    pack = export_pack(programme=furnished)
    for hidden in (
        "secrète",
        "Introuvable",
        "@",
        "_cents",
        "146_100",
        "14610000",
        "euros_charged",
        officer.email,
    ):
        assert hidden not in pack
    sections = json.loads(pack)["sections"]
    assert set(sections) == set(pack_sections)


def test_what_a_pack_does_not_name_stays(furnished: Programme, other_programme: Programme) -> None:
    kept = Axis.objects.create(programme=other_programme, number=9, name="Propre à la région")
    text = json.dumps(
        {
            "format": "edec-ia.pack",
            "version": 1,
            "sections": {"axes": [{"number": 1, "name": "Étude d’impact", "purpose": ""}]},
        }
    )
    (section,) = compare_pack(programme=other_programme, text=text)
    (change,) = section.changes
    assert not change.added
    assert any("«\u00a0Étude\u00a0» → «\u00a0Étude d’impact\u00a0»" in detail for detail in change.details)
    assert Axis.objects.get(programme=other_programme, number=1).name == "Étude"
    apply_pack(actor=None, programme=other_programme, text=text)
    assert Axis.objects.get(programme=other_programme, number=1).name == "Étude d’impact"
    kept.refresh_from_db()
    assert other_programme.axes.count() == 5


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ("{", "JSON illisible"),
        ("[]", "–\u00a0: un bloc de clés est attendu"),
        ('{"format": "edec-ia.pack", "version": NaN, "sections": {}}', "JSON illisible"),
        ('{"format": "autre", "version": 1, "sections": {}}', "format\u00a0: valeur inconnue"),
        ('{"format": "edec-ia.pack", "version": 2, "sections": {}}', "version\u00a0: version inconnue"),
        ('{"format": "edec-ia.pack", "version": 1}', "sections\u00a0: clé absente"),
        ('{"format": "edec-ia.pack", "version": 1, "sections": {"x": 1}}', "sections.x\u00a0: clé inconnue"),
        (
            '{"format": "edec-ia.pack", "version": 1, "sections": {"axes": 3}}',
            "sections.axes\u00a0: une liste",
        ),
    ],
)
def test_a_malformed_pack_is_refused_with_place_and_reason(
    programme: Programme, wrong: str, where: str
) -> None:
    with pytest.raises(PackRefused, match=where.replace("[", r"\[")):
        apply_pack(actor=None, programme=programme, text=wrong)


def test_every_defect_is_told_at_once_and_nothing_is_written(programme: Programme) -> None:
    text = json.dumps(
        {
            "format": "edec-ia.pack",
            "version": 1,
            "sections": {
                "axes": [
                    {"number": 1, "name": "Changé", "purpose": ""},
                    {"number": 1, "name": "", "purpose": 3, "couleur": "bleu"},
                ],
                "questionnaires": [{"shared": True, "definition": {"code": "x"}}],
                "courses": [{"code": "a b"}],
                "budget": {"lines": [{"code": "L1", "axis": 1, "nature": "or", "label": "x"}]},
            },
        }
    )
    with pytest.raises(PackRefused) as refused:
        apply_pack(actor=None, programme=programme, text=text)
    paths = {problem.path for problem in refused.value.problems}
    assert {
        "sections.axes[1].number",
        "sections.axes[1].name",
        "sections.axes[1].purpose",
        "sections.axes[1].couleur",
        "sections.questionnaires[0].definition",
        "sections.courses[0].code",
        "sections.courses[0].title",
        "sections.budget.lines[0].nature",
        "sections.budget.evidence",
    } <= paths
    assert Axis.objects.get(programme=programme, number=1).name == "Étude"


def test_a_refusal_in_the_last_section_undoes_the_first(
    furnished: Programme, other_programme: Programme
) -> None:
    make_plan(other_programme)
    line = BudgetLine.objects.for_programme(other_programme).order_by("code").first()
    assert line is not None
    text = json.dumps(
        {
            "format": "edec-ia.pack",
            "version": 1,
            "sections": {
                "axes": [{"number": 1, "name": "Jamais", "purpose": ""}],
                "budget": {
                    "lines": [{"code": line.code, "axis": 4, "nature": "taxes", "label": line.label}],
                    "evidence": [],
                    "second_person": True,
                    "fungibility_percent": 10,
                },
            },
        }
    )
    with pytest.raises(BusinessError, match="a déjà servi"), transaction.atomic():
        apply_pack(actor=None, programme=other_programme, text=text)
    assert not Axis.objects.filter(name="Jamais").exists()


def test_a_questionnaire_of_another_programme_is_not_taken_over(
    programme: Programme, other_programme: Programme
) -> None:
    own = {**full_document(), "code": "propre"}
    publish_version(
        actor=None, version=import_questionnaire(actor=None, document=own, programme=other_programme)
    )
    changed = {**own, "title": "Autre titre"}
    pack = {"format": "edec-ia.pack", "version": 1, "sections": {}}
    pack["sections"] = {"questionnaires": [{"shared": False, "definition": changed}]}
    with pytest.raises(BusinessError, match="déjà pris"), transaction.atomic():
        apply_pack(actor=None, programme=programme, text=json.dumps(pack))
    assert Questionnaire.objects.get(code="propre").programme == other_programme


names = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=("Cs", "Cc")),
    min_size=1,
    max_size=30,
).filter(str.strip)
axes = st.lists(
    st.fixed_dictionaries({"number": st.integers(1, 30), "name": names, "purpose": names}),
    max_size=4,
    unique_by=lambda axis: axis["number"],
)
courses = st.lists(
    st.fixed_dictionaries(
        {
            "code": st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True),
            "title": names,
            "stake": st.sampled_from(["technical", "legal"]),
            "level": st.sampled_from(["awareness", "advanced"]),
            "delivery": st.just("mixed"),
            "half_days": st.integers(1, 60),
            "minutes": st.integers(1, 24_000),
            "audience": names,
            "objectives": st.lists(names, min_size=1, max_size=2),
            "outline": st.lists(names, min_size=1, max_size=2),
        }
    ),
    max_size=3,
    unique_by=lambda course: course["code"],
)
targets = st.lists(
    st.fixed_dictionaries(
        {
            "indicator": st.from_regex(r"[a-z]{1,12}", fullmatch=True),
            "value": st.integers(0, 2_147_483_647),
            "source": names,
        }
    ),
    max_size=3,
    unique_by=lambda target: target["indicator"],
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    axes=axes,
    courses=courses,
    targets=targets,
    percent=st.integers(0, 100),
    second=st.booleans(),
    alerts=st.fixed_dictionaries(
        {name: st.integers(0, 100) for name in ("near_percent", "early_percent", "behind_percent")}
    ),
)
def test_any_pack_comes_back_as_it_went(
    programme: Programme, axes: Any, courses: Any, targets: Any, percent: int, second: bool, alerts: Any
) -> None:
    lines = [
        {"code": f"L{rank}", "axis": axis["number"], "nature": "fees", "label": axis["name"]}
        for rank, axis in enumerate(axes)
    ]
    budget = {"lines": lines, "evidence": [], "second_person": second, "fungibility_percent": percent}
    budget["alerts"] = alerts
    sections = {"axes": axes, "targets": targets, "courses": courses, "budget": budget, "questionnaires": []}
    pack = {"format": "edec-ia.pack", "version": 1, "sections": sections}
    with transaction.atomic():
        bare(programme)
        apply_pack(actor=None, programme=programme, text=json.dumps(pack))
        exported = export_pack(programme=programme)
        assert changes(apply_pack(actor=None, programme=programme, text=exported)) == []
        assert changes(apply_pack(actor=None, programme=programme, text=json.dumps(pack))) == []
        back = json.loads(exported)["sections"]
        for code, key in (("axes", "number"), ("targets", "indicator"), ("courses", "code")):
            assert sorted(back[code], key=lambda row: row[key]) == sorted(
                sections[code], key=lambda row: row[key]
            )
        assert back["budget"] == {**budget, "lines": sorted(lines, key=lambda line: line["code"])}
        transaction.set_rollback(True)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    junk=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=8,
    ),
    code=st.sampled_from(sorted(["axes", "targets", "courses", "budget", "questionnaires"])),
)
def test_no_document_makes_it_break_down(programme: Programme, junk: Any, code: str) -> None:
    pack = {"format": "edec-ia.pack", "version": 1, "sections": {code: junk}}
    before = (Axis.objects.count(), Target.objects.count(), Course.objects.count())
    try:
        with transaction.atomic():
            apply_pack(actor=None, programme=programme, text=json.dumps(pack))
    except BusinessError:
        assert (Axis.objects.count(), Target.objects.count(), Course.objects.count()) == before


def test_the_commands_write_tell_and_apply(
    furnished: Programme, other_programme: Programme, tmp_path: Path
) -> None:
    bare(other_programme)
    file = tmp_path / "lot.json"
    call_command("export_pack", "essai", file, stdout=StringIO())
    before = {model._meta.label: model._base_manager.count() for model in apps.get_models()}
    told = StringIO()
    call_command("import_pack", file, programme="voisin", dry_run=True, stdout=told)
    assert "+ Volet 1 – Étude" in told.getvalue()
    assert before == {model._meta.label: model._base_manager.count() for model in apps.get_models()}
    call_command("import_pack", file, programme="voisin", stdout=StringIO())
    told = StringIO()
    call_command("import_pack", file, programme="voisin", stdout=told)
    assert "Rien à changer" in told.getvalue()
    file.write_text('{"format": "edec-ia.pack"}', encoding="utf-8")
    with pytest.raises(CommandError, match="version\u00a0: clé absente"):
        call_command("import_pack", file, programme="voisin", stdout=StringIO())
    with pytest.raises(CommandError, match="Aucun programme"):
        call_command("export_pack", "nulle-part", file, stdout=StringIO())
    with pytest.raises(CommandError, match="illisible"):
        call_command("import_pack", tmp_path / "absent.json", programme="voisin", stdout=StringIO())
