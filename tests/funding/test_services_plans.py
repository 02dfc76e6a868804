"""The agreement and the plan: margins to the cent, amendments that never move what was charged."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import ValidationError

from core.audit import history
from core.errors import BusinessError
from funding import services
from funding.enums import Nature, PlanStatus
from funding.models import BudgetLine, Funder, Plan
from funding.services import FunderEntry, LineEntry
from tests.funding.factories import ROWS, make_funders, make_plan, make_validated, plan_entries

pytestmark = pytest.mark.django_db


def entry_of(funder: Funder, **changes) -> FunderEntry:
    entry = FunderEntry(
        name=funder.name,
        short_name=funder.short_name,
        agreed_cents=funder.agreed_cents,
        is_state=funder.is_state,
        funder_id=funder.pk,
    )
    return replace(entry, **changes)


def test_public_agreement_is_the_state_and_one_envelope(programme):
    services.install_public_agreement(programme=programme)
    services.install_public_agreement(programme=programme)
    assert list(programme.funders.values_list("name", "agreed_cents", "is_state", "position")) == [
        ("État", 507_331_00, True, 1),
        ("Cofinanceurs (répartition à préciser)", 538_769_00, False, 2),
    ]
    assert programme.total_cents == 1_046_100_00


def test_envelope_can_be_split_and_the_total_is_kept(programme, director):
    state, envelope = services.install_public_agreement(programme=programme)
    services.save_funders(
        actor=director,
        programme=programme,
        entries=[
            entry_of(state),
            entry_of(envelope, name="Région", short_name="Région", agreed_cents=300_000_00),
            FunderEntry(name="Branches", short_name="Branches", agreed_cents=238_769_00),
        ],
    )
    assert list(programme.funders.values_list("name", "agreed_cents", "position")) == [
        ("État", 507_331_00, 1),
        ("Région", 300_000_00, 2),
        ("Branches", 238_769_00, 3),
    ]
    assert history(programme).first().verb == "funders.saved"


def test_funders_must_reach_the_total(programme):
    state, envelope = services.install_public_agreement(programme=programme)
    with pytest.raises(BusinessError, match="écart de 0,01") as refusal:
        services.save_funders(
            actor=None,
            programme=programme,
            entries=[entry_of(state), entry_of(envelope, agreed_cents=envelope.agreed_cents - 1)],
        )
    assert refusal.value.code == "total"


def test_funder_of_a_plan_cannot_be_removed_nor_lowered_below_its_calls(programme, officer, director):
    make_plan(programme)
    make_validated(programme, officer, director, amount=146_100_00)
    state, region, branches = programme.funders.all()
    with pytest.raises(BusinessError) as removed:
        services.save_funders(
            actor=director,
            programme=programme,
            entries=[entry_of(state), entry_of(region, agreed_cents=538_769_00)],
        )
    with pytest.raises(BusinessError) as lowered:
        services.save_funders(
            actor=director,
            programme=programme,
            entries=[
                entry_of(state, agreed_cents=1_00),
                entry_of(region, agreed_cents=807_330_00),
                entry_of(branches),
            ],
        )
    assert (removed.value.code, lowered.value.code) == ("funder-used", "below-charged")


def test_two_funders_of_one_name_are_refused(programme):
    with pytest.raises(ValidationError):
        services.save_funders(
            actor=None,
            programme=programme,
            entries=[
                FunderEntry(name="Région", short_name="R", agreed_cents=programme.total_cents),
                FunderEntry(name="Région", short_name="R", agreed_cents=0),
            ],
        )


def test_member_of_a_funder_holds_the_role(programme, make_user):
    funder = make_funders(programme)[1]
    user = make_user("lectrice")
    services.add_funder_member(actor=None, funder=funder, user=user)
    services.add_funder_member(actor=None, funder=funder, user=user)
    assert list(user.role_grants.values_list("role", flat=True)) == ["funder"]
    assert funder.members.count() == 1


def test_balanced_plan_enters_in_force(programme, director):
    plan = make_plan(programme, actor=director)
    plan.refresh_from_db()
    assert (plan.number, plan.status, plan.decided_on) == (1, PlanStatus.ACTIVE, programme.starts_on)
    assert [(line.line.code, line.planned_cents) for line in plan.lines.select_related("line")] == [
        (f"{number}.1", planned) for number, _nature, _label, planned in ROWS
    ]
    for line in plan.lines.all():
        assert sum(cell.amount_cents for cell in line.cells.all()) == line.planned_cents
    assert [event.verb for event in history(plan)] == ["plan.activated", "plan.saved", "plan.started"]
    assert services.activate_plan(actor=director, plan=plan).activated_at == plan.activated_at


def test_unbalanced_plan_is_refused_with_every_residue(programme, director):
    funders = make_funders(programme)
    plan = services.start_plan(actor=director, programme=programme)
    entries = plan_entries(programme, funders)
    cells = dict(entries[0].cells)
    cells[funders[1].pk] -= 5
    services.save_plan(actor=director, plan=plan, entries=[replace(entries[0], cells=cells), *entries[1:]])
    with pytest.raises(BusinessError) as refusal:
        services.activate_plan(actor=director, plan=plan)
    assert refusal.value.code == "unbalanced"
    assert "«\u00a0Étude d’impact\u00a0»\u00a0: 0,05" in refusal.value.message
    assert "«\u00a0Région\u00a0»\u00a0: 0,05" in refusal.value.message
    plan.refresh_from_db()
    assert plan.status == PlanStatus.DRAFT


def test_plan_below_the_agreement_is_refused(programme, director):
    funders = make_funders(programme)
    plan = services.start_plan(actor=director, programme=programme)
    services.save_plan(actor=director, plan=plan, entries=plan_entries(programme, funders)[:3])
    with pytest.raises(BusinessError, match="total de la convention"):
        services.activate_plan(actor=director, plan=plan)


def test_empty_plan_is_refused(programme, director):
    make_funders(programme)
    with pytest.raises(BusinessError) as refusal:
        services.activate_plan(actor=director, plan=services.start_plan(actor=director, programme=programme))
    assert refusal.value.code == "empty"


def test_saving_twice_the_same_new_lines_makes_them_once(programme, director):
    funders = make_funders(programme)
    plan = services.start_plan(actor=director, programme=programme)
    entries = plan_entries(programme, funders)
    services.save_plan(actor=director, plan=plan, entries=entries)
    services.save_plan(actor=director, plan=plan, entries=entries)
    assert plan.lines.count() == BudgetLine.objects.for_programme(programme).count() == 4


@pytest.mark.parametrize("fault", ["negative", "axis", "funder", "line"])
def test_foreign_or_negative_entries_are_refused(programme, other_programme, director, fault):
    funders = make_funders(programme)
    plan = services.start_plan(actor=director, programme=programme)
    entry = plan_entries(programme, funders)[0]
    bad = {
        "negative": replace(entry, planned_cents=-1),
        "axis": replace(entry, axis_id=other_programme.axes.first().pk),
        "funder": replace(entry, cells={make_funders(other_programme)[0].pk: 5}),
        "line": replace(entry, line_id=10**6),
    }[fault]
    with pytest.raises(BusinessError):
        services.save_plan(actor=director, plan=plan, entries=[bad])
    assert plan.lines.count() == 0


def amendment(programme, director, change) -> Plan:
    plan = services.start_plan(actor=director, programme=programme, reason="Transfert vers la formation")
    entries = [
        LineEntry(
            axis_id=row.line.axis_id,
            nature=Nature(row.line.nature),
            label=row.line.label,
            planned_cents=row.planned_cents,
            cells={cell.funder_id: cell.amount_cents for cell in row.cells.all()},
            line_id=row.line_id,
        )
        for row in plan.lines.select_related("line").prefetch_related("cells")
    ]
    services.save_plan(actor=director, plan=plan, entries=change(entries))
    return plan


def transfer(entries: list[LineEntry], funder_id: int, cents: int) -> list[LineEntry]:
    """Move an amount of one funder from the first line to the third."""

    def moved(entry: LineEntry, delta: int) -> LineEntry:
        cells = {**entry.cells, funder_id: entry.cells.get(funder_id, 0) + delta}
        return replace(entry, planned_cents=entry.planned_cents + delta, cells=cells)

    return [moved(entries[0], -cents), entries[1], moved(entries[2], cents), entries[3]]


def test_amendment_replaces_the_plan_and_the_old_one_stays_readable(programme, officer, director):
    first = make_plan(programme)
    expense = make_validated(programme, officer, director, amount=50_000_00)
    shares = list(expense.shares.values_list("funder_id", "amount_cents"))
    state = programme.funders.first()
    second = amendment(programme, director, lambda rows: transfer(rows, state.pk, 10_000_00))
    services.activate_plan(actor=director, plan=second, decided_on=date(2026, 5, 1))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status, second.number) == (PlanStatus.SUPERSEDED, PlanStatus.ACTIVE, 2)
    assert first.lines.count() == 4
    assert list(expense.shares.values_list("funder_id", "amount_cents")) == shares


def test_amendment_below_what_was_charged_is_refused(programme, officer, director):
    make_plan(programme)
    make_validated(programme, officer, director, amount=146_000_00)
    state = programme.funders.first()
    second = amendment(programme, director, lambda rows: transfer(rows, state.pk, 10_000_00))
    with pytest.raises(BusinessError) as refusal:
        services.activate_plan(actor=director, plan=second)
    assert refusal.value.code == "below-charged"
    assert "État" in refusal.value.message


def test_amendment_needs_a_reason_and_there_is_one_draft_at_a_time(programme, director):
    make_plan(programme)
    with pytest.raises(BusinessError, match="motif"):
        services.start_plan(actor=director, programme=programme)
    draft = services.start_plan(actor=director, programme=programme, reason="Avenant n° 1")
    assert services.start_plan(actor=director, programme=programme, reason="Autre") == draft


def test_active_plan_is_never_edited(programme, director):
    plan = make_plan(programme)
    with pytest.raises(BusinessError) as refusal:
        services.save_plan(actor=director, plan=plan, entries=[])
    assert refusal.value.code == "not-draft"


def test_axis_of_a_used_line_does_not_change_but_its_label_may(programme, director):
    make_plan(programme)
    axes = list(programme.axes.all())
    with pytest.raises(BusinessError, match="Créez une autre ligne"):
        amendment(programme, director, lambda rows: [replace(rows[0], axis_id=axes[1].pk), *rows[1:]])
    amendment(programme, director, lambda rows: [replace(rows[0], label="Étude régionale"), *rows[1:]])
    assert BudgetLine.objects.for_programme(programme).get(code="1.1").label == "Étude régionale"


def test_line_added_then_dropped_from_a_draft_disappears(programme, director):
    make_plan(programme)
    axis = programme.axes.first()
    new = LineEntry(axis_id=axis.pk, nature=Nature.TRAVEL, label="Déplacements", planned_cents=0)
    plan = amendment(programme, director, lambda rows: [*rows, new])
    assert BudgetLine.objects.for_programme(programme).filter(code="1.2").exists()
    amendment(programme, director, lambda rows: [row for row in rows if row.planned_cents])
    assert not BudgetLine.objects.for_programme(programme).filter(code="1.2").exists()
    assert plan.lines.count() == 4
