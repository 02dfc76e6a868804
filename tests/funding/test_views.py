"""Pages of money: who sees them, what they show, what they refuse with the values kept."""

from datetime import date

import pytest
import time_machine
from django.utils import timezone

from core.formats import format_euros
from funding import services
from funding.enums import ExpenseStatus
from funding.models import Expense, Plan
from funding.rules import second_person_required
from programme.enums import Role
from tests.funding.factories import (
    line_of,
    make_expense,
    make_funders,
    make_plan,
    make_submitted,
    make_validated,
    plan_entries,
    upload,
)
from tests.funding.pages import text, url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    """Services date what they do; the agreement of tests runs from July 2025 to June 2027."""
    with time_machine.travel("2026-06-30 10:00:00+02:00", tick=False):
        yield


def test_overview_before_any_plan_shows_the_public_agreement(programme, director, signed_in):
    services.install_public_agreement(programme=programme)
    page = text(signed_in(director).get(url(programme, "overview")))
    assert "Cofinanceurs (répartition à préciser)" in page
    assert format_euros(507_331_00) in page
    assert "Préparer le plan" in page


def test_overview_shows_every_figure_of_the_selector(planned, officer, director, signed_in):
    paid = make_validated(planned, officer, director, amount=100_000_01)
    services.pay_expense(actor=officer, expense=paid, paid_on=date(2026, 6, 1))
    make_submitted(planned, officer, amount=5_000_02, axis=2)
    page = text(signed_in(officer).get(url(planned, "overview")))
    for cents in (100_000_01, 5_000_02, 146_100_00 - 100_000_01, 1_046_100_00):
        assert format_euros(cents) in page
    assert "48,497" in page
    assert "Saisir une dépense" in page


@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_a_constant_number_of_queries(planned, officer, director, signed_in, count_queries, count):
    for rank in range(count):
        expense = make_validated(planned, officer, director, amount=10_00 + rank)
        make_submitted(planned, officer, amount=10_00, axis=rank + 1)
    client = signed_in(officer)
    found = []
    for name, kwargs in (
        ("overview", {}),
        ("expense_list", {}),
        ("expense_detail", {"pk": expense.pk}),
        ("line_detail", {"pk": expense.line_id}),
        ("plan_detail", {"number": 1}),
    ):
        with count_queries() as queries:
            assert client.get(url(planned, name, **kwargs)).status_code == 200
        found.append(len(queries))
    assert found == [15, 7, 11, 19, 8]
    overview, line = url(planned, "overview"), url(planned, "line_detail", pk=expense.line_id)
    for page, kept in ((overview, 3), (line, 8)):
        with count_queries(after=lambda: client.get(overview)) as queries:
            assert client.get(page).status_code == 200
        assert len(queries) == kept


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.TRAINER, Role.COMPANY, Role.FUNDER])
def test_others_read_nothing_of_the_office_pages(planned, officer, make_user, signed_in, role):
    expense = make_expense(planned, officer)
    client = signed_in(make_user("autre", role))
    for name, kwargs in (("overview", {}), ("expense_list", {}), ("expense_detail", {"pk": expense.pk})):
        assert client.get(url(planned, name, **kwargs)).status_code == 403


def test_objects_of_another_programme_do_not_exist(planned, other_programme, officer, signed_in):
    make_plan(other_programme)
    foreign = make_expense(other_programme, officer)
    client = signed_in(officer)
    for name, pk in (
        ("expense_detail", foreign.pk),
        ("expense_edit", foreign.pk),
        ("line_detail", foreign.line_id),
        ("evidence_download", foreign.evidence.get().pk),
    ):
        assert client.get(url(planned, name, pk=pk)).status_code == 404
    assert client.post(url(planned, "expense_submit", pk=foreign.pk)).status_code == 404


def sent(programme, **changes):
    return {
        "line": line_of(programme, 1).pk,
        "label": "Étude, acompte 1",
        "supplier": "Cabinet Orchivelin",
        "invoice_number": "F-2603",
        "spent_on": "2026-03-15",
        "amount": "1 234,56 €",
        "eligible": "",
        "evidence_kind": "invoice",
        "form_token": "0b9f7a52-7f0c-4f9b-8a53-1f3c9a4f0001",
        "action": "submit",
        **changes,
    }


