"""Two people at the same instant, on the database of production."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction
from django.db.models import Count, Sum

from companies.models import Participation
from companies.services import set_group
from core.errors import BusinessError
from core.models import AuditEvent
from funding import services
from funding.models import AidGrant, Claim, ClaimedShare, Expense, ExpenseImport, MatrixCell, Share
from funding.selectors.aid import standings
from funding.selectors.reserves import programme_reserves
from funding.services.aid import grant_aid
from funding.services.imports import apply_expenses, confirm_expenses, receive_expense_file, stage_expenses
from tests.funding.factories import (
    NOW,
    PAID,
    TODAY,
    line_of,
    make_claim,
    make_commitment,
    make_expense,
    make_paid,
    make_plan,
    make_sent,
    make_submitted,
    make_validated,
)
from tests.funding.test_aid import company
from tests.funding.test_aid import draft as aid_draft

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks exist on PostgreSQL"),
]


def at_once(*calls):
    """Run calls in threads that start together; each result is a value or the refusal raised."""
    barrier = Barrier(len(calls))

    def run(call):
        barrier.wait(timeout=10)
        try:
            return call()
        except BusinessError as error:
            return error.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def validate(expense: Expense, actor):
    return lambda: services.validate_expense(actor=actor, expense=expense, at=NOW).status


def test_double_validation_shares_once(programme, officer, director):
    make_plan(programme)
    expense = make_submitted(programme, officer, amount=1_000_00)
    assert at_once(validate(expense, director), validate(expense, director)) == ["validated", "validated"]
    assert Share.objects.filter(expense=expense).aggregate(total=Sum("amount_cents"))["total"] == 1_000_00


def test_two_validations_that_would_overrun_together_leave_one_refused(programme, officer, director):
    make_plan(programme)
    pair = [make_submitted(programme, officer, amount=100_000_00) for _rank in range(2)]
    results = at_once(*(validate(expense, director) for expense in pair))
    assert sorted(results) == ["overrun", "validated"]
    assert Share.objects.aggregate(total=Sum("amount_cents"))["total"] == 100_000_00


def test_two_cancellations_make_one_counter_entry(programme, officer, director):
    make_plan(programme)
    expense = make_submitted(programme, officer)
    services.validate_expense(actor=director, expense=expense, at=NOW)

    def cancel():
        return services.cancel_expense(actor=director, expense=expense, reason="Doublon", at=NOW).status

    assert at_once(cancel, cancel) == ["cancelled", "cancelled"]
    assert expense.counter_entries.count() == 1


def test_expenses_entered_together_have_two_numbers(programme, officer):
    make_plan(programme)
    numbers = at_once(*[lambda: make_expense(programme, officer).number] * 2)
    assert sorted(numbers) == [1, 2]


def test_return_and_validation_do_not_both_win(programme, officer, director):
    make_plan(programme)
    expense = make_submitted(programme, officer)

    def send_back():
        return services.return_expense(actor=director, expense=expense, reason="Illisible").status

    results = at_once(validate(expense, director), send_back)
    expense.refresh_from_db()
    assert sorted(results) in (["state", "validated"], ["draft", "state"])
    assert expense.shares.exists() == (expense.status == "validated")


CLIENTS = 20


def amounts_of(rows):
    return rows.aggregate(total=Sum("amount_cents", default=0))["total"]


def test_twenty_clients_validate_on_one_line_and_none_overruns(programme, officer, director):
    make_plan(programme)
    # Twenty times a tenth of the line: ten fit, ten are refused with what remains.
    waiting = [make_submitted(programme, officer, amount=14_610_00) for _rank in range(CLIENTS)]
    results = at_once(*(validate(expense, director) for expense in waiting))
    assert sorted(results) == ["overrun"] * 10 + ["validated"] * 10
    assert amounts_of(Share.objects) == 146_100_00
    for cell in MatrixCell.objects.filter(planned_line__line__axis__number=1):
        assert amounts_of(Share.objects.filter(funder=cell.funder)) == cell.amount_cents


def test_twenty_clients_commit_and_validate_on_one_line_and_none_overruns(programme, officer, director):
    make_plan(programme)
    moves = []
    for _rank in range(CLIENTS // 2):
        expense = make_submitted(programme, officer, amount=14_610_00)
        commitment = make_commitment(programme, officer, amount=14_610_00)
        moves += [
            validate(expense, director),
            lambda row=commitment: services.approve_commitment(actor=director, commitment=row, at=NOW).status,
        ]
    results = at_once(*moves)
    assert results.count("overrun") == 10
    reserved = programme_reserves(programme).get(line_of(programme, 1).pk, 0)
    assert amounts_of(Share.objects) + reserved == 146_100_00


def test_twenty_clients_claim_pay_and_cancel_and_no_share_is_held_twice(programme, officer, director):
    make_plan(programme)
    state = programme.funders.first()
    paid = [make_paid(programme, officer, director, amount=1_000_00 + rank) for rank in range(6)]
    unpaid = [make_validated(programme, officer, director, amount=2_000_00 + rank) for rank in range(6)]

    def claim():
        return str(make_claim(state, officer))

    def pay(expense):
        return lambda: services.pay_expense(actor=officer, expense=expense, paid_on=PAID, today=TODAY).status

    def cancel(expense):
        return lambda: (
            services.cancel_expense(actor=director, expense=expense, reason="Doublon", at=NOW).status
        )

    results = at_once(
        *[claim] * 8, *(pay(expense) for expense in unpaid), *(cancel(expense) for expense in paid)
    )
    assert len(results) == CLIENTS
    assert results.count("paid") == 6
    assert results.count("cancelled") == 6
    held = ClaimedShare.objects.values("share").annotate(n=Count("pk"))
    assert not held.order_by().filter(n__gt=1).exists()
    numbers = list(Claim.objects.values_list("number", flat=True))
    assert len(set(numbers)) == len(numbers)
    for row in Claim.objects.all():
        assert row.gross_cents == amounts_of(row.shares)


def test_twenty_clients_record_the_same_receipt_once(programme, officer, director):
    make_plan(programme)
    make_paid(programme, officer, director)
    claim = make_sent(programme.funders.first(), officer, director)
    token = uuid4()

    def receive():
        return services.record_receipt(
            actor=officer,
            claim=claim,
            received_on=TODAY,
            amount_cents=claim.payable_cents,
            form_token=token,
            today=TODAY,
        ).pk

    assert len(set(at_once(*[receive] * CLIENTS))) == 1
    assert claim.receipts.count() == 1


def test_moves_on_everything_at_once_leave_no_deadlock(programme, officer, director):
    """Validations, a transfer refused or made, an amendment, claims, a closed year: one order of locks."""
    make_plan(programme)
    for rank in range(4):
        make_paid(programme, officer, director, amount=500_00 + rank, axis=rank + 1)
    waiting = [make_submitted(programme, officer, amount=700_00, axis=rank % 4 + 1) for rank in range(8)]

    def amend():
        plan = services.start_plan(actor=director, programme=programme, reason="Avenant")
        return services.activate_plan(actor=director, plan=plan).status

    def transfer():
        source, target = line_of(programme, 1), line_of(programme, 2)
        parts = {programme.funders.first().pk: 1_00}
        return services.transfer(
            actor=director, source=source, target=target, parts=parts, reason="Essai"
        ).status

    def close():
        return services.close_year(actor=director, programme=programme, year=2025).year

    moves = [validate(expense, director) for expense in waiting]
    moves += [lambda f=funder: str(make_claim(f, officer)) for funder in programme.funders.all()]
    moves += [amend, amend, transfer, transfer, close, close]
    results = at_once(*moves)
    assert results.count("validated") == 8
    assert results.count(2025) == 2
    # Two amendments opened together are one draft, put in force once.
    assert results.count("active") == 2


def test_two_grants_to_one_group_do_not_pass_the_ceiling_unseen(programme, director):
    """Linked companies share one ceiling: each grant fits alone, both together do not."""
    first, second = company(programme, 1, group="G"), company(programme, 2, group="G")

    def grant(place):
        return lambda: (
            grant_aid(actor=director, participation=place, draft=aid_draft(200_000_00)).amount_cents
        )

    results = at_once(grant(first), grant(second))
    assert sorted(results, key=str) == [200_000_00, "ceiling"]
    assert standings(programme, [second.pk], TODAY)[second.pk].received_cents == 200_000_00


@pytest.mark.parametrize("joins_first", [True, False])
def test_a_company_that_joins_during_a_grant_is_counted_or_waits(programme, director, joins_first):
    """Whichever holds the companies first, the other sees what it did."""
    first, second = company(programme, 1, group="G"), company(programme, 2)
    grant_aid(actor=director, participation=second, draft=aid_draft(200_000_00))
    held, waits = Event(), Event()

    def join():
        with transaction.atomic():
            return str(set_group(actor=director, participation=second, name="G"))

    def grant():
        return grant_aid(actor=director, participation=first, draft=aid_draft(200_000_00)).amount_cents

    def hold(move):
        """Do a move and commit it only once the other is seen to wait for it."""
        with transaction.atomic():
            done = move()
            held.set()
            assert waits.wait(timeout=20)
            return done

    def follow(move):
        assert held.wait(timeout=20)
        return move()

    def watch():
        assert held.wait(timeout=20)
        for _attempt in range(2_000):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
                )
                if cursor.fetchone()[0]:
                    break
        waits.set()

    moves = (join, grant) if joins_first else (grant, join)
    results = at_once(lambda: hold(moves[0]), lambda: follow(moves[1]), watch)[:2]
    # A grant that comes after the link counts both; one that came before fitted when it was made.
    assert results == (["G", "ceiling"] if joins_first else [200_000_00, "G"])
    counted = standings(programme, [first.pk], TODAY)[first.pk]
    assert counted.received_cents == (200_000_00 if joins_first else 400_000_00)


def test_companies_that_join_and_are_granted_at_once_leave_no_deadlock(programme, director):
    places = [company(programme, rank, group="G" if rank % 2 else "") for rank in range(1, 9)]

    def join(place, name):
        return lambda: (
            set_group(actor=director, participation=Participation.objects.get(pk=place.pk), name=name),
            "joined",
        )[1]

    def grant(place):
        return lambda: (
            grant_aid(actor=director, participation=place, draft=aid_draft(200_000_00)).amount_cents
        )

    moves = [join(place, "G" if place.group_id is None else "H") for place in places]
    results = at_once(*moves, *(grant(place) for place in places))
    assert results.count("joined") == 8
    assert set(results) <= {"joined", 200_000_00, "ceiling"}


def test_one_service_is_granted_once_by_two_people(programme, director):
    place = company(programme, 1)
    token = uuid4()

    def grant():
        draft = aid_draft(1_000_00)
        return grant_aid(actor=director, participation=place, draft=draft, form_token=token).pk

    assert len(set(at_once(*[grant] * 8))) == 1
    assert AidGrant.objects.count() == 1


def test_an_import_confirmed_and_applied_twice_at_once_enters_each_row_once(programme, officer):
    make_plan(programme)
    code = line_of(programme, 1).code
    lines = [
        f"{code};Dépense {rank};Cabinet Orchivelin;F-{rank};15/03/2026;10,{rank:02d}" for rank in range(60)
    ]
    content = "\n".join(("Ligne;Objet;Fournisseur;Facture;Date;Montant HT", *lines)).encode()
    batch = receive_expense_file(actor=officer, programme=programme, name="depenses.csv", content=content)
    stage_expenses(batch=batch)

    def confirm():
        return confirm_expenses(actor=officer, batch=ExpenseImport.objects.get(pk=batch.pk))

    assert len(set(at_once(confirm, confirm))) == 1

    def apply():
        return apply_expenses(actor=officer, batch=ExpenseImport.objects.get(pk=batch.pk))

    at_once(*[apply] * 4)
    assert Expense.objects.count() == 60
    assert batch.rows.filter(applied=True, expense__isnull=False).count() == 60
    told = AuditEvent.objects.filter(verb__startswith="expense_import.").values_list("verb", flat=True)
    assert sorted(told) == ["expense_import.applied", "expense_import.confirmed", "expense_import.received"]
