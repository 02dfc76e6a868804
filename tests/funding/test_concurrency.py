"""Two people at the same instant, on the database of production."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections
from django.db.models import Sum

from core.errors import BusinessError
from funding import services
from funding.models import Expense, Share
from tests.funding.factories import NOW, make_expense, make_plan, make_submitted

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