def test_officer_enters_and_submits_an_expense_with_its_invoice(planned, officer, signed_in):
    client = signed_in(officer)
    for _click in range(2):
        response = client.post(url(planned, "expense_create"), {**sent(planned), "evidence": upload()})
        assert response.status_code == 302
    expense = Expense.objects.get()
    assert (expense.amount_cents, expense.eligible_cents, expense.status) == (1_234_56, 1_234_56, "submitted")
    assert (expense.entered_by, expense.evidence.count()) == (officer, 1)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("amount", "1e5", "illisible"),
        ("amount", "12,345", "deux décimales"),
        ("amount", "NaN", "illisible"),
        ("amount", "-5", "au moins de"),
        ("amount", "0", "au moins de"),
        ("amount", "1,2,3", "illisible"),
        ("eligible", "9 999,00", "part éligible"),
        ("spent_on", "2025-06-30", "la convention va du"),
        ("spent_on", "31/02/2026", "date valide"),
        ("line", "999999", "choix valide"),
    ],
)
def test_refused_entries_say_why_and_keep_the_values(planned, officer, signed_in, field, value, words):
    response = signed_in(officer).post(url(planned, "expense_create"), sent(planned, **{field: value}))
    page = text(response)
    assert response.status_code == 422
    assert words in page
    assert "Étude, acompte 1" in page
    if field != "line":
        assert f'value="{value}"' in page
    assert Expense.objects.count() == 0


def test_file_that_is_not_what_it_says_is_refused(planned, officer, signed_in):
    data = {**sent(planned), "evidence": upload("facture.pdf", b"MZ not a pdf")}
    response = signed_in(officer).post(url(planned, "expense_create"), data)
    assert response.status_code == 422
    assert "ne correspond pas à son extension" in text(response)
    assert Expense.objects.count() == 0


def test_submission_without_evidence_keeps_the_draft_and_says_so(planned, officer, signed_in):
    response = signed_in(officer).post(url(planned, "expense_create"), sent(planned), follow=True)
    assert "pas soumis" in text(response)
    assert Expense.objects.get().status == ExpenseStatus.DRAFT


def test_draft_is_corrected_on_its_form(planned, officer, signed_in):
    expense = make_expense(planned, officer, amount=10_00, eligible_cents=5_00)
    client = signed_in(officer)
    assert 'value="5,00"' in text(client.get(url(planned, "expense_edit", pk=expense.pk)))
    client.post(url(planned, "expense_edit", pk=expense.pk), sent(planned, action="save", amount="20,00"))
    expense.refresh_from_db()
    assert (expense.amount_cents, expense.eligible_cents, expense.status) == (20_00, 20_00, "draft")
    services.submit_expense(actor=officer, expense=expense)
    assert client.get(url(planned, "expense_edit", pk=expense.pk)).status_code == 409


def test_second_person_validates_from_the_page(planned, officer, make_user, signed_in):
    expense = make_submitted(planned, officer, amount=100_00)
    other = make_user("collegue", Role.OFFICER)
    own, theirs = signed_in(officer), signed_in(other)
    assert "Valider la dépense" not in text(own.get(url(planned, "expense_detail", pk=expense.pk)))
    refused = own.post(url(planned, "expense_validate", pk=expense.pk))
    assert refused.status_code == 422
    assert "une autre personne doit la valider" in text(refused)
    assert "Valider la dépense" in text(theirs.get(url(planned, "expense_detail", pk=expense.pk)))
    for _click in range(2):
        assert theirs.post(url(planned, "expense_validate", pk=expense.pk)).status_code == 302
    expense.refresh_from_db()
    assert (expense.status, expense.validated_by) == (ExpenseStatus.VALIDATED, other)
    page = text(theirs.get(url(planned, "expense_detail", pk=expense.pk)))
    for share in expense.shares.all():
        assert format_euros(share.amount_cents) in page


def test_officer_cannot_smuggle_an_override(planned, officer, signed_in):
    expense = make_submitted(planned, officer)
    data = {"override_reason": "Parce que"}
    assert signed_in(officer).post(url(planned, "expense_validate", pk=expense.pk), data).status_code == 422
    expense.refresh_from_db()
    assert expense.status == ExpenseStatus.SUBMITTED


def test_director_sees_what_remains_then_decides(planned, officer, director, signed_in):
    make_validated(planned, officer, director, amount=146_000_00)
    late = make_submitted(planned, officer, amount=150_00)
    client = signed_in(director)
    refused = client.post(url(planned, "expense_validate", pk=late.pk))
    assert refused.status_code == 422
    assert f"Il reste {format_euros(100_00)}" in text(refused)
    client.post(url(planned, "expense_validate", pk=late.pk), {"override_reason": "Association"})
    late.refresh_from_db()
    assert (late.status, late.excess_cents) == (ExpenseStatus.VALIDATED, 50_00)


def test_return_pay_credit_and_cancel_from_the_page(planned, officer, director, signed_in):
    expense = make_submitted(planned, officer, amount=100_00)
    client = signed_in(director)
    move = lambda name, **data: client.post(url(planned, name, pk=expense.pk), data)  # noqa: E731
    assert move("expense_return", reason="").status_code == 422
    assert move("expense_return", reason="Facture illisible").status_code == 302
    assert "Facture illisible" in text(client.get(url(planned, "expense_detail", pk=expense.pk)))
    assert move("expense_submit").status_code == 302
    assert move("expense_validate").status_code == 302
    assert move("expense_pay", paid_on="2027-01-01").status_code == 422
    assert move("expense_pay", paid_on="2026-06-15").status_code == 302
    token = "0b9f7a52-7f0c-4f9b-8a53-1f3c9a4f0002"
    for _click in range(2):
        credit = move("expense_credit", amount="40,00", eligible="", reason="Avoir", form_token=token)
        assert credit.status_code == 302
    assert (
        move("expense_credit", amount="60,00", reason="Tout", form_token=token[:-1] + "3").status_code == 422
    )
    assert move("expense_cancel", reason="Doublon").status_code == 302
    expense.refresh_from_db()
    assert expense.status == ExpenseStatus.CANCELLED
    assert sorted(expense.counter_entries.values_list("amount_cents", flat=True)) == [-60_00, -40_00]
    page = text(client.get(url(planned, "expense_detail", pk=expense.pk)))
    assert "Contre-passations" in page
    entry = expense.counter_entries.first()
    assert "Contre-passation de" in text(client.get(url(planned, "expense_detail", pk=entry.pk)))


def test_officer_does_not_cancel_what_was_validated(planned, officer, director, signed_in):
    expense = make_validated(planned, officer, director)
    client = signed_in(officer)
    assert client.post(url(planned, "expense_cancel", pk=expense.pk), {"reason": "Non"}).status_code == 403
    assert client.post(url(planned, "expense_credit", pk=expense.pk), {}).status_code == 403
    draft = make_expense(planned, officer)
    assert client.post(url(planned, "expense_cancel", pk=draft.pk), {"reason": "Erreur"}).status_code == 302


def test_evidence_is_added_downloaded_and_removed(planned, officer, signed_in):
    expense = make_expense(planned, officer)
    client = signed_in(officer)
    for content in (b"MZ", b"%PDF-1.7 preuve"):
        client.post(
            url(planned, "evidence_add", pk=expense.pk),
            {"evidence": upload("preuve.pdf", content), "evidence_kind": "payment"},
        )
    first, second = expense.evidence.order_by("pk")
    response = client.get(url(planned, "evidence_download", pk=second.pk))
    assert b"".join(response.streaming_content) == b"%PDF-1.7 preuve"
    assert "attachment" in response["Content-Disposition"]
    assert client.post(url(planned, "evidence_remove", pk=first.pk)).status_code == 302
    assert list(expense.evidence.all()) == [second]


def test_list_filters_sorts_and_exports_what_is_filtered(planned, officer, director, signed_in):
    make_expense(planned, officer, amount=10_00, supplier="Imprimerie Saulduvray")
    make_validated(planned, officer, director, amount=20_00, axis=2)
    make_submitted(planned, officer, amount=30_00, axis=2)
    client, address = signed_in(officer), url(planned, "expense_list")
    axis = planned.axes.get(number=2)

    def numbers(query):
        return [row.number for row in client.get(address + query).context["rows"]]

    assert numbers("?q=saulduvray") == ["D00001"]
    assert numbers("?q=D00002") == ["D00002"]
    assert numbers(f"?volet={axis.pk}&tri=montant") == ["D00002", "D00003"]
    assert numbers("?etat=submitted") == ["D00003"]
    assert numbers("?etat=booked") == ["D00002"]
    assert numbers("?etat=settled") == []
    assert numbers("?du=2026-04-01") == []
    assert numbers("?tri=-montant") == ["D00003", "D00002", "D00001"]
    page = text(client.get(f"{address}?etat=submitted"))
    assert "Retirer le filtre" in page
    export = b"".join(client.get(f"{address}?volet={axis.pk}&export=csv").streaming_content).decode()
    assert export.count("\r\n") == 3
    assert "30,00" in export
    assert client.get(f"{address}?export=xlsx").content[:2] == b"PK"
    fragment = client.get(address, headers={"HX-Request": "true", "HX-Target": "results"})
    assert "<html" not in text(fragment)
    assert "D00002" in text(fragment)


def test_ledger_is_a_file_with_one_column_per_funder(planned, officer, director, signed_in):
    expense = make_validated(planned, officer, director, amount=100_00)
    client = signed_in(officer)
    lines = (
        b"".join(client.get(url(planned, "ledger") + "?export=csv").streaming_content).decode().splitlines()
    )
    assert "État;Région;Branches professionnelles;Pièces" in lines[0]
    assert len(lines) == 2
    one = client.get(f"{url(planned, 'ledger')}?ligne={expense.line_id}")
    assert one["Content-Disposition"] == 'attachment; filename="journal-1.1.xlsx"'
    assert client.get(f"{url(planned, 'ledger')}?ligne=999999").status_code == 404


def test_funder_reads_its_own_part_and_totals_only(planned, officer, director, make_user, signed_in):
    make_validated(planned, officer, director, amount=100_00, supplier="Cabinet Secret")
    region = planned.funders.get(name="Région")
    reader = make_user("lectrice")
    services.add_funder_member(actor=None, funder=region, user=reader)
    page = text(signed_in(reader).get(url(planned, "funder_budget")))
    assert "Votre compte est rattaché à\u00a0: Région." in page
    assert "Cabinet Secret" not in page
    assert "Branches" not in page
    stranger = text(signed_in(make_user("nouvelle", Role.FUNDER)).get(url(planned, "funder_budget")))
    assert "pas encore rattaché" in stranger
    assert signed_in(officer).get(url(planned, "funder_budget")).status_code == 403


# The plan on one page


def matrix_post(programme, entries, **changes):
    data = {"lines": str(len(entries)), "action": "save"}
    for index, entry in enumerate(entries):
        data |= {
            f"line-{index}-id": str(entry.line_id or ""),
            f"line-{index}-axis": str(entry.axis_id),
            f"line-{index}-label": entry.label,
            f"line-{index}-nature": entry.nature.value,
            f"line-{index}-planned": format_euros(entry.planned_cents),
        }
        for funder, cents in entry.cells.items():
            data[f"line-{index}-cell-{funder}"] = format_euros(cents)
    return data | changes


def test_director_prepares_balances_and_activates_the_plan(programme, director, signed_in):
    funders = make_funders(programme)
    entries = plan_entries(programme, funders)
    client = signed_in(director)
    assert "Préparer le plan" in text(client.get(url(programme, "plan_list")))
    for _click in range(2):
        start = client.post(url(programme, "plan_start"))
        assert start["Location"] == url(programme, "plan_detail", number=1)
    address = url(programme, "plan_detail", number=1)
    assert text(client.get(address)).count("data-row-residue") == 4
    bare = {key: value for key, value in matrix_post(programme, entries).items() if "cell" not in key}
    checked = text(client.post(address, bare | {"action": "check"}))
    assert "Il reste des écarts" in checked
    assert Plan.objects.get().lines.count() == 0
    proposed = text(client.post(address, bare | {"action": "fill"}))
    assert "pas encore enregistrée" in proposed
    assert proposed.count('class="residue zero"') == 4 + 1 + 3
    saved = client.post(address, matrix_post(programme, entries, action="activate"))
    assert saved["Location"] == url(programme, "plan_activate", number=1)
    confirm = text(client.get(saved["Location"]))
    assert "4 lignes" in confirm
    for _click in range(2):
        client.post(saved["Location"], {"decided_on": "2025-07-01"})
    assert Plan.objects.get().status == "active"
    assert "data-matrix" not in text(client.get(address))


def test_empty_cells_are_completed_and_typed_ones_kept(programme, director, signed_in):
    funders = make_funders(programme)
    entries = plan_entries(programme, funders)
    services.start_plan(actor=director, programme=programme)
    first = f"line-0-cell-{funders[0].pk}"
    data = {key: value for key, value in matrix_post(programme, entries).items() if "cell" not in key}
    page = text(
        signed_in(director).post(
            url(programme, "plan_detail", number=1), data | {first: "100 000,00", "action": "complete"}
        )
    )
    assert 'value="100 000,00"' in page
    assert page.count('class="residue zero"') == 8


def test_unreadable_cells_are_told_and_kept(programme, director, signed_in):
    funders = make_funders(programme)
    services.start_plan(actor=director, programme=programme)
    cell = f"line-0-cell-{funders[0].pk}"
    data = matrix_post(programme, plan_entries(programme, funders), **{cell: "1e5"})
    response = signed_in(director).post(url(programme, "plan_detail", number=1), data)
    page = text(response)
    assert response.status_code == 422
    assert 'value="1e5"' in page
    assert "illisible" in page
    assert Plan.objects.get().lines.count() == 0


def test_line_is_added_and_ticked_line_removed(programme, director, signed_in):
    funders = make_funders(programme)
    entries = plan_entries(programme, funders)
    services.start_plan(actor=director, programme=programme)
    client, address = signed_in(director), url(programme, "plan_detail", number=1)
    more = text(client.post(address, matrix_post(programme, entries, action=f"add:{entries[0].axis_id}")))
    assert more.count("data-row-residue") == 5
    data = matrix_post(programme, entries, **{"line-1-remove": "1", "action": "activate"})
    page = text(client.post(address, data, follow=True))
    assert "ne peut pas encore entrer en vigueur" in page
    assert Plan.objects.get().lines.count() == 3


def test_officer_reads_the_draft_without_editing_it(programme, director, officer, signed_in):
    make_funders(programme)
    services.start_plan(actor=director, programme=programme)
    client, address = signed_in(officer), url(programme, "plan_detail", number=1)
    assert "data-matrix" not in text(client.get(address))
    assert client.post(address, {}).status_code == 409
    assert client.post(url(programme, "plan_start")).status_code == 403


def test_unbalanced_draft_is_not_activated(programme, director, signed_in):
    funders = make_funders(programme)
    plan = services.start_plan(actor=director, programme=programme)
    services.save_plan(actor=director, plan=plan, entries=plan_entries(programme, funders)[:2])
    response = signed_in(director).post(
        url(programme, "plan_activate", number=1), {"decided_on": "2025-07-01"}
    )
    assert response.status_code == 422
    assert "Écarts restants" in text(response)


def test_amendment_asks_its_reason(planned, director, signed_in):
    client = signed_in(director)
    assert client.post(url(planned, "plan_start"), {"reason": ""}).status_code == 422
    assert client.post(url(planned, "plan_start"), {"reason": "Avenant n° 1"}).status_code == 302
    assert "Avenant n° 1" in text(client.get(url(planned, "plan_list")))


def test_director_splits_the_envelope(programme, director, signed_in):
    state, envelope = services.install_public_agreement(programme=programme)
    client, address = signed_in(director), url(programme, "funders")
    data = {
        "rows": "3",
        "funder-0-id": state.pk,
        "funder-0-name": "État",
        "funder-0-short": "État",
        "funder-0-agreed": "507 331,00",
        "funder-0-state": "1",
        "funder-1-id": envelope.pk,
        "funder-1-name": "Région",
        "funder-1-short": "Région",
        "funder-1-agreed": "300 000",
        "funder-2-id": "",
        "funder-2-name": "Branches",
        "funder-2-short": "Branches",
        "funder-2-agreed": "238 768,99",
    }
    assert text(client.post(address, data | {"action": "add"})).count("Retirer de la liste") == 4
    refused = client.post(address, data)
    assert refused.status_code == 422
    assert format_euros(1) in text(refused)
    assert client.post(address, data | {"funder-2-agreed": "238 769"}).status_code == 302
    assert list(programme.funders.values_list("name", "agreed_cents")) == [
        ("État", 507_331_00),
        ("Région", 300_000_00),
        ("Branches", 238_769_00),
    ]


def test_director_sets_the_second_person_rule(planned, director, officer, signed_in):
    client = signed_in(director)
    assert "checked" in text(client.get(url(planned, "rules")))
    percents = {"near_percent": 80, "early_percent": 25, "behind_percent": 50}
    client.post(url(planned, "rules"), percents)
    assert not second_person_required(planned)
    assert signed_in(officer).get(url(planned, "rules")).status_code == 403
    assert timezone.localdate() == date(2026, 6, 30)
